"""Reads what a brief is made of: twelve queries, however many clients; one more for whoever answers for backups, and where work waits in
review. Never judges or words."""

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, func, or_, select, true, type_coerce
from sqlalchemy.orm import aliased

from store import tables
from store.audit import AuditTag
from store.errors import Forbidden
from store.types import Money
from workspace.backups import fault
from workspace.brief.material import (
    FOLLOW_UP,
    OLD,
    WAITING_STAGES,
    Bill,
    ClientDay,
    Colleague,
    Drafted,
    Mail,
    Material,
    Paper,
    Received,
)
from workspace.deadlines import add_business_days
from workspace.deliverables.model import OPEN
from workspace.money_sight import quiet, shown_signals
from workspace.raised import Raised, newest_decisions, raised_of
from workspace.scans import latest_scans
from workspace.scope import Right, Scope
from workspace.signals.thresholds import Thresholds, resolve
from workspace.snapshot.as_of import known_by
from workspace.sources import stale

_READINGS = {"partner": "partner", "manager": "manager", "senior": "own", "staff": "own"}


def reading_of(scope: Scope) -> str:
    """Which of the three readings the asker gets. Raises Forbidden for administrators and the software: a brief is a person's who
    serves clients."""
    scope.require(Right.CLIENT_READ)
    if scope.person_id is None or scope.role not in _READINGS:
        raise Forbidden(f"{scope.email} ({scope.role}) has no brief: it is for those who serve clients")
    return _READINGS[scope.role]


def gather(scope: Scope) -> Material:
    """Everything that the brief of the scope's person and day is made of. Raises Forbidden as `reading_of`."""
    reading = reading_of(scope)
    people, zone, settings = the_firm(scope)
    clients = _clients(scope)
    since = _since(scope.today, clients)
    moment = known_by(scope, zone.key)
    decisions = newest_decisions(scope, by=moment)
    before = _before(scope)
    drafts = drafts_of(scope, zone, _on_cards(before))
    return Material(
        scope=scope,
        reading=reading,
        reader=people[scope.person_id or ""],
        zone=zone,
        settings=settings,
        since=since,
        people=people,
        clients=clients,
        raised=_raised(scope, clients, decisions),
        decisions=decisions,
        drafts=tuple(one for one in drafts if moment is None or one.since <= scope.today),
        papers=_papers(scope, zone, since, [one.id for one in clients.values() if one.may_have_papers]),
        mails=_mails(scope, zone, since),
        bills=_bills(scope, since),
        payments=_payments(scope, since),
        before=before,
        known_by=moment,
        backup=fault(scope) if scope.has(Right.BACKUP_MAKE) else None,
        sources=tuple(stale(scope)),
        moved=_moved(scope, zone, clients, moment),
    )


def zone_of(scope: Scope) -> ZoneInfo:
    """The firm's zone alone."""
    found = scope.session.scalars(select(tables.Firm.timezone).order_by(tables.Firm.id).limit(1)).one_or_none()
    return ZoneInfo(found or "America/New_York")


def the_firm(scope: Scope) -> tuple[dict[str, Colleague], ZoneInfo, Thresholds]:
    """The people by id, the firm's zone and its thresholds."""
    row, firm = tables.Person, tables.Firm
    found = scope.session.execute(
        select(row, firm).select_from(row).outerjoin(firm, true()).order_by(row.email, firm.id)
    )
    people: dict[str, Colleague] = {}
    first: tables.Firm | None = None
    for one, of in found.tuples():
        people[one.id] = Colleague(one.id, one.email, one.name, one.role, one.active, one.weekly_hours)
        first = first or of
    zone, own = (first.timezone, first.settings) if first else ("America/New_York", {})
    return people, ZoneInfo(zone), resolve(own or {})


def _clients(scope: Scope) -> dict[str, ClientDay]:
    """By id, in the order of their refs."""
    client, latest = tables.Client, latest_scans(scope.today)
    of_day, good = aliased(tables.ClientScan), aliased(tables.ClientScan)
    found = scope.session.execute(
        select(client, of_day.state, of_day.error, good.as_of, good.read, good.blind_spots)
        .outerjoin(of_day, and_(of_day.client_id == client.id, of_day.as_of == scope.today))
        .outerjoin(latest, latest.c.client_id == client.id)
        .outerjoin(good, and_(good.client_id == client.id, good.as_of == latest.c.as_of))
        .where(client.id.in_(scope.clients()))
        .order_by(client.ref)
    )
    return {
        c.id: ClientDay(c.id, c.ref, c.name, c.ai_policy, state, error, read_on, read or {}, blind or ())
        for c, state, error, read_on, read, blind in found.tuples()
    }


