"""Contacts: people outside the firm, each of whom may stand behind several clients. Found, shown, added, changed, tied to clients.

A contact is seen by who sees one of its clients; of a page only those clients show. One without a client is an admin's.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, or_, select

from store import fence
from store.audit import AuditTag
from store.errors import Conflict, Invalid, NotFound
from store.ids import new_id, stable_id
from store.tables import Client, ClientContact, Contact
from workspace.directory.fields import with_values
from workspace.directory.words import email_in, given, line, note
from workspace.records.history import Source, note_change
from workspace.scope import Right, Scope, access_client
from workspace.undo import expect, mark_of, undoable

AT_ONCE = 100


@dataclass(frozen=True)
class Tie:
    """What a contact is to one client."""

    client_ref: str
    client: str
    status: str
    title: str | None
    is_primary: bool
    ownership_pct: Any
    mark: str


@dataclass(frozen=True)
class Listed:
    """A contact and those of its clients that the asker sees, by name."""

    id: str
    name: str
    email: str | None
    phone: str | None
    ties: tuple[Tie, ...]


@dataclass(frozen=True)
class Card(Listed):
    """A contact's own page. `custom` holds all values, `mark` tells it from a later state."""

    custom: Mapping[str, Any]
    mark: str


def seen_contacts(scope: Scope) -> Select[Any]:
    """The ids of the contacts that the asker may see, to be used as a subquery."""
    tied = select(ClientContact.contact_id).where(ClientContact.client_id.in_(scope.clients()))
    if scope.role in ("admin", "system"):
        loose = select(Contact.id).where(Contact.id.not_in(select(ClientContact.contact_id)))
        if fence.stands(scope.session):  # whom a hidden client has is nobody's only to a fenced session
            with fence.lifted(scope.session, fence.Job.ABSENCE):
                loose = select(Contact.id).where(Contact.id.in_(scope.session.scalars(loose).all()))
        return select(tied.union(loose).subquery().c[0])
    return tied


def access_contact(scope: Scope, contact_id: str, right: Right = Right.READ) -> Contact:
    """The contact of that id. Raises NotFound outside the scope, Forbidden inside it without the right."""
    query = select(Contact).where(Contact.id == contact_id, Contact.id.in_(seen_contacts(scope)))
    found = scope.session.scalars(query).one_or_none()
    if found is None:
        raise NotFound("there is no such contact")
    scope.require(right)
    return found


def contacts_list(scope: Scope, words: str = "", *, page: int = 1) -> tuple[Sequence[Listed], int]:
    """A page of contacts by name, and how many there are: all words of the search stand in name, address, phone or a client's name.

    Three queries."""
    scope.require(Right.CLIENT_READ)
    query = select(Contact).where(Contact.id.in_(seen_contacts(scope)))
    for word in words.split()[:8]:
        at_client = (
            select(ClientContact.contact_id)
            .join(Client, Client.id == ClientContact.client_id)
            .where(Client.id.in_(scope.clients()), Client.name.icontains(word, autoescape=True))
        )
        own = [column.icontains(word, autoescape=True) for column in (Contact.name, Contact.email, Contact.phone)]
        query = query.where(or_(*own, Contact.id.in_(at_client)))
    count = scope.session.scalars(select(func.count()).select_from(query.subquery())).one()
    ordered = query.order_by(func.lower(Contact.name), Contact.id).limit(AT_ONCE).offset((max(page, 1) - 1) * AT_ONCE)
    rows = scope.session.scalars(ordered).all()
    ties = _ties(scope, [row.id for row in rows])
    return [Listed(c.id, c.name, c.email, c.phone, tuple(ties.get(c.id, ()))) for c in rows], count


def contact_card(scope: Scope, contact_id: str) -> Card:
    """One contact with all its clients; two queries. Raises NotFound."""
    c = access_contact(scope, contact_id)
    ties = _ties(scope, [c.id]).get(c.id, [])
    return Card(c.id, c.name, c.email, c.phone, tuple(ties), dict(c.custom), mark_of(c))


