"""Series: engagements that follow each other by month, quarter or year, made ahead of their period.

A change of a series reaches the engagements that have not started, and no other. Periods are counted from the first one, so dates never
drift.
"""

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, func, select

from store.audit import AuditTag
from store.errors import Conflict, Invalid, NotFound, TickmarkError
from store.ids import new_id
from store.tables import Client, Engagement, Person, Series
from workspace.acting import person_of, record
from workspace.money_sight import without_amounts
from workspace.scope import Right, Scope, access_client
from workspace.undo import expect
from workspace.workflow.people import can_have, owner_for, person_at
from workspace.workflow.periods import EVERY, due_on, end_of, length_of, nth_in, period_in, start_of
from workspace.workflow.replanning import not_started, remove_unused, replan
from workspace.workflow.starting import Start, client_by_id, make_engagement
from workspace.workflow.templates import checked_due, template_of

MOST_AT_ONCE = 24
_CHANGES = ("owner", "fee_type", "fee", "budget_hours", "ahead", "due")


@dataclass(frozen=True)
class NewSeries:
    """A series to begin. `first` is its first period (2026-01, 2026-Q1, 2025), `every` None: as the template has it."""

    client: str
    template: str
    first: str
    every: str | None = None
    owner: str | None = None
    fee_type: str | None = None
    fee: Decimal | None = None
    budget: Decimal | None = None
    ahead: int = 1
    due: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Line:
    """A series as a page lists it. `made` counts its engagements, `open_` those not finished; `next_end` is the end of the period that is
    made next, None when it ended or is paused."""

    series: Series
    client_ref: str
    client: str
    owner: str | None
    made: int
    open_: int
    last_end: date | None
    next_end: date | None


def start_series(scope: Scope, wanted: NewSeries) -> tuple[Series, list[Engagement]]:
    """Begin a series and make what is due of it. Raises as `start_engagement`; Invalid where it would begin more than two dozen periods
    ago; Conflict where the client has such a series."""
    client = access_client(scope, wanted.client, Right.ENGAGEMENT_WRITE)
    template = template_of(scope, wanted.template)
    every = wanted.every or template.every
    if every not in EVERY:
        raise Invalid(f"say how often it comes: {', '.join(EVERY)}")
    start, end = period_in(wanted.first, client.fiscal_year_end)
    if length_of(start, end) != every:
        raise Invalid(f"{wanted.first} is no {every}; its first period is one, as 2026-01, 2026-Q1 or 2025")
    if nth_in(end, every, scope.today) > MOST_AT_ONCE - 2:
        raise Invalid(f"{wanted.first} lies more than {MOST_AT_ONCE} periods back; begin with a later one")
    same = select(Series.id).where(
        Series.client_id == client.id,
        Series.template == template.slug,
        Series.every == every,
        Series.ended_on.is_(None),
        Series.client_id.in_(scope.clients()),
    )
    if scope.session.scalars(same).first() is not None:
        raise Conflict(f"{client.name} has a series of {template.slug} every {every} already; change or end that one")
    row = Series(
        id=new_id("ser"),
        client_id=client.id,
        template=template.slug,
        every=every,
        first_end=end,
        ahead=_ahead(wanted.ahead),
        owner_id=owner_for(scope, client, wanted.owner),
        fee_type=wanted.fee_type,
        fee=wanted.fee,
        budget_hours=wanted.budget,
        due=checked_due(wanted.due or {}),
        created_by=person_of(scope),
        created_at=scope.now,
    )
    scope.session.add(row)
    record(scope, AuditTag.SERIES_SET, f"series:{row.id}", client.id, template=template.slug, every=every, first=end)
    scope.session.flush()
    return row, make_due(scope, [row])


def series_at(scope: Scope, series_id: str) -> Series:
    """The series of that id. Raises NotFound outside the scope."""
    found = scope.session.scalars(
        select(Series).where(Series.id == series_id, Series.client_id.in_(scope.clients()))
    ).one_or_none()
    if found is None:
        raise NotFound(f"there is no series {series_id}")
    return found


