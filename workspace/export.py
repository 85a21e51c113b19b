"""Everything of a firm on its way out: the rows of the contract's files, the files themselves, and every other record as plain values.

The rows are those that `records` would make the same tables from. Secrets (password hashes, sessions) stay. Never writes a file.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Column, ColumnElement, Select, Table, false, or_, select
from sqlalchemy.orm import aliased

from store.ids import stable_id
from store.moving import OF_THE_WHOLE, leaving, read_rows
from store.rows import (
    ClientRow,
    ContactRow,
    CorrectionRow,
    EngagementRow,
    FirmRow,
    InvoiceRow,
    NoteRow,
    PaymentRow,
    RequestRow,
    Row,
    StaffRow,
    TaskRow,
    TimeRow,
)
from store.tables import (
    Client,
    ClientContact,
    ClientGroup,
    ClientRequest,
    Contact,
    Document,
    DocumentVersion,
    Engagement,
    EngagementLetter,
    FactCorrection,
    Firm,
    Invoice,
    Message,
    Note,
    Payment,
    Person,
    RequestItem,
    Task,
    TimeEntry,
)
from workspace.directory.contacts import seen_contacts
from workspace.requests.rows import in_order
from workspace.scope import Right, Scope

R = TypeVar("R", bound=Row)
# What is nobody's yet may be a client's whom the asker must not see: only the operator takes it along.
_UNSORTED = {"loose_files", "watched_files"}


@dataclass(frozen=True)
class ExportedFile:
    """A version of a document. `kind`: document, mail (a message of `mail/`), or enclosed (lies inside a message). `document` is its id,
    `is_message` whether it is a mail, wherever it lies."""

    client_ref: str
    path: str
    source: str
    number: int
    blob: str
    current: bool
    kind: str
    document: str = ""
    is_message: bool = False


def firm(scope: Scope) -> FirmRow | None:
    """The firm, None before the first load."""
    row = scope.session.scalars(select(Firm)).one_or_none()
    if row is None:
        return None
    return FirmRow(name=row.name, timezone=row.timezone, fiscal_year_end=row.fiscal_year_end, settings=row.settings)


def staff(scope: Scope) -> Iterator[StaffRow]:
    for p in scope.session.scalars(select(Person).order_by(Person.email)):
        yield StaffRow(
            email=p.email,
            name=p.name,
            role=p.role,
            standard_rate=p.standard_rate,
            cost_rate=p.cost_rate,
            weekly_hours=p.weekly_hours,
            active=p.active,
            custom=p.custom,
        )


def clients(scope: Scope) -> Iterator[ClientRow]:
    partner, manager = aliased(Person), aliased(Person)
    query = (
        select(Client, ClientGroup.name, partner.email, manager.email)
        .outerjoin(ClientGroup, ClientGroup.id == Client.group_id)
        .outerjoin(partner, partner.id == Client.partner_id)
        .outerjoin(manager, manager.id == Client.manager_id)
        .where(Client.id.in_(scope.clients()))
    )
    for c, group, by_partner, by_manager in scope.session.execute(query.order_by(Client.ref)):
        yield ClientRow(
            ref=c.ref,
            name=c.name,
            entity_type=c.entity_type,
            status=c.status,
            group=group,
            partner=by_partner,
            manager=by_manager,
            tax_id=c.tax_id,
            state=c.state,
            fiscal_year_end=c.fiscal_year_end,
            industry=c.industry,
            since=c.since,
            annual_fee=c.annual_fee,
            ai_policy=c.ai_policy,
            address=c.address,
            city=c.city,
            zip=c.zip,
            custom=c.custom,
        )


def contacts(scope: Scope) -> Iterator[ContactRow]:
    query = (
        select(ClientContact, Contact, Client.ref)
        .join(Contact, Contact.id == ClientContact.contact_id)
        .join(Client, Client.id == ClientContact.client_id)
        .where(ClientContact.client_id.in_(scope.clients()))
    )
    for tie, contact, ref in scope.session.execute(query.order_by(Client.ref, Contact.name, Contact.id)):
        yield ContactRow(
            client_ref=ref,
            name=contact.name,
            email=contact.email,
            phone=contact.phone,
            title=tie.title,
            is_primary=tie.is_primary,
            ownership_pct=tie.ownership_pct,
            custom=contact.custom,
        )


def engagements(scope: Scope) -> Iterator[EngagementRow]:
    query = (
        select(Engagement, Client.ref, Person.email, EngagementLetter.sent_on, EngagementLetter.signed_on)
        .join(Client, Client.id == Engagement.client_id)
        .outerjoin(Person, Person.id == Engagement.owner_id)
        .outerjoin(EngagementLetter, EngagementLetter.engagement_id == Engagement.id)
        .where(Engagement.client_id.in_(scope.clients()))
    )
    for e, ref, owner, sent_on, signed_on in scope.session.execute(query.order_by(Engagement.ref)):
        yield EngagementRow(
            ref=e.ref,
            client_ref=ref,
            template=e.template,
            title=e.title,
            period_start=e.period_start,
            period_end=e.period_end,
            due=e.due,
            stage=e.stage,
            progress=e.progress,
            fee_type=e.fee_type,
            fee=e.fee,
            budget_hours=e.budget_hours,
            owner=owner,
            letter_sent_on=sent_on,
            letter_signed_on=signed_on,
            started_on=e.started_on,
            finished_on=e.finished_on,
            filed_on=e.filed_on,
            extended_to=e.extended_to,
            custom=e.custom,
        )


def tasks(scope: Scope) -> Iterator[TaskRow]:
    query = (
        select(Task, Engagement.ref, Person.email)
        .join(Engagement, Engagement.id == Task.engagement_id)
        .outerjoin(Person, Person.id == Task.owner_id)
        .where(Task.client_id.in_(scope.clients()))
        .order_by(Engagement.ref, Task.title, Task.id)
    )
    found = [
        (
            t.id,
            TaskRow(
                engagement_ref=ref,
                title=t.title,
                owner=owner,
                due=t.due,
                status=t.status,
                estimate_hours=t.estimate_hours,
                done_on=t.done_on,
                custom=t.custom,
            ),
        )
        for t, ref, owner in scope.session.execute(query)
    ]
    return as_they_stood("task", found, lambda row: (row.engagement_ref, row.title))


def requests(scope: Scope) -> Iterator[RequestRow]:
    query = (
        select(RequestItem, Engagement.ref, Client.ref, ClientRequest.id, ClientRequest.title)
        .join(ClientRequest, ClientRequest.id == RequestItem.request_id)
        .join(Client, Client.id == RequestItem.client_id)
        .outerjoin(Engagement, Engagement.id == ClientRequest.engagement_id)
        .where(RequestItem.client_id.in_(scope.clients()))
        .order_by(Engagement.ref.nulls_last(), Client.ref, RequestItem.item, RequestItem.id)
    )
    found = [
        (
            i.id,
            RequestRow(
                engagement_ref=ref,
                item=i.item,
                requested_on=i.requested_on,
                due=i.due,
                received_on=i.received_on,
                list=None if key == stable_id("req", ref or "") else title,
                client_ref=None if ref else client,
                custom=i.custom,
            ),
        )
        for i, ref, client, key, title in scope.session.execute(query)
    ]
    by_words: defaultdict[tuple[str, str], dict[str, RequestRow]] = defaultdict(dict)
    for identity, row in found:
        by_words[row.engagement_ref or f"client {row.client_ref}", row.item][identity] = row
    for (of, item), same in by_words.items():
        yield from (same[identity] for identity in in_order(of, item, same))


def invoices(scope: Scope) -> Iterator[InvoiceRow]:
    query = (
        select(Invoice, Client.ref, Engagement.ref)
        .join(Client, Client.id == Invoice.client_id)
        .outerjoin(Engagement, Engagement.id == Invoice.engagement_id)
        .where(Invoice.client_id.in_(scope.clients()))
    )
    for i, ref, engagement in scope.session.execute(query.order_by(Invoice.number)):
        yield InvoiceRow(
            number=i.number,
            client_ref=ref,
            engagement_ref=engagement,
            issued_on=i.issued_on,
            due_on=i.due_on,
            amount=i.amount,
            custom=i.custom,
        )


def time(scope: Scope) -> Iterator[TimeRow]:
    query = (
        select(TimeEntry, Person.email, Client.ref, Engagement.ref)
        .join(Person, Person.id == TimeEntry.person_id)
        .join(Client, Client.id == TimeEntry.client_id)
        .outerjoin(Engagement, Engagement.id == TimeEntry.engagement_id)
        .where(TimeEntry.client_id.in_(scope.clients()))
        .order_by(TimeEntry.date, Person.email, Client.ref, TimeEntry.id)
    )
    found = [
        (
            t.id,
            TimeRow(
                date=t.date,
                staff=email,
                client_ref=ref,
                engagement_ref=engagement,
                hours=t.hours,
                service=t.service,
                billable=t.billable,
                rate=t.rate,
                note=t.note,
                custom=t.custom,
            ),
        )
        for t, email, ref, engagement in scope.session.execute(query)
    ]
    return as_they_stood(
        "time", found, lambda r: (r.date, r.staff, r.client_ref, r.engagement_ref or "", r.service or "")
    )


def payments(scope: Scope) -> Iterator[PaymentRow]:
    query = (
        select(Payment, Invoice.number)
        .join(Invoice, Invoice.id == Payment.invoice_id)
        .where(Payment.client_id.in_(scope.clients()))
        .order_by(Invoice.number, Payment.paid_on, Payment.id)
    )
    found = [
        (p.id, PaymentRow(invoice_number=number, paid_on=p.paid_on, amount=p.amount, custom=p.custom))
        for p, number in scope.session.execute(query)
    ]
    return as_they_stood("pay", found, lambda row: (row.invoice_number, row.paid_on))


def notes(scope: Scope) -> Iterator[NoteRow]:
    query = (
        select(Note, Client.ref, Person.email)
        .join(Client, Client.id == Note.client_id)
        .outerjoin(Person, Person.id == Note.author_id)
        .where(Note.client_id.in_(scope.clients()))
    )
    for n, ref, author in scope.session.execute(query.order_by(Client.ref, Note.date, Note.id)):
        yield NoteRow(client_ref=ref, date=n.date, author=author, text=n.text, custom=n.custom)


def corrections(scope: Scope) -> Iterator[CorrectionRow]:
    query = (
        select(FactCorrection, Document.path, Client.ref, Person.email)
        .join(Document, Document.id == FactCorrection.document_id)
        .join(Client, Client.id == FactCorrection.client_id)
        .join(Person, Person.id == FactCorrection.person_id)
        .where(FactCorrection.client_id.in_(scope.clients()))
    )
    for c, path, ref, by in scope.session.execute(query.order_by(Client.ref, Document.path, FactCorrection.id)):
        yield CorrectionRow(
            client_ref=ref,
            path=path,
            action=c.action,
            fact=c.name,
            fact_row=c.row,
            type=c.type,
            value=c.value or None,
            was=c.was or None,
            page=c.page,
            quote=c.quote or None,
            note=c.note or None,
            by=by,
            at=c.at.isoformat(),
        )


def as_they_stood(prefix: str, found: Sequence[tuple[str, R]], key: Callable[[R], tuple[Hashable, ...]]) -> Iterator[R]:
    """Rows that agree in their natural key in the order in which they were numbered, so that a load gives each its old id."""
    groups: defaultdict[tuple[Hashable, ...], list[tuple[str, R]]] = defaultdict(list)
    for identity, row in found:
        groups[key(row)].append((identity, row))
    for values, group in groups.items():
        places = {stable_id(prefix, *values, n): n for n in range(len(group))}
        yield from (row for _, row in sorted(group, key=lambda item: places.get(item[0], len(group))))


def files(scope: Scope) -> Iterator[ExportedFile]:
    """Every version of every document, by client, path and number."""
    query = (
        select(Document, DocumentVersion, Client.ref, Message.id)
        .join(DocumentVersion, DocumentVersion.document_id == Document.id)
        .join(Client, Client.id == Document.client_id)
        .outerjoin(Message, Message.document_id == Document.id)
        .where(Document.client_id.in_(scope.clients()))
        .order_by(Client.ref, Document.path, DocumentVersion.number)
    )
    for document, version, ref, message in scope.session.execute(query).tuples():
        enclosed = document.source == "mail" and message is None
        kind = "enclosed" if enclosed else "mail" if document.source == "mail" else "document"
        current = document.current_version_id == version.id
        told = (ref, document.path, document.source, version.number, version.blob, current, kind)
        yield ExportedFile(*told, document.id, message is not None)


def records(scope: Scope) -> Iterator[tuple[str, Iterator[dict[str, Any]]]]:
    """Every table that leaves (store/moving.py), as (name, its rows by column). Raises Forbidden without export:write."""
    scope.require(Right.EXPORT_WRITE)
    scope.require(Right.MONEY_SEE)
    for table in leaving():
        yield table.name, read_rows(scope.session, table, *_hers(scope, table))


def is_whole(scope: Scope) -> bool:
    """Whether nothing is hidden from the asker: the operator's export holds everything, a person's what she sees."""
    return scope.role == "system" and scope.person_id is None


def _hers(scope: Scope, table: Table) -> Iterator[ColumnElement[bool]]:
    """What limits a table to the rows that the asker may take along."""
    if is_whole(scope):
        return
    if table.name in OF_THE_WHOLE:
        yield false()
    owner = table.c.id if table.name == "clients" else table.columns.get("client_id")
    if owner is not None:
        nobodys = false() if table.name in _UNSORTED else owner.is_(None)
        yield or_(nobodys, owner.in_(scope.clients()))
    for column in table.columns:  # who else is named: a row goes out only when all are the asker's to see
        if column is not owner and (seen := _seen(scope, column)) is not None:
            yield or_(column.is_(None), column.in_(seen))


def _seen(scope: Scope, column: Column[Any]) -> Select[Any] | None:
    """The ids of clients or contacts that the asker may see, where the column holds such ids."""
    names = {key.target_fullname for key in column.foreign_keys}
    if "contacts.id" in names or (column.table.name == "contacts" and column.primary_key):
        return seen_contacts(scope)
    return scope.clients() if "clients.id" in names else None
