"""Asking about a client: the conversation as a page, the answer as a stream of events, or without a script as the next page."""

import json
from collections.abc import Generator, Iterable
from contextlib import closing
from functools import cache
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request, Response

from agents.chat import Event, ask
from api.pages import fragment, page
from api.said import redirect, sentence
from api.security import Asker, Sender, Who, opener, reading, services_of
from api.spoken import Spoken
from store.errors import Invalid, TickmarkError
from store.tables import ChatMessage
from workspace import chat_threads
from workspace.pages.head import client_head

router = APIRouter(include_in_schema=False)


@router.get("/clients/{ref}/ask")
def conversation(request: Request, who: Who, ref: str, thread: str | None = None) -> Response:
    return _page(request, who, ref, thread)


def _page(request: Request, who: Asker, ref: str, thread: str | None, problem: str | None = None) -> Response:
    with reading(request, who) as scope:
        head = client_head(scope, ref)
        threads = chat_threads.threads(scope, ref)
        turns = _turns(chat_threads.turns(scope, ref, thread)) if thread else []
    door = services_of(request).door
    here = next((one for one in threads if one.id == thread), None)
    return page(
        request,
        "client/ask.html",
        status=422 if problem else 200,
        who=who,
        waiting=head.waiting,
        head=head,
        threads=threads,
        turns=turns,
        thread=thread,
        owner=here.owner if here else None,
        shared=bool(here and here.shared),
        kinds=kinds(),
        model=door.name if door.endpoint else None,
        problem=problem,
    )


@cache
def kinds() -> tuple[tuple[str, str], ...]:
    """What can be drafted: slug and title, by title."""
    from workspace.deliverables.kinds import KINDS

    return tuple(sorted(((one.slug, one.title) for one in KINDS.values()), key=lambda pair: pair[1]))


def _turns(rows: Iterable[ChatMessage]) -> list[dict[str, Any]]:
    """Question and answer in pairs."""
    turns: list[dict[str, Any]] = []
    for row in rows:
        if row.role == "question":
            turns.append({"question": row.text, "answer": None, "turn": 0})
        elif turns:
            turns[-1] |= {"answer": row.answer, "turn": row.ordinal}
    return turns


async def _sent(request: Request) -> tuple[str, str | None, bool]:
    """Question, thread, and whether a script asks: it sends JSON and reads a stream, a form gets a page."""
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            body = await request.json()
        except ValueError:
            raise Invalid("the body is no JSON") from None
        if not isinstance(body, dict):
            raise Invalid("send {question, thread}")
        return str(body.get("question") or ""), str(body.get("thread") or "") or None, True
    form = await request.form()
    return str(form.get("question") or ""), str(form.get("thread") or "") or None, False


@router.post("/clients/{ref}/ask")
def answer(
    request: Request, who: Sender, ref: str, sent: Annotated[tuple[str, str | None, bool], Depends(_sent)]
) -> Response:
    question, thread, streams = sent
    services = services_of(request)
    if streams:
        events = ask(services, opener(request, who), ref, question, thread)
        return Spoken(stream(_drawn(request, who, ref, events)))
    try:
        told = {
            name: value
            for event in ask(services, opener(request, who), ref, question, thread)
            for name, value in event.items()
        }
    except Invalid as refused:
        return _page(request, who, ref, thread, sentence(refused))
    return redirect(f"/clients/{quote(ref)}/ask?thread={quote(told['thread'])}#last")


def _drawn(request: Request, who: Asker, ref: str, events: Generator[Event]) -> Generator[Event]:
    """The finished answer as the page draws it, with what can be made of it; everything else as it is."""
    thread = ""
    with closing(events):
        for event in events:
            thread = event.get("thread", thread)
            if "answer" not in event:
                yield event
                continue
            with reading(request, who) as scope:
                turn = chat_threads.turns(scope, ref, thread)[-1].ordinal
            told = {"answer": event["answer"], "ref": ref, "who": who, "thread": thread, "turn": turn, "kinds": kinds()}
            yield {"html": fragment("answer_piece.html", **told)}


def stream(events: Generator[Event]) -> Generator[str]:
    """Server-sent events as they come; a refusal on the way is the last of them. Ended, it ends them."""
    with closing(events):
        try:
            for event in events:
                yield f"data: {json.dumps(event)}\n\n"
        except TickmarkError as error:
            yield f"data: {json.dumps({'error': sentence(error)})}\n\n"
