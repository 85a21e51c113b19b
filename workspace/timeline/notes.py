"""Notes and calls that people write on timelines, and change with their history kept.

A note on several timelines is one text in a note for each client, so that each client's file, its night and its export hold it and nobody
needs to see one client to read another's note. Where else it stands is told only as far as the reader may see.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import aliased

from store import audit
from store.audit import AuditTag
from store.errors import Forbidden, Invalid, NotFound
from store.ids import new_id
from store.tables import Client, Engagement, Mention, Note, NoteEdit, Person, Task, TimelineNote
from workspace.scope import Right, Scope, access_client
from workspace.timeline.mentions import mention
from workspace.undo import expect, mark_of

LONGEST = 20_000  # characters of a note
MOST_PLACES = 12  # timelines that one note stands on
_FIRST_YEAR = 1970
OUTCOMES = ("reached", "left-message", "no-answer", "they-called")


@dataclass(frozen=True)
class Place:
    """A timeline: a client by its ref, and where it is meant one engagement of it."""

    client: str
    engagement: str | None = None


@dataclass(frozen=True)
class Called:
    """A call: with whom by name, how many minutes (None: not counted), one of OUTCOMES or "", when it was (None: now), and what has to be
    done next: `follow_up` is the title of a task, "" for none, due on `due`, for the person of the address `owner` (None: who logs it)."""

    with_whom: str
    minutes: int | None = None
    outcome: str = ""
    at: datetime | None = None
    follow_up: str = ""
    due: date | None = None
    owner: str | None = None


@dataclass(frozen=True)
class NoteParts:
    """What a note of a timeline has beside its words. `own`: the asker wrote it and may change it; `mark` is what a change must carry.

    `also` are the other clients it stands on (ref, name), as far as the asker may see them; `named` whom it mentions."""

    mark: str
    own: bool
    edits: int = 0
    minutes: int | None = None
    task: str | None = None
    also: tuple[tuple[str, str], ...] = ()
    named: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wording:
    """What a note said until `at`, when `who` changed it."""

    number: int
    text: str
    who: str
    at: datetime


@dataclass(frozen=True)
class ShownNote:
    """A note by itself, with its earlier wordings, the newest first."""

    id: str
    client_ref: str
    client: str
    kind: str
    date: date
    at: datetime | None
    who: str
    text: str
    with_whom: str
    outcome: str
    parts: NoteParts
    earlier: tuple[Wording, ...] = field(default_factory=tuple)


@dataclass(frozen=True)
class Written:
    """A note that was made: its id on the first timeline, the ids on all, and the addresses of those it mentions."""

    id: str
    ids: tuple[str, ...]
    mentioned: tuple[str, ...]
    task_id: str | None = None


def add_note(scope: Scope, places: Sequence[Place], text: str) -> Written:
    """Write a note on one or several timelines. Raises NotFound for a place outside the scope, Forbidden without note:write, Invalid for an
    empty or too long text or no place."""
    return _write(scope, places, _words(text), None)


def log_call(scope: Scope, places: Sequence[Place], call: Called, text: str = "") -> Written:
    """Put a call on one or several timelines; its follow-up becomes a task of the first. Raises as `add_note`, and NotFound when nobody who
    may see the client has the owner's address."""
    whom = " ".join(call.with_whom.split())[:200]
    if not whom:
        raise Invalid("say with whom the call was")
    if call.minutes is not None and not 0 <= call.minutes <= 24 * 60:
        raise Invalid("the minutes of a call are a number from 0 to 1440")
    if call.outcome and call.outcome not in OUTCOMES:
        raise Invalid(f"the outcome is one of {', '.join(OUTCOMES)}")
    if call.at is not None and (call.at.tzinfo is None or call.at.year < _FIRST_YEAR):
        raise Invalid("the time of a call needs its zone, and a year of this firm")
    if call.at is not None and call.at > scope.now + timedelta(minutes=5):
        raise Invalid("a call that is logged has happened: its time cannot lie ahead")
    words = _words(text) if text.strip() else f"Call with {whom}."
    return _write(scope, places, words, Called(**{**vars(call), "with_whom": whom}))


def _words(text: str) -> str:
    words = text.replace("\r\n", "\n").replace("\0", "").strip()
    if not words:
        raise Invalid("write something: an empty note tells nobody anything")
    if len(words) > LONGEST:
        raise Invalid(f"a note has at most {LONGEST:,} characters; put the rest into a document")
    return words


