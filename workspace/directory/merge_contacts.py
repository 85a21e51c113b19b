"""Two contacts that are one person become one: every reference moves, what both say once is said once, and undo brings all of it back.

Only who sees every client of both may: else a wall would be merged over.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from store import fence
from store.audit import AuditTag
from store.errors import Conflict, Invalid, NotFound
from store.tables import Client, ClientContact, Contact, MergedContact, OwnershipShare, Relation
from workspace.directory.contacts import Card, access_contact, contact_card
from workspace.directory.moving import references, repoint
from workspace.directory.words import note
from workspace.scope import Right, Scope
from workspace.undo import expect, undoable

FIELDS = ("name", "email", "phone")


@dataclass(frozen=True)
class Side:
    """The two side by side: what differs is chosen, field by field."""

    kept: Card
    gone: Card
    differs: tuple[str, ...]


def review(scope: Scope, kept_id: str, gone_id: str) -> Side:
    """The two as a merge would find them. Raises NotFound where the asker does not see all clients of both, Forbidden, Invalid."""
    kept, gone = _both(scope, kept_id, gone_id)
    one, other = contact_card(scope, kept.id), contact_card(scope, gone.id)
    return Side(one, other, tuple(name for name in FIELDS if getattr(one, name) != getattr(other, name)))


@fence.beyond(fence.Job.ABSENCE)
def _both(scope: Scope, kept_id: str, gone_id: str) -> tuple[Contact, Contact]:
    scope.require(Right.CLIENT_MERGE)
    if kept_id == gone_id:
        raise Invalid("choose two contacts")
    kept, gone = access_contact(scope, kept_id), access_contact(scope, gone_id)
    seen = ClientContact.client_id.in_(scope.clients())
    beyond = select(ClientContact.id).where(ClientContact.contact_id.in_((kept.id, gone.id)), ~seen)
    if scope.session.scalars(beyond.limit(1)).first() is not None:
        raise NotFound("there are no such two contacts that you could merge")
    return kept, gone


def merge_contacts(
    scope: Scope,
    kept_id: str,
    gone_id: str,
    take: Mapping[str, str] | None = None,
    *,
    marks: tuple[str, str] = ("", ""),
) -> str:
    """Merge `gone` into `kept`; `take` names the fields whose value comes from the one that goes ({"email": "gone"}), an empty one is
    filled anyway. Answers with the act. Raises NotFound, Forbidden, Invalid, Conflict."""
    kept, gone = _both(scope, kept_id, gone_id)
    expect(kept, marks[0], f"the contact {kept.name}")
    expect(gone, marks[1], f"the contact {gone.name}")
    chosen = {name for name, side in (take or {}).items() if side == "gone" and name in FIELDS}
    with undoable(scope, f"Contacts {gone.name} and {kept.name} merged") as act:
        values = {n: getattr(gone, n) for n in FIELDS if n in chosen or not getattr(kept, n)}
        custom = {**gone.custom, **kept.custom}
        _combine_ties(scope, kept, gone)
        _drop_shares_said_twice(scope, kept, gone)
        for table, column in references("contacts.id"):
            if table != "client_contacts":
                repoint(scope, table, column, gone.id, kept.id)
        drop_relations(scope, "contact", kept.id)
        scope.session.add(MergedContact(id=gone.id, contact_id=kept.id, person_id=scope.person_id, at=scope.now))
        told = {"kept": kept.id, "gone": gone.id, "name": gone.name}
        note(scope, AuditTag.CONTACT_MERGED, f"contact:{kept.id}", **told)
        scope.session.delete(gone)
        scope.session.flush()
        for name, value in {**values, "custom": custom}.items():
            if getattr(kept, name) != value:
                setattr(kept, name, value)
    return act.id


def _combine_ties(scope: Scope, kept: Contact, gone: Contact) -> None:
    """Where both are contacts of a client, one tie remains and fills its gaps from the other; elsewhere the tie moves."""
    row = ClientContact
    mine = {tie.client_id: tie for tie in scope.session.scalars(select(row).where(row.contact_id == kept.id))}
    theirs = list(scope.session.scalars(select(row).where(row.contact_id == gone.id)))
    for tie in theirs:
        there = mine.get(tie.client_id)
        if there is None:
            tie.contact_id = kept.id
            continue
        if there.ownership_pct and tie.ownership_pct and there.ownership_pct != tie.ownership_pct:
            ref = scope.session.scalars(select(Client.ref).where(Client.id == tie.client_id)).one()
            raise Conflict(
                f"at {ref} one owns {there.ownership_pct.normalize():f} %, the other {tie.ownership_pct.normalize():f} %: "
                "set the share that is right on both first"
            )
        title, pct = there.title or tie.title, there.ownership_pct or tie.ownership_pct
        primary = there.is_primary or tie.is_primary
        scope.session.delete(tie)
        scope.session.flush()
        for name, value in (("title", title), ("ownership_pct", pct), ("is_primary", primary)):
            if getattr(there, name) != value:
                setattr(there, name, value)
    scope.session.flush()


def _drop_shares_said_twice(scope: Scope, kept: Contact, gone: Contact) -> None:
    """Where both have shares of one client, they are one person's, written down twice: those of the kept one stand."""
    row = OwnershipShare
    mine = set(scope.session.scalars(select(row.client_id).where(row.contact_id == kept.id)))
    for share in scope.session.scalars(select(row).where(row.contact_id == gone.id, row.client_id.in_(mine))):
        scope.session.delete(share)
    scope.session.flush()


def drop_relations(scope: Scope, of: str, identity: str) -> None:
    """Relations that a merge made one of a row to itself, and those that it made stand twice."""
    first, second = getattr(Relation, f"from_{of}_id"), getattr(Relation, f"to_{of}_id")
    known: set[tuple[Any, ...]] = set()
    query = select(Relation).where((first == identity) | (second == identity)).order_by(Relation.id)
    for row in scope.session.scalars(query):
        sides = (row.kind, row.from_client_id, row.from_contact_id, row.to_client_id, row.to_contact_id)
        if sides[1:3] == sides[3:5] or sides in known:
            scope.session.delete(row)
        known.add(sides)
    scope.session.flush()
