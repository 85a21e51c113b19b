"""Messages on clients' timelines: whose they are is told by the addresses, which thread they belong to by their references.

A message is a document of each client that it concerns, and its attachments are documents too. One Message-ID is one message of a client,
however many copies of it come in. Never parses a mail: it gets headers and words.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from sqlalchemy import select

from store.errors import NotFound
from store.ids import stable_id
from store.tables import Client, ClientContact, Contact, Document, DocumentVersion, Message, Person
from workspace.documents import Incoming, clean_path, receive_all
from workspace.records.upsert import batches, known_clients
from workspace.scope import Right, Scope

Direction = Literal["in", "out"]


@dataclass(frozen=True)
class Enclosure:
    """A file that came with a message; its bytes lie in the blobs, or `refused` says why there are none. `name` has the path of a
    file that lies inside another."""

    name: str
    blob: str
    size: int
    refused: str = ""


@dataclass(frozen=True)
class Mail:
    """A message on its way in. `path` is where its file stands in each client's workspace; addresses are lower case; `thread` is the
    root Message-ID as far as known (see `threaded`); `sent_at` None: unreadable. `client_refs` are set where the place says whose it
    is, and then no address is asked."""

    path: str
    blob: str
    size: int
    message_id: str
    subject: str
    sender: str
    recipients: tuple[str, ...] = ()
    copied: tuple[str, ...] = ()
    sent_at: datetime | None = None
    references: tuple[str, ...] = ()
    thread: str = ""
    body: str = ""
    enclosures: tuple[Enclosure, ...] = ()
    client_refs: tuple[str, ...] = ()
    source: str = "mail"


@dataclass(frozen=True)
class AddressBook:
    """Who is who by address: the firm's people, and the refs of the clients behind each contact."""

    staff: frozenset[str]
    contacts: Mapping[str, tuple[str, ...]]

    def direction(self, mail: Mail) -> Direction:
        """Out when one of the firm's people wrote it."""
        return "out" if mail.sender in self.staff else "in"

    def clients(self, mail: Mail) -> tuple[str, ...]:
        """The refs of the clients that a message concerns, sorted: the sender's; for the firm's own, and for a stranger's, those of
        whom it was sent to. Empty when no address is known."""
        if mail.client_refs:
            return mail.client_refs
        if mail.sender in self.contacts and mail.sender not in self.staff:
            return self.contacts[mail.sender]
        return tuple(sorted({ref for to in (*mail.recipients, *mail.copied) for ref in self.contacts.get(to, ())}))


@dataclass(frozen=True)
class Filed:
    """What became of a message: the clients on whose timeline it stands, and of those the ones where it is new."""

    clients: tuple[str, ...]
    new: tuple[str, ...] = ()


def address_book(scope: Scope) -> AddressBook:
    """The addresses of the firm's people and of the contacts of the clients that the asker may see."""
    staff = frozenset(scope.session.scalars(select(Person.email)))
    query = select(Contact.email, Client.ref).join(ClientContact, ClientContact.contact_id == Contact.id)
    query = query.join(Client, Client.id == ClientContact.client_id).where(Client.id.in_(scope.clients()))
    found: dict[str, set[str]] = {}
    for email, ref in scope.session.execute(query.where(Contact.email.is_not(None))):
        found.setdefault(str(email), set()).add(ref)
    return AddressBook(staff, {email: tuple(sorted(refs)) for email, refs in found.items()})


def filed_files(scope: Scope, paths: Collection[str]) -> set[tuple[str, str]]:
    """(path, blob) of the message files among these that stand as documents already and need no second look."""
    found: set[tuple[str, str]] = set()
    for batch in batches(sorted(paths)):
        query = select(Document.path, DocumentVersion.blob).join(
            DocumentVersion, DocumentVersion.id == Document.current_version_id
        )
        query = query.join(Message, Message.document_id == Document.id).where(
            Document.path.in_(batch), Document.client_id.in_(scope.clients())
        )
        found.update(scope.session.execute(query).tuples())
    return found


