"""Timelines as JSON: a client's stream, notes and calls, mentions, watches. Moments and days are ISO, dollars are text."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, Field

from api.security import Sender, Who, reading, writing
from workspace.timeline import mentions, notes, watches
from workspace.timeline.mentions import Colleague, MentionLine
from workspace.timeline.notes import Called, Place, ShownNote
from workspace.timeline.places import Choice, Timeline, find_clients, find_timelines
from workspace.timeline.stream import MOST, Narrow, Stream, timeline
from workspace.timeline.watches import WatchLine
from workspace.undo import undoable

router = APIRouter(prefix="/api/v1", tags=["v1"])
Mark = Annotated[str | None, Header(alias="If-Match")]


class OnTimeline(BaseModel):
    """A timeline: a client by its ref, or one engagement of it."""

    client: str = Field(max_length=100)
    engagement: str | None = Field(None, max_length=100)


class NewNote(BaseModel):
    """A note to write, on one or several timelines. `@name` mentions a colleague who may see the client."""

    timelines: list[OnTimeline] = Field(min_length=1, max_length=notes.MOST_PLACES)
    text: str = Field(max_length=notes.LONGEST)


class NewCall(BaseModel):
    """A call that was made. `at` None: now; `outcome`: reached, left-message, no-answer, they-called or "". `follow_up` is the title of a
    task that follows, "" for none."""

    timelines: list[OnTimeline] = Field(min_length=1, max_length=notes.MOST_PLACES)
    with_whom: str = Field(max_length=200)
    text: str = Field("", max_length=notes.LONGEST)
    minutes: int | None = Field(None, ge=0, le=1440)
    outcome: str = Field("", max_length=20)
    at: AwareDatetime | None = None
    follow_up: str = Field("", max_length=200)
    due: date | None = None
    owner: str | None = Field(None, max_length=200)


class Wording(BaseModel):
    """What a note shall say."""

    text: str = Field(max_length=notes.LONGEST)


class WrittenNote(BaseModel):
    """A note that was made or changed: its id, those on the other timelines, whom it mentions by address, the task that follows.

    `act` can be undone."""

    id: str
    ids: list[str]
    mentioned: list[str]
    task: str | None = None
    act: str


class MentionPage(BaseModel):
    """Mentions, newest first; `next` is the cursor of the next page."""

    mentions: list[MentionLine]
    next: str | None


class Watched(BaseModel):
    """What was watched, and the act that can be undone ("" where nothing changed)."""

    id: str
    act: str


class Read(BaseModel):
    """Mentions that were looked at; without ids all."""

    ids: list[str] | None = Field(None, max_length=500)


class Changed(BaseModel):
    """How many rows changed."""

    changed: int


@router.get("/clients/{ref}/timeline")
def stream(
    request: Request,
    who: Who,
    ref: str,
    engagement: str = "",
    kind: Annotated[list[str] | None, Query()] = None,
    person: str = "",
    first: date | None = None,
    last: date | None = None,
    words: Annotated[str, Query(max_length=300)] = "",
    cursor: Annotated[str, Query(max_length=500)] = "",
    limit: Annotated[int, Query(ge=1, le=MOST)] = 40,
) -> Stream:
    """A page of the client's timeline, newest first. `next` goes into `cursor` for the page after it: nothing is told twice or left out,
    whatever comes in meanwhile. `kind` may be given several times."""
    narrow = Narrow(tuple(kind or ()), person, first, last, words, engagement)
    with reading(request, who) as scope:
        return timeline(scope, ref, narrow, cursor=cursor, limit=limit)[0]


@router.get("/timelines")
def find(request: Request, who: Who, q: Annotated[str, Query(max_length=200)] = "") -> list[Timeline]:
    """Timelines to put something on: clients and open engagements whose names hold the words."""
    with reading(request, who) as scope:
        return list(find_timelines(scope, q))


@router.get("/client-choices")
def choices(request: Request, who: Who, q: Annotated[str, Query(max_length=200)] = "") -> list[Choice]:
    """Clients to choose one from, whose names or refs hold the words: at most twelve, by name."""
    with reading(request, who) as scope:
        return list(find_clients(scope, q))


@router.post("/notes", status_code=201)
def write(request: Request, who: Sender, response: Response, new: NewNote) -> WrittenNote:
    """Write a note."""
    places = [Place(one.client, one.engagement) for one in new.timelines]
    with writing(request, who) as scope, undoable(scope, "Wrote a note") as act:
        made = notes.add_note(scope, places, new.text)
    return _made(response, made, act.id)


@router.post("/calls", status_code=201)
def call(request: Request, who: Sender, response: Response, new: NewCall) -> WrittenNote:
    """Log a call."""
    places = [Place(one.client, one.engagement) for one in new.timelines]
    fields = new.model_dump(exclude={"timelines", "text"})
    with writing(request, who) as scope, undoable(scope, f"Logged a call with {new.with_whom}") as act:
        made = notes.log_call(scope, places, Called(**fields), new.text)
    return _made(response, made, act.id)


@router.get("/notes/{note_id}")
def shown(request: Request, who: Who, response: Response, note_id: str) -> ShownNote:
    """A note with its earlier wordings; its ETag is what a change carries as If-Match."""
    with reading(request, who) as scope:
        found = notes.show_note(scope, note_id)
    response.headers["ETag"] = f'"{found.parts.mark}"'
    return found


@router.patch("/notes/{note_id}")
def change(
    request: Request, who: Sender, response: Response, note_id: str, wording: Wording, if_match: Mark = None
) -> WrittenNote:
    """Change the words of one's own note, on every timeline it stands on; what it said is kept."""
    with writing(request, who) as scope, undoable(scope, "Changed a note") as act:
        made = notes.edit_note(scope, note_id, wording.text, if_match)
    return _made(response, made, act.id)


