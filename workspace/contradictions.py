"""What a person does about a contradiction: accept what the document says, keep the record, or ask the client.

Accepting writes the record with where the value came from, keeps the history, puts it on the trail and closes the signal in the lists;
the next scan no longer finds it. Asking enters an item into the client's open request; drafting the mail is agents/draft.py's, and nothing
is sent from here. Never finds a contradiction, and never touches the client's own books.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import Select, select

from store import audit
from store.audit import AuditTag
from store.errors import Conflict, Forbidden, Invalid, NotFound
from store.ids import stable_id
from store.tables import (
    Base,
    Client,
    ClientContact,
    Document,
    DocumentPage,
    Engagement,
    EnteredDeadline,
    Message,
    RequestItem,
    SignalRow,
)
from workspace.deadlines import add_business_days
from workspace.decisions import decide_signal, keep_decision, signal_row
from workspace.evidence import DocumentEvidence, Evidence, MessageEvidence, to_json
from workspace.records.history import SECRET, Source, kept_text, note_change, shown
from workspace.requests.named import named
from workspace.scope import Right, Scope
from workspace.signals.sides import Sides, sides_from_json
from workspace.snapshot.model import FINISHED

_MONEY = ("fee", "annual_fee")
_DAYS = ("due", "extended_to")
_ANSWER_DAYS = 5  # business days that the client is given
_ENTITIES = ("1040", "1065", "1120", "1120-S", "1041", "990", "law", "other")


@dataclass(frozen=True)
class Done:
    """What was done: the signal's state now, the client's ref, and the engagement under which the client is asked, None for the others."""

    state: str
    client_ref: str
    engagement_ref: str | None = None


def open_sides(row: SignalRow) -> tuple[Sides, ...]:
    """The sides of a raised contradiction that nobody has settled yet; empty for any other signal."""
    return tuple(sides_from_json(one) for one in row.detail.get("sides", ()))


def accept(scope: Scope, key: str, place: int | None = None, note: str = "") -> Done:
    """Let the record take what the document says on one side (`place` from 0; None: the only one).

    Raises NotFound outside the scope, Forbidden without signal:decide or client:write, Invalid where no record can take the value or the
    side is not named, Conflict where record or document changed since the scan."""
    row = _asked_for(scope, key, Right.CLIENT_WRITE)
    sides, place = _chosen(row, place)
    if not sides.can_accept:
        raise Invalid(f"no record takes this value. {sides.why_not}")
    _still_says(scope, row, sides.said)
    record = _record(scope, row.client_id, sides.record)
    values = {name: _typed(name, text) for name, _, text in sides.writes}
    before = {name: getattr(record, name) for name in values}
    if any(kept_text(name, before[name]) != kept_text(name, _plain(name, was)) for name, was, _ in sides.writes):
        raise Conflict("the record has changed since the scan; scan the client again and look anew")
    for name, value in values.items():
        setattr(record, name, value)
    if isinstance(record, EnteredDeadline):
        record.confirmed_by = None  # a date that moved is confirmed anew, by a second person
    source = Source("accept", scope.person_id, to_json(_without_digits(sides, sides.said)), " ".join(note.split()))
    note_change(scope, record, before, values, source)
    _on_the_trail(scope, row, sides, before, values, source)
    rest = [one for n, one in enumerate(row.detail["sides"]) if n != place]
    row.detail = {**row.detail, "sides": rest, "again": False}
    state = keep_decision(scope, row, "accept-part" if rest else "accept", _said(sides))
    return Done(state, _ref(scope, row.client_id))


def keep(scope: Scope, key: str, reason: str) -> Done:
    """Let the record stand, for a reason; it is raised again only when the evidence changes. Raises as `decide_signal`."""
    row = _contradiction(scope, key)
    return Done(decide_signal(scope, key, "dismiss", reason), _ref(scope, row.client_id))


def ask(scope: Scope, key: str, place: int | None = None) -> Done:
    """Enter the question into what the client is asked for under an open engagement; the follow-up is drafted from that.

    Raises as `accept`, Forbidden without deliverable:edit, Invalid where no engagement is open, Conflict where it was asked already."""
    row = _asked_for(scope, key, Right.CLIENT_WRITE, Right.DELIVERABLE_EDIT)
    sides, _ = _chosen(row, place)
    engagement = _engagement(scope, row)
    text = question(sides, _source_name(scope, sides.said))
    identity = stable_id("item", engagement.ref, text, 0)
    if scope.session.get(RequestItem, identity) is not None:
        raise Conflict(f"the client has been asked this already, under {engagement.ref}")
    request_id = named(scope, engagement, "", f"Documents for {engagement.title}").id
    due = add_business_days(scope.today, _ANSWER_DAYS)
    scope.session.add(
        RequestItem(
            id=identity,
            client_id=row.client_id,
            request_id=request_id,
            item=text,
            requested_on=scope.today,
            due=due,
            received_on=None,
            custom={},
        )
    )
    state = keep_decision(scope, row, "ask", text)
    return Done(state, _ref(scope, row.client_id), engagement.ref)


def question(sides: Sides, where: str) -> str:
    """The question as the client reads it. A taxpayer id is named by its last four digits."""
    recorded, stated = (in_words(sides.field, value) for value in (sides.recorded, sides.stated))
    ours = f"our records say {recorded}" if sides.recorded else "our records say nothing of it"
    return f"{sides.label}: {where} says {stated}, {ours}. Which is right?"


def in_words(field: str, value: str) -> str:
    """A side's value as people may see it."""
    if field in SECRET:
        return f"a number that ends in {''.join(c for c in value if c.isdigit())[-4:]}"
    if field in (*_DAYS, "period_end"):
        try:
            day = date.fromisoformat(value)
            return f"{day:%B} {day.day}, {day.year}"
        except ValueError:
            return value
    if field in (*_MONEY, "balance", "income"):
        try:
            return f"${Decimal(value):,.2f}"
        except InvalidOperation:
            return value
    return value


