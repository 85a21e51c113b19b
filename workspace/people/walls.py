"""Ethical walls: somebody never sees a client. Put up and lifted with a reason; a lifted wall is kept.

Who sets walls sees all that stand, but for those around herself: of these there is nothing, no number either.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased

from store import fence
from store.audit import AuditTag
from store.errors import Conflict, Invalid, NotFound
from store.ids import new_id
from store.tables import Client, ClientGroup, EndedWall, Engagement, Glass, Person, TeamMember, Wall, Watch
from workspace.acting import record
from workspace.people.owned import Owned, owned_by, person_named
from workspace.scope import Right, Scope

MOST_CLIENTS = 200
SHORTEST_REASON, LONGEST_REASON = 8, 600


@dataclass(frozen=True)
class Standing:
    """A wall. `ended_at`, `ended_by` and `why` are of one that was lifted; "" for who set it: it was loaded or is older than this page.
    `owned` is how much of the client is in the person's hand and must go to somebody else."""

    id: str
    person: str
    email: str
    ref: str
    client: str
    reason: str
    set_on: date
    set_by: str
    ended_at: datetime | None = None
    ended_by: str = ""
    why: str = ""


@dataclass(frozen=True)
class PutUp:
    """What putting up walls did: those that stand now, and what the person had in hand there."""

    walls: tuple[Standing, ...]
    owned: tuple[Owned, ...]


def walls(scope: Scope) -> tuple[list[Standing], list[Standing]]:
    """The walls that stand and those that were lifted, the newest first; two queries. Raises Forbidden without wall:set."""
    scope.require(Right.WALL_SET)
    return _standing(scope), _ended(scope)


def wall(scope: Scope, wall_id: str) -> Standing:
    """One wall that stands or stood. Raises NotFound, Forbidden."""
    scope.require(Right.WALL_SET)
    for one in (*_standing(scope, Wall.id == wall_id), *_ended(scope, EndedWall.id == wall_id)):
        return one
    raise NotFound(f"there is no wall {wall_id}")


@fence.beyond(fence.Job.GOVERN)
def owned_behind(scope: Scope, wall_id: str) -> list[Owned]:
    """What the person behind a standing wall still has of the client. Raises NotFound, Forbidden."""
    row = _wall_row(scope, wall_id)
    return owned_by(scope, row.person_id, [row.client_id])


@fence.beyond(fence.Job.GOVERN)
def put_up(
    scope: Scope, address: str, reason: str, refs: Sequence[str] = (), *, group: str = "", matter: str = ""
) -> PutUp:
    """Walls between a person and clients: those of the refs, those of a group, that of a matter. What stands already stays as it is.

    She leaves the clients' teams, glass she broke there is closed, what she watched is let go; work that she owns stays hers until somebody
    hands it over, and is listed. Raises NotFound, Invalid, Conflict when all of it stood already, Forbidden without wall:set."""
    scope.require(Right.WALL_SET)
    person = person_named(scope, address)
    if person is None:
        raise NotFound(f"nobody who works here has the address {address}")
    why = reason_in(reason, "why the wall stands")
    clients = _clients(scope, refs, group, matter)
    there = set(scope.session.scalars(select(Wall.client_id).where(Wall.person_id == person.id)))
    new = [one for one in clients if one.id not in there]
    if not new:
        raise Conflict("the wall stands already")
    rows = [
        Wall(
            id=new_id("wall"),
            client_id=client.id,
            person_id=person.id,
            reason=why,
            set_on=scope.today,
            set_by=scope.person_id,
        )
        for client in new
    ]
    scope.session.add_all(rows)
    ids = [one.id for one in new]
    _let_go(scope, person, ids)
    for row in rows:
        record(scope, AuditTag.WALL_SET, f"wall:{row.id}", row.client_id, person=person.email, reason=why)
    scope.session.flush()
    owned = owned_by(scope, person.id, ids)
    mine = scope.session.get(Person, scope.person_id) if scope.person_id else None
    by = mine.name if mine else ""
    stand = tuple(
        Standing(row.id, person.name, person.email, client.ref, client.name, why, row.set_on, by)
        for row, client in zip(rows, new, strict=True)
    )
    return PutUp(stand, tuple(owned))


@fence.beyond(fence.Job.GOVERN)
def lift(scope: Scope, wall_id: str, why: str) -> Standing:
    """End a wall: what she owns or answers for there she sees again from now on; a team she joins anew. Raises NotFound, Invalid without a
    reason, Forbidden without wall:set."""
    row = _wall_row(scope, wall_id)
    ended = EndedWall(
        id=row.id,
        client_id=row.client_id,
        person_id=row.person_id,
        reason=row.reason,
        set_on=row.set_on,
        set_by=row.set_by,
        ended_at=scope.now,
        ended_by=scope.person_id,
        why=reason_in(why, "why the wall is lifted"),
    )
    person = scope.session.get_one(Person, row.person_id)
    scope.session.delete(row)
    scope.session.add(ended)
    record(scope, AuditTag.WALL_ENDED, f"wall:{ended.id}", ended.client_id, person=person.email, reason=ended.why)
    scope.session.flush()
    return wall(scope, ended.id)


def reason_in(text: str, what: str) -> str:
    """A reason as somebody wrote it, in one line. Raises Invalid for one that says nothing."""
    words = " ".join(text.split())
    if len(words) < SHORTEST_REASON:
        raise Invalid(f"say {what}, in a sentence")
    if len(words) > LONGEST_REASON:
        raise Invalid(f"say {what} in at most {LONGEST_REASON} characters")
    return words


