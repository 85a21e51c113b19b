"""Everything a client's file says in figures, with what each is: for tying out a text that a person worded.

Records, read facts and what was computed from them as facts with labels ("fee, 2025 Form 1120-S"), values that held before told as
such. Reads a snapshot and the history of records; words no sentence and judges none.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import chain

from sqlalchemy import select

from store.tables import Document as DocumentRow
from store.tables import FactRow
from workspace.deadlines import in_words
from workspace.deliverables import sources
from workspace.evidence import DocumentEvidence, Evidence, RecordEvidence
from workspace.fact_values import plain_name
from workspace.record_history import record_history
from workspace.scope import Scope
from workspace.snapshot import Document, Engagement, Invoice, RequestItem, Snapshot
from workspace.snapshot import Fact as Read
from workspace.tie_out import Fact, derive, from_record, recognise

_KINDS = ("money", "date", "percent", "count")
# Names that say too little without the kind of their document.
_BARE = (
    "total",
    "amount",
    "number",
    "date",
    "due",
    "tax",
    "net",
    "gross",
    "rate",
    "start",
    "end",
    "balance",
    "name",
    "form",
)
# Whose lines are all of one thing.
_OF_KIND = {
    "ar-aging": "accounts receivable",
    "vendor-totals": "paid to vendors",
    "estimate-schedule": "estimated tax",
    "deposits": "tax deposit",
}
_LINES = ("line", "account", "customer", "vendor", "payee", "name", "description")
_OF_FIELD = {
    "fee": "money",
    "annual_fee": "money",
    "due": "date",
    "extended_to": "date",
    "ownership_pct": "percent",
}
_PERIODS = ("tax_year", "period_end", "as_of", "year")


def on_file(scope: Scope, snapshot: Snapshot) -> tuple[Fact, ...]:
    """Every figure of the client's file that holds, and after them those that held before (`gone`). Nine queries beyond the snapshot's."""
    now = on_record(snapshot, scope.today)
    return (*now, *_records_before(scope, snapshot, now), *_papers_before(scope, snapshot))


def on_record(snapshot: Snapshot, today: date, beside: Sequence[Fact] | None = None) -> tuple[Fact, ...]:
    """Every figure of the client's file that holds on that day. Opens no database. `beside`: of documents only what was read where one of
    these facts was, which is all that `labelled` asks of them."""
    places = None if beside is None else {_place(one.evidence) for one in beside}
    return tuple(
        chain(
            _client(snapshot),
            _people(snapshot),
            *(_engagement(one) for one in snapshot.engagements),
            *(_invoice(one, today) for one in snapshot.invoices),
            *(_request(one) for one in snapshot.requests),
            *(_document(one, places) for one in snapshot.documents),
            *(_fact("date", one.due, one.title, one.evidence("due")) for one in snapshot.entered),
        )
    )


def labelled(facts: Sequence[Fact], file: Sequence[Fact]) -> tuple[Fact, ...]:
    """The facts that a version was written from, with the labels that the file has for the same evidence; one whose record says another
    value by now is told as gone."""
    labels: dict[tuple[object, ...], list[str]] = {}
    values: dict[tuple[str, str], set[str]] = {}
    for one in file:
        if one.gone or one.type not in (*_KINDS, "name"):
            continue
        labels.setdefault((one.type == "name", *_place(one.evidence)), []).append(one.label)
        if isinstance(one.evidence, RecordEvidence) and one.type != "name":
            values.setdefault(_field(one.evidence), set()).add(one.canonical)
    return tuple(_known(one, labels, values) for one in facts)


def _known(
    fact: Fact, labels: Mapping[tuple[object, ...], list[str]], values: Mapping[tuple[str, str], set[str]]
) -> Fact:
    if fact.type not in (*_KINDS, "name") or fact.label:
        return fact
    names = dict.fromkeys(one for one in labels.get((fact.type == "name", *_place(fact.evidence)), ()) if one)
    said = replace(fact, label="; ".join(names)) if names else fact
    if fact.type == "name" or not isinstance(fact.evidence, RecordEvidence):
        return said
    held = values.get(_field(fact.evidence))
    return said if held is None or fact.canonical in held else replace(said, gone="the record was changed")


def _place(evidence: Evidence) -> tuple[object, ...]:
    if isinstance(evidence, DocumentEvidence):
        return (evidence.document, evidence.version, evidence.page, evidence.start, evidence.end)
    return _field(evidence) if isinstance(evidence, RecordEvidence) else (evidence,)


def _field(evidence: RecordEvidence) -> tuple[str, str]:
    return evidence.record, evidence.field


def _fact(kind: str, value: object, label: str, evidence: Evidence) -> Iterator[Fact]:
    """One labelled fact, none for an empty field."""
    if value is not None:
        text = value.isoformat() if isinstance(value, date) else str(value)
        yield replace(from_record(label.partition(",")[0], kind, text, evidence), label=label)


def _words(text: str, evidence: Evidence, label: str = "", called: str = "") -> Iterator[Fact]:
    """A text of a record as it stands: a name, of whom it is `called`, and whatever is a figure in it."""
    plain = " ".join(text.split())
    if plain:
        yield Fact("name", "name", plain, plain, evidence, called)
    for one in recognise(plain, [plain]):
        if one.type not in ("name", *_KINDS):
            yield Fact(one.type, one.type, one.value, one.text, evidence, label)


def _client(snapshot: Snapshot) -> Iterator[Fact]:
    client = snapshot.client
    yield from _words(client.name, client.evidence("name"), called="client")
    for field in ("tax_id", "address", "city", "zip"):
        if getattr(client, field):
            yield from _words(getattr(client, field), client.evidence(field))
    town = ", ".join(part for part in (client.city, client.state) if part)
    yield from _words(town, RecordEvidence(f"client:{client.ref}", "city and state", town))
    if couple := sources.couple(client.name):
        yield from _words(couple, client.evidence("name"), called="client")
    yield from _fact("money", client.annual_fee, "annual fee", client.evidence("annual_fee"))


def _people(snapshot: Snapshot) -> Iterator[Fact]:
    for person in snapshot.people.values():
        yield from _words(person.name, sources.person_evidence(person), called=f"{person.role} of the firm")
    for contact in snapshot.contacts:
        called = "; ".join(["contact", *([contact.title] if contact.title else [])])
        for name in dict.fromkeys((contact.name, sources.first_name(contact.name))):
            yield from _words(name, sources.contact_evidence(contact), called=called)
        for field in ("email", "phone"):
            if getattr(contact, field):
                yield from _words(getattr(contact, field), sources.contact_evidence(contact, field))
        share = sources.contact_evidence(contact, "ownership_pct")
        yield from _fact("percent", contact.ownership_pct, f"ownership, {contact.name}", share)


def _engagement(one: Engagement) -> Iterator[Fact]:
    yield from _words(one.title, one.evidence("title"))
    for kind, field, label in (
        ("money", "fee", "fee"),
        ("count", "budget_hours", "budget hours"),
        ("date", "due", "due date"),
        ("date", "extended_to", "due date when extended"),
        ("date", "period_end", "end of the period"),
        ("date", "filed_on", "date filed"),
        ("date", "letter_sent_on", "date of the engagement letter"),
        ("date", "letter_signed_on", "date the engagement letter was signed"),
    ):
        yield from _fact(kind, getattr(one, field), f"{label}, {one.title}", one.evidence(field))


def _invoice(bill: Invoice, today: date) -> Iterator[Fact]:
    yield from _words(bill.number, bill.evidence("number"))
    yield from _fact("money", bill.amount, f"invoice amount, {bill.number}", bill.evidence("amount"))
    yield from _fact("date", bill.issued_on, f"issue date, {bill.number}", bill.evidence("issued_on"))
    yield from _fact("date", bill.due_on, f"due date, {bill.number}", bill.evidence("due_on"))
    owed = from_record("amount", "money", bill.amount, bill.evidence("amount"))
    paid = [one for one in bill.payments if one.paid_on <= today]
    for one in paid:
        label, amount = f"payment received, {bill.number}", sources.payment_evidence(one, "amount")
        yield from _fact("money", one.amount, label, amount)
        yield from _fact("date", one.paid_on, f"payment date, {bill.number}", sources.payment_evidence(one, "paid_on"))
    sums = [from_record("payment", "money", one.amount, sources.payment_evidence(one, "amount")) for one in paid]
    left = (
        derive.difference("balance", owed, sums[0] if len(sums) == 1 else derive.total("paid", sums)) if sums else owed
    )
    yield replace(left, label=f"unpaid balance, {bill.number}")


def _request(one: RequestItem) -> Iterator[Fact]:
    for field, label in (("due", "due date"), ("requested_on", "date asked for"), ("received_on", "date received")):
        yield from _fact("date", getattr(one, field), f"{label}, {one.item.replace(',', ' ')}", one.evidence(field))


def _document(document: Document, places: Container[object] | None) -> Iterator[Fact]:
    wanted = [one for one in document.facts if places is None or _place(one.evidence) in places]
    if not wanted:
        return
    about = _about(document)
    rows = {fact.row: row for row in document.rows() for fact in row.values()}
    for fact in wanted:
        line = _line(rows.get(fact.row, {})) if fact.row is not None else ""
        yield from _read(fact, document.kind or "", about, line)


def _about(document: Document) -> str:
    """What the papers' figures are for: "notice CP2000, 2024"."""
    number, kind = document.value("notice_number"), (document.kind or "").replace("-", " ")
    period = next((value for name in _PERIODS if (value := document.value(name))), "")
    return ", ".join(part for part in (f"{kind} {number}" if number else kind, period[:7]) if part)