def _ties(scope: Scope, ids: Sequence[str]) -> dict[str, list[Tie]]:
    found: dict[str, list[Tie]] = {}
    query = (
        select(ClientContact, Client.ref, Client.name, Client.status)
        .join(Client, Client.id == ClientContact.client_id)
        .where(ClientContact.contact_id.in_(ids), ClientContact.client_id.in_(scope.clients()))
        .order_by(Client.name, Client.ref)
    )
    for tie, ref, name, status in scope.session.execute(query).tuples():
        one = Tie(ref, name, status, tie.title, tie.is_primary, tie.ownership_pct, mark_of(tie))
        found.setdefault(tie.contact_id, []).append(one)
    return found


def add_contact(scope: Scope, client_ref: str, values: Mapping[str, Any]) -> tuple[str, str]:
    """A new contact at a client: (its id, the act). `values`: name, email, phone, title, is_primary, custom.

    Raises NotFound, Forbidden, Invalid, and Conflict where a contact that the asker sees has this address: link that one."""
    client = access_client(scope, client_ref, Right.CLIENT_WRITE)
    given(values, dict.fromkeys(("name", "email", "phone", "title", "is_primary", "custom")))
    name = line(values.get("name"), 200, "the name", needed=True) or ""
    email = email_in(values.get("email"))
    if email is not None:
        same = select(Contact).where(func.lower(Contact.email) == email, Contact.id.in_(seen_contacts(scope)))
        known = scope.session.scalars(same.limit(1)).first()
        if known is not None:
            raise Conflict(f"{known.name} has the address {email} already: link that contact instead of a second one")
    row = Contact(
        id=_new_contact_id(scope, email),
        name=name,
        email=email,
        phone=line(values.get("phone"), 60, "the phone"),
        custom=with_values(scope, "contact", {}, values.get("custom") or {}),
    )
    with undoable(scope, f"New contact {name}") as act:
        scope.session.add(row)
        scope.session.flush()
        note(scope, AuditTag.CONTACT_CREATED, f"contact:{row.id}", client.id, name=name)
        _tie(scope, client, row, values)
    return row.id, act.id


def _new_contact_id(scope: Scope, email: str | None) -> str:
    """The id that the firm folder would give, so that a later load meets this contact; another one where it is taken or has no address."""
    identity = stable_id("con", email) if email else ""
    return identity if identity and scope.session.get(Contact, identity) is None else new_id("con")


def change_contact(scope: Scope, contact_id: str, values: Mapping[str, Any], *, mark: str | None = None) -> str:
    """Set name, email, phone or custom fields; answers with the act. Raises NotFound, Forbidden, Invalid, Conflict."""
    row = access_contact(scope, contact_id, Right.CLIENT_WRITE)
    given(values, dict.fromkeys(("name", "email", "phone", "custom")))
    expect(row, mark, f"the contact {row.name}")
    read: dict[str, Callable[[Any], Any]] = {
        "name": lambda v: line(v, 200, "the name", needed=True),
        "email": email_in,
        "phone": lambda v: line(v, 60, "the phone"),
        "custom": lambda v: with_values(scope, "contact", row.custom, v or {}),
    }
    with undoable(scope, f"Contact {row.name} changed") as act:
        changed = {n: new for n, v in values.items() if (new := read[n](v)) != getattr(row, n)}
        for name, value in changed.items():
            setattr(row, name, value)
        if changed:
            note(scope, AuditTag.CONTACT_CHANGED, f"contact:{row.id}", fields=sorted(changed))
            _touch_clients(scope, row)
    return act.id


def _touch_clients(scope: Scope, row: Contact) -> None:
    """The night reads names and addresses of contacts: their clients changed."""
    from store.database import touch

    for client_id in scope.session.scalars(select(ClientContact.client_id).where(ClientContact.contact_id == row.id)):
        touch(scope.session, client_id)


def link(scope: Scope, client_ref: str, contact_id: str, values: Mapping[str, Any]) -> str:
    """Tie a contact to one more client, as `title`, perhaps as its primary contact; answers with the act.

    Raises NotFound, Forbidden, Invalid, Conflict where they are tied already."""
    client = access_client(scope, client_ref, Right.CLIENT_WRITE)
    row = access_contact(scope, contact_id)
    given(values, dict.fromkeys(("title", "is_primary")))
    if _tie_of(scope, client, row.id) is not None:
        raise Conflict(f"{row.name} is a contact of {client.name} already")
    with undoable(scope, f"{row.name} linked to {client.name}") as act:
        _tie(scope, client, row, values)
    return act.id


