"""A client's timeline in the browser, with notes and calls; a note by itself; mentions; what is watched."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Form, Query, Request, Response

from api.days import day_in
from api.pages import page
from api.said import redirect, sentence
from api.security import Asker, Sender, Who, reading, writing
from store.errors import Conflict, Forbidden, Invalid, NotFound
from workspace.pages.head import client_head, waiting
from workspace.scope import Right, Scope
from workspace.timeline import mentions, notes, watches
from workspace.timeline.notes import Called, Place
from workspace.timeline.places import on_the_wall, place_of
from workspace.timeline.sources import KINDS
from workspace.timeline.stream import Narrow, timeline
from workspace.undo import undoable

router = APIRouter(include_in_schema=False)
Text = Annotated[str, Form(max_length=400)]
Long = Annotated[str, Form(max_length=2 * notes.LONGEST)]
Refusal = Conflict | Forbidden | Invalid | NotFound
REFUSED = (Conflict, Forbidden, Invalid)


@router.get("/clients/{ref}/timeline")
def shown(
    request: Request,
    who: Who,
    ref: str,
    engagement: str = "",
    kind: Annotated[list[str] | None, Query()] = None,
    person: str = "",
    first: str = "",
    last: str = "",
    q: str = "",
    cursor: str = "",
) -> Response:
    """`q` holds words; `kind` may be given several times. A visit to the first page of a watched timeline counts as having looked."""
    kinds = tuple(one for one in kind or () if one in KINDS)
    narrow = Narrow(kinds, person, day_in(first), day_in(last), q[:300], engagement)
    return _page(request, who, ref, narrow, cursor=cursor)


def _page(
    request: Request,
    who: Asker,
    ref: str,
    narrow: Narrow,
    *,
    cursor: str = "",
    refused: Refusal | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    with reading(request, who) as scope:
        head = client_head(scope, ref)
        followed = watches.watch_on(scope, ref, narrow.engagement)
        seen = followed.seen_at if followed else None
        stream, choices = timeline(scope, ref, narrow, cursor=cursor, seen=seen, zone=who.zone)
        now = scope.now
    if followed is not None and not cursor and refused is None:
        with writing(request, who) as scope:
            watches.look(scope, followed.id)
    asked = {"person": narrow.person, "q": narrow.words, "engagement": narrow.engagement}
    asked |= {"first": str(narrow.first or ""), "last": str(narrow.last or "")}
    given = [(name, value) for name, value in asked.items() if value] + [("kind", one) for one in narrow.kinds]
    return page(
        request,
        "client/timeline.html",
        status=refused.status if refused else 200,
        who=who,
        waiting=head.waiting,
        head=head,
        stream=stream,
        choices=choices,
        narrow=narrow,
        narrowed=bool(given) and given != [("engagement", narrow.engagement)],
        kinds=KINDS,
        outcomes=notes.OUTCOMES,
        watch=followed,
        older=urlencode([*given, ("cursor", stream.next)]) if stream.next else None,
        cursor=cursor,
        now=now,
        typed=typed or {},
        problem=sentence(refused) if refused else None,
    )


def _at(ref: str, engagement: str) -> str:
    return f"/clients/{quote(ref)}/timeline" + (f"?{urlencode({'engagement': engagement})}" if engagement else "")


@router.post("/clients/{ref}/timeline/note")
def note(
    request: Request,
    who: Sender,
    ref: str,
    text: Long = "",
    engagement: Text = "",
    also: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """`also` are more timelines, as they were chosen."""

    def act(scope: Scope) -> None:
        notes.add_note(scope, _places(scope, ref, engagement, also), text)

    return _wrote(request, who, ref, engagement, act, "note-written", "Wrote a note", {"text": text})


@router.post("/clients/{ref}/timeline/call")
def call(
    request: Request,
    who: Sender,
    ref: str,
    with_whom: Text = "",
    text: Long = "",
    minutes: Text = "",
    outcome: Text = "",
    at: Text = "",
    follow_up: Text = "",
    due: Annotated[date | None, Form()] = None,
    engagement: Text = "",
    also: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """`at` as the clock on the firm's wall showed it."""

    def act(scope: Scope) -> None:
        when = on_the_wall(scope, _moment(at), who.zone) if at.strip() else None
        logged = Called(with_whom, _whole(minutes), outcome, when, follow_up, due)
        notes.log_call(scope, _places(scope, ref, engagement, also), logged, text)

    typed = {"with_whom": with_whom, "call_text": text, "minutes": minutes, "follow_up": follow_up}
    return _wrote(request, who, ref, engagement, act, "call-logged", f"Logged a call with {with_whom}", typed)


