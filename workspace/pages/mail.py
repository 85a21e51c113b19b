"""A client's correspondence in threads, the newest first, and whose turn it is in each."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from store.tables import Client, Message
from workspace.scope import Right, Scope

_OPENING = 240  # characters of each message that the list shows
MOST = 500  # messages of a page, the newest


@dataclass(frozen=True)
class MailLine:
    """A message in its thread. `direction`: in from the client, out from the firm. `sent_at` None: it has no readable date."""

    id: str
    direction: str
    sender: str
    sent_at: datetime | None
    opening: str


@dataclass(frozen=True)
class MailThread:
    """Messages that answer each other, oldest first."""

    subject: str
    messages: tuple[MailLine, ...]

    @property
    def last(self) -> MailLine:
        return self.messages[-1]

    @property
    def our_turn(self) -> bool:
        """The client wrote last."""
        return self.last.direction == "in"


def threads_of(scope: Scope, client_ref: str) -> tuple[MailThread, ...]:
    """The client's threads by their last message; one query."""
    scope.require(Right.CLIENT_READ)
    row = Message
    found = scope.session.execute(
        select(
            row.id,
            row.thread,
            row.direction,
            row.sender,
            row.subject,
            row.sent_at,
            func.substr(row.body, 1, _OPENING),
        )
        .join(Client, Client.id == row.client_id)
        .where(Client.ref == client_ref, Client.id.in_(scope.clients()))
        .order_by(row.sent_at.desc().nulls_last(), row.id)
        .limit(MOST)
    )
    threads: dict[str, list[MailLine]] = {}
    subjects: dict[str, str] = {}
    for identity, thread, direction, sender, subject, sent_at, opening in found.tuples():
        threads.setdefault(thread, []).append(MailLine(identity, direction, sender, sent_at, " ".join(opening.split())))
        subjects[thread] = subject  # the oldest message, which comes last, names the thread
    return tuple(MailThread(subjects[one], tuple(reversed(lines))) for one, lines in threads.items())