def _moved(scope: Scope, zone: ZoneInfo, clients: Mapping[str, ClientDay], by: datetime | None) -> Mapping[str, date]:
    """Since when the work that waits in review, or to be filed, does so, by the engagement's ref: as the trail has its last move."""
    stages = {
        row["ref"]: row["stage"]
        for client in clients.values()
        for row in client.told("deadlines")
        if row["kind"] == "engagement" and row["stage"] in WAITING_STAGES
    }
    if not stages:
        return {}
    row, names = tables.AuditEntry, {f"engagement:{ref}": ref for ref in stages}
    query = select(row.subject, row.at, row.detail).where(
        row.subject.in_(names), row.tag == AuditTag.ENGAGEMENT_MOVED, row.client_id.in_(scope.clients())
    )
    if by is not None:
        query = query.where(row.at <= by)
    last = {
        names[subject]: (at, detail) for subject, at, detail in scope.session.execute(query.order_by(row.seq)).tuples()
    }
    return {ref: at.astimezone(zone).date() for ref, (at, detail) in last.items() if detail.get("stage") == stages[ref]}


def _since(today: date, clients: Mapping[str, ClientDay]) -> date:
    """The day of the newest scan before today's, else the business day before."""
    days = [one.previous for one in clients.values() if one.is_read and one.previous is not None]
    return max(days, default=add_business_days(today, -1))


def _raised(
    scope: Scope, clients: Mapping[str, ClientDay], decisions: Mapping[str, tables.SignalDecision]
) -> tuple[Raised, ...]:
    """What each client's last scan raised that did not fail, loudest first: of a client that could not be read today what is known
    of it still stands."""
    row, latest = tables.SignalRow, latest_scans(scope.today)
    found = scope.session.scalars(
        select(row)
        .join(latest, and_(latest.c.client_id == row.client_id, latest.c.as_of == row.as_of))
        .where(row.client_id.in_(scope.clients()), shown_signals(scope))
    )
    raised = [
        raised_of(one, clients[one.client_id].ref, clients[one.client_id].name, decisions.get(one.key), scope.today)
        for one in found
    ]
    # in the order of what is at stake, also for who is not told how much it is
    raised.sort(key=lambda one: one.sort_key)
    return tuple(quiet(scope, one) for one in raised)


def drafts_of(scope: Scope, zone: ZoneInfo, ids: Collection[str] = ()) -> tuple[Drafted, ...]:
    """The open deliverables of the asker's clients, the follow-ups that were released and those of the given ids, the oldest first; one
    query."""
    row = tables.Deliverable
    asked = or_(row.state.in_(OPEN), and_(row.slug == FOLLOW_UP, row.state == "released"), row.id.in_(ids))
    found = scope.session.execute(
        drafts().where(row.client_id.in_(scope.clients()), asked).order_by(row.created_at, row.id)
    ).all()
    # those of one night share their moment, and turning moments into the firm's days takes longest of all this
    days = {moment: moment.astimezone(zone).date() for moment in {one.created_at for one in found}}
    return tuple(drafted(one, days[one.created_at]) for one in found)


def drafts() -> Select[*tuple[Any, ...]]:
    """Deliverables with their current version, as `drafted` takes them."""
    row, version = tables.Deliverable, tables.DeliverableVersion
    return select(
        *(row.id, row.slug, row.client_id, row.title, row.occasion, row.cls.label("cls"), row.state),
        *(version.number, version.untied, row.as_of, row.created_at),
    ).join(version, version.id == row.current_version_id)


def drafted(row: Any, since: date) -> Drafted:
    """A row of `drafts`; `since` is the firm's day of its `created_at`."""
    return Drafted(
        id=row.id,
        slug=row.slug,
        client_id=row.client_id,
        title=row.title,
        occasion=row.occasion,
        cls=row.cls,
        state=row.state,
        version=row.number,
        untied=row.untied,
        as_of=row.as_of,
        since=since,
    )