def _made(response: Response, made: notes.Written, act: str) -> WrittenNote:
    response.headers["Location"] = f"/api/v1/notes/{made.id}"
    return WrittenNote(id=made.id, ids=list(made.ids), mentioned=list(made.mentioned), task=made.task_id, act=act)


@router.get("/clients/{ref}/mentionable")
def mentionable(request: Request, who: Who, ref: str) -> list[Colleague]:
    """Whom a note about this client can mention: colleagues who may see it."""
    with reading(request, who) as scope:
        return list(mentions.mentionable(scope, ref))


@router.get("/mentions")
def mine(
    request: Request, who: Who, unread: bool = False, cursor: Annotated[str, Query(max_length=500)] = ""
) -> MentionPage:
    """Notes in which the asker was mentioned."""
    with reading(request, who) as scope:
        found, more = mentions.mentions_of(scope, unread=unread, cursor=cursor)
    return MentionPage(mentions=list(found), next=more)


@router.post("/mentions/read")
def read(request: Request, who: Sender, which: Read) -> Changed:
    """Say that mentions were looked at."""
    with writing(request, who) as scope:
        return Changed(changed=mentions.read_mentions(scope, which.ids))


@router.get("/watches")
def watched(request: Request, who: Who) -> list[WatchLine]:
    """What the asker watches, with how much came since she last looked."""
    with reading(request, who) as scope:
        return list(watches.watches_of(scope))


@router.post("/watches", status_code=201)
def watch(request: Request, who: Sender, response: Response, what: OnTimeline) -> Watched:
    """Watch a client or an engagement."""
    with writing(request, who) as scope, undoable(scope, f"Watched {what.client}") as act:
        made = watches.watch(scope, what.client, what.engagement)
    response.headers["Location"] = f"/api/v1/watches/{made}"
    return Watched(id=made, act=act.id)


@router.delete("/watches/{watch_id}")
def unwatch(request: Request, who: Sender, watch_id: str) -> Watched:
    """Watch it no longer."""
    with writing(request, who) as scope, undoable(scope, "Watched no longer") as act:
        watches.unwatch(scope, watch_id)
    return Watched(id=watch_id, act=act.id)


@router.post("/watches/{watch_id}/seen")
def seen(request: Request, who: Sender, watch_id: str) -> Changed:
    """Say that one has looked: what came until now is no longer new."""
    with writing(request, who) as scope:
        watches.look(scope, watch_id)
    return Changed(changed=1)