def make_due(
    scope: Scope, rows: Sequence[Series] | None = None, *, skip_before: date | None = None
) -> list[Engagement]:
    """Make the engagements that series have come to, `ahead` periods before they begin; all series of the scope without `rows`. What is
    there is not made again. `skip_before`: no period that ended before. Raises Forbidden without engagement:write."""
    scope.require(Right.ENGAGEMENT_WRITE)
    if rows is None:
        rows = _series(scope, Series.paused_on.is_(None), Series.ended_on.is_(None))
    highest = _highest(scope, [row.id for row in rows])
    made: list[Engagement] = []
    for row in rows:
        if row.paused_on is not None or row.ended_on is not None:
            continue
        nth = highest.get(row.id, -1) + 1
        if skip_before is not None:
            nth = max(nth, nth_in(row.first_end, row.every, skip_before))
        last = min(nth_in(row.first_end, row.every, scope.today) + row.ahead, nth + MOST_AT_ONCE - 1)
        made += [_make(scope, row, one) for one in range(nth, last + 1)]
    return made


def advance(scope: Scope) -> list[Engagement]:
    """As `make_due` for every series, for the night: one that cannot be made is logged and costs the others nothing."""
    rows = _series(scope, Series.paused_on.is_(None), Series.ended_on.is_(None))
    highest = _highest(scope, [row.id for row in rows])
    made: list[Engagement] = []
    for row in rows:
        if highest.get(row.id, -1) < nth_in(row.first_end, row.every, scope.today) + row.ahead:
            try:
                with scope.session.begin_nested():
                    made += make_due(scope, [row])
            except TickmarkError as error:
                logging.getLogger(__name__).warning("series %s makes nothing: %s", row.id, error)
    return made


def _make(scope: Scope, row: Series, nth: int) -> Engagement:
    """One period. Where the client has that work already, under this template and period, it joins the series, from an ended one too."""
    end = end_of(row.first_end, row.every, nth)
    start = start_of(end, row.every)
    there = scope.session.scalars(
        select(Engagement)
        .where(Engagement.client_id == row.client_id, Engagement.template == row.template)
        .where(Engagement.period_start == start, Engagement.period_end == end)
        .order_by(Engagement.ref)
    ).first()
    if there is not None:
        there.series_id, there.series_nth = row.id, nth
        scope.session.flush()
        return there
    client = client_by_id(scope, row.client_id)
    template = template_of(scope, row.template)
    wanted = Start(
        client.ref, row.template, due_by=row.due, fee_type=row.fee_type, fee=row.fee, budget=row.budget_hours
    )
    more = {"series_id": row.id, "series_nth": nth}
    return make_engagement(scope, client, template, (start, end), row.owner_id, wanted, **more)


def change_series(
    scope: Scope, series_id: str, changes: Mapping[str, Any], mark: str | None = None
) -> tuple[Series, int]:
    """Change owner (an address), fee_type, fee, budget_hours, ahead or due (as a template's), and take the template's newest steps; what
    is made later follows, and what was made and has not started. How many of these were changed. Raises as `change_engagement`."""
    row = series_at(scope, series_id)
    scope.require(Right.ENGAGEMENT_WRITE)
    expect(row, mark, "the series")
    if row.ended_on is not None:
        raise Conflict("the series has ended; begin another")
    if unknown := set(changes) - set(_CHANGES):
        raise Invalid(f"a series has no {sorted(unknown)[0]!r} that can be changed; end it and begin another")
    values = without_amounts(scope, changes, "fee", "fee_type")
    client = client_by_id(scope, row.client_id)
    if "owner" in values:
        address = values.pop("owner")
        person = person_at(scope, address) if address else None
        if person is not None:
            can_have(scope, client, person)
        values["owner_id"] = person.id if person else None
    if "due" in values:
        values["due"] = checked_due(values["due"] or {})
    if "ahead" in values:
        values["ahead"] = _ahead(values["ahead"])
    for name, value in values.items():
        if getattr(row, name) != value:
            setattr(row, name, value)
    reached = _reach(scope, row, client)
    record(scope, AuditTag.SERIES_CHANGED, f"series:{row.id}", row.client_id, **values, reached=reached)
    scope.session.flush()
    return row, reached


def _reach(scope: Scope, row: Series, client: Client) -> int:
    """Carry the series over to its engagements that have not started."""
    template = template_of(scope, row.template)
    waiting = not_started(scope, [row.id])
    for one in waiting:
        one.owner_id, one.fee_type, one.fee = row.owner_id, row.fee_type, row.fee
        one.budget_hours = row.budget_hours if row.budget_hours is not None else template.hours or None
        one.due = due_on(row.due or template.due, one.period_start, one.period_end, client.state)
        one.template_version = template.version
        scope.session.flush()
        replan(scope, one, template, client)
    return len(waiting)