def _write(scope: Scope, places: Sequence[Place], text: str, call: Called | None) -> Written:
    if scope.person_id is None:
        raise Forbidden(f"{scope.email} is no person: say who writes with --as")
    wanted = list({place.client: place for place in places}.values())
    if not 1 <= len(wanted) <= MOST_PLACES:
        raise Invalid(f"a note stands on one to {MOST_PLACES} timelines: say which clients")
    clients = [access_client(scope, place.client, Right.NOTE_WRITE) for place in wanted]
    engagements = [_engagement(scope, client, place) for client, place in zip(clients, wanted, strict=True)]
    task_id = _follow_up(scope, clients[0], engagements[0], call) if call and call.follow_up.strip() else None
    set_id, ids = new_id("set"), []
    for number, (client, engagement_id) in enumerate(zip(clients, engagements, strict=True)):
        note = Note(id=new_id("note"), client_id=client.id, date=scope.today, author_id=scope.person_id, text=text)
        note.custom = {}
        scope.session.add(note)
        scope.session.flush()
        scope.session.add(_beside(scope, note, call, set_id, engagement_id, None if number else task_id))
        ids.append(note.id)
        tag = AuditTag.CALL_LOGGED if call else AuditTag.NOTE_ADDED
        told = {"with": call.with_whom, "outcome": call.outcome} if call else {}
        _record(scope, tag, note, client.id, **told)
    scope.session.flush()
    named = mention(scope, [(client.id, note) for client, note in zip(clients, ids, strict=True)], text)
    return Written(ids[0], tuple(ids), named, task_id)


def _beside(
    scope: Scope, note: Note, call: Called | None, set_id: str, engagement_id: str | None, task_id: str | None
) -> TimelineNote:
    return TimelineNote(
        id=note.id,
        client_id=note.client_id,
        kind="call" if call else "note",
        set_id=set_id,
        engagement_id=engagement_id,
        at=(call.at if call else None) or scope.now,
        came=scope.now,
        with_whom=call.with_whom if call else None,
        minutes=call.minutes if call else None,
        outcome=(call.outcome or None) if call else None,
        task_id=task_id,
        edits=0,
    )


def _engagement(scope: Scope, client: Client, place: Place) -> str | None:
    if not place.engagement:
        return None
    found = scope.session.scalars(
        select(Engagement.id).where(
            Engagement.ref == place.engagement,
            Engagement.client_id == client.id,
            Engagement.client_id.in_(scope.clients()),
        )
    ).one_or_none()
    if found is None:
        raise NotFound(f"there is no engagement {place.engagement} of client {client.ref}")
    return found


def _follow_up(scope: Scope, client: Client, engagement_id: str | None, call: Called) -> str:
    """The task that follows from a call."""
    from workspace.timeline.mentions import seer

    scope.require(Right.TASK_WRITE)
    owner = seer(scope, [client.id], call.owner).id if call.owner else scope.person_id
    task = Task(
        id=new_id("task"),
        client_id=client.id,
        engagement_id=engagement_id,
        title=" ".join(call.follow_up.split())[:200],
        owner_id=owner,
        due=call.due,
        status="open",
        custom={"source": "call", "with": call.with_whom},
    )
    scope.session.add(task)
    scope.session.flush()
    detail = {"title": task.title, "from": "call"}
    audit.record(
        scope.session,
        AuditTag.TASK_ADDED,
        actor=scope.email,
        subject=f"task:{task.id}",
        now=scope.now,
        client_id=client.id,
        detail=detail,
    )
    return task.id


def edit_note(scope: Scope, note_id: str, text: str, mark: str | None = None) -> Written:
    """Change the words of the asker's own note, on every timeline of it that she may see; what it said is kept.

    Raises NotFound outside the scope, Forbidden for another's note, Conflict when it is not the one whose `mark` she saw."""
    note, beside = _note(scope, note_id)
    scope.require(Right.NOTE_WRITE)
    if scope.person_id is None or note.author_id != scope.person_id:
        raise Forbidden("a note is changed by who wrote it; write one of your own beside it")
    expect(note, mark, "the note")
    words, ids = _words(text), []
    if words == note.text:
        return Written(note.id, (note.id,), ())
    siblings = [(note, beside)]
    if beside is not None:
        others = select(Note, TimelineNote).join(TimelineNote, TimelineNote.id == Note.id)
        others = others.where(TimelineNote.set_id == beside.set_id, Note.id != note.id)
        others = others.where(Note.client_id.in_(scope.clients()), Note.author_id == scope.person_id)
        siblings += [(one, extra) for one, extra in scope.session.execute(others.order_by(Note.id)).tuples()]
    for one, extra in siblings:
        if extra is None:
            extra = _loaded(scope, one)
        extra.edits += 1
        scope.session.add(
            NoteEdit(
                id=new_id("ned"),
                client_id=one.client_id,
                note_id=one.id,
                number=extra.edits,
                text=one.text,
                person_id=scope.person_id,
                at=scope.now,
            )
        )
        one.text = words
        ids.append(one.id)
        _record(scope, AuditTag.NOTE_EDITED, one, one.client_id, number=extra.edits)
    scope.session.flush()
    named = mention(scope, [(one.client_id, one.id) for one, _ in siblings], words)
    return Written(note.id, tuple(ids), named)


