"""Relations: what a contact or a client is to another, told from both sides: "owner of", and seen from there "owned by".

A relation shows to who sees both sides. Shares of an owner are ownership.py's.
"""

from dataclasses import dataclass

from sqlalchemy import or_, select

from store.audit import AuditTag
from store.errors import Conflict, Forbidden, Invalid, NotFound
from store.ids import new_id
from store.tables import Client, Contact, Relation
from store.twins import twin
from workspace.directory.contacts import find_contact, seen_contacts
from workspace.directory.words import line, note
from workspace.scope import Right, Scope
from workspace.undo import undoable

# slug: said of the first about the second, and of the second about the first
KINDS: dict[str, tuple[str, str]] = {
    "owner": ("owner of", "owned by"),
    "spouse": ("spouse of", "spouse of"),
    "child": ("child of", "parent of"),
    "bookkeeper": ("bookkeeper at", "has as bookkeeper"),
    "officer": ("officer of", "has as officer"),
    "trustee": ("trustee of", "has as trustee"),
    "beneficiary": ("beneficiary of", "has as beneficiary"),
    "executor": ("executor of", "has as executor"),
    "subsidiary": ("subsidiary of", "parent company of"),
    "partner": ("partner in", "has as partner"),
    "attorney": ("attorney of", "represented by"),
    "guarantor": ("guarantor of", "guaranteed by"),
    "referred": ("referred by", "referred"),
}
# each phrase once, as a form offers them: the slug, and whether the one in hand comes first
PHRASES: tuple[tuple[str, str], ...] = tuple(
    dict.fromkeys(
        (f"{slug}{'' if first else ':back'}", words[0 if first else 1])
        for slug, words in KINDS.items()
        for first in (True, False)
        if first or words[0] != words[1]
    )
)


@dataclass(frozen=True)
class Party:
    """A side of a relation: a client (`ref` is its ref) or a contact (`ref` is its id)."""

    of: str
    id: str
    ref: str
    name: str

    @property
    def href(self) -> str:
        return f"/clients/{self.ref}" if self.of == "client" else f"/contacts/{self.ref}"


@dataclass(frozen=True)
class Related:
    """A relation seen from one side: "is `words` `other`"."""

    id: str
    kind: str
    words: str
    other: Party
    note: str


def find_party(scope: Scope, text: str) -> Party:
    """The client (ref or whole name) or contact (id, address or whole name) that the asker means. Raises NotFound, Invalid."""
    asked = text.strip()
    query = select(Client).where(or_(Client.ref == asked, Client.name == asked), Client.id.in_(scope.clients()))
    found = scope.session.scalars(query.order_by(Client.ref != asked).limit(2)).all()
    if found and (found[0].ref == asked or len(found) == 1):
        return Party("client", found[0].id, found[0].ref, found[0].name)
    if found:
        raise Invalid(f"several clients are called {asked}: write the ref")
    try:
        contact = find_contact(scope, asked)
    except NotFound:
        raise NotFound(f"there is no client or contact {asked!r}: write a ref, an address or the whole name") from None
    return Party("contact", contact.id, contact.id, contact.name)


def relate(scope: Scope, one: str, phrase: str, other: str, remark: str = "") -> tuple[str, str]:
    """Say what `one` is to `other`, each named as find_party takes them; `phrase` is a slug of KINDS, with `:back` from the other side.

    (the relation's id, the act). Raises NotFound, Forbidden, Invalid, Conflict where it is said already."""
    scope.require(Right.CLIENT_WRITE)
    first, second = find_party(scope, one), find_party(scope, other)
    kind, _, back = phrase.partition(":")
    if kind not in KINDS or back not in ("", "back"):
        raise Invalid(f"{phrase!r} is no relation: {', '.join(KINDS)}")
    if back:
        first, second = second, first
    if first == second:
        raise Invalid("a relation is between two")
    if _said(scope, kind, first, second) or (KINDS[kind][0] == KINDS[kind][1] and _said(scope, kind, second, first)):
        raise Conflict(f"{first.name} is {KINDS[kind][0]} {second.name} already")
    sides = {f"from_{first.of}_id": first.id, f"to_{second.of}_id": second.id}
    row = Relation(id=new_id("rel"), kind=kind, note=line(remark, 300, "the note") or "", **sides)
    with undoable(scope, f"{first.name} is {KINDS[kind][0]} {second.name}") as act:
        scope.session.add(row)
        client = next((side.id for side in (first, second) if side.of == "client"), None)
        note(scope, AuditTag.RELATION_SET, f"relation:{row.id}", client, kind=kind, sides=[first.ref, second.ref])
    return row.id, act.id


