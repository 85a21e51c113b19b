"""The parts of a snapshot that the firm entered or wrote: contacts, work, time, bills, mail, notes, dates. One query a part, for many
clients at once.

Each function gives its values by client's id, in the order that a snapshot has them in. Never writes and never judges.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import BindParameter, Executable, and_, bindparam, exists, func, or_, select

from store import tables
from workspace.scope import Scope
from workspace.snapshot.model import (
    Client,
    Contact,
    Engagement,
    EnteredDeadline,
    Invoice,
    Message,
    Note,
    Payment,
    Person,
    Postponement,
    ReadPromise,
    RequestItem,
    Task,
    TimeEntry,
)

Ids = Collection[str]
_Value = TypeVar("_Value")


IDS: BindParameter[Any] = bindparam("ids", expanding=True)
"""The clients that a statement is about. Statements are built once: building one takes several times what the database takes for it."""


def rows_of(scope: Scope, query: Executable, ids: Ids) -> Sequence[Any]:
    """The rows of a query whose columns are the fields of a value, in their order."""
    return scope.session.execute(query, {"ids": list(ids)}).all()


def of_each(scope: Scope, query: Executable, ids: Ids, made: Callable[..., _Value]) -> Mapping[str, Sequence[_Value]]:
    """The rows of a query as values, by client: its first column is the client, the others are the value's fields."""
    found: dict[str, list[_Value]] = defaultdict(list)
    for client, *values in rows_of(scope, query, ids):
        found[client].append(made(*values))
    return found


@cache
def _select_contacts() -> Executable:
    row, link = tables.Contact, tables.ClientContact
    return (
        select(link.client_id, row.id, row.name, row.email, row.phone, link.title, link.is_primary, link.ownership_pct)
        .join(link, link.contact_id == row.id)
        .where(link.client_id.in_(IDS))
        .order_by(row.name, row.id)
    )


def contacts(scope: Scope, ids: Ids) -> Mapping[str, Sequence[Contact]]:
    """Those of the client's own, by name."""
    return of_each(scope, _select_contacts(), ids, Contact)


@cache
def _select_engagements() -> Executable:
    row, letter = tables.Engagement, tables.EngagementLetter
    return (
        select(row, letter.sent_on, letter.signed_on)
        .outerjoin(letter, letter.engagement_id == row.id)
        .where(row.client_id.in_(IDS))
        .order_by(row.ref)
    )


def engagements(scope: Scope, ids: Ids) -> Mapping[str, Sequence[Engagement]]:
    """With the dates of their letters, by ref."""
    rows = rows_of(scope, _select_engagements(), ids)
    found: dict[str, list[Engagement]] = defaultdict(list)
    for e, sent_on, signed_on in rows:
        found[e.client_id].append(_engagement(e, sent_on, signed_on))
    return found


def _engagement(e: tables.Engagement, sent_on: Any, signed_on: Any) -> Engagement:
    return Engagement(
        id=e.id,
        ref=e.ref,
        template=e.template,
        title=e.title,
        stage=e.stage,
        period_start=e.period_start,
        period_end=e.period_end,
        due=e.due,
        extended_to=e.extended_to,
        progress=e.progress,
        fee_type=e.fee_type,
        fee=e.fee,
        budget_hours=e.budget_hours,
        owner_id=e.owner_id,
        started_on=e.started_on,
        finished_on=e.finished_on,
        filed_on=e.filed_on,
        letter_sent_on=sent_on,
        letter_signed_on=signed_on,
    )


@cache
def _select_tasks() -> Executable:
    row = tables.Task
    return (
        select(row.client_id, row.id, row.engagement_id, row.title, row.owner_id, row.due, row.status)
        .add_columns(row.estimate_hours, row.done_on)
        .where(row.client_id.in_(IDS))
        .order_by(row.due.nulls_last(), row.title, row.id)
    )


def tasks(scope: Scope, ids: Ids) -> Mapping[str, Sequence[Task]]:
    """By date, those without one last."""
    return of_each(scope, _select_tasks(), ids, Task)


