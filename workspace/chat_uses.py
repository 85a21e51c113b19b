"""What is made of an answer in chat: a note, a task. Each says that it came from an answer, and keeps its citations.

A draft is made by agents/draft.py; here is only noted that it was. Nothing is made of an answer that was not found.
"""

from datetime import date
from typing import Any

from sqlalchemy import select

from store import audit
from store.audit import AuditTag
from store.errors import Invalid, NotFound
from store.ids import stable_id
from store.tables import ChatMessage, Client, Engagement, Note, Task
from workspace import chat_threads
from workspace.records.upsert import put
from workspace.scope import Right, Scope, access_client

PROVENANCE = "from an answer in chat, with its citations"
TITLE = 120  # characters of a task's title


def make_note(scope: Scope, client_ref: str, thread_id: str, ordinal: int) -> str:
    """A note on the client with the question, the answer and where it stands; its id. The same answer makes the same note."""
    client, question, row = _answer(scope, client_ref, thread_id, ordinal, Right.CLIENT_WRITE)
    said = row.answer or {}
    lines = [f"{question}", said["answer"], f"({PROVENANCE})", *map(_place, said["citations"])]
    note = Note(
        id=stable_id("note", "chat", row.id),
        client_id=client.id,
        date=scope.today,
        author_id=scope.person_id,
        text="\n".join(lines),
        custom=_custom(thread_id, row),
    )
    put(scope, Note, [note])
    _used(scope, client, row, "note", note.id)
    return note.id


def make_task(
    scope: Scope,
    client_ref: str,
    thread_id: str,
    ordinal: int,
    *,
    title: str = "",
    due: date | None = None,
    engagement_ref: str | None = None,
) -> str:
    """A task of the asker's with the answer behind it; its id. `title` "": the question. Raises NotFound for an engagement that is not the
    client's. The same answer with the same title makes the same task."""
    client, question, row = _answer(scope, client_ref, thread_id, ordinal, Right.CLIENT_WRITE)
    said = " ".join((title or question).split())[:TITLE]
    task = Task(
        id=stable_id("task", "chat", row.id, said),
        client_id=client.id,
        engagement_id=_engagement(scope, client, engagement_ref),
        title=said,
        owner_id=scope.person_id,
        due=due,
        status="open",
        custom=_custom(thread_id, row),
    )
    put(scope, Task, [task])
    _used(scope, client, row, "task", task.id)
    return task.id


def note_draft(scope: Scope, client_ref: str, thread_id: str, ordinal: int, deliverable_id: str) -> None:
    """Put on the trail that a draft was asked for from an answer."""
    client, _, row = _answer(scope, client_ref, thread_id, ordinal, Right.DELIVERABLE_EDIT)
    _used(scope, client, row, "draft", deliverable_id)


def _answer(
    scope: Scope, client_ref: str, thread_id: str, ordinal: int, right: Right
) -> tuple[Client, str, ChatMessage]:
    """The client, the question and the row of an answer that was found."""
    client = access_client(scope, client_ref, right)
    turns = {row.ordinal: row for row in chat_threads.turns(scope, client_ref, thread_id)}
    row, asked = turns.get(ordinal), turns.get(ordinal - 1)
    if row is None or asked is None or row.role != "answer" or row.answer is None:
        raise NotFound(f"there is no answer {ordinal} in this conversation")
    if not row.answer["found"]:
        raise Invalid(
            "nothing was found, so there is nothing to make of it; write a note of your own on the client's page"
        )
    return client, asked.text, row


def _engagement(scope: Scope, client: Client, ref: str | None) -> str | None:
    if not ref:
        return None
    found = scope.session.scalars(
        select(Engagement.id).where(Engagement.ref == ref, Engagement.client_id == client.id)
    ).one_or_none()
    if found is None:
        raise NotFound(f"there is no engagement {ref} of this client")
    return found


def _custom(thread_id: str, row: ChatMessage) -> dict[str, Any]:
    said = row.answer or {}
    return {"provenance": PROVENANCE, "thread": thread_id, "turn": row.ordinal, "citations": said["citations"]}


def _place(cited: dict[str, Any]) -> str:
    """A citation as a line of a note."""
    match cited["kind"]:
        case "document":
            return f"{cited['marker']} {cited.get('path', cited['document'])}, page {cited['page']}: “{cited['quote']}”"
        case "message":
            return f"{cited['marker']} mail: “{cited['quote']}”"
        case "derived":
            return f"{cited['marker']} {cited['formula']}"
        case _:
            return f"{cited['marker']} {cited['record']}, {cited['field']}: {cited['value']}"


def _used(scope: Scope, client: Client, row: ChatMessage, what: str, made: str) -> None:
    audit.record(
        scope.session,
        AuditTag.CHAT_ANSWER_USED,
        actor=scope.email,
        subject=f"{what}:{made}",
        now=scope.now,
        client_id=client.id,
        detail={"thread": row.thread_id, "turn": row.ordinal, "made": what},
    )
