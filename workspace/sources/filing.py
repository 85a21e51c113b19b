"""Messages of a source onto the clients' timelines, none lost and none twice.

One Message-ID is one message of a client (workspace/mail.py). Programs that write the same Message-ID on different mails exist: a second
mail is another one when its sender, its moment, its words or its attachments are not those on file, and gets an id of its own that is
the same at every reading.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import select

from store.ids import content_hash, stable_id
from store.tables import DocumentVersion, Message
from workspace.documents import Incoming, receive_all
from workspace.mail import AddressBook, Mail, address_book, receive_mail, threaded
from workspace.records.upsert import batches, known_clients
from workspace.scope import Scope

_SHOWN = 12


def address_digests(book: AddressBook) -> tuple[str, ...]:
    """The addresses by which mail is judged, each with whose it is, as sorted digests: enough to tell that one is new, and no list of
    addresses."""
    return tuple(sorted(_digest(address, refs) for address, refs in book.contacts.items()))


def new_addresses(book: AddressBook, known: Collection[str]) -> tuple[str, ...]:
    """The contacts' addresses that are not among these digests, sorted."""
    there = set(known)
    return tuple(sorted(address for address, refs in book.contacts.items() if _digest(address, refs) not in there))


def digest_of(digests: Sequence[str]) -> str:
    """One digest for all of them: 16 hex digits."""
    return content_hash(",".join(digests).encode())[:16]


def _digest(address: str, refs: Sequence[str]) -> str:
    return content_hash(" ".join((address, *refs)).encode())[:_SHOWN]


def file_mails(scope: Scope, mails: Sequence[Mail], files: Sequence[Incoming] = ()) -> int:
    """File messages, and beside them what stands for one that cannot be read; how many are new at some client. In this one transaction.

    Raises Forbidden without document:add."""
    book = address_book(scope)
    receive_all(scope, files)
    filed = receive_mail(scope, book, told_apart(scope, book, threaded(scope, mails)))
    return sum(1 for one in filed if one.new)


def told_apart(scope: Scope, book: AddressBook, mails: Sequence[Mail]) -> tuple[Mail, ...]:
    """The same messages; one whose Message-ID stands for another mail at a client has an id of its own there."""
    placed = [book.clients(mail) for mail in mails]
    clients = known_clients(scope, {ref for refs in placed for ref in refs})
    held = _held(scope, [_id(ref, mail) for mail, refs in zip(mails, placed, strict=True) for ref in refs])
    blobs = _blobs_there(scope, clients.values(), mails)
    told: list[Mail] = []
    for mail, refs in zip(mails, placed, strict=True):
        words, enclosed = _words(mail.sender, mail.sent_at, mail.body), frozenset(_enclosed(mail))
        same: list[str] = []
        for ref in refs:
            there = blobs.get(clients.get(ref, ""), set())
            before = held.get(_id(ref, mail))
            if before is None:
                held[_id(ref, mail)] = words
                blobs.setdefault(clients.get(ref, ""), set()).update(enclosed)
                same.append(ref)
            elif before == words and enclosed <= there:
                same.append(ref)
        told += _split(mail, refs, same, content_hash(f"{words}{sorted(enclosed)}".encode())[:12])
    return tuple(told)


def _split(mail: Mail, refs: Sequence[str], same: Sequence[str], own: str) -> list[Mail]:
    if len(same) == len(refs):
        return [mail]
    other = replace(mail, message_id=f"{mail.message_id}~{own}", client_refs=tuple(r for r in refs if r not in same))
    return [*([replace(mail, client_refs=tuple(same))] if same else []), other]


def _id(ref: str, mail: Mail) -> str:
    return stable_id("msg", ref, mail.message_id)


def _words(sender: str, sent_at: datetime | None, body: str) -> str:
    moment = sent_at.astimezone(UTC).isoformat() if sent_at else ""
    return content_hash("\n".join((sender, moment, " ".join(body.split()))).encode("utf-8", "replace"))


def _enclosed(mail: Mail) -> list[str]:
    return [one.blob for one in mail.enclosures if one.blob and not one.refused and one.size]


def _held(scope: Scope, ids: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    row = Message
    for batch in batches(sorted(set(ids))):
        query = select(row.id, row.sender, row.sent_at, row.body).where(row.client_id.in_(scope.clients()))
        for identity, sender, sent_at, body in scope.session.execute(query.where(row.id.in_(batch))):
            found[identity] = _words(sender, sent_at, body)
    return found


def _blobs_there(scope: Scope, client_ids: Collection[str], mails: Sequence[Mail]) -> dict[str, set[str]]:
    """The attachments' bytes that each client has already."""
    found: dict[str, set[str]] = {}
    row = DocumentVersion
    for batch in batches(sorted({blob for mail in mails for blob in _enclosed(mail)})):
        query = select(row.client_id, row.blob).where(row.client_id.in_(list(client_ids)), row.blob.in_(batch))
        for client_id, blob in scope.session.execute(query):
            found.setdefault(client_id, set()).add(blob)
    return found