def threaded(scope: Scope, mails: Sequence[Mail]) -> tuple[Mail, ...]:
    """The same messages with their thread: the root as their references name it, followed through the messages at hand and those
    on file, so that the order of arrival does not matter."""
    parents = {mail.message_id: mail.references[0] for mail in mails if mail.references}
    roots = {mail.message_id: root_of(mail.message_id, parents) for mail in mails}
    known = _known_threads(scope, roots.values())
    return tuple(replace(mail, thread=known.get(roots[mail.message_id], roots[mail.message_id])) for mail in mails)


def root_of(message_id: str, parents: Mapping[str, str]) -> str:
    """The Message-ID at the root of a thread; `parents` names what each message refers to."""
    seen = {message_id}
    while (parent := parents.get(message_id)) and parent not in seen:
        message_id = parent
        seen.add(parent)
    return message_id


def _known_threads(scope: Scope, message_ids: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for batch in batches(sorted(set(message_ids))):
        query = select(Message.message_id, Message.thread).where(Message.client_id.in_(scope.clients()))
        found.update(scope.session.execute(query.where(Message.message_id.in_(batch))).tuples().all())
    return found


def receive_mail(scope: Scope, book: AddressBook, mails: Sequence[Mail]) -> tuple[Filed, ...]:
    """File messages with their attachments at the clients that they concern, in order, in this one transaction.

    Raises Forbidden without the right document:add, NotFound for a client outside the scope.
    """
    scope.require(Right.DOCUMENT_ADD)
    placed = [book.clients(mail) for mail in mails]
    clients = known_clients(scope, {ref for refs in placed for ref in refs})
    ids = [stable_id("msg", ref, mail.message_id) for mail, refs in zip(mails, placed, strict=True) for ref in refs]
    there = {
        m.id: m for batch in batches(ids) for m in scope.session.scalars(select(Message).where(Message.id.in_(batch)))
    }
    files: list[Incoming] = []
    messages: list[Message] = []
    filed: list[Filed] = []
    for mail, refs in zip(mails, placed, strict=True):
        strangers = [ref for ref in refs if ref not in clients]
        if strangers:
            raise NotFound(f"there is no client {strangers[0]}")
        new = []
        for ref in refs:
            message = _message(book, mail, ref, clients[ref])
            # another copy of a message that is on file stands for nothing new
            if there.setdefault(message.id, message).document_id != message.document_id:
                continue
            files += [Incoming(ref, mail.path, mail.blob, mail.size, mail.source), *_enclosed(mail, ref)]
            if there[message.id] is message:
                messages.append(message)
                new.append(ref)
        filed.append(Filed(refs, tuple(new)))
    receive_all(scope, files)
    scope.session.add_all(messages)
    return tuple(filed)


def _message(book: AddressBook, mail: Mail, ref: str, client_id: str) -> Message:
    return Message(
        id=stable_id("msg", ref, mail.message_id),
        client_id=client_id,
        message_id=mail.message_id,
        thread=mail.thread or mail.message_id,
        direction=book.direction(mail),
        sender=mail.sender,
        recipients=_addressed(mail),
        subject=mail.subject,
        sent_at=mail.sent_at,
        body=mail.body,
        document_id=stable_id("doc", ref, clean_path(mail.path)),
    )


def _addressed(mail: Mail) -> list[dict[str, str]]:
    to = [{"address": address, "kind": "to"} for address in mail.recipients]
    return [*to, *({"address": address, "kind": "cc"} for address in mail.copied)]


def _enclosed(mail: Mail, ref: str) -> list[Incoming]:
    """Attachments stand in a folder named like the message's file; two of one name get a number."""
    folder, taken = mail.path.rsplit(".", 1)[0], set[str]()
    files: list[Incoming] = []
    for enclosure in mail.enclosures:
        name, n = enclosure.name, 2
        while name in taken:
            stem, dot, ending = enclosure.name.rpartition(".")
            name, n = f"{stem or ending} ({n}){dot}{ending if stem else ''}", n + 1
        taken.add(name)
        files.append(Incoming(ref, f"{folder}/{name}", enclosure.blob, enclosure.size, "mail", enclosure.refused))
    return files
