"""Conversations about a client: who asked what, what was answered, with the receipt. The rows are the truth of a thread.

A thread belongs to one person and one client; shared, it is read by everybody who may see the client, and continued by a
colleague in a copy of his own. Whoever no longer may see the client sees none of its threads, his own included. Answers nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select

from store import audit
from store.audit import AuditTag
from store.errors import Invalid, NotFound
from store.ids import new_id, stable_id
from store.tables import ChatMessage, ChatThread, Person
from workspace.scope import Scope, access_client

TITLE = 80  # characters


@dataclass(frozen=True)
class Listed:
    """A thread in a list. `owner` is the colleague who shares it, None for the asker's own."""

    id: str
    title: str
    created_at: datetime
    shared: bool
    owner: str | None


def turns(scope: Scope, client_ref: str, thread_id: str) -> list[ChatMessage]:
    """The questions and answers of a thread about this client, the asker's own or a shared one, oldest first. Raises NotFound for any
    other."""
    _readable(scope, client_ref, thread_id)
    return _messages(scope, thread_id)


def _messages(scope: Scope, thread_id: str) -> list[ChatMessage]:
    query = select(ChatMessage).where(ChatMessage.thread_id == thread_id).order_by(ChatMessage.ordinal)
    return list(scope.session.scalars(query))


def threads(scope: Scope, client_ref: str) -> list[Listed]:
    """The asker's threads about this client, newest first, and then what colleagues share; one query."""
    client = access_client(scope, client_ref)
    rows = scope.session.execute(
        select(ChatThread, Person.name)
        .join(Person, Person.id == ChatThread.person_id)
        .where(ChatThread.client_id == client.id, or_(ChatThread.person_id == scope.person_id, ChatThread.shared))
        .order_by(ChatThread.created_at.desc(), ChatThread.id)
    ).tuples()
    listed = [
        Listed(one.id, one.title, one.created_at, one.shared, None if one.person_id == scope.person_id else name)
        for one, name in rows
    ]
    return sorted(listed, key=lambda one: one.owner is not None)


def is_own(scope: Scope, client_ref: str, thread_id: str) -> bool:
    """Whether a thread that the asker may read is the asker's own. Raises NotFound for one that is not to be read."""
    return _readable(scope, client_ref, thread_id).person_id == scope.person_id


def share(scope: Scope, client_ref: str, thread_id: str, *, shared: bool = True) -> None:
    """Let everybody who may see the client read one of the asker's own threads, or no longer. Doing it twice changes nothing."""
    thread = _own(scope, client_ref, thread_id)
    if thread.shared != shared:
        thread.shared = shared
        _record(scope, AuditTag.CHAT_SHARED if shared else AuditTag.CHAT_UNSHARED, thread.client_id, thread_id, {})


def copy_of(scope: Scope, client_ref: str, thread_id: str) -> str:
    """A thread of the asker's own with what a shared one holds now; its id. What follows in either stays out of the other."""
    thread = _readable(scope, client_ref, thread_id)
    if scope.person_id is None:
        raise Invalid("the operator keeps no conversations: ask with --as, in the name of a person")
    made = ChatThread(
        id=new_thread(), client_id=thread.client_id, person_id=scope.person_id, title=thread.title, created_at=scope.now
    )
    scope.session.add(made)
    scope.session.flush()
    for row in _messages(scope, thread_id):
        said = {"client_id": row.client_id, "thread_id": made.id, "at": row.at}
        scope.session.add(_message(row.ordinal, row.role, row.text, row.answer, said))
    _record(scope, AuditTag.CHAT_COPIED, thread.client_id, made.id, {"from": thread_id})
    return made.id


def keep_turn(scope: Scope, client_ref: str, thread_id: str, question: str, answer: dict[str, Any]) -> None:
    """Write a question and its answer, the thread with its first one, and the audit entry. `answer` is the contract's JSON.

    Someone without an account (the operator at the command line) has no thread; then only the trail remembers."""
    client = access_client(scope, client_ref)
    if scope.person_id is not None:
        _open(scope, client_ref, thread_id, question)
        last = (
            scope.session.scalar(select(func.max(ChatMessage.ordinal)).where(ChatMessage.thread_id == thread_id)) or 0
        )
        said = {"client_id": client.id, "thread_id": thread_id, "at": scope.now}
        scope.session.add_all(
            [
                _message(last + 1, "question", question, None, said),
                _message(last + 2, "answer", answer["answer"], answer, said),
            ]
        )
    said_of = {"found": answer["found"], "model": answer["model"], "receipt": answer["receipt"]}
    _record(scope, AuditTag.CHAT_ASKED, client.id, thread_id, said_of)


def _record(scope: Scope, tag: AuditTag, client_id: str, thread_id: str, detail: dict[str, Any]) -> None:
    audit.record(
        scope.session,
        tag,
        actor=scope.email,
        subject=f"thread:{thread_id}",
        now=scope.now,
        client_id=client_id,
        detail=detail,
    )


def new_thread() -> str:
    """The id of a thread that begins."""
    return new_id("thr")


def _message(ordinal: int, role: str, text: str, answer: dict[str, Any] | None, said: dict[str, Any]) -> ChatMessage:
    identity = stable_id("turn", said["thread_id"], ordinal)
    return ChatMessage(id=identity, ordinal=ordinal, role=role, text=text, answer=answer, **said)


def _open(scope: Scope, client_ref: str, thread_id: str, question: str) -> None:
    """The thread, made with its first question. Raises NotFound for somebody else's."""
    if scope.session.get(ChatThread, thread_id) is not None:
        _own(scope, client_ref, thread_id)
        return
    client, title = access_client(scope, client_ref), " ".join(question.split())[:TITLE]
    scope.session.add(
        ChatThread(id=thread_id, client_id=client.id, person_id=scope.person_id, title=title, created_at=scope.now)
    )
    scope.session.flush()


def _own(scope: Scope, client_ref: str, thread_id: str) -> ChatThread:
    thread = _readable(scope, client_ref, thread_id)
    if thread.person_id != scope.person_id:
        raise NotFound(f"there is no conversation {thread_id} of yours about this client")
    return thread


def _readable(scope: Scope, client_ref: str, thread_id: str) -> ChatThread:
    client = access_client(scope, client_ref)
    thread = scope.session.scalars(
        select(ChatThread).where(
            ChatThread.id == thread_id,
            ChatThread.client_id == client.id,
            or_(ChatThread.person_id == scope.person_id, ChatThread.shared),
        )
    ).one_or_none()
    if thread is None:
        raise NotFound(f"there is no conversation {thread_id} of yours about this client")
    return thread
