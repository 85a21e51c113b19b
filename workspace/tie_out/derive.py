"""Arithmetic on facts that can be done again: sums, differences, shares, changes, ratios, products, days between, counts, due dates, and
the form that goes with a return. Signals also state medians, which are only checked here.

Each constructor computes with Decimal and writes its formula ("sum(1200.00, 3000.00) = 4200.00") beside the evidence of its operands;
`check` reads the formula, computes it again, and asks of every operand that its evidence says so. Rounds half up.
"""

import re
from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from store.errors import Invalid
from workspace.deadlines import Deadline
from workspace.deadlines.again import again
from workspace.deadlines.with_returns import COMPANIONS
from workspace.evidence import DerivedEvidence, Evidence, RecordEvidence
from workspace.tie_out import names
from workspace.tie_out.fact import Fact, canonical, worded
from workspace.tie_out.figures import recognise
from workspace.tie_out.numbers import canonical_number, decimal_of

_FORMULA = re.compile(r"(?P<kind>\w+)\((?P<operands>.*)\) = (?P<result>\S+)", re.DOTALL)
_HUNDRED = Decimal(100)


def total(name: str, parts: Sequence[Fact]) -> Fact:
    """The foot of a column: the sum of facts of one type."""
    return _derived(name, _one_type(parts), "sum", parts)


def difference(name: str, first: Fact, second: Fact) -> Fact:
    """`first` minus `second`, of one type."""
    return _derived(name, _one_type((first, second)), "difference", (first, second))


def product(name: str, amount: Fact, times: Fact) -> Fact:
    """`amount` times a count: hours at a rate, months of a rent. To the cent for money."""
    return _derived(name, amount.type, "product", (amount, times), places=2 if amount.type == "money" else None)


def share(name: str, part: Fact, whole: Fact, *, places: int = 1) -> Fact:
    """`part` in percent of `whole`, rounded to `places` decimals. Raises Invalid when the whole is zero."""
    return _derived(name, "percent", "share", (part, whole), places=places)


def change(name: str, new: Fact, old: Fact, *, places: int = 1) -> Fact:
    """The change from `old` to `new` in percent of `old`, rounded to `places` decimals. Raises Invalid when `old` is zero."""
    return _derived(name, "percent", "change", (new, old), places=places)


def ratio(name: str, first: Fact, second: Fact, *, places: int = 2) -> Fact:
    """`first` ÷ `second` as a plain number (a current ratio), rounded to `places` decimals. Raises Invalid when `second` is zero."""
    return _derived(name, "count", "ratio", (first, second), places=places)


def days_between(name: str, start: Fact, end: Fact) -> Fact:
    """Calendar days from `start` to `end`, worded "12 days"; negative when `end` is earlier."""
    fact = _derived(name, "count", "days_between", (start, end))
    unit = "day" if fact.value in ("1", "-1") else "days"
    return Fact(fact.name, fact.type, fact.value, f"{fact.text} {unit}", fact.evidence)


def number_of(name: str, rows: Sequence[Evidence]) -> Fact:
    """How many rows there are, each with its evidence; the same evidence twice counts once."""
    once = tuple(dict.fromkeys(rows))
    return Fact(
        name, "count", str(len(once)), f"{len(once):,}", DerivedEvidence(f"count({len(once)} rows) = {len(once)}", once)
    )


def due(name: str, deadline: Deadline, starts: Sequence[Fact]) -> Fact:
    """A computed due date. `starts` are the facts that its dates were taken from, in any order: year end, notice date, printed date."""
    inputs = "; ".join(f"{key}={value}" for key, value in deadline.inputs.items())
    formula = f"due({deadline.rule_id}, {deadline.form}; {inputs}) = {deadline.due.isoformat()}"
    evidence = DerivedEvidence(formula, tuple(fact.evidence for fact in starts))
    return Fact(name, "date", deadline.due.isoformat(), worded("date", deadline.due.isoformat()), evidence)


def form_with(name: str, what: str, of: Fact) -> Fact:
    """The form that goes with a return; `what` is a key of `with_returns.COMPANIONS`, `of` the return's own form. Raises Invalid where the
    table has none."""
    value = COMPANIONS[what].form_of.get(of.value)
    if value is None:
        raise Invalid(f"the table has no {what.replace('_', ' ')} for Form {of.value}")
    return Fact(
        name, "form", value, worded("form", value), DerivedEvidence(f"{what}({of.value}) = {value}", (of.evidence,))
    )


def proves(fact: Fact) -> bool:
    """Whether the fact's arithmetic holds and its result is the fact's value."""
    evidence = fact.evidence
    if not isinstance(evidence, DerivedEvidence) or not check(evidence):
        return False
    result = _FORMULA.fullmatch(evidence.formula)
    return result is not None and canonical(fact.type, result["result"]) == fact.canonical


def supported(fact: Fact) -> bool:
    """Whether the fact's evidence says what the fact says: a source that is real and was misread is not. Arithmetic is done again."""
    if isinstance(fact.evidence, DerivedEvidence):
        return proves(fact)
    return _says(fact.evidence, fact.canonical) or _says(fact.evidence, fact.value)