def _contradiction(scope: Scope, key: str) -> SignalRow:
    row = signal_row(scope, key)
    if not row.detail.get("sides"):
        raise NotFound(f"there is no open contradiction {key}")
    return row


def _asked_for(scope: Scope, key: str, *rights: Right) -> SignalRow:
    """The contradiction, for a person who may decide about it and has these rights too."""
    row = _contradiction(scope, key)
    for right in (Right.SIGNAL_DECIDE, *rights):
        scope.require(right)
    if scope.person_id is None:
        raise Forbidden("what the record says is decided by a person: name who decides")
    return row


def _chosen(row: SignalRow, place: int | None) -> tuple[Sides, int]:
    sides = open_sides(row)
    if place is None and len(sides) > 1:
        named = "; ".join(f"{n + 1} {one.label}" for n, one in enumerate(sides))
        raise Invalid(f"say which one: {named}")
    place = place or 0
    if not 0 <= place < len(sides):
        raise Invalid(f"there is no side {place + 1} of this contradiction; it has {len(sides)}")
    return sides[place], place


def _still_says(scope: Scope, row: SignalRow, said: Evidence) -> None:
    """Raises Conflict unless the words still stand in the document's current version, or in the message."""
    if isinstance(said, DocumentEvidence):
        query = (
            select(DocumentPage.text)
            .join(Document, Document.current_version_id == DocumentPage.version_id)
            .where(
                Document.id == said.document,
                Document.client_id == row.client_id,
                DocumentPage.version_id == said.version,
                DocumentPage.number == said.page,
            )
        )
    else:
        assert isinstance(said, MessageEvidence)  # a record never contradicts a record
        query = select(Message.body).where(Message.message_id == said.message_id, Message.client_id == row.client_id)
    text = scope.session.scalars(query).first()
    if text is None or text[said.start : said.end] != said.quote:
        raise Conflict("the document has changed since the scan; scan the client again and look anew")


