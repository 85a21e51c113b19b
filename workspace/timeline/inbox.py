"""The firm's inbox: what clients wrote, by thread, and what still has to be done with it. Staff see the mail of their clients only.

What nobody has sorted is what came in lately; older mail counts as dealt with and is found under all. Mail without a known client is not
here: it waits in the tray of intake. What a mail asks and promises is what the night reads in it (workspace/promises). Reads only.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, case, func, literal, literal_column, not_, or_, select, true

from store.errors import Invalid
from store.tables import Client, Engagement, Firm, MailSorting, Mention, Message, Person, PromiseReading
from store.types import Instant
from workspace.deadlines.calendar import business_days_between
from workspace.own_words import own_words
from workspace.promises import said_in_mail
from workspace.scope import Right, Scope
from workspace.signals.mail import only_closes
from workspace.snapshot.model import Message as Mail
from workspace.snapshot.records import addressees, read_promises
from workspace.timeline.cursor import decode, encode
from workspace.timeline.mentions import seers_of
from workspace.timeline.sources import UNDATED
from workspace.undo import mark_of

VIEWS = ("unsorted", "mine", "waiting", "done", "all")
LATELY = timedelta(days=60)
AT_ONCE = 30  # threads of a page
LINES = 12  # messages of a thread on a page, the newest
CLOSING = 12  # words of a last mail that only says thanks
UNSEEN = "0" * 16
"""The mark of a message that nobody has sorted yet."""
_OPENING = 220
_NOTHING: ColumnElement[str] = literal_column("''")


@dataclass(frozen=True)
class Told:
    """An ask or a promise in a mail. `reader` names the model that read it, "" where the rules did."""

    kind: str
    owes: str
    what: str
    due: date | None
    reader: str = ""


@dataclass(frozen=True)
class InboxLine:
    """A message. `mark` is what an act on it must carry; `state` is open or done; `until`: it waits until that day."""

    id: str
    client_ref: str
    client: str
    sender: str
    sent_at: datetime | None
    opening: str
    mark: str
    state: str
    assignee: str | None
    until: date | None
    engagement: tuple[str, str] | None
    task_id: str | None
    told: tuple[Told, ...]


@dataclass(frozen=True)
class InboxThread:
    """A thread with its messages of this view, newest first. `number` counts all its messages, of both sides.

    `waits` are the business days since the client's last word where a reply is due, None where none is; `answered`: we wrote last."""

    key: str
    subject: str
    lines: tuple[InboxLine, ...]
    number: int
    waits: int | None
    answered: bool

    @property
    def items(self) -> str:
        """Its messages with their marks, as a form carries them."""
        return " ".join(f"{one.id}:{one.mark}" for one in self.lines)

    @property
    def clients(self) -> tuple[tuple[str, str], ...]:
        """The clients (ref, name) that it concerns here."""
        return tuple(sorted({(one.client_ref, one.client) for one in self.lines}, key=lambda pair: pair[1]))

    @property
    def told(self) -> tuple[Told, ...]:
        """What the newest message that says anything asks and promises."""
        return next((one.told for one in self.lines if one.told), ())


@dataclass(frozen=True)
class Inbox:
    """A page of a view. `counts` are threads by view (unsorted, mine, waiting), and the mentions that wait for the asker.

    `people` (address, name) may be given its mail."""

    view: str
    counts: Mapping[str, int]
    threads: tuple[InboxThread, ...]
    next: str | None
    people: tuple[tuple[str, str], ...]


def inbox(scope: Scope, view: str = "unsorted", *, cursor: str = "", limit: int = AT_ONCE) -> Inbox:
    """A page of the inbox, the threads with the newest mail first; seven queries, of a view other than unsorted eight.

    Raises Forbidden without mail:triage, Invalid for a view that is none."""
    scope.require(Right.MAIL_TRIAGE)
    if view not in VIEWS:
        raise Invalid(f"there is no view {view}; the views are {', '.join(VIEWS)}")
    zone = ZoneInfo(scope.session.scalars(select(Firm.timezone).limit(1)).one_or_none() or "UTC")
    roots, more, number = _threads(scope, view, cursor, max(1, min(limit, 100)))
    rows = _messages(scope, view, roots)
    turns = _turns(scope, roots)
    by_thread: dict[str, list[Any]] = {root: [] for root in roots}
    for row in rows:
        by_thread[row[0].thread].append(row)
    threads = tuple(_thread(scope, root, found, turns, zone) for root, found in by_thread.items() if found)
    people = seers_of(scope, {row[0].client_id for row in rows})
    by_name = tuple(sorted(people.items(), key=lambda pair: (pair[0] != scope.email, pair[1])))
    counts = _counts(scope, number if view == "unsorted" else None)
    return Inbox(view, counts, threads, more, by_name)


