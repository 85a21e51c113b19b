"""Client groups: made, renamed, filled, and the page of one. A group shows to who sees one of its clients; an empty one to everybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import or_, select

from store import fence
from store.audit import AuditTag
from store.errors import Conflict, Invalid, NotFound
from store.tables import Client, ClientContact, ClientGroup, Contact
from workspace.directory.entity import find_group, group_named, set_fields
from workspace.directory.words import line, note
from workspace.money_sight import amount
from workspace.scope import Right, Scope, access_client
from workspace.undo import expect, mark_of, undoable


@dataclass(frozen=True)
class Group:
    """A group and how many of the asker's clients are in it."""

    id: str
    name: str
    clients: int


@dataclass(frozen=True)
class Member:
    """A client of a group."""

    ref: str
    name: str
    entity_type: str
    status: str
    annual_fee: Decimal | None


@dataclass(frozen=True)
class GroupPage:
    """A group with those of its clients that the asker sees, and the people behind them: (contact id, name, her clients' names)."""

    id: str
    name: str
    mark: str
    members: tuple[Member, ...]
    people: tuple[tuple[str, str, tuple[str, ...]], ...]


@fence.beyond(fence.Job.ABSENCE)
def groups_of(scope: Scope) -> tuple[Group, ...]:
    """The groups that the asker sees, by name; one query."""
    scope.require(Right.CLIENT_READ)
    anybody = select(Client.group_id).where(Client.group_id.is_not(None))
    mine = anybody.where(Client.id.in_(scope.clients()))
    found = scope.session.execute(
        select(ClientGroup.id, ClientGroup.name, Client.id)
        .outerjoin(Client, (Client.group_id == ClientGroup.id) & Client.id.in_(scope.clients()))
        .where(or_(ClientGroup.id.in_(mine), ClientGroup.id.not_in(anybody)))
        .order_by(ClientGroup.name)
    )
    counts: dict[tuple[str, str], int] = {}
    for identity, name, client in found.tuples():
        counts[identity, name] = counts.get((identity, name), 0) + (client is not None)
    return tuple(Group(identity, name, number) for (identity, name), number in counts.items())


def group_page(scope: Scope, group_id: str) -> GroupPage:
    """One group. Raises NotFound."""
    scope.require(Right.CLIENT_READ)
    row = find_group(scope, group_id)
    mine = (
        select(Client)
        .where(Client.group_id == row.id, Client.id.in_(scope.clients()))
        .order_by(Client.name, Client.ref)
    )
    clients = scope.session.scalars(mine).all()
    names = {c.id: c.name for c in clients}
    ties = (
        select(Contact.id, Contact.name, ClientContact.client_id)
        .join(ClientContact, ClientContact.contact_id == Contact.id)
        .where(ClientContact.client_id.in_(names))
        .order_by(Contact.name, Contact.id)
    )
    people: dict[tuple[str, str], list[str]] = {}
    for identity, name, client_id in scope.session.execute(ties).tuples():
        people.setdefault((identity, name), []).append(names[client_id])
    return GroupPage(
        row.id,
        row.name,
        mark_of(row),
        tuple(Member(c.ref, c.name, c.entity_type, c.status, amount(scope, c.annual_fee)) for c in clients),
        tuple((*who, tuple(sorted(where))) for who, where in people.items()),
    )


def make_group(scope: Scope, name: str, refs: Sequence[str] = ()) -> tuple[str, str]:
    """A new group of these clients: (its id, the act). Raises Invalid, Conflict where there is one of that name, NotFound, Forbidden."""
    scope.require(Right.CLIENT_WRITE)
    word = line(name, 120, "the name of the group", needed=True)
    if scope.session.scalars(select(ClientGroup.id).where(ClientGroup.name == word)).first() is not None:
        raise Conflict(f"there is a group {word} already")
    clients = [access_client(scope, ref, Right.CLIENT_WRITE) for ref in refs]
    with undoable(scope, f"New group {word}") as act:
        identity = group_named(scope, word)
        for client in clients:
            set_fields(scope, client, {"group": word})
    assert identity is not None  # the name is not empty
    return identity, act.id


def rename_group(scope: Scope, group_id: str, name: str, *, mark: str | None = None) -> str:
    """Give a group another name; answers with the act. Raises NotFound, Forbidden, Invalid, Conflict."""
    scope.require(Right.CLIENT_WRITE)
    row = find_group(scope, group_id)
    expect(row, mark, f"the group {row.name}")
    word = line(name, 120, "the name of the group", needed=True) or ""
    other = select(ClientGroup.id).where(ClientGroup.name == word, ClientGroup.id != row.id)
    if scope.session.scalars(other).first() is not None:
        raise Conflict(f"there is a group {word} already")
    with undoable(scope, f"Group {row.name} is now {word}") as act:
        note(scope, AuditTag.GROUP_SET, f"group:{row.id}", before=row.name, name=word)
        row.name = word
    return act.id


def remove_group(scope: Scope, group_id: str) -> str:
    """Take an empty group away; answers with the act. Raises NotFound, Forbidden, Invalid while a client is in it."""
    scope.require(Right.CLIENT_WRITE)
    row = find_group(scope, group_id)
    if scope.session.scalars(select(Client.id).where(Client.group_id == row.id).limit(1)).first() is not None:
        raise Invalid(f"{row.name} still has clients; take them out first")
    with undoable(scope, f"Group {row.name} taken away") as act:
        note(scope, AuditTag.GROUP_SET, f"group:{row.id}", name=row.name, removed=True)
        scope.session.delete(row)
    return act.id


def assign(scope: Scope, client_ref: str, group_id: str | None) -> str:
    """Put a client into a group, or with None out of its group; answers with the act. Raises NotFound, Forbidden."""
    client = access_client(scope, client_ref, Right.CLIENT_WRITE)
    if group_id is None and client.group_id is None:
        raise NotFound(f"{client.name} is in no group")
    name = find_group(scope, group_id).name if group_id is not None else ""
    with undoable(scope, f"{client.name}: {'into ' + name if name else 'out of its group'}") as act:
        set_fields(scope, client, {"group": name})
    return act.id