def _said(scope: Scope, kind: str, first: Party, second: Party) -> bool:
    query = select(Relation.id).where(
        Relation.kind == kind,
        getattr(Relation, f"from_{first.of}_id") == first.id,
        getattr(Relation, f"to_{second.of}_id") == second.id,
    )
    return scope.session.scalars(query.limit(1)).first() is not None


def unrelate(scope: Scope, relation_id: str) -> str:
    """Take a relation away; answers with the act. Raises NotFound, Forbidden."""
    row = scope.session.get(Relation, relation_id)
    if row is None or not _sees(scope, row):
        raise NotFound("there is no such relation")
    scope.require(Right.CLIENT_WRITE)
    with undoable(scope, "Relation taken away") as act:
        note(
            scope, AuditTag.RELATION_ENDED, f"relation:{row.id}", row.from_client_id or row.to_client_id, kind=row.kind
        )
        scope.session.delete(row)
    return act.id


def _sees(scope: Scope, row: Relation) -> bool:
    clients = {one for one in (row.from_client_id, row.to_client_id) if one}
    contacts = {one for one in (row.from_contact_id, row.to_contact_id) if one}
    seen = select(Client.id).where(Client.id.in_(clients), Client.id.in_(scope.clients()))
    known = select(Contact.id).where(Contact.id.in_(contacts), Contact.id.in_(seen_contacts(scope)))
    return len(scope.session.scalars(seen).all()) == len(clients) and len(scope.session.scalars(known).all()) == len(
        contacts
    )


def relations_of(scope: Scope, of: str, identity: str) -> tuple[Related, ...]:
    """The relations of a client (its id) or contact that the asker may see on both sides, by words and name; one query."""
    if of not in ("client", "contact"):
        raise Forbidden(f"nothing is related to a {of}")
    from_client, to_client = twin(Client, "from"), twin(Client, "to")
    from_contact, to_contact = twin(Contact, "from"), twin(Contact, "to")
    r, contacts = Relation, seen_contacts(scope)
    query = (
        select(r, from_client, from_contact, to_client, to_contact)
        .outerjoin(from_client, from_client.id == r.from_client_id)
        .outerjoin(from_contact, from_contact.id == r.from_contact_id)
        .outerjoin(to_client, to_client.id == r.to_client_id)
        .outerjoin(to_contact, to_contact.id == r.to_contact_id)
        .where(or_(getattr(r, f"from_{of}_id") == identity, getattr(r, f"to_{of}_id") == identity))
        .where(or_(r.from_client_id.is_(None), r.from_client_id.in_(scope.clients())))
        .where(or_(r.to_client_id.is_(None), r.to_client_id.in_(scope.clients())))
        .where(or_(r.from_contact_id.is_(None), r.from_contact_id.in_(contacts)))
        .where(or_(r.to_contact_id.is_(None), r.to_contact_id.in_(contacts)))
    )
    found = []
    for row, one, person, other, other_person in scope.session.execute(query).tuples():
        first, second = _party(one, person), _party(other, other_person)
        mine_first = (first.of, first.id) == (of, identity)
        words = KINDS[row.kind][0 if mine_first else 1] if row.kind in KINDS else row.kind
        found.append(Related(row.id, row.kind, words, second if mine_first else first, row.note))
    return tuple(sorted(found, key=lambda one: (one.words, one.other.name, one.id)))


def _party(client: Client | None, contact: Contact | None) -> Party:
    if client is not None:
        return Party("client", client.id, client.ref, client.name)
    assert contact is not None  # the table holds one of both
    return Party("contact", contact.id, contact.id, contact.name)