def _at() -> ColumnElement[Any]:
    return func.coalesce(Message.sent_at, literal(UNDATED, Instant()), type_=Instant())


def _is_in(scope: Scope, view: str) -> ColumnElement[bool]:
    """Whether a message of the client's side belongs to a view."""
    is_open = or_(MailSorting.id.is_(None), MailSorting.state == "open")
    asleep = and_(MailSorting.until.is_not(None), MailSorting.until > scope.today)
    awake = or_(MailSorting.id.is_(None), not_(asleep))
    match view:
        case "unsorted":
            return and_(_at_hand(scope), is_open, awake, MailSorting.assignee_id.is_(None))
        case "mine":
            return and_(is_open, awake, MailSorting.assignee_id == scope.person_id)
        case "waiting":
            return and_(MailSorting.state == "open", asleep)
        case "done":
            return MailSorting.state == "done"
        case _:
            return true()


def _at_hand(scope: Scope) -> ColumnElement[bool]:
    """What came lately, and older mail that somebody has in hand; each half is found by an index."""
    in_hand = select(MailSorting.message_id).where(MailSorting.state == "open")
    return or_(Message.sent_at >= literal(scope.now - LATELY, Instant()), Message.id.in_(in_hand))


def _ours(scope: Scope, *, threads: bool = False) -> ColumnElement[bool]:
    """What the asker's clients wrote; with `threads` of a few threads, which are found by their own index."""
    # not by the index of clients: a partner's are hundreds, and what came lately, or these threads, is less than all their mail
    direction = func.coalesce(Message.direction, _NOTHING) if threads else Message.direction
    return and_(direction == "in", func.coalesce(Message.client_id, _NOTHING).in_(scope.clients()))


def _counts(scope: Scope, unsorted: int | None) -> dict[str, int]:
    """Threads by view, and mentions that wait; one query, and one more where `unsorted` is not known yet. What is done and what was ever
    there only grows, and is not counted."""
    if unsorted is None:
        unsorted = scope.session.scalars(
            select(func.count(Message.thread.distinct()))
            .outerjoin(MailSorting, MailSorting.message_id == Message.id)
            .where(_ours(scope), _is_in(scope, "unsorted"))
        ).one()
    mentions = (
        select(func.count())
        .select_from(Mention)
        .where(Mention.person_id == scope.person_id, Mention.read_at.is_(None), Mention.client_id.in_(scope.clients()))
        .scalar_subquery()
    )
    views = ("mine", "waiting")
    in_hand = scope.session.execute(
        select(*(func.count(case((_is_in(scope, view), Message.thread)).distinct()) for view in views), mentions)
        .select_from(MailSorting)
        .join(Message, Message.id == MailSorting.message_id)
        # what is mine or waits was sorted, and is open: few beside all that ever came
        .where(MailSorting.state == "open", _ours(scope, threads=True))
    ).one()
    return {"unsorted": unsorted, **dict(zip((*views, "mentions"), in_hand, strict=True))}


def _threads(scope: Scope, view: str, cursor: str, limit: int) -> tuple[list[str], str | None, int | None]:
    """The threads of a page, where the next one begins, and how many there are in the view; None where that is not to be seen from here."""
    last = func.max(_at(), type_=Instant())
    root = func.coalesce(Message.thread, _NOTHING)  # grouped by what was found, not by walking the index of all threads
    query = (
        select(root, last, func.count().over())
        .select_from(Message)
        .join(MailSorting, MailSorting.message_id == Message.id, isouter=view in ("unsorted", "all"))
        .where(_ours(scope), _is_in(scope, view))
        .group_by(root)
    )
    if cursor:
        moment, (thread,) = decode(cursor, 1)
        at = literal(moment, Instant())
        query = query.having(or_(last < at, and_(last == at, root > thread)))
    rows = scope.session.execute(query.order_by(last.desc(), root).limit(limit + 1)).tuples().all()
    shown = rows[:limit]
    more = encode(shown[-1][1], shown[-1][0]) if len(rows) > limit else None
    whole = None if cursor else rows[0][2] if rows else 0
    return [thread for thread, *_ in shown], more, whole