def pause_series(scope: Scope, series_id: str, mark: str | None = None) -> Series:
    """Make none from now on, until it goes on. What was made stays. Raises Conflict when it is paused or ended."""
    row = series_at(scope, series_id)
    scope.require(Right.ENGAGEMENT_WRITE)
    expect(row, mark, "the series")
    if row.paused_on or row.ended_on:
        raise Conflict("the series is paused or has ended already")
    row.paused_on = scope.today
    record(scope, AuditTag.SERIES_CHANGED, f"series:{row.id}", row.client_id, paused_on=scope.today)
    scope.session.flush()
    return row


def resume_series(scope: Scope, series_id: str, mark: str | None = None) -> list[Engagement]:
    """Go on after a pause, with the period in which today lies; those that passed meanwhile are not made. What was made."""
    row = series_at(scope, series_id)
    scope.require(Right.ENGAGEMENT_WRITE)
    expect(row, mark, "the series")
    if row.paused_on is None or row.ended_on is not None:
        raise Conflict("the series is not paused")
    row.paused_on = None
    record(scope, AuditTag.SERIES_CHANGED, f"series:{row.id}", row.client_id, resumed_on=scope.today)
    return make_due(scope, [row], skip_before=scope.today)


def end_series(scope: Scope, series_id: str, mark: str | None = None) -> tuple[Series, int]:
    """End a series today. Its engagements that have not started and on which nothing hangs are taken away where their period has not
    begun; how many."""
    row = series_at(scope, series_id)
    scope.require(Right.ENGAGEMENT_WRITE)
    expect(row, mark, "the series")
    if row.ended_on is not None:
        raise Conflict("the series has ended already")
    row.ended_on = scope.today
    later = [one for one in not_started(scope, [row.id]) if one.period_start and one.period_start > scope.today]
    gone = remove_unused(scope, later)
    record(scope, AuditTag.SERIES_CHANGED, f"series:{row.id}", row.client_id, ended_on=scope.today, taken_away=gone)
    scope.session.flush()
    return row, gone


def series_lines(scope: Scope, client_ref: str | None = None, *, ended: bool = False) -> list[Line]:
    """The series of the scope by client and template; two queries."""
    scope.require(Right.CLIENT_READ)
    wanted = (
        select(Series, Client.ref, Client.name, Person.name)
        .join(Client, Client.id == Series.client_id)
        .outerjoin(Person, Person.id == Series.owner_id)
        .where(Series.client_id.in_(scope.clients()))
        .order_by(Client.name, Series.template, Series.id)
    )
    if client_ref is not None:
        wanted = wanted.where(Client.ref == client_ref)
    if not ended:
        wanted = wanted.where(Series.ended_on.is_(None))
    rows = scope.session.execute(wanted).tuples().all()
    counted = _counted(scope, [row.id for row, *_ in rows])
    lines = []
    for row, ref, client, owner in rows:
        made, open_, last = counted[row.id]
        stands = row.paused_on is not None or row.ended_on is not None
        following = None if stands else end_of(row.first_end, row.every, last + 1)
        lines.append(Line(row, ref, client, owner, made, open_, _end(row, last), following))
    return lines


def _end(row: Series, nth: int) -> date | None:
    return end_of(row.first_end, row.every, nth) if nth >= 0 else None


def _counted(scope: Scope, ids: Sequence[str]) -> defaultdict[str, tuple[int, int, int]]:
    """Of each series: how many were made, how many are open, the highest number."""
    found: defaultdict[str, tuple[int, int, int]] = defaultdict(lambda: (0, 0, -1))
    rows = scope.session.execute(
        select(
            Engagement.series_id,
            func.count(),
            func.count().filter(Engagement.stage.not_in(("filed", "done"))),
            func.max(Engagement.series_nth),
        )
        .where(Engagement.series_id.in_(ids), Engagement.client_id.in_(scope.clients()))
        .group_by(Engagement.series_id)
    ).tuples()
    for key, made, open_, last in rows:
        if key is not None:
            found[key] = (made, open_, -1 if last is None else last)
    return found


def _highest(scope: Scope, ids: Sequence[str]) -> dict[str, int]:
    return {key: last for key, (_, _, last) in _counted(scope, ids).items()}


def _series(scope: Scope, *conditions: ColumnElement[bool]) -> list[Series]:
    """Those of clients that have not left."""
    there = select(Client.id).where(Client.id.in_(scope.clients()), Client.status != "former")
    return list(
        scope.session.scalars(select(Series).where(Series.client_id.in_(there), *conditions).order_by(Series.id))
    )


def _ahead(value: int) -> int:
    if not 0 <= value <= 12:
        raise Invalid("between 0 and 12 periods are made ahead")
    return value