def _loaded(scope: Scope, note: Note) -> TimelineNote:
    """A note that came with a load has no moment and stands alone: it keeps its day, at noon as before."""
    noon = datetime.combine(note.date, datetime.min.time(), scope.now.tzinfo) + timedelta(hours=12)
    made = _beside(scope, note, None, new_id("set"), None, None)
    made.at, made.came = noon, noon
    scope.session.add(made)
    return made


def _note(scope: Scope, note_id: str) -> tuple[Note, TimelineNote | None]:
    found = scope.session.execute(
        select(Note, TimelineNote)
        .outerjoin(TimelineNote, TimelineNote.id == Note.id)
        .where(Note.id == note_id, Note.client_id.in_(scope.clients()))
    ).one_or_none()
    if found is None:
        raise NotFound("there is no such note")
    note, beside = found.tuple()
    return note, beside


def show_note(scope: Scope, note_id: str) -> ShownNote:
    """A note with its earlier wordings; five queries. Raises NotFound outside the scope."""
    scope.require(Right.CLIENT_READ)
    note, beside = _note(scope, note_id)
    client = scope.session.get_one(Client, note.client_id)
    names = dict(scope.session.execute(select(Person.id, Person.name)).tuples().all())
    earlier = scope.session.scalars(
        select(NoteEdit)
        .where(NoteEdit.note_id == note.id, NoteEdit.client_id.in_(scope.clients()))
        .order_by(NoteEdit.number.desc())
    )
    return ShownNote(
        id=note.id,
        client_ref=client.ref,
        client=client.name,
        kind=beside.kind if beside else "note",
        date=note.date,
        at=beside.at if beside else None,
        who=names.get(note.author_id or "", ""),
        text=note.text,
        with_whom=(beside.with_whom if beside else None) or "",
        outcome=(beside.outcome if beside else None) or "",
        parts=parts_of(scope, [note.id])[note.id],
        earlier=tuple(Wording(one.number, one.text, names.get(one.person_id, ""), one.at) for one in earlier),
    )


def parts_of(scope: Scope, note_ids: Collection[str]) -> dict[str, NoteParts]:
    """What these notes have beside their words, by id; two queries, none without notes."""
    if not note_ids:
        return {}
    sibling, other = aliased(TimelineNote), aliased(Client)
    found = scope.session.execute(
        select(Note, TimelineNote, other.ref, other.name)
        .outerjoin(TimelineNote, TimelineNote.id == Note.id)
        .outerjoin(
            sibling,
            (sibling.set_id == TimelineNote.set_id)
            & (sibling.id != TimelineNote.id)
            & sibling.client_id.in_(scope.clients()),
        )
        .outerjoin(other, other.id == sibling.client_id)
        .where(Note.id.in_(note_ids), Note.client_id.in_(scope.clients()))
        .order_by(other.ref)
    ).tuples()
    named: dict[str, list[str]] = {}
    for note_id, name in scope.session.execute(
        select(Mention.note_id, Person.name)
        .join(Person, Person.id == Mention.person_id)
        .where(Mention.note_id.in_(note_ids), Mention.client_id.in_(scope.clients()))
        .order_by(Person.name)
    ).tuples():
        named.setdefault(note_id, []).append(name)
    parts: dict[str, NoteParts] = {}
    for note, beside, ref, name in found:
        also = ((ref, name),) if ref else ()
        if note.id in parts:
            also = (*parts[note.id].also, *also)
        parts[note.id] = NoteParts(
            mark=mark_of(note),
            own=note.author_id is not None and note.author_id == scope.person_id,
            edits=beside.edits if beside else 0,
            minutes=beside.minutes if beside else None,
            task=beside.task_id if beside else None,
            also=also,
            named=tuple(named.get(note.id, ())),
        )
    return parts


def _record(scope: Scope, tag: AuditTag, note: Note, client_id: str, **detail: object) -> None:
    audit.record(
        scope.session,
        tag,
        actor=scope.email,
        subject=f"note:{note.id}",
        now=scope.now,
        client_id=client_id,
        detail=detail,
    )
