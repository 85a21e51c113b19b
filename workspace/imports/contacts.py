"""The people behind clients: one contact for each address, tied to every client that names her."""

from sqlalchemy import select

from store.entries import Entry
from store.ids import stable_id
from store.tables import ClientContact, Contact
from workspace.directory.loading import merged_contacts
from workspace.imports.desk import ClientHere, Desk, mail_names
from workspace.records.upsert import put
from workspace.scope import Right


def bring_contacts(desk: Desk, entries: list[Entry]) -> None:
    """Put contacts and what they are to clients; one without a client is rejected with what to do."""
    desk.scope.require(Right.IMPORT_RUN)
    contacts: dict[str, Contact] = {}
    ties: dict[str, ClientContact] = {}
    there = _tied(desk)
    merged = merged_contacts(desk.scope)
    addressed = _addressed(desk, entries)
    for entry in entries:
        name, email = str(entry.values["name"]), str(entry.values.get("email", "")).strip().lower()
        client = _client_of(desk, entry, email)
        if client is None:
            desk.refuse(entry, name, _whose(entry))
            continue
        faults = [f"{email[:60]!r} is no address: left out"] if email and "@" not in email else []
        email = "" if faults else email
        identity = _contact_id(desk, entry, client, name, email, there, addressed)
        identity = merged.get(identity, identity)
        _tell(contacts.setdefault(identity, Contact(id=identity)), entry, name, email)
        tie = stable_id("cc", client.ref, identity)
        tie = there.get((client.id, identity), tie)
        row = ties.setdefault(tie, ClientContact(id=tie, client_id=client.id, contact_id=identity))
        if entry.values.get("title"):
            row.title = str(entry.values["title"])[:200]
        if entry.values.get("is_primary") and not _has_primary(there, client):
            row.is_primary = True
        for one in mail_names(email):
            desk.addresses.setdefault(one, set()).add(client.ref)
        desk.place(entry, ClientContact, tie, f"{name}, {client.name}", "", *faults)
    hidden = _hidden(desk, list(contacts))
    put(desk.scope, Contact, [row for row in contacts.values() if row.id not in hidden])
    for tie, row in ties.items():
        if "is_primary" not in vars(row) and tie not in there.values():
            row.is_primary = False
    put(desk.scope, ClientContact, list(ties.values()))


def _hidden(desk: Desk, ids: list[str]) -> set[str]:
    """Of these contacts, those on record whom the asker does not see: she ties them, and changes nothing of them."""
    found: set[str] = set()
    seen = select(ClientContact.contact_id).where(ClientContact.client_id.in_(desk.scope.clients()))
    tied = select(ClientContact.contact_id)
    for first in range(0, len(ids), 500):
        query = select(Contact.id).where(Contact.id.in_(ids[first : first + 500]))
        found |= set(desk.scope.session.scalars(query.where(Contact.id.in_(tied), Contact.id.not_in(seen))))
    return found


def _tied(desk: Desk) -> dict[tuple[str, str], str]:
    """The ties on record: (client, contact) to the tie."""
    query = select(ClientContact.client_id, ClientContact.contact_id, ClientContact.id, ClientContact.is_primary)
    found: dict[tuple[str, str], str] = {}
    for client, contact, tie, primary in desk.scope.session.execute(
        query.where(ClientContact.client_id.in_(desk.scope.clients()))
    ).tuples():
        found[client, contact] = tie
        if primary:
            found[client, ""] = tie
    return found


def _has_primary(there: dict[tuple[str, str], str], client: ClientHere) -> bool:
    return (client.id, "") in there


def _addressed(desk: Desk, entries: list[Entry]) -> dict[str, str]:
    """The contacts on record by their addresses, of those that come."""
    mails = sorted({str(one.values.get("email", "")).strip().lower() for one in entries} - {""})
    found: dict[str, str] = {}
    for first in range(0, len(mails), 500):
        query = select(Contact.email, Contact.id).where(Contact.email.in_(mails[first : first + 500]))
        found.update((email, identity) for email, identity in desk.scope.session.execute(query).tuples() if email)
    return found


def _contact_id(
    desk: Desk,
    entry: Entry,
    client: ClientHere,
    name: str,
    email: str,
    there: dict[tuple[str, str], str],
    addressed: dict[str, str],
) -> str:
    """The contact that this is: of that id there, of that address, or of that name at this client."""
    if kept := desk.known("contact", entry.external):
        return kept.ref
    by_name = f"{client.ref}/{name}"
    known = addressed.get(email) if email else None
    if known is None and (kept := desk.known("contact", by_name)):
        known = kept.ref
    identity = known or (stable_id("con", email) if email else stable_id("con", client.ref, name))
    if email:
        addressed.setdefault(email, identity)
    desk.remember("contact", identity, known is None, entry.external, by_name)
    return identity


def _tell(row: Contact, entry: Entry, name: str, email: str) -> None:
    """What the entry says of her; a later row adds what an earlier one left out."""
    if "name" not in vars(row):
        row.name = name
    if email:
        row.email = email
    if entry.values.get("phone"):
        row.phone = str(entry.values["phone"])[:60]
    if entry.custom and not entry.values.get("of_client"):
        row.custom = dict(entry.custom)


def _client_of(desk: Desk, entry: Entry, email: str) -> ClientHere | None:
    """By the client's name or id; else by the address, when it is one client's."""
    named = desk.client(entry.values.get("client"), entry.values.get("client_id"))
    if named is not None or entry.values.get("of_client"):
        return named
    own = desk.client(entry.values["name"])
    if own is not None:
        return own
    for one in mail_names(email):
        refs = desk.addresses.get(one, set())
        if len(refs) == 1:
            return desk.clients.get(next(iter(refs)))
    return None


def _whose(entry: Entry) -> str:
    said = entry.values.get("client") or ""
    if said:
        return f"there is no client {str(said)[:80]!r}: import the clients first, or give the contact to one of yours"
    return "the row names no client, and none has this address: name the client in a column, or add the contact by hand"
