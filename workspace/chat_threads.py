"""Conversations about a client: who asked what, what was answered, with the receipt. The rows are the truth of a thread.

A thread belongs to one person and one client. Answers nothing.
"""

from typing import Any

from sqlalchemy import func, select

from store import audit
from store.audit import AuditTag
from store.errors import NotFound
from store.ids import new_id, stable_id
from store.tables import ChatMessage, ChatThread
from workspace.scope import Scope, access_client

TITLE = 80  # characters


def turns(scope: Scope, client_ref: str, thread_id: str) -> list[ChatMessage]:
    """The questions and answers of one of the asker's own threads about this client, oldest first. Raises NotFound for any other."""
    _own(scope, client_ref, thread_id)
    return list(
        scope.session.scalars(
            select(ChatMessage).where(ChatMessage.thread_id == thread_id).order_by(ChatMessage.ordinal)
        )
    )


def threads(scope: Scope, client_ref: str) -> list[ChatThread]:
    """The asker's threads about this client, newest first."""
    client = access_client(scope, client_ref)
    return list(
        scope.session.scalars(
            select(ChatThread)
            .where(ChatThread.client_id == client.id, ChatThread.person_id == scope.person_id)
            .order_by(ChatThread.created_at.desc(), ChatThread.id)
        )
    )


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
    audit.record(
        scope.session,
        AuditTag.CHAT_ASKED,
        actor=scope.email,
        subject=f"thread:{thread_id}",
        now=scope.now,
        client_id=client.id,
        detail={"found": answer["found"], "model": answer["model"], "receipt": answer["receipt"]},
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
    client = access_client(scope, client_ref)
    thread = scope.session.scalars(
        select(ChatThread).where(
            ChatThread.id == thread_id, ChatThread.client_id == client.id, ChatThread.person_id == scope.person_id
        )
    ).one_or_none()
    if thread is None:
        raise NotFound(f"there is no conversation {thread_id} of yours about this client")
    return thread
