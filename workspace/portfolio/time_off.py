"""Days on which somebody does not work: entered by herself or by whoever plans the work, and taken off her hours wherever capacity is
counted. No leave is granted or counted here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from store import audit
from store.audit import AuditTag
from store.errors import Conflict, Invalid, NotFound
from store.ids import new_id
from store.tables import Person, TimeOff
from workspace.acting import person_of
from workspace.deadlines import business_days_between, in_words
from workspace.scope import Right, Scope

LONGEST = timedelta(days=366)
Spans = tuple[tuple[date, date], ...]
"""First and last days, each span by itself."""


@dataclass(frozen=True)
class Off:
    """A span of days. `days` are the business days in it; `mine`: the asker's own."""

    id: str
    person_id: str
    person: str
    email: str
    first: date
    last: date
    days: int
    note: str
    mine: bool


def time_off(scope: Scope) -> list[Off]:
    """What has not ended yet, the earliest first: everybody's for who plans the work (capacity:read), else the asker's own; one query."""
    query = select(TimeOff, Person).join(Person, Person.id == TimeOff.person_id)
    query = query.where(TimeOff.last >= scope.today, Person.active)
    if not scope.has(Right.CAPACITY_READ):
        query = query.where(TimeOff.person_id == scope.person_id)
    rows = scope.session.execute(query.order_by(TimeOff.first, Person.name, TimeOff.id)).tuples()
    return [_shown(scope, row, person) for row, person in rows]


def spans_of(scope: Scope) -> Mapping[str, Spans]:
    """By the person's id what has not ended yet; one query. For sums of hours: it names nobody and says no reason."""
    rows = scope.session.execute(
        select(TimeOff.person_id, TimeOff.first, TimeOff.last)
        .where(TimeOff.last >= scope.today)
        .order_by(TimeOff.first)
    )
    found: dict[str, Spans] = {}
    for person_id, first, last in rows:
        found[person_id] = (*found.get(person_id, ()), (first, last))
    return found


def add_time_off(scope: Scope, first: date, last: date, person: str = "", note: str = "") -> Off:
    """Enter it; `person` is an address or id, "" the asker herself. Raises Forbidden without time:write, for somebody else without
    capacity:read; NotFound, Invalid, Conflict where she is off already."""
    whose = _person(scope, person)
    if last < first:
        raise Invalid(f"{in_words(last)} is before {in_words(first)}; give the earlier day first")
    if last < scope.today:
        raise Invalid("these days have passed; nothing is planned by them any more")
    if last - first > LONGEST:
        raise Invalid("time off is at most a year at a time")
    row = TimeOff
    there = scope.session.scalars(
        select(row).where(row.person_id == whose.id, row.first <= last, row.last >= first).order_by(row.first).limit(1)
    ).first()
    if there is not None:
        raise Conflict(f"{whose.name} is off from {in_words(there.first)} to {in_words(there.last)} already")
    made = TimeOff(id=new_id("off"), person_id=whose.id, first=first, last=last, note=" ".join(note.split())[:200])
    scope.session.add(made)
    scope.session.flush()
    _record(scope, AuditTag.LEAVE_ADDED, made, whose)
    return _shown(scope, made, whose)


def remove_time_off(scope: Scope, off_id: str) -> Off:
    """Take it away: she works on these days. Raises NotFound, and Forbidden as `add_time_off`."""
    row = scope.session.get(TimeOff, off_id)
    hers = row is not None and row.person_id == scope.person_id
    if row is None or not (hers or scope.has(Right.CAPACITY_READ)):
        raise NotFound("there is no such time off")
    whose = _person(scope, row.person_id)
    told = _shown(scope, row, whose)
    _record(scope, AuditTag.LEAVE_REMOVED, row, whose)
    scope.session.delete(row)
    scope.session.flush()
    return told


def _person(scope: Scope, person: str) -> Person:
    scope.require(Right.TIME_WRITE)
    text = person.strip() or person_of(scope)
    wanted = select(Person).where((Person.id == text) | (Person.email == text.lower()), Person.active)
    if text not in (scope.person_id, scope.email):
        scope.require(Right.CAPACITY_READ)
    found = scope.session.scalars(wanted).one_or_none()
    if found is None:
        raise NotFound(f"nobody who works here has the address {person.strip()}")
    return found


def _shown(scope: Scope, row: TimeOff, person: Person) -> Off:
    days = business_days_between(row.first, row.last + timedelta(days=1))
    mine = row.person_id == scope.person_id
    return Off(row.id, person.id, person.name, person.email, row.first, row.last, days, row.note, mine)


def _record(scope: Scope, tag: AuditTag, row: TimeOff, person: Person) -> None:
    detail = {"person": person.email, "first": row.first.isoformat(), "last": row.last.isoformat()}
    audit.record(scope.session, tag, actor=scope.email, subject=f"person:{person.id}", now=scope.now, detail=detail)