@cache
def _select_requests() -> Executable:
    row, of, pair = tables.RequestItem, tables.ClientRequest, tables.ItemMatch
    proposed = exists().where(pair.item_id == row.id, pair.state == "proposed")
    told, mail = tables.RequestReminder, tables.Deliverable
    rounds = (
        select(func.count())
        .select_from(told)
        .join(mail, mail.id == told.deliverable_id)
        .where(told.request_id == of.id, mail.state.in_(("released", "rejected")))
        .scalar_subquery()
    )
    reminded = and_(of.first_after.is_not(None), of.paused_on.is_(None), rounds < of.at_most)
    return (
        select(row.client_id, row.id, of.engagement_id, row.item, row.requested_on, row.due, row.received_on)
        .add_columns(row.wants, row.have, of.first_after.is_not(None), proposed, reminded, of.id, of.title)
        .join(of, of.id == row.request_id)
        .where(row.client_id.in_(IDS), or_(of.closed_on.is_(None), row.received_on.is_not(None)))
        .order_by(row.due.nulls_last(), row.item, row.id)
    )


def requests(scope: Scope, ids: Ids) -> Mapping[str, Sequence[RequestItem]]:
    """By date, those without one last."""
    return of_each(scope, _select_requests(), ids, RequestItem)


@cache
def _select_time() -> Executable:
    row = tables.TimeEntry
    return (
        select(row.client_id, row.id, row.date, row.person_id, row.hours, row.engagement_id, row.billable, row.rate)
        .add_columns(row.written_off_on, row.service, row.note, row.invoice_id)
        .where(row.client_id.in_(IDS))
        .order_by(row.date, row.id)
    )


def time(scope: Scope, ids: Ids, people: Mapping[str, Person]) -> Mapping[str, Sequence[TimeEntry]]:
    """By day; an entry without a rate has its person's standard one. What was written off by the scope's day is billed to nobody."""
    rows = rows_of(scope, _select_time(), ids)
    found: dict[str, list[TimeEntry]] = defaultdict(list)
    for client, entry, on, person, hours, work, billable, rate, off_on, *more in rows:
        rate = people[person].standard_rate if rate is None else rate
        billable = billable and (off_on is None or off_on > scope.today)
        found[client].append(TimeEntry(entry, on, person, hours, work, billable, rate, *more))
    return found


@cache
def _select_invoices() -> Executable:
    bill, payment = tables.Invoice, tables.Payment
    return (
        select(bill.client_id, bill.id, bill.number, bill.issued_on, bill.due_on, bill.amount)
        .add_columns(bill.engagement_id, bill.kind, payment.id, payment.paid_on, payment.amount)
        .outerjoin(payment, payment.invoice_id == bill.id)
        .where(bill.client_id.in_(IDS))
        .order_by(bill.issued_on, bill.number, payment.paid_on, payment.id)
    )


def invoices(scope: Scope, ids: Ids) -> Mapping[str, Sequence[Invoice]]:
    """With their payments, by the day of issue."""
    rows = rows_of(scope, _select_invoices(), ids)
    bills: dict[str, tuple[Any, ...]] = {}
    paid: dict[str, list[Payment]] = defaultdict(list)
    for client, bill_id, number, issued, due, amount, work, kind, *received in rows:
        bills[bill_id] = (client, number, issued, due, amount, work, kind)
        if received[0] is not None:
            paid[bill_id].append(Payment(*received))
    found: dict[str, list[Invoice]] = defaultdict(list)
    for bill_id, (client, *values) in bills.items():
        fields = [bill_id, *values, tuple(paid[bill_id])]
        found[client].append(Invoice(*fields))
    return found


@cache
def _select_messages() -> Executable:
    row, read = tables.Message, tables.PromiseReading
    return (
        select(row.client_id, row.id, read.reader, read.promises)
        .add_columns(row.message_id, row.thread, row.direction, row.sender, row.recipients)
        .add_columns(row.subject, row.sent_at, row.body, row.document_id)
        .outerjoin(read, (read.source == row.id) & (read.client_id == row.client_id))
        .where(row.client_id.in_(IDS))
        .order_by(row.sent_at.nulls_last(), row.message_id, row.id)
    )


