"""Reads what the calendar is made of: ten queries at most, however many clients there are. Never computes a date."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, true, type_coerce

from store import tables
from store.errors import NotFound
from store.types import Hours
from workspace.calendar.model import Wanted
from workspace.deadline_records import state_rules
from workspace.deadlines import StateReturn
from workspace.raised import Raised, newest_decisions, raised_of
from workspace.scans import latest_scans
from workspace.scope import Right, Scope
from workspace.snapshot.model import FINISHED, ZERO, Client, Engagement, EnteredDeadline, Person, Postponement, Snapshot
from workspace.snapshot.read import county_of
from workspace.snapshot.records import entered_of

# The longest way from the end of a period to its date: an extended return is due eleven months after its year.
_REACH = timedelta(days=430)
FEW = 500
"""More than these are asked for with the whole of the asker's clients, not by naming each."""


@dataclass(frozen=True)
class OfClient:
    """One client with what of it has a date. `facts` is a snapshot that holds the client and the postponements of its state only."""

    facts: Snapshot
    engagements: tuple[Engagement, ...]
    entered: tuple[EnteredDeadline, ...]
    raised: tuple[Raised, ...]


@dataclass(frozen=True)
class Progress:
    """What slack is counted from: hours through today by engagement id, the usual answer time in business days by client id."""

    logged: Mapping[str, Decimal]
    answers: Mapping[str, Decimal]


@dataclass(frozen=True)
class Material:
    """Everything the dates of a span are made of."""

    today: date
    people: Mapping[str, Person]
    clients: tuple[OfClient, ...]
    state_rules: tuple[StateReturn, ...]
    scanned_on: date | None


def gather(scope: Scope, wanted: Wanted, slugs: frozenset[str]) -> Material:
    """The asker's clients (or one of them) with the engagements, entered dates and raised signals (of these slugs) that may have a date
    in the span. Raises NotFound for a client outside the scope."""
    scope.require(Right.CLIENT_READ)
    people = {one.id: one for one in map(_person, scope.session.scalars(select(tables.Person)))}
    rules = state_rules(scope)
    clients, scanned_on = _clients(scope, wanted, _postponements(scope))
    if wanted.client and not clients:
        raise NotFound(f"there is no client {wanted.client}")
    names = {one.client.id: (one.client.ref, one.client.name) for one in clients}
    engagements, entered = _engagements(scope, wanted, whole=bool(rules)), _entered(scope, wanted)
    raised = _raised(scope, wanted, slugs, names)
    return Material(
        today=scope.today,
        people=people,
        clients=tuple(
            OfClient(
                facts,
                tuple(engagements.get(facts.client.id, ())),
                tuple(entered.get(facts.client.id, ())),
                tuple(raised.get(facts.client.id, ())),
            )
            for facts in clients
        ),
        state_rules=rules,
        scanned_on=scanned_on,
    )


def _person(row: tables.Person) -> Person:
    return Person(row.id, row.email, row.name, row.role, row.weekly_hours)


def _mine(scope: Scope, wanted: Wanted) -> Select[str]:
    """The ids of the clients that are asked for."""
    client = tables.Client
    return scope.clients().where(client.ref == wanted.client) if wanted.client else scope.clients()


def _clients(
    scope: Scope, wanted: Wanted, relief: Mapping[str, tuple[Postponement, ...]]
) -> tuple[list[Snapshot], date | None]:
    """The clients that are asked for, and the newest day on which a scan of any of the asker's did not fail."""
    client, scan = tables.Client, tables.ClientScan
    spoken = select(func.max(scan.as_of)).where(scan.client_id.in_(scope.clients()), scan.state != "failed")
    found = scope.session.execute(
        select(client.id, client.ref, client.name, client.entity_type, client.state)
        # the county is in the firm's own columns, and matters where something was postponed
        .add_columns(client.custom if relief else literal(None), client.partner_id, client.manager_id)
        .add_columns(spoken.scalar_subquery())
        .where(client.id.in_(_mine(scope, wanted)))
        .order_by(client.ref)
    )
    rows = found.tuples().all()
    seen: list[Snapshot] = []
    for row_id, ref, name, entity_type, state, custom, partner, manager, _ in rows:
        county = county_of(custom)
        of = Client(row_id, ref, name, entity_type, state=state, county=county, partner_id=partner, manager_id=manager)
        seen.append(Snapshot(client=of, postponements=relief.get(state or "", ())))
    return seen, rows[0][-1] if rows else None


def _postponements(scope: Scope) -> dict[str, tuple[Postponement, ...]]:
    row = tables.Postponement
    found: dict[str, list[Postponement]] = defaultdict(list)
    for one in scope.session.scalars(select(row).order_by(row.first_day, row.id)):
        found[one.state].append(Postponement(one.irs_notice, one.first_day, one.last_day, one.until, one.county))
    return {state: tuple(rows) for state, rows in found.items()}


