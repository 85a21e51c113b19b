"""The tables that a timeline is told from, each as one SELECT of the same columns: stream.py puts them into one order, watches.py counts.

`at` is when it happened, `came` when the firm could first know of it here; what has only a day happens at noon and is news to the end
of it. Who may see a row is asked by whoever uses these: each has its `client_id`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, case, cast, exists, false, func, literal, null, or_, select
from sqlalchemy.orm import aliased

from store.moments import day_end, noon
from store.tables import (
    Bill,
    ClientRequest,
    Deliverable,
    Document,
    Engagement,
    Invoice,
    MailSorting,
    Message,
    Note,
    Outcome,
    Payment,
    Receipt,
    Release,
    RequestItem,
    Review,
    SignalDecision,
    SignalRow,
    Task,
    TimelineNote,
)
from store.types import Instant, Money
from workspace.money_sight import sees_money
from workspace.scope import Scope

KINDS = ("mail", "call", "note", "document", "decision", "release", "money", "task", "request")
UNDATED = datetime(1970, 1, 1, tzinfo=UTC)
"""Where a mail without a readable date stands: at the end."""
OPENING = 600  # characters of a text that the stream carries


@dataclass(frozen=True)
class Whose:
    """A person to filter by: somebody of the firm (`person_id`), or a contact. `email` "" where none is known."""

    person_id: str | None
    email: str
    name: str


@dataclass(frozen=True)
class Source:
    """One table in the stream's columns. `rank` orders what happened at the same moment and is its own; `searched` are the columns
    that words are looked for in; `persons` those that hold a person's id."""

    rank: int
    kind: str
    query: Select[Any]
    at: ColumnElement[Any]
    id: ColumnElement[Any]
    client_id: ColumnElement[Any]
    engagement_id: ColumnElement[Any] | None
    searched: tuple[ColumnElement[Any], ...]
    persons: tuple[ColumnElement[Any], ...] = ()

    def of(self, whose: Whose) -> ColumnElement[bool]:
        """The condition that a row is this person's."""
        if self.kind == "mail" and whose.email:
            quoted = f'"{whose.email}"'
            return or_(
                Message.sender == whose.email, cast(Message.recipients, String).icontains(quoted, autoescape=True)
            )
        if whose.person_id is not None:
            return or_(false(), *(column == whose.person_id for column in self.persons))
        if self.kind == "call":
            return TimelineNote.with_whom.icontains(whose.name, autoescape=True)
        return false()


def _none(kind: Any = String) -> ColumnElement[Any]:
    return cast(null(), kind)


def _text(column: ColumnElement[Any] | Any) -> ColumnElement[Any]:
    return cast(func.substr(column, 1, OPENING), String)


def _source(
    rank: int,
    kind: str,
    row: Any,
    at: Any,
    *,
    came: Any,
    title: Any,
    text: Any = None,
    who: Any = None,
    what: Any = None,
    amount: Any = None,
    engagement: Any = None,
    leads: Any = None,
    joins: Iterable[tuple[Any, Any]] = (),
    where: Iterable[Any] = (),
    persons: tuple[Any, ...] = (),
) -> Source:
    """`leads` is what its page is addressed by; `joins` are outer joins."""
    query: Any = select(
        literal(rank).label("rank"),
        row.id.label("id"),
        row.client_id.label("client_id"),
        at.label("at"),
        came.label("came"),
        cast(title, String).label("title"),
        (_none() if text is None else _text(text)).label("text"),
        (_none() if who is None else cast(who, String)).label("who"),
        (_none() if what is None else cast(what, String)).label("what"),
        (_none(Money()) if amount is None else amount).label("amount"),
        (_none() if engagement is None else cast(engagement, String)).label("engagement_id"),
        (_none() if leads is None else cast(leads, String)).label("leads"),
    ).select_from(row)
    for other, condition in joins:
        query = query.outerjoin(other, condition)
    searched = (title,) if text is None else (title, text)
    return Source(rank, kind, query.where(*where), at, row.id, row.client_id, engagement, searched, persons)


@cache
def sources() -> tuple[Source, ...]:
    """Every source, in the order of their ranks; made once, since nothing in them changes."""
    return (_mail(), *_notes(), _documents(), *_decisions(), _releases(), *_money(), *_work())


def sources_for(scope: Scope) -> tuple[Source, ...]:
    """The sources that the asker sees: without the right to see money none of it."""
    return tuple(one for one in sources() if one.kind != "money" or sees_money(scope))


def _mail() -> Source:
    received = aliased(Document)
    return _source(
        1,
        "mail",
        Message,
        func.coalesce(Message.sent_at, received.received_at, literal(UNDATED, Instant()), type_=Instant()),
        came=func.coalesce(received.received_at, Message.sent_at, literal(UNDATED, Instant()), type_=Instant()),
        title=Message.subject,
        text=Message.body,
        who=Message.sender,
        what=Message.direction,
        engagement=MailSorting.engagement_id,
        joins=((received, received.id == Message.document_id), (MailSorting, MailSorting.message_id == Message.id)),
    )


