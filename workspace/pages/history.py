"""What happened at a client, newest first, in words: the client's part of the trail for everybody who may see the client.

The trail itself, with its hashes, is trail.py's and needs a right of its own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from store.audit import AuditTag
from store.tables import AuditEntry, Client, Deliverable, Document, Person
from workspace.scope import Right, Scope

AT_ONCE = 200

_SAID = {
    AuditTag.AUTOMATION_FIRED: "acted",
    AuditTag.AUTOMATION_UNDONE: "took back what an automation did",
    AuditTag.CALL_LOGGED: "logged a call",
    AuditTag.CHAT_ANSWER_USED: "made something of an answer",
    AuditTag.CHAT_ASKED: "asked a question",
    AuditTag.CHAT_COPIED: "went on with a colleague’s conversation",
    AuditTag.CHAT_SHARED: "shared a conversation",
    AuditTag.CHAT_UNSHARED: "stopped sharing a conversation",
    AuditTag.CLIENT_UPDATED: "changed the client’s record",
    AuditTag.DELIVERABLE_APPROVED: "approved",
    AuditTag.DELIVERABLE_CHANGES: "asked for changes of",
    AuditTag.DELIVERABLE_DRAFTED: "drafted",
    AuditTag.DELIVERABLE_EDITED: "edited",
    AuditTag.DELIVERABLE_OVERRIDDEN: "approved with untied figures",
    AuditTag.DELIVERABLE_REJECTED: "rejected",
    AuditTag.DELIVERABLE_RELEASED: "released",
    AuditTag.DELIVERABLE_WITHDRAWN: "withdrew",
    AuditTag.DOCUMENT_OPENED: "opened for the first time",
    AuditTag.DOCUMENT_RECEIVED: "received",
    AuditTag.DOCUMENT_REFUSED: "refused",
    AuditTag.GLASS_CLOSED: "closed the client again for who opened it from outside its team",
    AuditTag.GLASS_OPENED: "opened the client from outside its team",
    AuditTag.GLASS_READ: "read through broken glass",
    AuditTag.KNOWLEDGE_ACCEPTED: "accepted what is known",
    AuditTag.KNOWLEDGE_ADDED: "wrote down what is known",
    AuditTag.KNOWLEDGE_ENDED: "ended what was known",
    AuditTag.PREFERENCE_ACCEPTED: "accepted how letters are liked",
    AuditTag.PREFERENCE_OFF: "switched off how letters are liked",
    AuditTag.PREFERENCE_PROPOSED: "showed by an edit how letters are liked",
    AuditTag.MAIL_SORTED: "sorted a mail",
    AuditTag.MODEL_REFUSED: "kept from a model",
    AuditTag.NOTE_ADDED: "wrote a note",
    AuditTag.NOTE_EDITED: "changed a note",
    AuditTag.NOTICE_CONFIRMED: "confirmed the dates of",
    AuditTag.NOTICE_READ: "read as a notice",
    AuditTag.REVIEW_REFUSED: "was not allowed to act on",
    AuditTag.SIGNAL_DECIDED: "decided about a signal",
    AuditTag.SIGNAL_WOKEN: "woke a snoozed signal",
    AuditTag.TEAM_JOINED: "put somebody into the team",
    AuditTag.TEAM_LEFT: "took somebody out of the team",
}
_SYSTEM = {
    "automation": "An automation",
    "load": "A load",
    "night": "The night",
    "intake": "Intake",
    "ingest": "The operator",
}


@dataclass(frozen=True)
class Happening:
    """One thing that happened. `about` is what it was done to, `href` its page where it has one; `note` is the reason given."""

    seq: int
    at: datetime
    who: str
    what: str
    about: str
    href: str | None
    note: str


def history_of(
    scope: Scope, client_ref: str, *, before: int | None = None, limit: int = AT_ONCE
) -> tuple[Happening, ...]:
    """At most `limit` things that happened before entry `before`, newest first; four queries."""
    scope.require(Right.CLIENT_READ)
    query = (
        select(AuditEntry)
        .join(Client, Client.id == AuditEntry.client_id)
        .where(Client.ref == client_ref, Client.id.in_(scope.clients()))
    )
    if before is not None:
        query = query.where(AuditEntry.seq < before)
    entries = scope.session.scalars(query.order_by(AuditEntry.seq.desc()).limit(limit)).all()
    people = dict(scope.session.execute(select(Person.email, Person.name)).tuples().all())
    named = {
        "document": _named(scope, Document, Document.path, [_document(e) for e in entries]),
        "deliverable": _named(scope, Deliverable, Deliverable.title, [_deliverable(e) for e in entries]),
    }
    return tuple(_happening(entry, people, named) for entry in entries)


def _document(entry: AuditEntry) -> str:
    kind, _, identity = entry.subject.partition(":")
    return identity if kind == "document" else str(entry.detail.get("document", ""))


def _deliverable(entry: AuditEntry) -> str:
    kind, _, identity = entry.subject.partition(":")
    return identity if kind == "deliverable" else str(entry.detail.get("deliverable", ""))


def _named(scope: Scope, table: Any, name: Any, ids: Iterable[str]) -> dict[str, str]:
    wanted = sorted({one for one in ids if one})
    query = select(table.id, name).where(table.id.in_(wanted), table.client_id.in_(scope.clients()))
    return dict(scope.session.execute(query).tuples().all())


def _happening(entry: AuditEntry, people: Mapping[str, str], named: Mapping[str, Mapping[str, str]]) -> Happening:
    document, deliverable = _document(entry), _deliverable(entry)
    about, href = "", None
    if deliverable in named["deliverable"]:
        about, href = named["deliverable"][deliverable], f"/review/{deliverable}"
        number = entry.detail.get("number") or entry.detail.get("version")
        about += f", version {number}" if number else ""
    elif document:
        about = named["document"].get(document, str(entry.detail.get("path", "")))
        href = f"/documents/{document}" if document in named["document"] else None
    elif entry.subject.startswith("knowledge:"):
        about = f"“{entry.detail.get('text', '')}”"
    elif entry.detail.get("slug"):
        about = f"{entry.detail['slug']}: {entry.detail.get('decision', '')}"
    detail = entry.detail
    note = next((str(detail[name]) for name in ("override", "note", "reason") if detail.get(name)), "")
    return Happening(entry.seq, entry.at, who_did(entry.actor, people), said_of(entry.tag), about, href, note)


def said_of(tag: str) -> str:
    """What a tag of the trail means, in words."""
    return _SAID.get(AuditTag(tag), tag)


def who_did(actor: str, people: Mapping[str, str]) -> str:
    """The name of an actor of the trail: a person of the firm, or a part of the software."""
    kind, _, name = actor.partition(":")
    if kind == "system":
        return _SYSTEM.get(name, "The software")
    return people.get(actor, actor)