def _messages(scope: Scope, view: str, roots: Sequence[str]) -> Sequence[Any]:
    """The newest LINES messages of each of these threads in the view, newest first, with whatever is known about their sorting."""
    if not roots:
        return ()
    place = func.row_number().over(partition_by=Message.thread, order_by=(_at().desc(), Message.id))
    shown = (
        select(Message.id, place.label("place"))
        .outerjoin(MailSorting, MailSorting.message_id == Message.id)
        .where(_ours(scope, threads=True), _is_in(scope, view), Message.thread.in_(roots))
        .subquery()
    )
    return scope.session.execute(
        select(Message, MailSorting, Client.ref, Client.name, Person.name, Engagement.ref, Engagement.title)
        .add_columns(PromiseReading.reader, PromiseReading.promises)
        .join(shown, and_(shown.c.id == Message.id, shown.c.place <= LINES))
        .join(Client, Client.id == Message.client_id)
        .outerjoin(MailSorting, MailSorting.message_id == Message.id)
        .outerjoin(Person, Person.id == MailSorting.assignee_id)
        .outerjoin(Engagement, Engagement.id == MailSorting.engagement_id)
        .outerjoin(
            PromiseReading,
            and_(PromiseReading.source == Message.id, PromiseReading.client_id == Message.client_id),
        )
        .order_by(_at().desc(), Message.id)
    ).all()


def _turns(scope: Scope, roots: Sequence[str]) -> dict[str, tuple[int, datetime | None, datetime | None]]:
    """Of each thread: how many messages, the client's last, ours."""
    if not roots:
        return {}
    came, went = (func.max(case((Message.direction == way, Message.sent_at)), type_=Instant()) for way in ("in", "out"))
    rows = scope.session.execute(
        select(Message.thread, func.count(Message.message_id.distinct()), came, went)
        .where(Message.thread.in_(roots), Message.client_id.in_(scope.clients()))
        .group_by(Message.thread)
    ).tuples()
    return {thread: (number, last_in, last_out) for thread, number, last_in, last_out in rows}


def _thread(
    scope: Scope,
    root: str,
    rows: Sequence[Any],
    turns: Mapping[str, tuple[int, datetime | None, datetime | None]],
    zone: ZoneInfo,
) -> InboxThread:
    number, came, went = turns.get(root, (len(rows), None, None))
    newest = rows[0]
    their_word = came is not None and (went is None or went < came)
    waits = None
    if came is not None and their_word and newest[0].sent_at == came and not only_closes(mail_of(newest[0]), CLOSING):
        waits = business_days_between(came.astimezone(zone).date(), scope.today)
    lines: list[InboxLine] = []
    for place, row in enumerate(rows):
        # the newest that says anything is enough: reading takes most of the page's time
        lines.append(_line(row, zone, read=place < 3 and not any(one.told for one in lines)))
    # the name of a thread is somebody else's text: in an address and an id of the page stands its digest
    key = sha256(root.encode()).hexdigest()[:12]
    answered = went is not None and (came is None or went >= came)
    return InboxThread(key, newest[0].subject, tuple(lines), number, waits, answered)


def _line(row: Any, zone: ZoneInfo, *, read: bool) -> InboxLine:
    message, sorting, ref, client, assignee, engagement, title, reader, promises = row
    mail = mail_of(message, reader, promises)
    return InboxLine(
        id=message.id,
        client_ref=ref,
        client=client,
        sender=message.sender,
        sent_at=message.sent_at,
        opening=" ".join(message.body[slice(*own_words(mail))].split())[:_OPENING],
        mark=mark_of(sorting) if sorting is not None else UNSEEN,
        state=sorting.state if sorting is not None else "open",
        assignee=assignee,
        until=sorting.until if sorting is not None else None,
        engagement=(engagement, title) if engagement else None,
        task_id=sorting.task_id if sorting is not None else None,
        told=tuple(told_in(mail, zone)) if read else (),
    )


def mail_of(row: Message, reader: str | None = None, promises: Iterable[Any] | None = None) -> Mail:
    """A message as the rules of the night take it."""
    to = addressees(row.recipients)
    fields = (row.id, row.message_id, row.thread, row.direction, row.sender, to, row.subject, row.sent_at, row.body)
    return Mail(*fields, row.document_id, read_promises(reader, promises))


def told_in(mail: Mail, zone: ZoneInfo) -> Iterable[Told]:
    """What a dated mail asks and promises, the asks first; what only a model read comes last, where its words still stand."""
    if mail.sent_at is None:
        return
    said = said_in_mail(mail, mail.sent_at.astimezone(zone).date())
    for kind in ("ask", "promise"):
        yield from (Told(kind, one.owes, one.what, one.due) for one in said if one.kind == kind)
    for one in mail.promises:
        if mail.body[one.start : one.end] == one.quote:
            yield Told("promise", one.owes, one.what, one.due, one.reader)