def _engagements(scope: Scope, wanted: Wanted, *, whole: bool) -> dict[str, list[Engagement]]:
    """Those that may have a date in the span, and those for which one was entered by hand. `whole`: states' returns may be due before the
    federal one."""
    row, by_hand = tables.Engagement, tables.EnteredDeadline
    named = select(by_hand.engagement_id).where(
        by_hand.engagement_id.is_not(None), by_hand.client_id.in_(_mine(scope, wanted))
    )
    day = func.coalesce(row.extended_to, row.due)
    near: ColumnElement[bool] = or_(
        day.between(wanted.first, wanted.last),
        and_(row.due.is_(None), row.period_end.between(wanted.first - _REACH, wanted.last)),
    )
    # a day is only ever moved to a later one: what is entered for after the span has no date in it
    within = true() if whole else or_(day.is_(None), day <= wanted.last, row.id.in_(named))
    still = and_(row.stage.not_in(FINISHED), within)
    found: dict[str, list[Engagement]] = defaultdict(list)
    query = (
        select(
            *(row.client_id, row.id, row.ref, row.template, row.title, row.stage, row.period_start, row.period_end),
            *(row.due, row.extended_to, row.progress, row.budget_hours, row.owner_id, row.filed_on, row.finished_on),
        )
        .where(row.client_id.in_(_mine(scope, wanted)), or_(still, near) if wanted.done else still)
        .order_by(row.ref)
    )
    names = ("id", "ref", "template", "title", "stage", "period_start", "period_end", "due", "extended_to")
    more = ("progress", "budget_hours", "owner_id", "filed_on", "finished_on")
    for client_id, *values in scope.session.execute(query):
        told: dict[str, Any] = dict(zip((*names, *more), values, strict=True))
        found[client_id].append(Engagement(**told))
    return found


def progress_of(scope: Scope, wanted: Wanted, engagements: Collection[str], waiting: Collection[str]) -> Progress:
    """How far these open engagements are, and how long these clients take to answer; two queries at most."""
    return Progress(_logged(scope, wanted, engagements), _answers(scope, waiting))


def _logged(scope: Scope, wanted: Wanted, engagements: Collection[str]) -> dict[str, Decimal]:
    """Hours through today."""
    if not engagements:
        return {}
    entry, of, mine = tables.TimeEntry, tables.Engagement, _mine(scope, wanted)
    if len(engagements) <= FEW:
        # found by the index of engagements, not by that of clients: these few, not all that was ever worked
        asked = and_(entry.engagement_id.in_(engagements), func.coalesce(entry.client_id, "").in_(mine))
    else:
        still = select(of.id).where(of.stage.not_in(FINISHED), of.client_id.in_(mine))
        asked = and_(entry.engagement_id.in_(still), entry.client_id.in_(mine))
    query = (
        select(entry.engagement_id, type_coerce(func.sum(entry.hours), Hours()))
        .where(asked, entry.date <= scope.today)
        .group_by(entry.engagement_id)
    )
    return {row_id: hours or ZERO for row_id, hours in scope.session.execute(query).tuples() if row_id}


def _answers(scope: Scope, clients: Collection[str]) -> dict[str, Decimal]:
    """As the last scan that did not fail counted it."""
    if not clients:
        return {}
    good, latest = tables.ClientScan, latest_scans()
    found = scope.session.execute(
        select(good.client_id, good.read["answer_days"].as_string())
        .join(latest, and_(latest.c.client_id == good.client_id, latest.c.as_of == good.as_of))
        .where(good.client_id.in_(scope.clients()), *([good.client_id.in_(clients)] if len(clients) <= FEW else []))
    )
    return {client_id: Decimal(days or 0) for client_id, days in found.tuples()}


def _entered(scope: Scope, wanted: Wanted) -> dict[str, list[EnteredDeadline]]:
    """Dates entered by hand, but those of finished work."""
    row = tables.EnteredDeadline
    found: dict[str, list[EnteredDeadline]] = defaultdict(list)
    of = tables.Engagement
    query = (
        select(row)
        .outerjoin(of, of.id == row.engagement_id)
        .where(
            row.client_id.in_(_mine(scope, wanted)),
            row.due.between(min(wanted.first, scope.today), wanted.last),
            or_(of.id.is_(None), of.stage.not_in(FINISHED)),
        )
    )
    for d in scope.session.scalars(query.order_by(row.due, row.id)):
        found[d.client_id].append(entered_of(d))
    return found


def _raised(
    scope: Scope, wanted: Wanted, slugs: frozenset[str], names: Mapping[str, tuple[str, str]]
) -> dict[str, list[Raised]]:
    """What the last scans raised with a date in the span, or an open one before it; with what people decided about it."""
    row, latest = tables.SignalRow, latest_scans()
    query = (
        select(row)
        .join(latest, and_(latest.c.client_id == row.client_id, latest.c.as_of == row.as_of))
        .where(row.client_id.in_(_mine(scope, wanted)), row.slug.in_(sorted(slugs)), row.due <= wanted.last)
        .order_by(row.due, row.key)
    )
    if not wanted.overdue:
        query = query.where(row.due >= wanted.first)
    rows = scope.session.scalars(query).all()
    decisions = newest_decisions(scope)
    found: dict[str, list[Raised]] = defaultdict(list)
    for one in rows:
        one_raised = raised_of(one, *names[one.client_id], decisions.get(one.key), scope.today)
        if one_raised.state != "dismissed":
            found[one.client_id].append(one_raised)
    return found
