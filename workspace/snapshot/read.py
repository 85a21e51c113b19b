"""Reads a client into a Snapshot: a fixed number of queries, whatever the client holds. Never writes and never judges."""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from datetime import date
from typing import Any

from sqlalchemy import Select, or_, select, true
from sqlalchemy.orm import Session

from store import tables
from store.corrections import PERSON
from store.errors import NotFound
from workspace.scope import Right, Scope
from workspace.snapshot.firm import read_parties, read_trust
from workspace.snapshot.known import read_known
from workspace.snapshot.model import (
    Client,
    Contact,
    Document,
    Engagement,
    EnteredDeadline,
    Fact,
    Finding,
    Invoice,
    Message,
    Note,
    Notice,
    Payment,
    Person,
    Postponement,
    RequestItem,
    Snapshot,
    Task,
    TimeEntry,
)
from workspace.snapshot.settings import settings_of

# Detectors look into the words of these, not only at their facts.
WORDED = ("notice", "engagement-letter", "mail-receipt")
_FORMED = re.compile(
    r"formed[ _]on|(?:date[ _](?:of[ _])?)?(?:formation|incorporation|formed)(?:[ _]date)?", re.IGNORECASE
)


def take_snapshot(scope: Scope, client_ref: str, only: Collection[str] | None = None) -> Snapshot:
    """One client as it stands in the scope's transaction, in 19 queries. Raises NotFound outside the scope.

    `only` names the parts that are read (engagements, tasks, invoices …), each one query, documents three; the others stay empty. The
    client and the people of the firm are always there."""
    scope.require(Right.CLIENT_READ)
    session = scope.session
    client, firm = _client(scope, client_ref)
    people = _people(session)
    parts: dict[str, Callable[[], Any]] = {
        "contacts": lambda: _contacts(session, client.id),
        "engagements": lambda: _engagements(session, client.id),
        "tasks": lambda: _tasks(session, client.id),
        "requests": lambda: _requests(session, client.id),
        "time": lambda: _time(session, client.id, people),
        "invoices": lambda: _invoices(session, client.id),
        "messages": lambda: _messages(session, client.id),
        "notes": lambda: _notes(session, client.id),
        "documents": lambda: _documents(session, client.id, people),
        "entered": lambda: _entered(session, client.id),
        "parties": lambda: read_parties(scope, client.id),
        "trust": lambda: read_trust(scope, client.id),
        "postponements": lambda: _postponements(session, client.state),
        "findings": lambda: _findings(session, client.id),
        "knowledge": lambda: read_known(scope, client.id),
    }
    return Snapshot(
        client=client,
        people=people,
        settings=settings_of(firm.settings or {}, client.ref) if firm else {},
        timezone=firm.timezone if firm else "America/New_York",
        **{name: read() for name, read in parts.items() if only is None or name in only},
    )


def _of(table: type[Any], client_id: str, *order: Any) -> Select[Any]:
    return select(table).where(table.client_id == client_id).order_by(*order, table.id)


def _client(scope: Scope, ref: str) -> tuple[Client, tables.Firm | None]:
    row = scope.session.execute(
        select(tables.Client, tables.Firm, tables.ClientGroup.name)
        .select_from(tables.Client)
        .outerjoin(tables.Firm, true())
        .outerjoin(tables.ClientGroup, tables.ClientGroup.id == tables.Client.group_id)
        .where(tables.Client.ref == ref, tables.Client.id.in_(scope.clients()))
        .order_by(tables.Firm.id)
    ).first()
    if row is None:
        raise NotFound(f"there is no client {ref}")
    c, firm, group = row.tuple()
    client = Client(
        id=c.id,
        ref=c.ref,
        name=c.name,
        entity_type=c.entity_type,
        tax_id=c.tax_id,
        state=c.state,
        fiscal_year_end=c.fiscal_year_end,
        partner_id=c.partner_id,
        manager_id=c.manager_id,
        annual_fee=c.annual_fee,
        ai_policy=c.ai_policy,
        status=c.status,
        since=c.since,
        industry=c.industry,
        address=c.address,
        city=c.city,
        zip=c.zip,
        group=group,
        revision=c.revision,
        formed_on=_formed_on(c.custom),
        county=county_of(c.custom),
    )
    return client, firm


def county_of(custom: dict[str, Any] | None) -> str | None:
    """The client's county, from the custom column of that name; None where the firm keeps none."""
    said = next((value for name, value in (custom or {}).items() if name.strip().casefold() == "county"), None)
    return str(said).strip() or None if said else None