def _open_to(scope: Scope) -> ColumnElement[bool]:
    """Who sets walls is asked about every client but those that she is kept from herself."""
    return Client.id.not_in(select(Wall.client_id).where(Wall.person_id == scope.person_id))


@fence.beyond(fence.Job.GOVERN)
def _wall_row(scope: Scope, wall_id: str) -> Wall:
    scope.require(Right.WALL_SET)
    wanted = select(Wall).join(Client, Client.id == Wall.client_id).where(Wall.id == wall_id, _open_to(scope))
    row = scope.session.scalars(wanted).one_or_none()
    if row is None:
        raise NotFound(f"there is no wall {wall_id}")
    return row


def _clients(scope: Scope, refs: Iterable[str], group: str, matter: str) -> list[Client]:
    wanted = {one.strip() for one in refs if one.strip()}
    found = {
        one.ref: one for one in scope.session.scalars(select(Client).where(Client.ref.in_(wanted), _open_to(scope)))
    }
    if missing := sorted(wanted - found.keys()):
        raise NotFound(f"there is no client {', '.join(missing)}")
    if group.strip():
        members = select(Client).join(ClientGroup, ClientGroup.id == Client.group_id)
        inside = scope.session.scalars(members.where(ClientGroup.name == group.strip(), _open_to(scope))).all()
        if not inside:
            raise NotFound(f"there is no group {group.strip()}")
        found.update({one.ref: one for one in inside})
    if matter.strip():
        of = select(Client).join(Engagement, Engagement.client_id == Client.id)
        one = scope.session.scalars(of.where(Engagement.ref == matter.strip(), _open_to(scope))).one_or_none()
        if one is None:
            raise NotFound(f"there is no matter {matter.strip()}")
        found[one.ref] = one
    if not found:
        raise Invalid("name a client, a group or a matter")
    if len(found) > MOST_CLIENTS:
        raise Invalid(f"at most {MOST_CLIENTS} clients at once")
    return [found[ref] for ref in sorted(found)]


def _let_go(scope: Scope, person: Person, clients: Sequence[str]) -> None:
    """What showed her the client goes with the wall, so that lifting it gives nothing back by itself."""
    for table in (TeamMember, Watch):
        of = select(table).where(table.person_id == person.id, table.client_id.in_(clients))
        for row in scope.session.scalars(of).all():
            if isinstance(row, TeamMember):
                record(scope, AuditTag.TEAM_LEFT, f"person:{person.id}", row.client_id, person=person.email)
            scope.session.delete(row)
    broken = select(Glass).where(Glass.person_id == person.id, Glass.client_id.in_(clients), Glass.ended_at.is_(None))
    for glass in scope.session.scalars(broken.where(Glass.until > scope.now)).all():
        glass.ended_at, glass.ended_by = scope.now, scope.person_id
        record(scope, AuditTag.GLASS_CLOSED, f"glass:{glass.id}", glass.client_id, person=person.email)


@fence.beyond(fence.Job.GOVERN)
def _standing(scope: Scope, *more: ColumnElement[bool]) -> list[Standing]:
    by = aliased(Person)
    rows = scope.session.execute(
        select(Wall, Person, Client, by.name)
        .join(Person, Person.id == Wall.person_id)
        .join(Client, Client.id == Wall.client_id)
        .outerjoin(by, by.id == Wall.set_by)
        .where(_open_to(scope), *more)
        .order_by(Wall.set_on.desc(), Person.name, Client.ref)
    ).tuples()
    return [
        Standing(w.id, person.name, person.email, client.ref, client.name, w.reason, w.set_on, name or "")
        for w, person, client, name in rows
    ]


@fence.beyond(fence.Job.GOVERN)
def _ended(scope: Scope, *more: ColumnElement[bool]) -> list[Standing]:
    by, ender = aliased(Person), aliased(Person)
    rows = scope.session.execute(
        select(EndedWall, Person, Client, by.name, ender.name)
        .join(Person, Person.id == EndedWall.person_id)
        .join(Client, Client.id == EndedWall.client_id)
        .outerjoin(by, by.id == EndedWall.set_by)
        .outerjoin(ender, ender.id == EndedWall.ended_by)
        .where(_open_to(scope), *more)
        .order_by(EndedWall.ended_at.desc(), EndedWall.id)
        .limit(200)
    ).tuples()
    return [
        Standing(
            w.id,
            person.name,
            person.email,
            client.ref,
            client.name,
            w.reason,
            w.set_on,
            name or "",
            w.ended_at,
            ended or "",
            w.why,
        )
        for w, person, client, name, ended in rows
    ]


def people(scope: Scope) -> list[tuple[str, str]]:
    """Who can be walled: address and name of everybody who works here. Raises Forbidden without wall:set."""
    scope.require(Right.WALL_SET)
    return list(
        scope.session.execute(select(Person.email, Person.name).where(Person.active).order_by(Person.name)).tuples()
    )


@fence.beyond(fence.Job.GOVERN)
def groups(scope: Scope) -> list[str]:
    """The names of groups with a client that the asker is not kept from."""
    scope.require(Right.WALL_SET)
    inside = select(Client.group_id).where(_open_to(scope))
    return list(
        scope.session.scalars(select(ClientGroup.name).where(ClientGroup.id.in_(inside)).order_by(ClientGroup.name))
    )
