"""The erasure of a client: what goes, what must stay and why, and the act itself, which cannot be undone.

Refused while a hold stands, work or money is open, or a draft waits. Where some kind of record is still within its term, only what is over
its term goes, with chats and what models and nights said; the client keeps its name. Where nothing is, everything personal goes: what
stays is a former client under a made-up name, the sums of the books, and the trail, whose details are emptied so that the chain survives.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select, update

from store import fence, triggers
from store.audit import AuditTag
from store.errors import Conflict, Invalid
from store.ids import new_id
from store.tables import (
    Base,
    ChatThread,
    Client,
    ClientContact,
    ClientScan,
    Consent,
    Contact,
    Deliverable,
    Document,
    Engagement,
    Erasure,
    Invoice,
    Message,
    ModelCall,
    Party,
    Payment,
    Release,
    Signature,
    TimeEntry,
    TrustEntry,
    TrustLedger,
)
from store.vectors import shelf_of
from workspace.acting import person_of
from workspace.deliverables.model import OPEN
from workspace.directory.lifecycle import GONE
from workspace.retention.due import due, items, take
from workspace.retention.holds import holds
from workspace.retention.schedule import KINDS, Term, after, schedule
from workspace.retention.sweep import Gone, finish, of_client, remove
from workspace.retention.words import Words, blank_details, forget_acts, take_names_away
from workspace.scope import Right, Scope, access_client

ERASED = "erased"
"""The status of a client of whom nothing but the sums stays."""
# The books: their rows stay, under a name that says nobody, and their words go.
BOOKS: dict[str, dict[str, Any]] = {
    "invoices": {},
    "payments": {},
    "receipts": {"memo": ""},
    "bills": {"text": ""},
    "bill_lines": {"text": ""},
    "time_entries": {"note": None},
    "expenses": {"memo": ""},
    "wip_adjustments": {"reason": ""},
    "trust_ledgers": {},
    "trust_entries": {"memo": ""},
    "trust_journal": {"memo": "", "payee": None, "number": None},
}


@dataclass(frozen=True)
class Stays:
    """A kind of record that must stay: how many, until when (None: for good), and why."""

    label: str
    count: int
    until: date | None
    why: str


@dataclass(frozen=True)
class Plan:
    """What an erasure would do. `refused`: why not now, in sentences; `goes`: (what, how many); `stays` empty: all of the client goes.
    `mark` names this plan."""

    client: Client
    refused: tuple[str, ...]
    goes: tuple[tuple[str, int], ...]
    stays: tuple[Stays, ...]
    mark: str

    @property
    def whole(self) -> bool:
        return not self.stays


@fence.beyond(fence.Job.ABSENCE)
def plan(scope: Scope, client_ref: str) -> Plan:
    """What an erasure of the client would do today. Raises NotFound, Forbidden without client:erase."""
    client = access_client(scope, client_ref, Right.CLIENT_ERASE)
    if client.status == ERASED:
        raise Conflict("this client was erased already")
    refused, stays = tuple(_refused(scope, client)), tuple(_stays(scope, client))
    goes = tuple(_goes_whole(scope, client) if not stays else _goes_partly(scope, client))
    said = repr((refused, [(one.label, one.count) for one in stays], goes))
    return Plan(client, refused, goes, stays, hashlib.sha256(said.encode()).hexdigest()[:16])


def _refused(scope: Scope, client: Client) -> Iterator[str]:
    for hold, _ in holds(scope, client.ref):
        if hold.ended_at is None:
            yield f"A legal hold stands since {hold.set_at.date()}: {hold.reason}"
    if client.status not in GONE:
        yield f"It is no former client: its status is {client.status}."
    count = scope.session.scalar
    of = select(func.count()).select_from(Engagement).where(Engagement.client_id == client.id)
    if number := count(of.where(Engagement.finished_on.is_(None))):
        yield f"{number} engagements are not finished."
    drafts = select(func.count()).select_from(Deliverable).where(Deliverable.client_id == client.id)
    if number := count(drafts.where(Deliverable.state.in_(OPEN))):
        yield f"{number} drafts wait for a decision."
    if owed := _open_money(scope, client):
        yield f"${owed:,.2f} of its invoices is open."
    held = select(func.coalesce(func.sum(TrustEntry.amount), 0)).join(
        TrustLedger, TrustLedger.id == TrustEntry.ledger_id
    )
    if balance := Decimal(count(held.where(TrustLedger.client_id == client.id)) or 0):
        yield f"${balance:,.2f} of its money lies in the trust account."


def _open_money(scope: Scope, client: Client) -> Decimal:
    billed = scope.session.scalar(select(func.sum(Invoice.amount)).where(Invoice.client_id == client.id)) or Decimal(0)
    paid = scope.session.scalar(select(func.sum(Payment.amount)).where(Payment.client_id == client.id)) or Decimal(0)
    return Decimal(billed) - Decimal(paid)


def _stays(scope: Scope, client: Client) -> Iterator[Stays]:
    """Every kind of which some record is still within its term; and names that a law firm searches for conflicts."""
    last: dict[str, Any] = {
        "documents": (Document, Document.received_at, None),
        "mail": (Message, Message.sent_at, None),
        "deliverables": (Release, Release.at, None),
        "letters": (Signature, Signature.at, None),
        "consents": (Consent, Consent.signed_on, None),
        "trust": (TrustEntry, TrustEntry.on, TrustLedger),
        "books": (TimeEntry, TimeEntry.date, None),
    }
    for term in schedule(scope):
        if term.kind.slug in last:
            yield from _within(scope, client, term, *last[term.kind.slug])
            if term.kind.slug == "books":
                yield from _within(scope, client, term, Invoice, Invoice.issued_on, None)
    parties = select(func.count()).select_from(Party).where(Party.client_id == client.id)
    if number := scope.session.scalar(parties):
        why = (
            "Names of former clients and of the other side are searched for conflicts (ABA Model Rules 1.7, 1.9, 1.10)."
        )
        yield Stays("Names of a matter", number, None, why)


def _within(scope: Scope, client: Client, term: Term, table: Any, at: Any, through: Any) -> Iterator[Stays]:
    query = select(func.count(), func.max(at)).select_from(table)
    owner = table.client_id
    if through is not None:
        query, owner = query.join(through, through.id == table.ledger_id), through.client_id
    number, newest = scope.session.execute(query.where(owner == client.id)).one()
    if not number or newest is None:
        return
    day = newest.date() if isinstance(newest, datetime) else newest
    until = after(day, term.months)
    if until > scope.today:
        label = "Invoices" if table is Invoice else "Time" if table is TimeEntry else term.kind.label
        why = f"{term.months} months from {term.kind.runs_from}: {term.authority}"
        yield Stays(label, number, until, why)


def _goes_partly(scope: Scope, client: Client) -> Iterator[tuple[str, int]]:
    labels = {kind.slug: kind.label for kind in KINDS}
    for slug, ids in _partly(scope, client).items():
        if ids:
            yield labels[slug], len(ids)


def _partly(scope: Scope, client: Client) -> dict[str, list[str]]:
    """What goes though other records stay: by kind, the ids."""
    found = {one.kind: [item.id for item in items(scope, client.ref, one.kind)] for one in due(scope, client.ref)}
    every: dict[str, Any] = {"chats": ChatThread, "scans": ClientScan}
    for slug, table in every.items():
        found[slug] = list(scope.session.scalars(select(table.id).where(table.client_id == client.id)))
    texts = select(ModelCall.id).where(ModelCall.client_id == client.id, ModelCall.response != "")
    found["model-texts"] = list(scope.session.scalars(texts))
    return found


def _goes_whole(scope: Scope, client: Client) -> Iterator[tuple[str, int]]:
    for table in Base.metadata.sorted_tables:
        ids = of_client(table, client.id)
        if ids is None or table.name in BOOKS:
            continue
        if number := scope.session.scalar(select(func.count()).select_from(ids.subquery())):
            yield table.name.replace("_", " "), number
    if number := len(_own_contacts(scope, client)):
        yield "contacts of this client alone", number


def _own_contacts(scope: Scope, client: Client) -> list[Contact]:
    """The contacts that are tied to no other client."""
    other = select(ClientContact.contact_id).where(ClientContact.client_id != client.id)
    query = select(Contact).join(ClientContact, ClientContact.contact_id == Contact.id)
    return list(scope.session.scalars(query.where(ClientContact.client_id == client.id, Contact.id.not_in(other))))


def erase(scope: Scope, client_ref: str, mark: str, typed: str) -> Gone:
    """Erase the client as the plan of that mark says; `typed` is its ref as a person typed it. What lies outside the database is removed
    after the transaction, by who called.

    Raises NotFound, Forbidden, Invalid where the ref was not typed, Conflict with what stands in the way."""
    shown = plan(scope, client_ref)
    client = shown.client
    person_of(scope)
    if typed.strip() != client.ref:
        raise Invalid(f"type {client.ref} to erase this client; it cannot be undone")
    if shown.refused:
        raise Conflict(" ".join(shown.refused))
    if shown.mark != mark:
        raise Conflict("the client's records changed since you saw the plan; look again")
    gone = Gone(client_id=client.id, shelf=shelf_of(client.id, client.shelf), threads=client.ref, whole=shown.whole)
    connection = scope.session.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")
    with triggers.lifted(connection):
        told = _all_of(scope, client, gone) if shown.whole else _part_of(scope, client, gone)
        scope.session.flush()
    counts = {name: number for name, number in gone.rows.items() if number}
    row = Erasure(id=new_id("era"), client_id=client.id, whole=shown.whole, counts=counts, by=scope.email, at=scope.now)
    scope.session.add(row)
    _record(scope, client, {**told, "whole": int(shown.whole), "rows": sum(counts.values())})
    finish(scope, gone)
    return gone


def _record(scope: Scope, client: Client, detail: dict[str, Any]) -> None:
    from store import audit

    subject = f"client:{client.id}"
    told: dict[str, Any] = {"actor": scope.email, "subject": subject, "now": scope.now, "client_id": client.id}
    audit.record(scope.session, AuditTag.CLIENT_ERASED, **told, detail=detail)


def _part_of(scope: Scope, client: Client, gone: Gone) -> dict[str, Any]:
    for slug, ids in _partly(scope, client).items():
        take(scope, slug, ids, gone)
    return {}


def _all_of(scope: Scope, client: Client, gone: Gone) -> dict[str, Any]:
    session, contacts = scope.session, _own_contacts(scope, client)
    made_up = f"Former client {client.id[-4:]}"
    names: list[str | None] = [client.name, client.tax_id, client.address]
    for contact in contacts:
        names += [contact.name, contact.email, contact.phone]
    words = Words(names, client.ref, client.id, made_up)
    for table in reversed(Base.metadata.sorted_tables):
        ids = of_client(table, client.id)
        if ids is not None and table.name not in (*BOOKS, "clients"):
            remove(scope, table.name, list(session.scalars(ids)), gone)
    remove(scope, "contacts", [contact.id for contact in contacts], gone)
    for name, blank in BOOKS.items():
        table = Base.metadata.tables[name]
        values = blank | ({"custom": {}} if "custom" in table.columns else {})
        if values:
            session.execute(update(table).where(table.c.client_id == client.id).values(values))
    gone.rows["acts"] += forget_acts(scope, words)
    take_names_away(scope, words)
    told = blank_details(scope, words, client.id)
    _without_a_name(scope, client, made_up)
    return told


def _without_a_name(scope: Scope, client: Client, made_up: str) -> None:
    client.name, client.ref, client.status = made_up, f"former-{client.id[-8:]}", ERASED
    for name in ("group_id", "tax_id", "state", "industry", "since", "annual_fee", "address", "city", "zip"):
        setattr(client, name, None)
    client.custom, client.embedder, client.shelf = {}, None, 0
    client.ai_policy = "none"


def erasures(scope: Scope) -> list[Erasure]:
    """What was erased, the newest first. Raises Forbidden without retention:set."""
    scope.require(Right.RETENTION_SET)
    seen = Erasure.client_id.in_(scope.clients())
    return list(scope.session.scalars(select(Erasure).where(seen).order_by(Erasure.at.desc(), Erasure.id)))