def _formed_on(custom: dict[str, Any] | None) -> date | None:
    """The day the client was formed, from the custom column that a firm keeps it in; None where there is none, or no ISO date."""
    said = next((value for name, value in (custom or {}).items() if _FORMED.fullmatch(name.strip())), None)
    try:
        return date.fromisoformat(str(said)) if said else None
    except ValueError:
        return None


def _people(session: Session) -> dict[str, Person]:
    rows = session.scalars(select(tables.Person).order_by(tables.Person.email))
    return {p.id: Person(p.id, p.email, p.name, p.role, p.weekly_hours, p.standard_rate) for p in rows}


def _contacts(session: Session, client_id: str) -> tuple[Contact, ...]:
    found = session.execute(
        select(tables.Contact, tables.ClientContact)
        .join(tables.ClientContact, tables.ClientContact.contact_id == tables.Contact.id)
        .where(tables.ClientContact.client_id == client_id)
        .order_by(tables.Contact.name, tables.Contact.id)
    )
    return tuple(
        Contact(c.id, c.name, c.email, c.phone, link.title, link.is_primary, link.ownership_pct)
        for c, link in found.tuples()
    )


def _engagements(session: Session, client_id: str) -> tuple[Engagement, ...]:
    letter = tables.EngagementLetter
    found = session.execute(
        select(tables.Engagement, letter.sent_on, letter.signed_on)
        .outerjoin(letter, letter.engagement_id == tables.Engagement.id)
        .where(tables.Engagement.client_id == client_id)
        .order_by(tables.Engagement.ref)
    )
    return tuple(_engagement(e, sent_on, signed_on) for e, sent_on, signed_on in found.tuples())


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


def _tasks(session: Session, client_id: str) -> tuple[Task, ...]:
    rows = session.scalars(_of(tables.Task, client_id, tables.Task.due.nulls_last(), tables.Task.title))
    return tuple(
        Task(t.id, t.engagement_id, t.title, t.owner_id, t.due, t.status, t.estimate_hours, t.done_on) for t in rows
    )


def _requests(session: Session, client_id: str) -> tuple[RequestItem, ...]:
    item = tables.RequestItem
    found = session.execute(
        select(item, tables.ClientRequest.engagement_id)
        .join(tables.ClientRequest, tables.ClientRequest.id == item.request_id)
        .where(item.client_id == client_id)
        .order_by(item.due.nulls_last(), item.item, item.id)
    )
    return tuple(
        RequestItem(i.id, engagement_id, i.item, i.requested_on, i.due, i.received_on)
        for i, engagement_id in found.tuples()
    )


def _time(session: Session, client_id: str, people: dict[str, Person]) -> tuple[TimeEntry, ...]:
    rows = session.scalars(_of(tables.TimeEntry, client_id, tables.TimeEntry.date))
    return tuple(
        TimeEntry(
            id=t.id,
            date=t.date,
            person_id=t.person_id,
            hours=t.hours,
            engagement_id=t.engagement_id,
            billable=t.billable,
            rate=t.rate if t.rate is not None else people[t.person_id].standard_rate,
            service=t.service,
            note=t.note,
            invoice_id=t.invoice_id,
        )
        for t in rows
    )


def _invoices(session: Session, client_id: str) -> tuple[Invoice, ...]:
    found = session.execute(
        select(tables.Invoice, tables.Payment)
        .outerjoin(tables.Payment, tables.Payment.invoice_id == tables.Invoice.id)
        .where(tables.Invoice.client_id == client_id)
        .order_by(tables.Invoice.issued_on, tables.Invoice.number, tables.Payment.paid_on, tables.Payment.id)
    )
    bills: dict[str, tables.Invoice] = {}
    paid: dict[str, list[Payment]] = defaultdict(list)
    for bill, payment in found.tuples():
        bills[bill.id] = bill
        if payment is not None:
            paid[bill.id].append(Payment(payment.id, payment.paid_on, payment.amount))
    return tuple(
        Invoice(b.id, b.number, b.issued_on, b.due_on, b.amount, b.engagement_id, b.kind, tuple(paid[b.id]))
        for b in bills.values()
    )