def _record(scope: Scope, client_id: str, name: str) -> Any:
    """The row that a record's name of the trade means, at this client. Raises NotFound."""
    kind, _, what = name.partition(":")
    queries: dict[str, Select[Any]] = {
        "client": select(Client).where(Client.id == client_id, Client.ref == what),
        "engagement": select(Engagement).where(Engagement.client_id == client_id, Engagement.ref == what),
        "contact": select(ClientContact).where(ClientContact.client_id == client_id, ClientContact.contact_id == what),
        "deadline": select(EnteredDeadline).where(EnteredDeadline.client_id == client_id, EnteredDeadline.id == what),
    }
    query = queries[kind]
    row: Base | None = scope.session.scalars(query).one_or_none()
    if row is None:
        raise NotFound(f"there is no {kind} {what} any more")
    return row


def _plain(name: str, text: str) -> object:
    """What the record said when it was scanned."""
    return text if name in SECRET else _typed(name, text)


def _typed(name: str, text: str) -> object:
    """A side's value as the record holds it. Raises Invalid for what the field cannot hold."""
    try:
        if name in _MONEY or name == "ownership_pct":
            return Decimal(text) if text else None
        if name in _DAYS:
            return date.fromisoformat(text) if text else None
    except (InvalidOperation, ValueError):
        raise Invalid(
            f"{text!r} cannot be kept as {name.replace('_', ' ')}: correct the fact in the document first"
        ) from None
    if name == "entity_type" and text not in _ENTITIES:
        raise Invalid(f"{text!r} is no kind of client: {', '.join(_ENTITIES)}")
    if name in SECRET and ("X" in text.upper() or not any(c.isdigit() for c in text)):
        raise Invalid("the document hides digits of the number; get one that shows it whole")
    return text or None


def _without_digits(sides: Sides, said: Evidence) -> Evidence:
    """The words that were accepted; of a taxpayer id only where they stand."""
    if sides.field in SECRET and isinstance(said, DocumentEvidence):
        return DocumentEvidence(said.document, said.version, said.page, said.start, said.end, _covered(sides.stated))
    return said


def _covered(value: str) -> str:
    return shown("tax_id", kept_text("tax_id", value)) or ""


def _on_the_trail(
    scope: Scope,
    row: SignalRow,
    sides: Sides,
    before: Mapping[str, object],
    after: Mapping[str, object],
    source: Source,
) -> None:
    evidence = source.evidence or {}
    changed = {
        name: {"was": shown(name, kept_text(name, before[name])), "is": shown(name, kept_text(name, after[name]))}
        for name in after
    }
    audit.record(
        scope.session,
        AuditTag.CLIENT_UPDATED,
        actor=scope.email,
        subject=sides.record,
        now=scope.now,
        client_id=row.client_id,
        detail={
            "record": sides.record,
            "changed": changed,
            "by": "accepted from a document",
            "document": evidence.get("document", ""),
            "version": evidence.get("version", ""),
            "page": evidence.get("page"),
            "message": evidence.get("message_id", ""),
            "quote": evidence.get("quote", ""),
            "signal": row.key,
            "note": source.note,
        },
    )


def _said(sides: Sides) -> str:
    stated = _covered(sides.stated) if sides.field in SECRET else sides.stated
    return f"{sides.label}: the record takes {stated}"


def _engagement(scope: Scope, row: SignalRow) -> Engagement:
    """The engagement the contradiction is about where it is open, else the client's open one that is due first, returns before others."""
    query = select(Engagement).where(Engagement.client_id == row.client_id, Engagement.stage.not_in(FINISHED))
    found = scope.session.scalars(query.order_by(Engagement.due.nulls_last(), Engagement.ref)).all()
    if not found:
        raise Invalid(
            "no engagement of this client is open, so there is no request to put the question in: write to the client"
        )
    about = row.detail.get("engagement_ref")
    return min(found, key=lambda one: (one.ref != about, not one.template[:1].isdigit()))


def _source_name(scope: Scope, said: Evidence) -> str:
    if isinstance(said, DocumentEvidence):
        document = scope.session.get(Document, said.document)
        return document.name if document is not None else "a document"
    return "your mail"


def _ref(scope: Scope, client_id: str) -> str:
    return scope.session.scalars(select(Client.ref).where(Client.id == client_id)).one()