def _notes() -> tuple[Source, ...]:
    kind = func.coalesce(TimelineNote.kind, "note")
    return tuple(
        _source(
            rank,
            name,
            Note,
            func.coalesce(TimelineNote.at, noon(Note.date), type_=Instant()),
            came=func.coalesce(TimelineNote.came, day_end(Note.date), type_=Instant()),
            title=func.coalesce(TimelineNote.with_whom, ""),
            text=Note.text,
            who=Note.author_id,
            what=TimelineNote.outcome,
            engagement=TimelineNote.engagement_id,
            joins=((TimelineNote, TimelineNote.id == Note.id),),
            where=(kind == name,),
            persons=(Note.author_id,),
        )
        for rank, name in ((2, "call"), (3, "note"))
    )


def _documents() -> Source:
    """Files that are no mail's own; what came with a mail is one."""
    asked = aliased(RequestItem)
    list_of = aliased(ClientRequest)
    engagement = (
        select(list_of.engagement_id)
        .join(asked, asked.request_id == list_of.id)
        .where(asked.document_id == Document.id, asked.client_id == Document.client_id)
        .order_by(asked.id)
        .limit(1)
        .correlate(Document)
        .scalar_subquery()
    )
    return _source(
        4,
        "document",
        Document,
        Document.received_at,
        came=Document.received_at,
        title=Document.path,
        what=Document.kind,
        engagement=engagement,
        where=(~exists().where(Message.document_id == Document.id, Message.client_id == Document.client_id),),
    )


def _decisions() -> tuple[Source, ...]:
    """What was decided about signals (of contradictions too), elsewhere, and in review."""
    other = aliased(SignalRow)
    newest = (
        select(func.max(other.as_of)).where(other.key == SignalDecision.key).correlate(SignalDecision).scalar_subquery()
    )
    raised = and_(SignalRow.key == SignalDecision.key, SignalRow.as_of == newest)
    about = Engagement.ref == SignalRow.detail["engagement_ref"].as_string()
    of = Deliverable.id == Review.deliverable_id
    return (
        _source(
            5,
            "decision",
            SignalDecision,
            SignalDecision.at,
            came=SignalDecision.at,
            title=func.coalesce(SignalRow.headline, "A signal"),
            text=SignalDecision.reason,
            who=SignalDecision.person_id,
            what=SignalDecision.decision,
            engagement=Engagement.id,
            leads=case((SignalRow.slug.like("%contradict%"), SignalDecision.key)),
            joins=((SignalRow, raised), (Engagement, and_(about, Engagement.client_id == SignalDecision.client_id))),
            persons=(SignalDecision.person_id, SignalDecision.delegate_id),
        ),
        _source(
            6,
            "decision",
            Outcome,
            Outcome.at,
            came=Outcome.at,
            title=Outcome.subject,
            text=Outcome.note,
            who=Outcome.person_id,
            what=Outcome.decision,
            persons=(Outcome.person_id,),
        ),
        _source(
            7,
            "decision",
            Review,
            Review.at,
            came=Review.at,
            title=func.coalesce(Deliverable.title, ""),
            text=Review.note,
            who=Review.person_id,
            what=Review.decision,
            engagement=Deliverable.engagement_id,
            leads=literal("review:") + Review.deliverable_id,
            joins=((Deliverable, of),),
            persons=(Review.person_id,),
        ),
    )


def _releases() -> Source:
    return _source(
        8,
        "release",
        Release,
        Release.at,
        came=Release.at,
        title=func.coalesce(Deliverable.title, ""),
        who=Release.person_id,
        engagement=Deliverable.engagement_id,
        leads=Release.deliverable_id,
        joins=((Deliverable, Deliverable.id == Release.deliverable_id),),
        persons=(Release.person_id,),
    )


def _money() -> tuple[Source, ...]:
    paid = aliased(Invoice)
    return (
        _source(
            9,
            "money",
            Invoice,
            noon(Invoice.issued_on),
            came=func.coalesce(Bill.issued_at, day_end(Invoice.issued_on), type_=Instant()),
            title=Invoice.number,
            text=Bill.text,
            who=Bill.issued_by,
            what=Invoice.kind,
            amount=Invoice.amount,
            engagement=Invoice.engagement_id,
            leads=Invoice.number,
            joins=((Bill, Bill.invoice_id == Invoice.id),),
            persons=(Bill.issued_by,),
        ),
        _source(
            10,
            "money",
            Payment,
            noon(Payment.paid_on),
            came=func.coalesce(Receipt.at, day_end(Payment.paid_on), type_=Instant()),
            title=func.coalesce(paid.number, ""),
            text=Receipt.memo,
            who=Receipt.person_id,
            what=func.coalesce(Receipt.kind, "payment"),
            amount=Payment.amount,
            engagement=paid.engagement_id,
            leads=paid.number,
            joins=((paid, paid.id == Payment.invoice_id), (Receipt, Receipt.payment_id == Payment.id)),
            persons=(Receipt.person_id,),
        ),
    )


def _work() -> tuple[Source, ...]:
    asked = ClientRequest.id == RequestItem.request_id
    return (
        _source(
            11,
            "task",
            Task,
            noon(Task.done_on),
            came=day_end(Task.done_on),
            title=Task.title,
            who=Task.owner_id,
            engagement=Task.engagement_id,
            where=(Task.done_on.is_not(None),),
            persons=(Task.owner_id,),
        ),
        _source(
            12,
            "request",
            RequestItem,
            noon(RequestItem.received_on),
            came=day_end(RequestItem.received_on),
            title=RequestItem.item,
            what=ClientRequest.title,
            engagement=ClientRequest.engagement_id,
            leads=RequestItem.document_id,
            joins=((ClientRequest, asked),),
            where=(RequestItem.received_on.is_not(None),),
        ),
    )