def _papers(scope: Scope, zone: ZoneInfo, since: date, of: Collection[str]) -> tuple[Paper, ...]:
    """The documents of these clients that came since, with their notices; mails and copies of what was there are left out."""
    row, notice, mail = tables.Document, tables.Notice, tables.Message
    mails = select(mail.document_id).where(mail.document_id.is_not(None), mail.client_id.in_(scope.clients()))
    found = scope.session.execute(
        select(row.id, row.client_id, row.name, row.received_at, row.kind)
        .add_columns(notice.number, notice.agency, notice.notice_date)
        .outerjoin(notice, notice.document_id == row.id)
        .where(
            row.client_id.in_(scope.clients()),
            row.client_id.in_(of),
            row.received_at >= _morning(since, zone),
            row.received_at < _morning(scope.today + timedelta(days=1), zone),
            row.duplicate_of.is_(None),
            row.id.not_in(mails),
        )
        .order_by(row.client_id, row.path)
    )
    return tuple(
        Paper(paper_id, client_id, name, received.astimezone(zone).date(), kind == "notice", *notice_as_read)
        for paper_id, client_id, name, received, kind, *notice_as_read in found
    )


def _mails(scope: Scope, zone: ZoneInfo, since: date) -> tuple[Mail, ...]:
    """The mails that clients wrote since."""
    row = tables.Message
    found = scope.session.execute(
        select(row.client_id, row.subject, row.sent_at, row.thread)
        .where(
            row.client_id.in_(scope.clients()),
            row.direction == "in",
            row.sent_at >= _morning(since, zone),
            row.sent_at < _morning(scope.today + timedelta(days=1), zone),
        )
        .order_by(row.client_id, row.sent_at, row.message_id)
    )
    return tuple(
        Mail(client_id, subject, sent.astimezone(zone).date(), thread)
        for client_id, subject, sent, thread in found.tuples()
        if sent is not None
    )


def _bills(scope: Scope, since: date) -> tuple[Bill, ...]:
    """The invoices issued since, and those unpaid for 60 days or more."""
    row, payment = tables.Invoice, tables.Payment
    paid = (
        select(payment.invoice_id, func.sum(payment.amount).label("paid"))
        .where(payment.paid_on <= scope.today, payment.client_id.in_(scope.clients()))
        .group_by(payment.invoice_id)
        .subquery()
    )
    balance = type_coerce(row.amount - func.coalesce(paid.c.paid, 0), Money())
    found = scope.session.execute(
        select(row.client_id, row.issued_on, row.due_on, row.amount, balance)
        .outerjoin(paid, paid.c.invoice_id == row.id)
        .where(
            row.client_id.in_(scope.clients()),
            or_(
                and_(row.issued_on >= since, row.issued_on <= scope.today),
                and_(row.due_on <= scope.today - timedelta(days=OLD), balance > 0),
            ),
        )
        .order_by(row.number)
    )
    return tuple(Bill(*one) for one in found.tuples())


def _payments(scope: Scope, since: date) -> tuple[Received, ...]:
    """The payments received since."""
    row, bill = tables.Payment, tables.Invoice
    found = scope.session.execute(
        select(row.client_id, row.paid_on, row.amount, bill.number)
        .join(bill, bill.id == row.invoice_id)
        .where(row.client_id.in_(scope.clients()), row.paid_on >= since, row.paid_on <= scope.today)
        .order_by(row.paid_on, bill.number, row.id)
    )
    return tuple(Received(*one) for one in found.tuples())


def _before(scope: Scope) -> Mapping[str, Any] | None:
    row = tables.Brief
    return scope.session.scalars(
        select(row.payload)
        .where(row.person_id == scope.person_id, row.as_of < scope.today)
        .order_by(row.as_of.desc())
        .limit(1)
    ).one_or_none()


def _on_cards(before: Mapping[str, Any] | None) -> list[str]:
    """The ids of the drafts that the earlier brief's cards led to."""
    cards = before.get("needs_you", []) if before else []
    return [card["deliverable_id"] for card in cards if card["deliverable_id"]]


def _morning(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
