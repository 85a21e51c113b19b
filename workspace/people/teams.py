"""The team of a client: who sees it beside its partner, its manager and those who own its work."""

from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from store.audit import AuditTag
from store.errors import Conflict, Invalid, NotFound
from store.ids import new_id
from store.tables import Client, Person, TeamMember, Wall
from workspace.acting import record
from workspace.people.owned import person_named
from workspace.scope import Right, Scope, access_client, who_may_see
from workspace.undo import undoable

Row = TypeVar("Row", Wall, TeamMember)


@dataclass(frozen=True)
class Member:
    """Somebody who sees the client. `why`: partner, manager, team, work (she owns some), admin, or glass (for some hours). `since` and
    `added_by` are of the team; "" for who put her in is the software."""

    email: str
    name: str
    role: str
    why: str
    since: date | None = None
    added_by: str = ""


def team_of(scope: Scope, ref: str) -> list[Member]:
    """Everybody of the firm who sees the client, by the rule itself, and why; four queries."""
    client = access_client(scope, ref)
    by = aliased(Person)
    rows = scope.session.execute(
        select(TeamMember, by.name).outerjoin(by, by.id == TeamMember.added_by).where(TeamMember.client_id == client.id)
    ).tuples()
    members = {row.person_id: (row, name or "") for row, name in rows}
    for_good = set(scope.session.scalars(who_may_see([client.id], None).with_only_columns(Person.id)))
    found = []
    for _, person in scope.session.execute(who_may_see([client.id], scope.now)).tuples():
        row, added_by = members.get(person.id, (None, ""))
        why = _why(client, person, row is not None)
        found.append(
            Member(
                person.email,
                person.name,
                person.role,
                why if person.id in for_good else "glass",
                row.since if row is not None else None,
                added_by,
            )
        )
    return sorted(found, key=lambda one: (_ORDER.index(one.why), one.name))


_ORDER = ("partner", "manager", "team", "work", "glass", "admin")


def _why(client: Client, person: Person, in_team: bool) -> str:
    if client.partner_id == person.id:
        return "partner"
    if client.manager_id == person.id:
        return "manager"
    return "team" if in_team else "admin" if person.role == "admin" else "work"


def may_join(scope: Scope, ref: str) -> list[Person]:
    """Who can be put into the client's team: active people who are not in it, and not kept from it."""
    client = access_client(scope, ref)
    there = select(TeamMember.person_id).where(TeamMember.client_id == client.id)
    walled = select(Wall.person_id).where(Wall.client_id == client.id)
    wanted = select(Person).where(Person.active, Person.id.not_in(there), Person.id.not_in(walled))
    return list(scope.session.scalars(wanted.order_by(Person.name)))


def add_member(scope: Scope, ref: str, address: str) -> str:
    """Put somebody into the client's team; the id of the act. Raises NotFound, Invalid for who cannot see it, Conflict for who is in it,
    Forbidden without team:set."""
    client = access_client(scope, ref, Right.TEAM_SET)
    person = person_named(scope, address)
    if person is None or not person.active:
        raise NotFound(f"nobody who works here has the address {address}")
    if scope.session.scalars(_here(Wall, client, person)).first() is not None:
        raise Invalid(f"{person.name} cannot work on {client.name}; choose somebody else")
    if scope.session.scalars(_here(TeamMember, client, person)).first() is not None:
        raise Conflict(f"{person.name} is in the team already")
    with undoable(scope, f"{person.name} put into the team of {client.name}") as act:
        scope.session.add(
            TeamMember(
                id=new_id("tm"), client_id=client.id, person_id=person.id, since=scope.today, added_by=scope.person_id
            )
        )
        record(scope, AuditTag.TEAM_JOINED, f"person:{person.id}", client.id, person=person.email)
    return act.id


def remove_member(scope: Scope, ref: str, address: str) -> str:
    """Take somebody out of the team; the id of the act. Work that she owns there still shows her the client. Raises NotFound, Forbidden
    without team:set."""
    client = access_client(scope, ref, Right.TEAM_SET)
    person = person_named(scope, address)
    row = scope.session.scalars(_here(TeamMember, client, person)).first() if person is not None else None
    if person is None or row is None:
        raise NotFound(f"nobody in the team has the address {address}")
    with undoable(scope, f"{person.name} taken out of the team of {client.name}") as act:
        scope.session.delete(row)
        record(scope, AuditTag.TEAM_LEFT, f"person:{person.id}", client.id, person=person.email)
    return act.id


def _here(table: type[Row], client: Client, person: Person) -> Select[Row]:
    return select(table).where(table.client_id == client.id, table.person_id == person.id)