def messages(scope: Scope, ids: Ids) -> Mapping[str, Sequence[Message]]:
    """By the moment at which they were sent, those without one last."""
    rows = rows_of(scope, _select_messages(), ids)
    found: dict[str, list[Message]] = defaultdict(list)
    for client, mail, reader, promises, message_id, thread, direction, sender, recipients, *more in rows:
        to = addressees(recipients)
        told = read_promises(reader, promises)
        fields = [mail, message_id, thread, direction, sender, to, *more, told]
        found[client].append(Message(*fields))
    return found


def read_promises(reader: str | None, promises: Iterable[Any] | None) -> tuple[ReadPromise, ...]:
    """What a model read in one text, as it was kept; nothing where none has read it."""
    return tuple(
        ReadPromise(**{**one, "due": date.fromisoformat(one["due"])}, reader=reader or "") for one in promises or ()
    )


def addressees(recipients: Iterable[Any]) -> tuple[str, ...]:
    """The addresses of the To line, lower case: a stored recipient is an address, or {"address", "kind"} of kind to or cc."""
    found: list[str] = []
    for one in recipients:
        if isinstance(one, dict):
            if str(one.get("kind", "to")) == "to":
                found.append(str(one.get("address", "")).lower())
        else:
            found.append(str(one).lower())
    return tuple(found)


@cache
def _select_notes() -> Executable:
    row, read = tables.Note, tables.PromiseReading
    return (
        select(row.client_id, read.reader, read.promises, row.id, row.date, row.author_id, row.text)
        .outerjoin(read, (read.source == row.id) & (read.client_id == row.client_id))
        .where(row.client_id.in_(IDS))
        .order_by(row.date, row.id)
    )


def notes(scope: Scope, ids: Ids) -> Mapping[str, Sequence[Note]]:
    """By day."""
    rows = rows_of(scope, _select_notes(), ids)
    found: dict[str, list[Note]] = defaultdict(list)
    for client, reader, promises, *values in rows:
        fields = [*values, read_promises(reader, promises)]
        found[client].append(Note(*fields))
    return found


@cache
def _select_entered() -> Executable:
    row = tables.EnteredDeadline
    return select(row).where(row.client_id.in_(IDS)).order_by(row.due, row.id)


def entered(scope: Scope, ids: Ids) -> Mapping[str, Sequence[EnteredDeadline]]:
    """By the day that was entered."""
    found: dict[str, list[EnteredDeadline]] = defaultdict(list)
    for (one,) in rows_of(scope, _select_entered(), ids):
        found[one.client_id].append(entered_of(one))
    return found


def entered_of(row: tables.EnteredDeadline) -> EnteredDeadline:
    """An entered date as a snapshot holds it."""
    return EnteredDeadline(
        id=row.id,
        title=row.title,
        due=row.due,
        authority=row.authority,
        engagement_id=row.engagement_id,
        confirmed=row.confirmed_by is not None,
        rule=row.rule,
        counted_from=row.counted_from,
        by_mail=bool(row.served_by_mail),
        court_state=row.court_state,
    )


@cache
def _select_postponements() -> Executable:
    """By state, not by client."""
    row = tables.Postponement
    columns = select(row.state, row.irs_notice, row.first_day, row.last_day, row.until, row.county)
    return columns.where(row.state.in_(IDS)).order_by(row.first_day, row.id)


def postponements(scope: Scope, clients: Collection[Client]) -> Mapping[str, Sequence[Postponement]]:
    """Those of the client's state, by their first day."""
    rows = rows_of(scope, _select_postponements(), {one.state or "" for one in clients})
    of_state: dict[str, list[Postponement]] = defaultdict(list)
    for state, *values in rows:
        of_state[state].append(Postponement(*values))
    return {one.id: of_state[one.state or ""] for one in clients}