def _line(row: Mapping[str, Read]) -> str:
    """The words of a list's line that a figure stands in: an account, a customer, a vendor; "" in a list without such words."""
    return next((row[name].value.replace(",", " ") for name in _LINES if name in row), "")


def _read(fact: Read, kind: str, about: str, line: str) -> Iterator[Fact]:
    name = plain_name(fact.name)
    head = (
        (_OF_KIND.get(kind, "") if fact.type == "money" else "")
        or line
        or (f"{kind.replace('-', ' ')} {name}" if fact.name in _BARE else name)
    )
    if fact.type in _KINDS:
        told = f"{head}, {line}, {about}" if line and line != head else f"{head}, {about}"
        yield from _fact(fact.type, fact.value, told, fact.evidence)
    elif fact.type != "flag":
        yield from _words(fact.value, fact.evidence, f"{name}, {about}")


def _records_before(scope: Scope, snapshot: Snapshot, now: Sequence[Fact]) -> Iterator[Fact]:
    """What fields of records said before they were changed."""
    labels = {_place(one.evidence): one.label for one in now if one.label}
    for spell in record_history(scope, snapshot.client.ref):
        kind = _OF_FIELD.get(spell.field)
        if kind is None or spell.until is None or spell.value is None:
            continue
        label = labels.get((spell.record, spell.field), f"{plain_name(spell.field)}, {spell.title}")
        proof = RecordEvidence(spell.record, spell.field, spell.value)
        for one in _fact(kind, spell.value, label, proof):
            yield replace(one, gone=in_words(spell.until))


def _papers_before(scope: Scope, snapshot: Snapshot) -> Iterator[Fact]:
    """What earlier versions of documents said that the current ones do not."""
    documents = {one.id: one for one in snapshot.documents}
    wanted = (
        select(FactRow, DocumentRow.path)
        .join(DocumentRow, DocumentRow.id == FactRow.document_id)
        .where(
            FactRow.client_id == snapshot.client.id,
            FactRow.client_id.in_(scope.clients()),
            FactRow.version_id != DocumentRow.current_version_id,
            FactRow.type.in_(_KINDS),
        )
    )
    for row, path in scope.session.execute(wanted.order_by(FactRow.id)).tuples():
        document = documents.get(row.document_id)
        if document is None or any(one.name == row.name and one.value == row.value for one in document.facts):
            continue
        proof = DocumentEvidence(row.document_id, row.version_id, row.page, row.start, row.end, row.quote)
        for one in _fact(row.type, row.value, f"{plain_name(row.name)}, {_about(document)}", proof):
            yield replace(one, gone=f"a newer version of {path} came")
