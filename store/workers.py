"""The rows by which several workers on one PostgreSQL know of each other: who lives, who leads, who holds a place. Each function is one or
two short statements in the caller's transaction; every moment is the database's, so that no machine's clock matters. Decides nothing.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from secrets import token_hex
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

LEADS = "lead"  # what the one holds that leads
BEAT = 5.0  # seconds between two heartbeats
SILENT = timedelta(seconds=20)  # nothing heard for so long: the worker is gone
_KEPT = timedelta(days=7)  # how long a worker that is gone stays on the list


@cache
def life() -> str:
    """What this process holds things under: another one with every start."""
    return token_hex(16)


@dataclass(frozen=True)
class Line:
    """A worker as it puts itself on the list."""

    id: str
    kind: str
    program: str
    speaks: str
    life: str
    place: str
    desks: int
    takes: int
    asks: int


def join(session: Session, line: Line) -> float | None:
    """Put a worker on the list. None: done; else another process has that name, and was heard of so many seconds ago.

    A line of the same place is the worker's own, left by a process that ended: the lock on the home says so."""
    values = {**vars(line), "silent": SILENT}
    before = session.scalar(text("SELECT life FROM workers WHERE id = :id AND place = :place"), values)
    if before is not None:
        release_all(session, before)
    done = session.execute(text(_JOIN), values).one_or_none()
    if done is not None:
        session.execute(text("DELETE FROM workers WHERE state = 'gone' AND beat_at < now() - :kept"), {"kept": _KEPT})
        return None
    age = text("SELECT extract(epoch FROM now() - beat_at) FROM workers WHERE id = :id")
    return float(session.scalar(age, {"id": line.id}) or 0.0)


_JOIN = """
INSERT INTO workers AS w
    (id, kind, program, speaks, life, place, started_at, beat_at, state, desks, takes, asks, in_hand)
VALUES (:id, :kind, :program, :speaks, :life, :place, now(), now(), 'working', :desks, :takes, :asks, 0)
ON CONFLICT (id) DO UPDATE SET
    kind = excluded.kind, program = excluded.program, speaks = excluded.speaks, life = excluded.life, place = excluded.place,
    started_at = now(), beat_at = now(), state = 'working', desks = excluded.desks, takes = excluded.takes, asks = excluded.asks,
    in_hand = 0
WHERE w.state = 'gone' OR w.place = excluded.place OR w.beat_at < now() - :silent
RETURNING id"""


def beat(session: Session, id_: str, life: str, in_hand: int) -> str | None:
    """Say that one lives; the state that stood on the list before (`gone`: others took us for dead). None: the name has another life."""
    query = """
        WITH before AS (SELECT state FROM workers WHERE id = :id AND life = :life FOR UPDATE)
        UPDATE workers SET beat_at = now(), in_hand = :n, state = CASE before.state WHEN 'gone' THEN 'working' ELSE before.state END
        FROM before WHERE id = :id AND life = :life RETURNING before.state"""
    found: str | None = session.scalar(text(query), {"id": id_, "life": life, "n": in_hand})
    return found


def turn(session: Session, id_: str, state: str, life: str | None = None) -> bool:
    """Change the state of a worker that is not gone (with that life only); whether there was one."""
    query = "UPDATE workers SET state = :state WHERE id = :id AND state <> 'gone' AND (:life = '' OR life = :life) RETURNING id"
    return session.scalar(text(query), {"id": id_, "state": state, "life": life or ""}) is not None


def end(session: Session, id_: str, life: str) -> None:
    """Say that one takes nothing any more and ends when what is in hand is done: from now on that cannot be taken back."""
    query = (
        "UPDATE workers SET state = 'draining', takes = 0, asks = 0 WHERE id = :id AND life = :life AND state <> 'gone'"
    )
    session.execute(text(query), {"id": id_, "life": life})


def keep(session: Session, id_: str) -> bool:
    """Take back that one shall end; False when it has heard of it, or was not told to."""
    query = "UPDATE workers SET state = 'working' WHERE id = :id AND state = 'draining' AND takes > 0 RETURNING id"
    return session.scalar(text(query), {"id": id_}) is not None