def change_tie(
    scope: Scope, client_ref: str, contact_id: str, values: Mapping[str, Any], *, mark: str | None = None
) -> str:
    """Set title or primary of a contact at a client; answers with the act. Raises NotFound, Forbidden, Invalid, Conflict."""
    client = access_client(scope, client_ref, Right.CLIENT_WRITE)
    given(values, dict.fromkeys(("title", "is_primary")))
    tie = tied(scope, client, contact_id)
    expect(tie, mark, "what this contact is to the client")
    with undoable(scope, f"{client.name}: contact changed") as act:
        if "title" in values and (title := line(values["title"], 100, "the title")) != tie.title:
            note_change(scope, tie, {"title": tie.title}, {"title": title}, Source("edit", scope.person_id))
            tie.title = title
        if "is_primary" in values:
            _set_primary(scope, client, tie, bool(values["is_primary"]))
        note(scope, AuditTag.CONTACT_LINKED, f"contact:{contact_id}", client.id, client=client.ref, changed=True)
    return act.id


def unlink(scope: Scope, client_ref: str, contact_id: str) -> str:
    """Take a contact off a client; answers with the act. Raises NotFound, Forbidden, Conflict while it owns a share of the client."""
    client = access_client(scope, client_ref, Right.CLIENT_WRITE)
    tie = tied(scope, client, contact_id)
    if tie.ownership_pct:
        raise Conflict(f"this contact owns {tie.ownership_pct.normalize():f} % of {client.name}; end the share first")
    with undoable(scope, f"Contact taken off {client.name}") as act:
        scope.session.delete(tie)
        note(scope, AuditTag.CONTACT_UNLINKED, f"contact:{contact_id}", client.id, client=client.ref)
    return act.id


def tied(scope: Scope, client: Client, contact_id: str) -> ClientContact:
    """The tie of a contact to a client that the asker may see. Raises NotFound."""
    tie = _tie_of(scope, client, contact_id)
    if tie is None:
        raise NotFound(f"there is no such contact of {client.name}")
    return tie


def _tie_of(scope: Scope, client: Client, contact_id: str) -> ClientContact | None:
    tie = ClientContact
    query = select(tie).where(tie.client_id == client.id, tie.contact_id == contact_id)
    return scope.session.scalars(query.where(tie.client_id.in_(scope.clients()))).one_or_none()


def _tie(scope: Scope, client: Client, contact: Contact, values: Mapping[str, Any]) -> None:
    title = line(values.get("title"), 100, "the title")
    identity = stable_id("cc", client.ref, contact.id)
    if scope.session.get(ClientContact, identity) is not None:
        identity = new_id("cc")
    tie = ClientContact(
        id=identity, client_id=client.id, contact_id=contact.id, title=title, is_primary=False, ownership_pct=None
    )
    scope.session.add(tie)
    scope.session.flush()
    if values.get("is_primary"):
        _set_primary(scope, client, tie, True)
    note(scope, AuditTag.CONTACT_LINKED, f"contact:{contact.id}", client.id, client=client.ref, title=title)


def _set_primary(scope: Scope, client: Client, tie: ClientContact, on: bool) -> None:
    """One primary contact a client: the one before steps back."""
    if on:
        row = ClientContact
        others = select(row).where(row.client_id == client.id, row.is_primary, row.id != tie.id)
        for other in scope.session.scalars(others):
            other.is_primary = False
    tie.is_primary = on


def find_contact(scope: Scope, text: str) -> Contact:
    """The one contact that the asker means: an id, an address, or a whole name. Raises NotFound, Invalid when several bear the name."""
    asked = text.strip()
    same = or_(
        Contact.id == asked, func.lower(Contact.email) == asked.lower(), func.lower(Contact.name) == asked.lower()
    )
    found = scope.session.scalars(select(Contact).where(same, Contact.id.in_(seen_contacts(scope))).limit(2)).all()
    if not found or not asked:
        raise NotFound(f"there is no contact {asked!r}: write the whole name or the address")
    if len(found) > 1:
        raise Invalid(f"several contacts are called {asked}: write the address")
    return found[0]