def _places(scope: Scope, ref: str, engagement: str, also: list[str] | None) -> list[Place]:
    more = [place_of(scope, one) for one in also or () if one.strip()]
    return [Place(ref, engagement or None), *(one for one in more if one.client != ref)]


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise Invalid(f"{text} is no time; write it as 2026-03-16T14:30") from None


def _whole(text: str) -> int | None:
    if not text.strip():
        return None
    if not text.strip().isdecimal() or len(text.strip()) > 4:
        raise Invalid("the minutes are a whole number")
    return int(text)


def _wrote(
    request: Request,
    who: Asker,
    ref: str,
    engagement: str,
    act: Callable[[Scope], None],
    said: str,
    label: str,
    typed: dict[str, str],
) -> Response:
    """Write it and go back to the timeline; or show the timeline with the reason why not, and what was typed."""
    try:
        with writing(request, who) as scope, undoable(scope, label) as undoing:
            act(scope)
    except (*REFUSED, NotFound) as refused:
        return _page(request, who, ref, Narrow(engagement=engagement), refused=refused, typed=typed)
    return redirect(_at(ref, engagement), said, act=undoing.id)


@router.post("/clients/{ref}/timeline/watch")
def follow(request: Request, who: Sender, ref: str, engagement: Text = "", stop: bool = Form(False)) -> Response:
    """`stop`: watch it no longer."""
    with writing(request, who) as scope, undoable(scope, "Stopped watching" if stop else "Watched") as undoing:
        followed = watches.watch_on(scope, ref, engagement)
        if stop and followed is not None:
            watches.unwatch(scope, followed.id)
        elif not stop:
            watches.watch(scope, ref, engagement or None)
    more = {"act": undoing.id} if undoing.id else {}
    return redirect(_at(ref, engagement), "unwatched" if stop else "watched", **more)


@router.get("/notes/{note_id}")
def one_note(request: Request, who: Who, note_id: str) -> Response:
    return _note(request, who, note_id)


def _note(request: Request, who: Asker, note_id: str, refused: Refusal | None = None, typed: str = "") -> Response:
    with reading(request, who) as scope:
        found = notes.show_note(scope, note_id)
        head = client_head(scope, found.client_ref)
        may_write = scope.has(Right.NOTE_WRITE)
    return page(
        request,
        "client/note.html",
        status=refused.status if refused else 200,
        who=who,
        waiting=head.waiting,
        head=head,
        note=found,
        may_write=may_write,
        typed=typed,
        problem=sentence(refused) if refused else None,
    )


@router.post("/notes/{note_id}")
def edit(request: Request, who: Sender, note_id: str, text: Long = "", mark: Text = "") -> Response:
    try:
        with writing(request, who) as scope, undoable(scope, "Changed a note") as undoing:
            notes.edit_note(scope, note_id, text, mark)
    except REFUSED as refused:
        return _note(request, who, note_id, refused, text)
    more = {"act": undoing.id} if undoing.id else {}
    return redirect(f"/notes/{quote(note_id)}", "note-changed", **more)


@router.get("/mentions")
def named(request: Request, who: Who, cursor: str = "") -> Response:
    with reading(request, who) as scope:
        found, more = mentions.mentions_of(scope, cursor=cursor)
        waits, unread = waiting(scope), mentions.unread(scope)
    return page(request, "mentions.html", who=who, waiting=waits, mentions=found, more=more, unread=unread)


@router.post("/mentions/read")
def looked(request: Request, who: Sender, mention: Text = "") -> Response:
    """`mention`: the id of one; without it all."""
    with writing(request, who) as scope, undoable(scope, "Looked at mentions") as undoing:
        mentions.read_mentions(scope, [mention] if mention else None)
    return redirect("/mentions", "mentions-read", **({"act": undoing.id} if undoing.id else {}))


@router.get("/watching")
def watched(request: Request, who: Who) -> Response:
    with reading(request, who) as scope:
        lines, waits = watches.watches_of(scope), waiting(scope)
        unread = mentions.unread(scope)
    return page(request, "watching.html", who=who, waiting=waits, lines=lines, unread=unread)