def bury(session: Session) -> list[str]:
    """Mark as gone whoever has been silent too long, and let go of what they held; their names."""
    query = "UPDATE workers SET state = 'gone' WHERE state <> 'gone' AND beat_at < now() - :silent RETURNING id, life"
    gone = session.execute(text(query), {"silent": SILENT}).tuples().all()
    for _, life in gone:
        release_all(session, life)
    return [id_ for id_, _ in gone]


def living(session: Session) -> list[Mapping[str, Any]]:
    """Who is on the list and not gone: id, kind, speaks, state, takes, asks; by id."""
    query = "SELECT id, kind, speaks, state, takes, asks FROM workers WHERE state <> 'gone' ORDER BY id"
    return [dict(row) for row in session.execute(text(query)).mappings()]


def hold(session: Session, name: str, holder: str, *, unless_served: bool = False) -> bool:
    """Hold what only one can, until so long after now as a worker may be silent; taken when nobody does, made longer when we do.

    `unless_served`: not where a server lives that would do it."""
    served = (
        "AND NOT EXISTS (SELECT 1 FROM workers WHERE kind = 'serve' AND state = 'working')" if unless_served else ""
    )
    query = f"""
        INSERT INTO leases AS l (name, slot, holder, until)
        SELECT CAST(:name AS varchar), 0, CAST(:holder AS varchar), now() + CAST(:silent AS interval) WHERE true {served}
        ON CONFLICT (name, slot) DO UPDATE SET holder = excluded.holder, until = excluded.until
        WHERE l.until <= now() OR l.holder = excluded.holder
        RETURNING holder"""
    return session.scalar(text(query), {"name": name, "holder": holder, "silent": SILENT}) is not None


def holder(session: Session, name: str) -> str | None:
    """The name of the worker that holds it now; its life where it is on no list; None when nobody does."""
    query = """
        SELECT coalesce(w.id, l.holder) FROM leases l LEFT JOIN workers w ON w.life = l.holder
        WHERE l.name = :name AND l.slot = 0 AND l.until > now()"""
    found: str | None = session.scalar(text(query), {"name": name})
    return found


def take(session: Session, name: str, places: int, holder: str, seconds: float) -> int | None:
    """One of so many places that nobody holds, for at most so many seconds; None when there is none, or somebody was faster."""
    query = """
        INSERT INTO leases AS l (name, slot, holder, until)
        SELECT CAST(:name AS varchar), free.slot, CAST(:holder AS varchar), now() + make_interval(secs => :seconds)
        FROM (
            SELECT g AS slot FROM generate_series(0, CAST(:places AS int) - 1) g
            LEFT JOIN leases held ON held.name = :name AND held.slot = g AND held.until > now()
            WHERE held.slot IS NULL ORDER BY random() LIMIT 1
        ) free
        ON CONFLICT (name, slot) DO UPDATE SET holder = excluded.holder, until = excluded.until WHERE l.until <= now()
        RETURNING slot"""
    values = {"name": name, "places": places, "holder": holder, "seconds": seconds}
    found: int | None = session.scalar(text(query), values)
    return found


def release(session: Session, name: str, slot: int, holder: str) -> None:
    """Give a place back; one that ran out and is another's by now is left alone."""
    query = "DELETE FROM leases WHERE name = :name AND slot = :slot AND holder = :holder"
    session.execute(text(query), {"name": name, "slot": slot, "holder": holder})


def release_all(session: Session, holder: str) -> None:
    """Give back everything that a life held."""
    session.execute(text("DELETE FROM leases WHERE holder = :holder"), {"holder": holder})


def states(session: Session, ids: Collection[str]) -> dict[str, str]:
    """The state of each of these workers that is on the list."""
    found = session.execute(text("SELECT id, state FROM workers WHERE id = ANY(:ids)"), {"ids": list(ids)})
    return dict(found.tuples().all())
