"""Keys under which something was created: claimed before it is carried out, settled with the answer, forgotten after a day.

Speaks no HTTP (api/once.py); the answer is sealed by whoever hands it in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete

from store.errors import Conflict, Invalid
from store.ids import stable_id
from store.tables import KeyedCreation
from workspace.scope import Scope

LIFE = timedelta(hours=24)


@dataclass(frozen=True)
class Asked:
    """A request with a key: whose, what for, and the hash of its query and body."""

    person_id: str
    method: str
    path: str
    key: str
    body_hash: str

    @property
    def id(self) -> str:
        return stable_id("once", self.person_id, self.method, self.path, self.key)


@dataclass(frozen=True)
class Answered:
    """What was answered. `body` is sealed, None for one that is not kept."""

    status: int
    headers: Mapping[str, Any]
    body: str | None


def claim(scope: Scope, asked: Asked, process: str) -> Answered | None:
    """Claim the key for this process; None: carry it out. What was answered when it was carried out before.

    Raises Invalid when it came with another body, Conflict while it is carried out, or when it was cut off. On PostgreSQL two that come in
    the same moment meet in an IntegrityError at the end of the transaction."""
    scope.session.execute(delete(KeyedCreation).where(KeyedCreation.at < scope.now - LIFE))
    row = scope.session.get(KeyedCreation, asked.id, with_for_update=True)
    if row is None:
        scope.session.add(
            KeyedCreation(
                id=asked.id,
                person_id=asked.person_id,
                process=process,
                body_hash=asked.body_hash,
                state="running",
                headers={},
                at=scope.now,
            )
        )
        scope.session.flush()
        return None
    if row.body_hash != asked.body_hash:
        raise Invalid("this key came with another request before; take a new key for a new one")
    if row.state == "done":
        return Answered(row.status or 200, dict(row.headers), row.answer)
    if row.process == process:
        raise Conflict("a request with this key is being carried out; ask again for its answer")
    raise Conflict("the first request with this key was cut off; look whether it was done, then take a new key")


def settle(scope: Scope, asked: Asked, answered: Answered | None) -> None:
    """Keep the answer; None: nothing was changed, and the key is free again."""
    row = scope.session.get(KeyedCreation, asked.id)
    if row is None:
        return
    if answered is None:
        scope.session.delete(row)
    else:
        row.state, row.status = "done", answered.status
        row.headers, row.answer = dict(answered.headers), answered.body
    scope.session.flush()
