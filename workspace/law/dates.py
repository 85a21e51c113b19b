"""Court dates: an event of a matter is entered once, and the dates that run from it are counted by the table of deadlines.

Federal rules only (workspace/deadlines/rules.toml); an order's own date, a state's rule and a statute of limitations are entered by a
lawyer. Every date is confirmed by somebody else than who entered it. When the day of an event is corrected all its dates are counted again,
those that move lose their confirmation, and what moves is told before and after. Never advises and never files.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from store.audit import AuditTag
from store.database import READING
from store.errors import Conflict, Forbidden, Invalid, NotFound
from store.ids import new_id, stable_id
from store.tables import Client, CourtEvent, Engagement, EnteredDeadline, Person
from workspace.acting import person_of, record
from workspace.billing.acts import reason_in, text_in
from workspace.deadlines import Deadline, event_deadline
from workspace.deadlines.state_rules import is_state
from workspace.scope import Right, Scope


@dataclass(frozen=True)
class Kind:
    """Something that happens in a case: its slug, how it is called with "on …" after it, and the rules that run from it."""

    slug: str
    title: str
    rules: tuple[str, ...]
    by_mail: bool = False


EVENTS = (
    Kind("complaint-filed", "Complaint filed", ("frcp-service",)),
    Kind("complaint-served", "Complaint served", ("frcp-answer",), by_mail=True),
    Kind("waiver-requested", "Request for waiver of service sent", ("frcp-answer-waiver",)),
    Kind("united-states-served", "Complaint served on the United States attorney", ("frcp-answer-united-states",)),
    Kind("discovery-served", "Discovery requests served", ("frcp-discovery",), by_mail=True),
    Kind("judgment-entered", "Judgment entered", ("frap-appeal",)),
    Kind(
        "judgment-entered-united-states", "Judgment entered, the United States a party", ("frap-appeal-united-states",)
    ),
)
_KINDS = {one.slug: one for one in EVENTS}


@dataclass(frozen=True)
class Dated:
    """A date of a matter. `how` are the sentences of its count, empty for one that was entered as it stands; `confirmed_by` None: one
    person entered it. `event` is the id of the event that it was counted from here."""

    id: str
    title: str
    due: date
    authority: str
    rule: str | None
    counted_from: date | None
    how: tuple[str, ...]
    rolled_because: str | None
    entered_by: str | None
    confirmed_by: str | None
    may_confirm: bool
    event: str | None


@dataclass(frozen=True)
class Happened:
    """An event of a matter with the dates that run from it."""

    id: str
    kind: str
    title: str
    on: date
    by_mail: bool
    state: str | None
    note: str | None
    entered_by: str
    dates: tuple[Dated, ...]


@dataclass(frozen=True)
class Move:
    """What a correction does to a date: the same day twice where it stays."""

    title: str
    before: date
    after: date
    was_confirmed: bool

    @property
    def moves(self) -> bool:
        return self.before != self.after


def count(kind: str, on: date, *, by_mail: bool = False, state: str | None = None) -> list[Deadline]:
    """The dates that an event starts, each with how it was computed. Pure. Raises Invalid for an unknown event or state."""
    if kind not in _KINDS:
        raise Invalid(f"an event is one of {', '.join(_KINDS)}")
    _in_reach(on)
    where = (state or "").strip().upper() or None
    if where is not None and not is_state(where):
        raise Invalid(f"{state} is no state; write its two letters, like PA")
    return [
        event_deadline(rule, on, by_mail=by_mail and _KINDS[kind].by_mail, state=where) for rule in _KINDS[kind].rules
    ]


def enter(
    scope: Scope,
    matter_ref: str,
    kind: str,
    on: date,
    *,
    by_mail: bool = False,
    state: str | None = None,
    note: str = "",
) -> Happened:
    """Enter an event and the dates that run from it, to be confirmed by a second person. Raises NotFound, Forbidden without
    engagement:write, Invalid for a day to come, Conflict where the same event of the same day is there."""
    matter = matter_of(scope, matter_ref, Right.ENGAGEMENT_WRITE)
    found = count(kind, on, by_mail=by_mail, state=state)
    if on > scope.today:
        raise Invalid("an event is entered once it happened")
    same = select(CourtEvent.id).where(
        CourtEvent.engagement_id == matter.id, CourtEvent.kind == kind, CourtEvent.on == on
    )
    if scope.session.scalar(same):
        raise Conflict(f"{_KINDS[kind].title.lower()} on {on} is entered already")
    event = CourtEvent(
        id=new_id("cev"),
        client_id=matter.client_id,
        engagement_id=matter.id,
        kind=kind,
        on=on,
        by_mail=by_mail and _KINDS[kind].by_mail,
        state=(state or "").strip().upper() or None,
        note=text_in(note),
        entered_by=person_of(scope),
        at=scope.now,
    )
    scope.session.add(event)
    scope.session.flush()
    for one in found:
        scope.session.add(_entered(scope, matter, event, one))
    scope.session.flush()
    record(scope, AuditTag.COURT_ENTERED, f"event:{event.id}", matter.client_id, kind=kind, on=on, dates=len(found))
    return next(one for one in events(scope, matter_ref) if one.id == event.id)


def enter_date(scope: Scope, matter_ref: str, title: str, due: date, authority: str) -> str:
    """Enter a date that no rule of ours counts: an order's own, a state's, a statute of limitations; its id. Raises NotFound, Invalid."""
    matter = matter_of(scope, matter_ref, Right.ENGAGEMENT_WRITE)
    name, source = text_in(title), text_in(authority)
    if not name or not source:
        raise Invalid("a date needs what it is and where it comes from: the order, the statute")
    _in_reach(due)
    row = EnteredDeadline(
        id=_date_id(scope, matter, name[:200]),
        client_id=matter.client_id,
        engagement_id=matter.id,
        title=name[:200],
        due=due,
        authority=source[:300],
        entered_by=person_of(scope),
    )
    scope.session.add(row)
    scope.session.flush()
    record(scope, AuditTag.COURT_ENTERED, f"date:{row.id}", matter.client_id, due=due)
    return row.id


def what_moves(
    scope: Scope, event_id: str, on: date, *, by_mail: bool | None = None, state: str | None = None
) -> list[Move]:
    """What a correction of an event would do to its dates, nothing written. Raises NotFound, Invalid."""
    event = _event(scope, event_id, Right.ENGAGEMENT_WRITE)
    return [
        move
        for move, _, _ in _moved(scope, event, on, event.by_mail if by_mail is None else by_mail, state or event.state)
    ]


def correct(
    scope: Scope, event_id: str, on: date, reason: str, *, by_mail: bool | None = None, state: str | None = None
) -> list[Move]:
    """Correct the day of an event, how it was served or where the court sits: its dates are counted again, and those that move are to be
    confirmed anew. Raises NotFound, Forbidden, Invalid for a day to come or without a reason."""
    event = _event(scope, event_id, Right.ENGAGEMENT_WRITE)
    if on > scope.today:
        raise Invalid("an event is entered once it happened")
    why, served, where = reason_in(reason), event.by_mail if by_mail is None else by_mail, state or event.state
    found = _moved(scope, event, on, served, where)
    before = event.on
    event.on, event.by_mail, event.state = on, served and _KINDS[event.kind].by_mail, (where or "").upper() or None
    event.entered_by, event.at = person_of(scope), scope.now
    for move, row, deadline in found:
        row.due, row.counted_from, row.authority = deadline.due, on, deadline.authority
        row.served_by_mail, row.court_state = event.by_mail, event.state
        if move.moves:
            row.entered_by, row.confirmed_by, row.confirmed_on = person_of(scope), None, None
    scope.session.flush()
    moves = [move for move, _, _ in found]
    told = {"before": before, "after": on, "moved": sum(one.moves for one in moves), "reason": why}
    record(scope, AuditTag.COURT_CORRECTED, f"event:{event.id}", event.client_id, **told)
    return moves


def confirm(scope: Scope, date_id: str, due: date | None = None) -> None:
    """A second person says that the date is right; `due` is the day that she looked at. Raises NotFound, Forbidden without deadline:rule
    and for who entered it, Conflict where it moved meanwhile or is confirmed."""
    row = scope.session.scalars(
        select(EnteredDeadline)
        .where(EnteredDeadline.id == date_id, EnteredDeadline.client_id.in_(scope.clients()))
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound(f"there is no date {date_id}")
    scope.require(Right.DEADLINE_RULE)
    if row.entered_by == person_of(scope):
        raise Forbidden("who entered a date does not confirm it: ask a second person")
    if due is not None and row.due != due:
        raise Conflict(f"it is {row.due} by now: look at it again")
    if row.confirmed_by is not None:
        raise Conflict("it is confirmed already")
    row.confirmed_by, row.confirmed_on = scope.person_id, scope.today
    scope.session.flush()
    record(scope, AuditTag.COURT_CONFIRMED, f"date:{row.id}", row.client_id, due=row.due)


def events(scope: Scope, matter_ref: str, dates: Sequence[Dated] | None = None) -> list[Happened]:
    """The events of a matter, the latest first, with their dates, which are read unless given; three queries."""
    matter = matter_of(scope, matter_ref)
    query = (
        select(CourtEvent, Person.name)
        .join(Person, Person.id == CourtEvent.entered_by)
        .where(CourtEvent.engagement_id == matter.id, CourtEvent.client_id.in_(scope.clients()))
        .order_by(CourtEvent.on.desc(), CourtEvent.id)
    )
    rows = scope.session.execute(query).tuples().all()
    dates = dates_of(scope, matter_ref) if rows and dates is None else dates or []
    return [
        Happened(
            id=row.id,
            kind=row.kind,
            title=_KINDS[row.kind].title if row.kind in _KINDS else row.kind,
            on=row.on,
            by_mail=row.by_mail,
            state=row.state,
            note=row.note,
            entered_by=name,
            dates=tuple(one for one in dates if one.event == row.id),
        )
        for row, name in rows
    ]


def dates_of(scope: Scope, matter_ref: str) -> list[Dated]:
    """All dates of a matter by day; two queries. A date with a rule tells how it is counted."""
    matter = matter_of(scope, matter_ref)
    by, second = aliased(Person), aliased(Person)
    query = (
        select(EnteredDeadline, by.name, second.name)
        .outerjoin(by, by.id == EnteredDeadline.entered_by)
        .outerjoin(second, second.id == EnteredDeadline.confirmed_by)
        .where(EnteredDeadline.engagement_id == matter.id, EnteredDeadline.client_id.in_(scope.clients()))
        .order_by(EnteredDeadline.due, EnteredDeadline.title, EnteredDeadline.id)
    )
    return [_dated(scope, row, entered, confirmed) for row, entered, confirmed in scope.session.execute(query).tuples()]


def matter_of(scope: Scope, ref: str, right: Right = Right.READ) -> Engagement:
    """The matter of that ref. Raises NotFound outside the scope and for what is no matter, Forbidden without the right."""
    # a reading session sees one state: the functions of a page ask once
    seen: dict[tuple[str, str | None, str, str], Engagement] = scope.session.info.get(READING, {})
    asked = ("matter", scope.person_id, scope.role, ref)
    found = seen.get(asked)
    if found is None:
        query = select(Engagement).where(Engagement.ref == ref, Engagement.template == "matter")
        found = scope.session.scalars(query.where(Engagement.client_id.in_(scope.clients()))).one_or_none()
        if found is None:
            raise NotFound(f"there is no matter {ref}")
        seen[asked] = found
    scope.require(right)
    return found


def _in_reach(day: date) -> None:
    if not 1900 <= day.year <= 2200:
        raise Invalid(f"{day} is a slip of the pen: write the year in full")


def _dated(scope: Scope, row: EnteredDeadline, entered: str | None, confirmed: str | None) -> Dated:
    how: tuple[str, ...] = ()
    rolled = None
    if row.rule is not None and row.counted_from is not None:
        try:
            found = event_deadline(row.rule, row.counted_from, by_mail=bool(row.served_by_mail), state=row.court_state)
            how, rolled = found.how, found.rolled_because
        except Invalid:
            pass  # a rule that the table no longer has: the date stands as it was entered
    may = row.confirmed_by is None and scope.has(Right.DEADLINE_RULE) and row.entered_by != scope.person_id
    return Dated(
        id=row.id,
        title=row.title,
        due=row.due,
        authority=row.authority,
        rule=row.rule,
        counted_from=row.counted_from,
        how=how,
        rolled_because=rolled,
        entered_by=entered,
        confirmed_by=confirmed,
        may_confirm=may,
        event=row.event_id,
    )


def _event(scope: Scope, event_id: str, right: Right) -> CourtEvent:
    found = scope.session.scalars(
        select(CourtEvent).where(CourtEvent.id == event_id, CourtEvent.client_id.in_(scope.clients()))
    ).one_or_none()
    if found is None:
        raise NotFound(f"there is no event {event_id}")
    scope.require(right)
    return found


def _moved(
    scope: Scope, event: CourtEvent, on: date, by_mail: bool, state: str | None
) -> Sequence[tuple[Move, EnteredDeadline, Deadline]]:
    """Each date of the event with where it goes; a date whose rule is none of the event's any more stays."""
    counted = {one.rule_id: one for one in count(event.kind, on, by_mail=by_mail, state=state)}
    rows = scope.session.scalars(
        select(EnteredDeadline).where(EnteredDeadline.event_id == event.id).order_by(EnteredDeadline.due)
    )
    return [
        (Move(row.title, row.due, counted[row.rule].due, row.confirmed_by is not None), row, counted[row.rule])
        for row in rows
        if row.rule in counted
    ]


def _entered(scope: Scope, matter: Engagement, event: CourtEvent, one: Deadline) -> EnteredDeadline:
    fields: dict[str, Any] = {
        "title": one.title,
        "due": one.due,
        "authority": one.authority,
        "rule": one.rule_id,
        "counted_from": event.on,
        "served_by_mail": event.by_mail,
        "court_state": event.state,
        "event_id": event.id,
        "entered_by": event.entered_by,
    }
    identity = _date_id(scope, matter, one.title)
    return EnteredDeadline(id=identity, client_id=matter.client_id, engagement_id=matter.id, **fields)


def _date_id(scope: Scope, matter: Engagement, title: str) -> str:
    """The id of a new date, as a load of the exported firm names it (workspace/records/matters.py)."""
    client, nth = scope.session.get_one(Client, matter.client_id), 0
    while scope.session.get(EnteredDeadline, stable_id("date", client.ref, matter.ref, title, nth)) is not None:
        nth += 1
    return stable_id("date", client.ref, matter.ref, title, nth)
