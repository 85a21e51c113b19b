"""The firm's keys as people see them: which there are, how much is sealed under each, and turning to a new one.

A turn can end anywhere and be taken up again: which texts are still under an older key says how far it came. Shows no key.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from store import audit, resealing
from store.audit import AuditTag
from store.resealing import OLD, Place
from store.seal import Key, Seal
from workspace.scope import Right, Scope


@dataclass(frozen=True)
class KeyStanding:
    """A key. `state`: newest (it seals), open (it opens what is not sealed again yet), retired, lost (texts name it and it is not here)."""

    id: str
    state: str
    source: str
    since: date | None
    retired: date | None
    sealed: int


def standing(scope: Scope, seal: Seal) -> tuple[KeyStanding, ...]:
    """All keys, the newest first, then those that are lost. Raises Forbidden without key:rotate."""
    scope.require(Right.KEY_ROTATE)
    found, keys = resealing.look(scope.session, seal), seal.ring()
    newest = next((key.id for key in keys if key.retired is None), None)
    here = [
        KeyStanding(key.id, _state(key, newest), key.source, key.since, key.retired, found.under[key.id])
        for key in keys
    ]
    if found.under[OLD]:
        here.append(KeyStanding(OLD, "open", "sealed by an earlier release", None, None, found.under[OLD]))
    lost = [KeyStanding(name, "lost", "not here", None, None, n) for name, n in sorted(found.lost.items())]
    return (*here, *lost)


def _state(key: Key, newest: str | None) -> str:
    return "retired" if key.retired else "newest" if key.id == newest else "open"


def begin_turn(scope: Scope, seal: Seal, on: date) -> Key:
    """The key to turn to: a new one, or the newest where a turn to it was begun and not finished. Raises Forbidden, Conflict where the keys
    come from the environment and no new one stands there."""
    scope.require(Right.KEY_ROTATE)
    newest, found = seal.newest(), resealing.look(scope.session, seal)
    if any(found.under[key.id] for key in seal.ring() if key.id != newest.id):
        return newest
    key = seal.add(on)
    _note(scope, AuditTag.KEY_ADDED, key.id)
    return key


def behind(scope: Scope, seal: Seal) -> list[tuple[Place, list[str]]]:
    """What the newest key does not seal yet."""
    scope.require(Right.KEY_ROTATE)
    return resealing.behind(scope.session, seal)


def seal_again(scope: Scope, seal: Seal, place: Place, rows: Sequence[str]) -> int:
    """Seal some rows of a column again, in the scope's transaction."""
    scope.require(Right.KEY_ROTATE)
    return resealing.seal_again(scope.session, seal, place, rows)


def end_turn(scope: Scope, seal: Seal, count: int, on: date) -> list[str]:
    """Retire the keys that nothing is sealed with any more; their ids."""
    scope.require(Right.KEY_ROTATE)
    newest, found = seal.newest(), resealing.look(scope.session, seal)
    retired = seal.retire([key.id for key in seal.ring() if key.id != newest.id and not found.under[key.id]], on)
    _note(scope, AuditTag.KEY_ROTATED, newest.id, texts=count, retired=retired)
    for name in retired:
        _note(scope, AuditTag.KEY_RETIRED, name)
    return retired


def _note(scope: Scope, tag: AuditTag, key_id: str, **detail: object) -> None:
    audit.record(
        scope.session, tag, actor=scope.email, subject=f"key:{key_id}", now=scope.now, detail={"key": key_id, **detail}
    )
