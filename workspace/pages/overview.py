"""A client at a glance: who stands behind it, what it owes, what waits, what came in last. One screen, a few lines of each."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import literal, select, union_all

from store.tables import Client, Deliverable, Document, Message
from workspace.deliverables.model import OPEN
from workspace.knowledge import Entry, entries
from workspace.money_sight import as_seen
from workspace.pages.money import Bucket, aging
from workspace.scope import Right, Scope
from workspace.snapshot import take_snapshot
from workspace.snapshot.model import ZERO, Contact, Note

PARTS = ("contacts", "notes", "invoices", "knowledge")
LATELY = 8
NOTES = 5
KNOWN = 12


@dataclass(frozen=True)
class Lately:
    """A document or a mail that came in or went out. `kind`: document, in, out."""

    kind: str
    id: str
    title: str
    at: datetime | None


@dataclass(frozen=True)
class WaitingDraft:
    """A deliverable that waits for a review or a release."""

    id: str
    title: str
    cls: str
    state: str


@dataclass(frozen=True)
class Overview:
    """The overview's own part; signals and deadlines come from signals.py and the head. `people` are names by id, `known` what people
    know and what the notes propose (mail is looked through on the page of all of it); `may_know`: the asker may accept and end it."""

    contacts: tuple[Contact, ...]
    notes: tuple[Note, ...]
    aging: tuple[Bucket, ...]
    unpaid: Decimal
    drafts: tuple[WaitingDraft, ...]
    lately: tuple[Lately, ...]
    people: dict[str, str]
    known: tuple[Entry, ...]
    may_know: bool


def overview_of(scope: Scope, client_ref: str) -> Overview:
    """The client at a glance, in eight queries. Raises NotFound outside the scope."""
    snapshot = as_seen(scope, take_snapshot(scope, client_ref, PARTS))
    buckets = aging(snapshot.invoices, scope.today)
    return Overview(
        contacts=tuple(sorted(snapshot.contacts, key=lambda one: (not one.is_primary, one.name))),
        notes=tuple(reversed(snapshot.notes))[:NOTES],
        aging=buckets,
        unpaid=sum((one.amount for one in buckets), ZERO),
        drafts=_drafts(scope, snapshot.client.id),
        lately=_lately(scope, snapshot.client.id),
        people={person.id: person.name for person in snapshot.people.values()},
        known=entries(snapshot, scope.today, promises=False)[:KNOWN],
        may_know=scope.has(Right.CLIENT_WRITE),
    )


def _drafts(scope: Scope, client_id: str) -> tuple[WaitingDraft, ...]:
    found = scope.session.execute(
        select(Deliverable.id, Deliverable.title, Deliverable.cls, Deliverable.state)
        .where(Deliverable.client_id == client_id, Deliverable.state.in_(OPEN))
        .order_by(Deliverable.cls, Deliverable.created_at, Deliverable.id)
    )
    return tuple(WaitingDraft(*row) for row in found.tuples())


def _lately(scope: Scope, client_id: str) -> tuple[Lately, ...]:
    """The newest documents that are no mails, and the newest mails; one query."""
    mine = Client.id == client_id, Client.id.in_(scope.clients())
    papers = (
        select(
            literal("document").label("kind"),
            Document.id,
            Document.path.label("title"),
            Document.received_at.label("at"),
        )
        .join(Client, Client.id == Document.client_id)
        .where(*mine, Document.source != "mail")
        .order_by(Document.received_at.desc(), Document.id)
        .limit(LATELY // 2)
    )
    mails = (
        select(Message.direction.label("kind"), Message.id, Message.subject.label("title"), Message.sent_at.label("at"))
        .join(Client, Client.id == Message.client_id)
        .where(*mine)
        .order_by(Message.sent_at.desc().nulls_last(), Message.id)
        .limit(LATELY // 2)
    )
    both = union_all(papers.subquery().select(), mails.subquery().select()).subquery()
    found = scope.session.execute(select(both).order_by(both.c.at.desc().nulls_last(), both.c.id))
    return tuple(Lately(*row) for row in found.tuples())
