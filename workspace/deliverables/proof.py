"""What stands behind a tickmark, as a page shows it: the name of the source, where in it, its words, and how to open it.

Reads names of rows through the scope, so that proof never shows another client's. Renders nothing; the page itself is viewer.py's.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from store.tables import Contact, Document, Message, Person, Preference, RequestItem
from workspace.arithmetic import SIGNS, written
from workspace.deadlines import in_words
from workspace.deadlines.rules import by_id
from workspace.deadlines.with_returns import COMPANIONS, EXTENSION, SIGNATURE
from workspace.evidence import DerivedEvidence, DocumentEvidence, Evidence, MessageEvidence, RecordEvidence, from_json
from workspace.nights import time_zone
from workspace.scope import Scope
from workspace.tie_out.numbers import decimal_of
from workspace.tie_out.reasons import NOTHING


@dataclass(frozen=True)
class Source:
    """One source of a figure.

    `title` is what a person calls it, `where` the place in it, `quote` its words or value. `link` are the parts of the address that
    opens it: kind "document" (document, version, page, start, end), "message" (message_id, start, end), "client" (tab) or empty.
    `inputs` are the operands of arithmetic, in its order. `label` is what the file calls the figure, which the words of the text were
    held against; "" where no label is known.
    """

    title: str
    where: str
    quote: str
    link: Mapping[str, Any] = field(default_factory=dict[str, Any])
    inputs: tuple["Source", ...] = ()
    label: str = ""


def resolve(scope: Scope, evidence: Evidence | Mapping[str, Any] | None) -> Source:
    """The source of a tickmark; None is an untied figure. A row that is gone, or outside the scope, is said to be so."""
    if evidence is None:
        return Source("No source", "", NOTHING)
    match from_json(evidence) if isinstance(evidence, Mapping) else evidence:
        case DocumentEvidence() as found:
            return _document(scope, found)
        case MessageEvidence() as found:
            return _message(scope, found)
        case DerivedEvidence(formula, inputs):
            operands = tuple(resolve(scope, one) for one in inputs)
            return Source(
                _ARITHMETIC.get(formula.partition("(")[0], "Computed"), _rule(formula), _formula(formula), {}, operands
            )
        case RecordEvidence() as found:
            return _record(scope, found)


def of_mark(scope: Scope, mark: Mapping[str, Any]) -> Source:
    """The source of a kept tickmark, with the label that the words around it were held against; of an untied one the reason in words."""
    if mark["evidence"] is None:
        return Source("No source", "", mark.get("reason") or NOTHING)
    return replace(resolve(scope, mark["evidence"]), label=mark.get("label", ""))


def of_marks(scope: Scope, marks: Sequence[Mapping[str, Any]]) -> list[Source]:
    """`of_mark` of each, what stands behind several figures read once."""
    known: dict[str, Source] = {}
    for mark in marks:
        key = _key(mark)
        if key not in known:
            known[key] = of_mark(scope, mark)
    return [known[_key(mark)] for mark in marks]


def proven(scope: Scope, shown: Mapping[str, Any]) -> dict[str, Any]:
    """What `reading.show` gives, each tickmark with its `source` in words: `title`, `where`, `quote`."""
    marks = shown["tickmarks"]
    told = [{"title": s.title, "where": s.where, "quote": s.quote} for s in of_marks(scope, marks)]
    return {**shown, "tickmarks": [{**mark, "source": one} for mark, one in zip(marks, told, strict=True)]}


def in_a_line(source: Source) -> str:
    """A source as a list of proof has it: title, place, words, and what the file calls the figure."""
    where = f", {source.where}" if source.where else ""
    quote = " ".join(source.quote.split())
    line = f"{source.title}{where}: {quote}" if quote else f"{source.title}{where}"
    return f"{line} (on file as {source.label})" if source.label else line


def _key(mark: Mapping[str, Any]) -> str:
    return f"{mark['evidence']} {mark.get('reason', '')} {mark.get('label', '')}"


def flat(source: Source) -> list[Source]:
    """A source and, behind it, everything it was computed from, outermost first."""
    return [source, *(deeper for one in source.inputs for deeper in flat(one))]


_ARITHMETIC = {
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
    EXTENSION: "Form by rule",
    SIGNATURE: "Form by rule",
}
# What is worked out of two or counted, in the words of a person; the second of a change is what was before.
_SAID = {
    "share": "{0} of {1} is {result}%",
    "change": "from {1} to {0} is {result}%",
    "days_between": "{0} to {1}: {result} days",
    "count": "{0}",
}
_FIELDS = {
    "due": "due date",
    "due_on": "due date",
    "issued_on": "issue date",
    "paid_on": "payment date",
    "requested_on": "asked for on",
    "received_on": "received on",
    "filed_on": "filed on",
    "finished_on": "finished on",
    "extended_to": "extended to",
    "period_end": "end of the period",
    "letter_sent_on": "letter sent on",
    "annual_fee": "annual fee",
    "budget_hours": "budget hours",
    "ownership_pct": "ownership, percent",
    "sent_at": "sent",
    "zip": "ZIP code",
}
_ZONE = "America/New_York"  # as long as no firm was loaded
_TABS = {"engagement": "work", "request": "work", "invoice": "money", "payment": "money", "time": "money"}


def _document(scope: Scope, found: DocumentEvidence) -> Source:
    row = scope.session.scalars(
        select(Document).where(Document.id == found.document, Document.client_id.in_(scope.clients()))
    ).one_or_none()
    if row is None:
        return Source("A document that is not in this file", "", "")
    older = row.current_version_id not in (None, found.version)
    where = f"page {found.page}" + (", an earlier version of the file" if older else "")
    where += f", corrected by {found.corrected_by}" if found.corrected_by else ""
    link = {
        "kind": "document",
        "document": found.document,
        "version": found.version,
        "page": found.page,
        "start": found.start,
        "end": found.end,
    }
    return Source(row.path, where, found.quote, link)


def _message(scope: Scope, found: MessageEvidence) -> Source:
    row = _mail(scope, found.message_id)
    if row is None:
        return Source("A mail that is not in this file", "", "")
    link = {"kind": "message", "message_id": row.message_id, "start": found.start, "end": found.end}
    return Source(f"Mail “{row.subject}”", _sent(scope, row), found.quote, link)


def _record(scope: Scope, found: RecordEvidence) -> Source:
    kind, _, key = found.record.partition(":")
    name = _FIELDS.get(found.field, found.field.replace("_", " "))
    naming = _NAMES.get(kind)
    title, link = naming(scope, key) if naming else (found.record, {})
    if kind in _TABS:
        link = {"kind": "client", "tab": _TABS[kind]}
    return Source(title, name, found.value, link)


def _named(word: str) -> Callable[[Scope, str], tuple[str, dict[str, Any]]]:
    return lambda scope, key: (f"{word} {key}", {})


def _person(scope: Scope, email: str) -> tuple[str, dict[str, Any]]:
    name = scope.session.scalars(select(Person.name).where(Person.email == email)).one_or_none()
    return f"{name or email}, of the firm", {}


def _contact(scope: Scope, contact_id: str) -> tuple[str, dict[str, Any]]:
    row = scope.session.get(Contact, contact_id)
    return (f"Contact {row.name}" if row else "A contact that is gone"), {}


def _request(scope: Scope, item_id: str) -> tuple[str, dict[str, Any]]:
    item = scope.session.scalars(
        select(RequestItem.item).where(RequestItem.id == item_id, RequestItem.client_id.in_(scope.clients()))
    ).one_or_none()
    return (f"Request “{item}”" if item else "A request that is gone"), {}


def _document_record(scope: Scope, document_id: str) -> tuple[str, dict[str, Any]]:
    found = select(Document.path).where(Document.id == document_id, Document.client_id.in_(scope.clients()))
    path = scope.session.scalars(found).one_or_none()
    return path or "A document that is not in this file", {}


def _mail_record(scope: Scope, message_id: str) -> tuple[str, dict[str, Any]]:
    row = _mail(scope, message_id)
    if row is None:
        return "A mail that is not in this file", {}
    return f"Mail “{row.subject}”", {"kind": "message", "message_id": row.message_id, "start": 0, "end": 0}


def _proposal(scope: Scope, key: str) -> tuple[str, dict[str, Any]]:
    if key == "day":
        return "The day this draft was made", {}
    if key == "term":
        return "A proposal of this draft: right after the last term, and as long. Change it as you see fit", {}
    return (
        "A proposal of this draft: Friday of next week, or three business days before the due date. Change it as you see fit",
        {},
    )


def _preference(scope: Scope, key: str) -> tuple[str, dict[str, Any]]:
    row = scope.session.get(Preference, key)
    if row is None:
        return "A preference that is gone", {}
    by = scope.session.get(Person, row.decided_by) if row.decided_by else None
    whose = "for every client" if row.level == "firm" else "for this client"
    accepted = f", accepted by {by.name}" if by and row.state == "accepted" else ""
    link = {"kind": "client", "tab": "knowledge"} if row.level == "client" else {}
    return f"How letters are liked {whose}{accepted}", link


def _asked(scope: Scope, key: str) -> tuple[str, dict[str, Any]]:
    return "A reviewer's note", {}


_NAMES: dict[str, Callable[[Scope, str], tuple[str, dict[str, Any]]]] = {
    "client": _named("Client"),
    "engagement": _named("Engagement"),
    "invoice": _named("Invoice"),
    "notice": lambda scope, key: ("The notice's record", {}),
    "payment": lambda scope, key: ("Payment", {}),
    "time": lambda scope, key: ("Time entry", {}),
    "task": lambda scope, key: ("Task", {}),
    "note": lambda scope, key: ("Note", {}),
    "knowledge": lambda scope, key: ("What people know of the client", {}),
    "trust": lambda scope, key: ("Trust ledger", {}),
    "party": lambda scope, key: ("Party of the matter", {}),
    "deadline": lambda scope, key: ("Entered date", {}),
    "firm": lambda scope, key: ("The whole firm", {}),
    "setting": lambda scope, key: (f"The firm's setting for {key}", {}),
    "document": _document_record,
    "person": _person,
    "contact": _contact,
    "request": _request,
    "message": _mail_record,
    "proposal": _proposal,
    "preference": _preference,
    "review": _asked,
}


def _mail(scope: Scope, message_id: str) -> Message | None:
    either = (Message.id == message_id) | (Message.message_id == message_id)
    wanted = select(Message).where(either, Message.client_id.in_(scope.clients())).order_by(Message.id)
    return scope.session.scalars(wanted.limit(1)).one_or_none()


def _sent(scope: Scope, row: Message) -> str:
    """Who sent it and on which day of the firm's zone: a mail of the evening is not of the next day."""
    if row.sent_at is None:
        return f"from {row.sender}"
    zone = ZoneInfo(time_zone(scope) or _ZONE)
    return f"from {row.sender}, {in_words(row.sent_at.astimezone(zone).date())}"


def _rule(formula: str) -> str:
    """For a due date, and for a form that goes with a return, the rule and its authority."""
    companion = COMPANIONS.get(formula.partition("(")[0])
    if companion is not None:
        return f"{companion.what} ({companion.authority})"
    if not formula.startswith("due("):
        return ""
    rule = by_id(formula[4:].partition(",")[0])
    return f"{rule.title} ({rule.authority})"


def _formula(formula: str) -> str:
    """The formula as a person writes it: "1,200.00 + 3,000.00 = 4,200.00"."""
    head, _, result = formula.rpartition(" = ")
    kind, _, inside = head.partition("(")
    operands = [_grouped(one) for one in inside.rstrip(")").split(", ")]
    if kind in SIGNS:
        return written(kind, operands, _grouped(result))
    if kind in _SAID:
        return _SAID[kind].format(*operands, result=_grouped(result))
    if kind in COMPANIONS:
        return f"with Form {inside.rstrip(')')} goes Form {result}"
    if kind == "due":
        given = inside.rstrip(")").partition("; ")[2].replace("=", " ")
        return f"{given}: {result}" if given else result
    return formula


def _grouped(number: str) -> str:
    value = decimal_of(number)
    return number if value is None else f"{value:,}"
