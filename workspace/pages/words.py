"""Evidence in a sentence's worth of words, for cards and lists: no query, no names of rows. The whole proof is deliverables/proof.py's."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from store.sealed import Unopened
from workspace.arithmetic import CUT, SIGNS, written

_RECORDS = {
    "client": "Client",
    "engagement": "Engagement",
    "invoice": "Invoice",
    "notice": "The notice",
    "payment": "Payment",
    "time": "Time entry",
    "setting": "The firm's setting",
    "contact": "Contact",
    "request": "Request",
    "message": "Mail",
    "document": "Document",
    "person": "",
    "task": "Step",
    "note": "Note",
    "trust": "Trust ledger",
    "party": "Party",
    "deadline": "Entered date",
    "firm": "The whole firm",
}
_NAMED = ("client", "engagement", "invoice", "person")  # what follows the colon is a name of the trade, not an id
_FIELDS = {
    "due": "due date",
    "due_on": "due date",
    "issued_on": "issued",
    "paid_on": "paid",
    "requested_on": "asked for",
    "received_on": "received",
    "filed_on": "filed",
    "finished_on": "finished",
    "extended_to": "extended to",
    "period_end": "end of period",
    "letter_sent_on": "letter sent",
    "letter_signed_on": "letter signed",
    "sent_at": "sent",
    "done_on": "done",
    "counted_from": "counted from",
    "reconciled_on": "reconciled through",
}
_VERBS = {
    "sum": "Footed",
    "difference": "Difference",
    "product": "Product",
    "share": "Share",
    "change": "Change",
    "ratio": "Ratio",
    "count": "Counted",
    "median": "Median",
    "days_between": "Days counted",
    "due": "Due date",
}
_TAX_ID = re.compile(r"\d{3}-\d{2}-\d{4}|\d{2}-\d{7}")  # a quote that is nothing else
_LONGEST = 160  # characters of a quote
_OPERANDS = 4


def told(items: Iterable[Mapping[str, Any]]) -> list[tuple[Mapping[str, Any], str]]:
    """Pieces of evidence with their words; a record that was named before in the list is not named again."""
    named: set[str] = set()
    found: list[tuple[Mapping[str, Any], str]] = []
    for one in items:
        record = str(one.get("record", ""))
        found.append((one, _field(one) if record in named else evidence_in_words(one)))
        named |= {record} if record.partition(":")[0] in _NAMED else set()
    return found


def evidence_in_words(evidence: Mapping[str, Any]) -> str:
    """One piece of evidence: a quote in quotation marks, a field with its value, arithmetic as a person writes it."""
    match evidence["kind"]:
        case "document" | "message":
            by, quote = evidence.get("corrected_by"), shortened(str(evidence["quote"]))
            return f"“{covered(quote) if _TAX_ID.fullmatch(quote) else quote}”" + (f", corrected by {by}" if by else "")
        case "derived":
            return _arithmetic(str(evidence["formula"]))
        case _:
            return _record(evidence)


def shortened(text: str, longest: int = _LONGEST) -> str:
    """A text on one line, cut at a word."""
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[:longest].rsplit(' ', 1)[0]} …"


def _record(evidence: Mapping[str, Any]) -> str:
    kind, _, name = str(evidence["record"]).partition(":")
    title = " ".join(part for part in (_RECORDS.get(kind, kind), name if kind in _NAMED else "") if part)
    return f"{title}, {_field(evidence)}"


def _field(evidence: Mapping[str, Any]) -> str:
    field, value = str(evidence["field"]), str(evidence["value"])
    shown = covered(value) if field == "tax_id" else value.replace("-", " ") if field == "stage" else plainly(value)
    return f"{_FIELDS.get(field, field.replace('_', ' '))}: {shown}"


def covered(tax_id: str | None) -> str:
    """A tax id with all but its last four digits covered; pages never print it whole. One whose key is lost says so."""
    if isinstance(tax_id, Unopened):
        return "sealed, its key is not here: enter it again"
    digits = [c for c in tax_id or "" if c.isdigit()]
    return "•••••" + "".join(digits[-4:]) if digits else "none"


def plainly(value: str) -> str:
    """A stored value as a page writes it: dates in words, amounts grouped, "none" for the empty one."""
    if not value:
        return "none"
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}(T\d{2}:.*)?", value):
        on = date.fromisoformat(value[:10])
        return f"{on:%b} {on.day}, {on.year}"
    if re.fullmatch(r"-?\d{4,}(\.\d+)?", value):
        return f"{Decimal(value):,}"
    return shortened(value)


def _arithmetic(formula: str) -> str:
    """ "sum(1200.00, 3000.00) = 4200.00" as "1,200.00 + 3,000.00 = 4,200.00", a long one cut in the middle."""
    head, _, result = formula.rpartition(" = ")
    kind, _, inside = head.partition("(")
    if kind == "due":
        return f"{_due(inside)}: {plainly(result)}"
    operands = [_number(one) for one in inside.rstrip(")").split(", ")]
    if kind == "days_between":
        return f"{' to '.join(operands)}: {result} days"
    if kind not in SIGNS:
        return f"{_VERBS.get(kind, kind)}: {', '.join(operands)} = {_number(result)}"
    if len(operands) == 1:
        return _number(result)
    if len(operands) > _OPERANDS:
        operands = [*operands[: _OPERANDS - 2], CUT, operands[-1]]
    return written(kind, operands, _number(result))


def _due(inside: str) -> str:
    """ "1065, 1065; tax year end=2025-12-31; state=PA)" as "Table of due dates, 1065, tax year end Dec 31, 2025"."""
    form, *given = inside.rpartition(")")[0].partition(", ")[2].split("; ")
    dated = [pair.split("=", 1) for pair in given if re.search(r"=\d{4}-\d{2}-\d{2}$", pair)]
    # a rule of court is of no form
    return ", ".join(
        ["Table of due dates", *([form] if form else []), *(f"{name} {plainly(value)}" for name, value in dated)]
    )


def _number(text: str) -> str:
    try:
        return f"{Decimal(text):,}"
    except InvalidOperation:
        return plainly(text)