def _messages(session: Session, client_id: str) -> tuple[Message, ...]:
    rows = session.scalars(
        _of(tables.Message, client_id, tables.Message.sent_at.nulls_last(), tables.Message.message_id)
    )
    return tuple(
        Message(
            id=m.id,
            message_id=m.message_id,
            thread=m.thread,
            direction=m.direction,
            sender=m.sender,
            to=addressees(m.recipients),
            subject=m.subject,
            sent_at=m.sent_at,
            body=m.body,
            document_id=m.document_id,
        )
        for m in rows
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


def _notes(session: Session, client_id: str) -> tuple[Note, ...]:
    rows = session.scalars(_of(tables.Note, client_id, tables.Note.date))
    return tuple(Note(n.id, n.date, n.author_id, n.text) for n in rows)


def _documents(session: Session, client_id: str, people: dict[str, Person]) -> tuple[Document, ...]:
    found = session.execute(
        select(tables.Document, tables.Notice)
        .outerjoin(tables.Notice, tables.Notice.document_id == tables.Document.id)
        .where(tables.Document.client_id == client_id)
        .order_by(tables.Document.path, tables.Document.id)
    )
    facts = _facts(session, client_id, people)
    texts = _texts(session, client_id)
    return tuple(
        Document(
            id=d.id,
            path=d.path,
            name=d.name,
            kind=d.kind,
            version_id=d.current_version_id,
            source=d.source,
            state=d.state,
            received_at=d.received_at,
            opened_at=d.opened_at,
            duplicate_of=d.duplicate_of,
            facts=tuple(facts[d.current_version_id or ""]),
            text=tuple(texts[d.current_version_id or ""]),
            notice=_notice(n),
        )
        for d, n in found.tuples()
    )


def _notice(n: tables.Notice | None) -> Notice | None:
    if n is None:
        return None
    confirmed = n.confirmed_by is not None
    return Notice(n.id, n.agency, n.number, n.notice_date, n.respond_by, n.state, n.answered_on, confirmed)


def _facts(session: Session, client_id: str, people: dict[str, Person]) -> dict[str, list[Fact]]:
    """The facts of the current versions, by version, in reading order."""
    row = tables.FactRow
    found = session.scalars(
        select(row)
        .join(tables.Document, tables.Document.current_version_id == row.version_id)
        .where(
            row.client_id == client_id,
            tables.Document.client_id == client_id,
            tables.Document.superseded_by.is_(None),  # its later version speaks for it
        )
        .order_by(row.version_id, row.page, row.start, row.name, row.id)
    )
    facts: dict[str, list[Fact]] = defaultdict(list)
    for f in found:
        facts[f.version_id].append(
            Fact(
                name=f.name,
                type=f.type,
                value=f.value,
                document_id=f.document_id,
                version_id=f.version_id,
                page=f.page,
                start=f.start,
                end=f.end,
                quote=f.quote,
                row=f.row,
                confidence=f.confidence,
                confirmed=f.confirmed_by is not None,
                corrected_by=people[f.confirmed_by].name if f.reader == PERSON and f.confirmed_by in people else "",
            )
        )
    return facts


def _texts(session: Session, client_id: str) -> dict[str, list[str]]:
    page = tables.DocumentPage
    found = session.execute(
        select(page.version_id, page.text)
        .join(tables.Document, tables.Document.current_version_id == page.version_id)
        .where(
            page.client_id == client_id,
            tables.Document.client_id == client_id,
            tables.Document.kind.in_(WORDED),
            tables.Document.superseded_by.is_(None),
        )
        .order_by(page.version_id, page.number)
    )
    texts: dict[str, list[str]] = defaultdict(list)
    for version_id, text in found.tuples():
        texts[version_id].append(text)
    return texts


def _entered(session: Session, client_id: str) -> tuple[EnteredDeadline, ...]:
    rows = session.scalars(_of(tables.EnteredDeadline, client_id, tables.EnteredDeadline.due))
    return tuple(map(entered_of, rows))


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


def _postponements(session: Session, state: str | None) -> tuple[Postponement, ...]:
    table = tables.Postponement
    rows = session.scalars(select(table).where(table.state == (state or "")).order_by(table.first_day, table.id))
    return tuple(Postponement(p.irs_notice, p.first_day, p.last_day, p.until, p.county) for p in rows)


def _findings(session: Session, client_id: str) -> tuple[Finding, ...]:
    """What intake said of the current versions, and of what never became a version."""
    row = tables.IntakeFinding
    found = session.scalars(
        select(row)
        .outerjoin(tables.Document, tables.Document.id == row.document_id)
        .where(
            row.client_id == client_id,
            or_(
                row.version_id.is_(None),
                tables.Document.current_version_id == row.version_id,
                tables.Document.current_version_id.is_(None),
            ),
        )
        .order_by(row.source, row.id)
    )
    return tuple(Finding(f.source, f.message, f.severity, f.document_id) for f in found)
