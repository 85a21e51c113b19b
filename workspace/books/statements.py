"""Accounts lined up over the periods of one kind of statement, each figure with its cells.

Owns which document speaks for a period (the one that came last) and which accounts are the same: by number, else by exact name. Never
guesses: an account that has neither stands alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from workspace.deadlines import month_end
from workspace.evidence import Evidence
from workspace.signals.proof import difference, total
from workspace.snapshot.figures import Figure

TYPES = ("asset", "liability", "equity", "income", "expense")
MEASURE = {"trial-balance": "closing", "profit-and-loss": "activity", "balance-sheet": "closing"}
_ZERO = Decimal(0)
_Key = tuple[str, str, str]
_Placed = tuple[str, Figure]  # with the key of its period


@dataclass(frozen=True)
class Period:
    """A column. `start` None: a balance on its last day. `basis` is said only where the firm has the period on both. `replaced` are the
    other documents that state it too (id and path), newest first: the one in `document_id` came last and counts."""

    start: date | None
    end: date
    basis: str | None
    document_id: str
    path: str
    replaced: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> str:
        """Its name in addresses: "2026-03-31", "2026-01-01..2026-03-31", with "/cash" behind where the basis tells two apart."""
        days = self.end.isoformat() if self.start is None else f"{self.start.isoformat()}..{self.end.isoformat()}"
        return f"{days}/{self.basis}" if self.basis else days

    @property
    def length(self) -> int:
        """How long it is, in steps that no calendar blurs: about a month, a quarter, a year; 0 for a balance."""
        return 0 if self.start is None else round(((self.end - self.start).days + 1) / 30.4)

    @property
    def months(self) -> int:
        """Whole calendar months; 0 for a balance and for a span that is none."""
        if self.start is None or self.start.day != 1 or self.end != month_end(self.end.year, self.end.month):
            return 0
        return (self.end.year - self.start.year) * 12 + self.end.month - self.start.month + 1


@dataclass(frozen=True)
class Amount:
    """Dollars, debit positive, of the cells that say so; several where a report has an account twice, or debit and credit."""

    figures: tuple[Figure, ...]

    @property
    def dollars(self) -> Decimal:
        return sum((one.amount for one in self.figures), _ZERO)

    @property
    def sign(self) -> int:
        """What turns the dollars into what people read: of a statement as it prints them, of a trial balance with credits negative."""
        first = self.figures[0]
        return 1 if first.statement == "trial-balance" else first.sign

    @property
    def printed(self) -> Decimal:
        """As people read it: income and liabilities of a statement without a sign."""
        return self.sign * self.dollars

    @property
    def evidence(self) -> Evidence:
        """The cell, or the arithmetic over several."""
        return balance([(self.sign, self)])[1]


def balance(terms: Sequence[tuple[int, Amount]]) -> tuple[Decimal, Evidence]:
    """The sum of amounts, each with its sign (1 or -1), and its arithmetic over the cells as they are printed: what counts for it less what
    counts against it. Where nothing counts for it, the arithmetic shows the sum without its sign."""
    signed = [(sign * figure.sign, figure) for sign, amount in terms for figure in amount.figures]
    plus, minus = ([figure for sign, figure in signed if sign == of] for of in (1, -1))
    sums = [sum((one.printed for one in side), _ZERO) for side in (plus, minus)]
    if plus and minus:
        return sums[0] - sums[1], difference(sums[0], sums[1], [_added(plus), _added(minus)])
    return sums[0] - sums[1], _added(plus or minus)


def _added(figures: Sequence[Figure]) -> Evidence:
    if len(figures) == 1:
        return figures[0].evidence
    return total([one.printed for one in figures], [one.evidence for one in figures])


@dataclass(frozen=True)
class Account:
    """A line. `names` are its names, the latest first: more than one says that it was renamed under its number. `type` None: neither a
    heading nor a number nor a name told it. `amounts` by the key of the period."""

    number: str | None
    names: tuple[str, ...]
    type: str | None
    told_by: str | None
    amounts: Mapping[str, Amount]
    line: int = 0

    @property
    def name(self) -> str:
        return self.names[0]

    @property
    def label(self) -> str:
        return f"{self.number} {self.name}" if self.number else self.name


@dataclass(frozen=True)
class Statement:
    """One kind of statement: its periods (months before quarters before years, each oldest first), its accounts in order, the sums that the
    reports print, by name and period.

    `openings` and `activities` are what a trial balance that rolls prints beside its closing balances, by period and account label."""

    kind: str
    periods: tuple[Period, ...]
    accounts: tuple[Account, ...]
    sums: Mapping[str, Mapping[str, Amount]]
    openings: Mapping[str, Mapping[str, Amount]]
    activities: Mapping[str, Mapping[str, Amount]]

    def newest(self, most: int) -> tuple[Period, ...]:
        """The periods that end last, in their order."""
        latest = sorted(self.periods, key=lambda one: (one.end, -one.length), reverse=True)[:most]
        return tuple(one for one in self.periods if one in latest)

    def amounts(self, period: Period) -> list[tuple[Account, Amount]]:
        """The accounts that the period has."""
        return [(one, one.amounts[period.key]) for one in self.accounts if period.key in one.amounts]


def line_up(kind: str, figures: Iterable[Figure]) -> Statement:
    """The statement of these figures, which are of one client."""
    own = [one for one in figures if one.statement == kind]
    periods = _periods(own)
    placed = [(period.key, one) for period in periods for one in own if _is_of(one, period)]
    lines = _lines([(key, one) for key, one in placed if one.role == "account"])
    accounts = sorted((_account(kind, found) for found in lines.values()), key=_order)
    return Statement(
        kind,
        tuple(periods),
        tuple(one for one in accounts if one.amounts),
        _sums(placed),
        _beside("opening", lines.values()),
        _beside("activity", lines.values()) if kind == "trial-balance" else {},
    )


def _span(figure: Figure) -> tuple[date | None, date]:
    return (figure.period_start if figure.statement == "profit-and-loss" else None), figure.period_end


def _periods(figures: Sequence[Figure]) -> list[Period]:
    """Oldest first; of two documents that state a period the one that came last, unless one is on cash and the other on accruals."""
    by_span: dict[tuple[date | None, date], dict[str | None, dict[str, Figure]]] = defaultdict(
        lambda: defaultdict(dict)
    )
    for one in figures:
        by_span[_span(one)][one.basis].setdefault(one.document_id, one)
    found: list[Period] = []
    for (start, end), by_basis in by_span.items():
        several = len([basis for basis in by_basis if basis]) > 1
        groups = (
            list(by_basis.items()) if several else [(None, {k: v for of in by_basis.values() for k, v in of.items()})]
        )
        for basis, papers in groups:
            newest = sorted(papers.values(), key=lambda one: (one.received_at, one.path), reverse=True)
            others = tuple((one.document_id, one.path) for one in newest[1:])
            said = (basis or "not said") if several else None
            found.append(Period(start, end, said, newest[0].document_id, newest[0].path, others))
    return sorted(found, key=lambda one: (one.length, one.end, one.basis or ""))


def _is_of(figure: Figure, period: Period) -> bool:
    if figure.document_id != period.document_id or _span(figure) != (period.start, period.end):
        return False
    return period.basis is None or (figure.basis or "not said") == period.basis


def _lines(placed: Sequence[_Placed]) -> dict[_Key, list[_Placed]]:
    """The figures of each account: those with its number, those without one whose name only it has."""
    numbers: dict[str, set[str]] = defaultdict(set)
    types: dict[str, set[str]] = defaultdict(set)
    for _, one in placed:
        if one.number:
            numbers[_bare(one.account)].add(one.number)
        elif one.type:
            types[_bare(one.account)].add(one.type)
    found: dict[_Key, list[_Placed]] = defaultdict(list)
    for key, one in placed:
        name = _bare(one.account)
        number = one.number or (next(iter(numbers[name])) if len(numbers[name]) == 1 else "")
        kind = one.type or "" if len(types[name]) > 1 else ""
        found[(number, "", "") if number else ("", name, kind)].append((key, one))
    return found


def _bare(name: str) -> str:
    return " ".join(name.split()).casefold()


def _account(kind: str, placed: Sequence[_Placed]) -> Account:
    """The account of these figures, which come oldest period first."""
    amounts: dict[str, list[Figure]] = defaultdict(list)
    for key, one in placed:
        if one.measure == MEASURE[kind]:
            amounts[key].append(one)
    latest = [one for _, one in reversed(placed)]
    told = next((one for one in latest if one.type), latest[0])
    names = {_bare(one.account): one.account for one in reversed(latest)}
    order = dict.fromkeys(_bare(one.account) for one in latest)
    number = next((one.number for one in latest if one.number), None)
    figures = {key: Amount(tuple(found)) for key, found in amounts.items()}
    return Account(number, tuple(names[one] for one in order), told.type, told.told_by, figures, latest[0].line or 0)


def _order(account: Account) -> tuple[int, str, int]:
    rank = TYPES.index(account.type) if account.type in TYPES else len(TYPES)
    return rank, account.number or "~", account.line


def _sums(placed: Sequence[_Placed]) -> dict[str, dict[str, Amount]]:
    found: dict[str, dict[str, Amount]] = defaultdict(dict)
    for key, one in placed:
        if one.role == "total":
            found[one.account][key] = Amount((one,))
    return dict(found)


def _beside(measure: str, lines: Iterable[Sequence[_Placed]]) -> dict[str, dict[str, Amount]]:
    """By period and account label, what a trial balance prints beside its closing balances."""
    found: dict[str, dict[str, list[Figure]]] = defaultdict(lambda: defaultdict(list))
    for placed in lines:
        label = _account("trial-balance", placed).label
        for key, one in placed:
            if one.measure == measure:
                found[key][label].append(one)
    return {key: {label: Amount(tuple(of)) for label, of in labels.items()} for key, labels in found.items()}
