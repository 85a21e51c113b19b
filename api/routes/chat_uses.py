"""What is done with a conversation: shared with colleagues, an answer made a note, a task or a draft. Forms, and JSON under /api/v1."""

from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, Field

from api.days import day_in
from api.said import redirect
from api.security import Asker, Sender, Who, opener, reading, services_of, writing
from store.errors import Invalid
from workspace import chat_threads, chat_uses

router = APIRouter()
Json = dict[str, Any]


class Shared(BaseModel):
    """Whether colleagues who may see the client read the conversation."""

    shared: bool = True


class Use(BaseModel):
    """What is made of an answer. `slug` is the draft's, `title` and `due` are the task's; without a title it is the question."""

    make: Literal["note", "task", "draft"]
    title: str = Field(default="", max_length=300)
    due: str = ""
    slug: str = ""
    engagement_ref: str = ""


@router.get("/api/v1/clients/{ref}/threads", tags=["v1"])
def listed(request: Request, who: Who, ref: str) -> list[Json]:
    """The asker's conversations about a client, and those that colleagues share (`owner` is then their name)."""
    with reading(request, who) as scope:
        found = chat_threads.threads(scope, ref)
    return [
        {"id": t.id, "title": t.title, "at": t.created_at.isoformat(), "shared": t.shared, "owner": t.owner}
        for t in found
    ]


@router.get("/api/v1/clients/{ref}/threads/{thread}", tags=["v1"])
def read(request: Request, who: Who, ref: str, thread: str) -> list[Json]:
    """The questions and answers of a conversation, oldest first."""
    with reading(request, who) as scope:
        rows = chat_threads.turns(scope, ref, thread)
        return [{"turn": r.ordinal, "role": r.role, "text": r.text, "answer": r.answer} for r in rows]


@router.post("/api/v1/clients/{ref}/threads/{thread}/share", tags=["v1"])
def share_as_json(request: Request, who: Sender, ref: str, thread: str, said: Shared) -> Json:
    """Share one of the asker's own conversations, or stop sharing it."""
    with writing(request, who) as scope:
        chat_threads.share(scope, ref, thread, shared=said.shared)
    return {"id": thread, "shared": said.shared}


@router.post("/api/v1/clients/{ref}/threads/{thread}/answers/{turn}", tags=["v1"], status_code=201)
def use_as_json(request: Request, who: Sender, ref: str, thread: str, turn: int, use: Use) -> Json:
    """Make a note, a task or a draft of an answer; answers with what was made and its id."""
    return {"made": use.make, "id": _make(request, who, ref, thread, turn, use)}


@router.post("/clients/{ref}/ask/{thread}/share", include_in_schema=False)
def share(request: Request, who: Sender, ref: str, thread: str, form: Annotated[Shared, Form()]) -> Response:
    with writing(request, who) as scope:
        chat_threads.share(scope, ref, thread, shared=form.shared)
    return redirect(
        f"/clients/{quote(ref)}/ask?thread={quote(thread)}", "chat-shared" if form.shared else "chat-unshared"
    )


@router.post("/clients/{ref}/ask/{thread}/answers/{turn}", include_in_schema=False)
def use(request: Request, who: Sender, ref: str, thread: str, turn: int, form: Annotated[Use, Form()]) -> Response:
    made = _make(request, who, ref, thread, turn, form)
    if form.make == "draft":
        return redirect(f"/review/{quote(made)}", "drafted")
    return redirect(f"/clients/{quote(ref)}/ask?thread={quote(thread)}", f"chat-{form.make}")


def _make(request: Request, who: Asker, ref: str, thread: str, turn: int, use: Use) -> str:
    """The id of what was made."""
    if use.make == "draft":
        return _draft(request, who, ref, thread, turn, use)
    with writing(request, who) as scope:
        if use.make == "note":
            return chat_uses.make_note(scope, ref, thread, turn)
        work = use.engagement_ref or None
        return chat_uses.make_task(scope, ref, thread, turn, title=use.title, due=day_in(use.due), engagement_ref=work)


def _draft(request: Request, who: Asker, ref: str, thread: str, turn: int, use: Use) -> str:
    """A deliverable drafted by the same function as everywhere; the trail says that it was asked for from an answer."""
    from agents.draft import draft

    if not use.slug:
        raise Invalid("say what to draft: its slug, such as collection-email")
    with reading(request, who) as scope:
        chat_threads.turns(scope, ref, thread)
    work = use.engagement_ref or None
    made = draft(services_of(request), opener(request, who), ref, use.slug, engagement_ref=work)
    with writing(request, who) as scope:
        chat_uses.note_draft(scope, ref, thread, turn, made)
    return made
