"""What acts on the firm's work have in common at the edge: one transaction that can be undone, and the mark of what the asker saw."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from fastapi import Request, Response

from api.security import Asker, writing
from workspace.scope import Scope
from workspace.undo import Undoing, undoable


@dataclass(frozen=True)
class Doing:
    """The asker's scope in one transaction, and the act that remembers what is changed."""

    scope: Scope
    act: Undoing


@contextmanager
def doing(request: Request, who: Asker, label: str) -> Iterator[Doing]:
    """A transaction whose changes can be taken back under `label`."""
    with writing(request, who) as scope, undoable(scope, label) as act:
        yield Doing(scope, act)


def seen(request: Request) -> str | None:
    """The mark that the asker saw, from If-Match; None without one, "*" holds nothing."""
    sent = request.headers.get("if-match", "").strip().removeprefix("W/").strip('"')
    return sent if sent and sent != "*" else None


def tagged(response: Response, mark: str) -> None:
    """Name what is answered, for the If-Match of the next change."""
    response.headers["ETag"] = f'"{mark}"'
