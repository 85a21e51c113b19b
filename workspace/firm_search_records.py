"""Records of all the asker's clients that hold the words of a question: people, engagements, tasks, requests, invoices, notices,
deliverables, mail. One query; nothing of other clients. Never reads documents.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, cast, func, literal, or_, select, union_all

from store.tables import (
    Client,
    ClientContact,
    ClientRequest,
    Contact,
    Deliverable,
    Document,
    Engagement,
    Invoice,
    Message,
    Notice,
    RequestItem,
    Task,
)
from workspace.scope import Scope

_EACH = 8


@dataclass(frozen=True)
class RecordHit:
    """A record: its `kind`, the name by which its page knows it, its words, and the day it is of ("" for none)."""

    kind: str
    name: str
    title: str
    note: str
    day: str
    client_ref: str
    client: str


def records_with(scope: Scope, words: Sequence[str]) -> Sequence[RecordHit]:
    """Records that hold every word in themselves or in their client's name, at least one in themselves; of each kind the newest few."""
    parts = [_newest(scope, words, *part) for part in _kinds()]
    rows = scope.session.execute(union_all(*parts)).tuples()
    found = [RecordHit(*(str(cell or "") for cell in row)) for row in rows]
    order = {kind: at for at, (kind, *_) in enumerate(_kinds())}
    found.sort(key=lambda hit: (hit.client_ref, hit.name))
    found.sort(key=lambda hit: hit.day, reverse=True)
    return sorted(found, key=lambda hit: order[hit.kind])


_Kind = tuple[str, Any, Any, Any, Any, Any]


@cache
def _kinds() -> tuple[_Kind, ...]:
    """For each kind: its name, what its page calls it, its title, a note, its day, and where it is read from."""

    def of(table: Any) -> Any:
        return select(Client.ref, Client.name).join(table, table.client_id == Client.id)

    people = of(ClientContact).join(Contact, Contact.id == ClientContact.contact_id)
    asked = of(ClientRequest).join(RequestItem, RequestItem.request_id == ClientRequest.id)
    notices = of(Notice).join(Document, Document.id == Notice.document_id)
    reach = func.coalesce(Contact.email, "") + " " + func.coalesce(Contact.phone, "")
    agency = func.coalesce(Notice.agency, "") + " " + func.coalesce(Notice.number, "")
    return (
        ("contact", Contact.id, Contact.name, reach, None, people),
        ("engagement", Engagement.ref, Engagement.title, Engagement.ref, Engagement.due, of(Engagement)),
        ("task", Task.id, Task.title, Task.status, Task.due, of(Task)),
        ("request", RequestItem.id, RequestItem.item, ClientRequest.title, RequestItem.requested_on, asked),
        ("invoice", Invoice.number, "invoice " + Invoice.number, None, Invoice.issued_on, of(Invoice)),
        ("notice", Notice.document_id, agency, Document.name, Notice.notice_date, notices),
        ("deliverable", Deliverable.id, Deliverable.title, Deliverable.slug, Deliverable.as_of, of(Deliverable)),
        ("mail", Message.id, Message.subject, Message.sender, func.date(Message.sent_at), of(Message)),
    )


def _newest(
    scope: Scope, words: Sequence[str], kind: str, name: Any, title: Any, note: Any, day: Any, of: Any
) -> Select[Any]:
    said = func.coalesce(note, "") if note is not None else literal("")
    on = cast(day, String) if day is not None else literal("")
    own = func.lower(title + " " + said)
    query = of.where(Client.id.in_(scope.clients()), _holds(own, own + " " + func.lower(Client.name), words))
    shown = query.with_only_columns(
        literal(kind).label("kind"), name.label("name"), title.label("title"), said.label("note"), on.label("day"),
        Client.ref.label("ref"), Client.name.label("client"),
    )  # fmt: skip
    ordered = shown.order_by(on.desc(), name.desc()).limit(_EACH).subquery()
    return select(ordered)


def _holds(own: Any, with_client: Any, words: Sequence[str]) -> ColumnElement[bool]:
    each = and_(*(with_client.contains(word, autoescape=True) for word in words))
    return and_(each, or_(*(own.contains(word, autoescape=True) for word in words)))