@lru_cache(maxsize=4096)
def check(evidence: DerivedEvidence) -> bool:
    """Computes the formula again, and looks for every operand in its evidence, nested arithmetic included. False for a formula
    that is not one of ours."""
    match = _FORMULA.fullmatch(evidence.formula)
    if match is None:
        return False
    kind, result = match["kind"], match["result"]
    if not all(check(one) for one in evidence.inputs if isinstance(one, DerivedEvidence)):
        return False
    if kind == "count":
        rows = len(set(evidence.inputs))
        return rows == len(evidence.inputs) and match["operands"] == f"{rows} rows" and result == str(rows)
    if kind == "due":
        return _check_due(match["operands"], result, evidence.inputs)
    if kind in COMPANIONS:
        known = len(evidence.inputs) == 1 and _says(evidence.inputs[0], match["operands"])
        return known and COMPANIONS[kind].form_of.get(match["operands"]) == result
    operands = match["operands"].split(", ") if match["operands"] else []
    said = len(operands) == len(evidence.inputs) and all(map(_says, evidence.inputs, operands))
    try:
        return said and _compute(kind, operands, _places(result)) == result
    except (Invalid, ValueError, ArithmeticError):
        return False


def _derived(name: str, kind: str, formula: str, parts: Sequence[Fact], *, places: int | None = None) -> Fact:
    operands = [fact.canonical for fact in parts]
    if any(", " in operand for operand in operands):
        raise Invalid(f"{name} cannot be computed: an operand is no number and no date")
    result = _compute(formula, operands, places)
    evidence = DerivedEvidence(f"{formula}({', '.join(operands)}) = {result}", tuple(fact.evidence for fact in parts))
    return Fact(name, kind, result, worded(kind, result), evidence)


def _compute(kind: str, operands: Sequence[str], places: int | None) -> str:
    """The result of a formula; `places` None keeps every decimal. Raises Invalid for operands it cannot be computed from."""
    if kind == "days_between":
        start, end = (date.fromisoformat(operand) for operand in operands)
        return str((end - start).days)
    values = [_decimal(operand) for operand in operands]
    if kind == "sum":
        return str(sum(values, Decimal(0)))
    if kind == "median" and values:  # of an even number the larger of the two in the middle
        return canonical_number(sorted(values)[len(values) // 2])
    if len(values) != 2:
        raise Invalid(f"{kind} takes two operands")
    first, second = values
    if kind == "difference":
        return str(first - second)
    if kind == "product":
        return _rounded(first * second, places)
    if kind not in ("share", "change", "ratio"):
        raise Invalid(f"{kind} is no arithmetic of ours")
    if not second:
        raise Invalid(f"a {kind} of zero cannot be computed")
    if kind == "ratio":
        return _rounded(first / second, places)
    return _rounded(_HUNDRED * (first if kind == "share" else first - second) / abs(second), places)


def _rounded(value: Decimal, places: int | None) -> str:
    if places is None:
        return canonical_number(value)
    return str(value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP) + 0)


def _places(result: str) -> int:
    return len(result.partition(".")[2])


def _decimal(operand: str) -> Decimal:
    value = decimal_of(operand)
    if value is None:
        raise Invalid(f"{operand!r} is no number")
    return value


def _one_type(parts: Sequence[Fact]) -> str:
    kinds = {fact.type for fact in parts}
    if len(kinds) != 1:
        raise Invalid(f"cannot add up {', '.join(sorted(kinds)) or 'nothing'}: one type is needed")
    return kinds.pop()


def _says(evidence: Evidence, operand: str) -> bool:
    """Whether the evidence carries the operand: as a field's value, in its quote, or as the result of its formula."""
    if isinstance(evidence, DerivedEvidence):
        match = _FORMULA.fullmatch(evidence.formula)
        return match is not None and _same(match["result"], operand)
    if isinstance(evidence, RecordEvidence):
        return _same(evidence.value, operand) or _in_quote(evidence.value, operand)
    return _in_quote(evidence.quote, operand)


def _same(value: str, operand: str) -> bool:
    first, second = decimal_of(value), decimal_of(operand)
    return first == second if first is not None and second is not None else value == operand


def _in_quote(quote: str, operand: str) -> bool:
    """Whether a quote says the value. A page writes money without a sign of dollars and losses in parentheses, so types and
    the sign are not asked for here: the digits are."""
    wanted = decimal_of(operand)
    for figure in recognise(quote):
        found = decimal_of(figure.value)
        if figure.value == operand or (wanted is not None and found is not None and abs(found) == abs(wanted)):
            return True
    return any(found.tokens == names.tokens_of(operand) for found in names.known(quote, [operand]))


def _check_due(operands: str, result: str, evidence: Sequence[Evidence]) -> bool:
    head, _, listed = operands.partition("; ")
    rule_id, _, form = head.partition(", ")
    inputs = dict(pair.split("=", 1) for pair in listed.split("; ") if "=" in pair)
    dates = [value for value in inputs.values() if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value)]
    try:
        computed = again(rule_id, form, inputs)
    except (Invalid, KeyError, ValueError):
        return False
    known = bool(evidence) and all(any(_says(one, value) for one in evidence) for value in dates)
    return known and computed.due.isoformat() == result
