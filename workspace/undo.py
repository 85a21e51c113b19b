"""Undo instead of "are you sure": an act remembers what its rows held before, and puts it back when asked.

    with undoable(scope, "Moved 3 tasks to Friday") as act:
        ...                      # rows changed through the session, not by UPDATE statements, which nobody sees row by row
    redirect("/work", "task-moved", act=act.id)

Undoing is itself such an act, so that it can be undone. Nothing is overwritten: where somebody changed a row since, undo refuses and
says so. Never for what has left the firm, was numbered, or stands on the trail for good.
"""

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, Table, event, inspect, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from store import fence
from store.errors import Conflict, NotFound
from store.ids import new_id
from store.tables import Act, Base, Client, Wall
from store.types import canonical_json
from workspace.acting import person_of
from workspace.scope import Right, Scope

_TABLES = {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}
_OWN = {"acts", "audit", "audit_head"}
_ORDER = {table.name: number for number, table in enumerate(Base.metadata.sorted_tables)}
_CLIENT_COLUMNS = {
    table.name: [c.name for c in table.columns if any(f.target_fullname == "clients.id" for f in c.foreign_keys)]
    for table in Base.metadata.sorted_tables
}
_UNSEEN = {"revision"}  # counted by the committing door
_INNER = {  # columns that point into their own table
    name: [column.name for column in table.columns for key in column.foreign_keys if key.column.table is table]
    for name, table in Base.metadata.tables.items()
}
_UNMARKED = _UNSEEN | {"embedder", "shelf"}  # kept by the software about a client: no change that a person could lose


@dataclass
class Undoing:
    """What one act has changed so far. `id` is the act's, made when it begins; "" when nothing was changed. `changes` are told when the
    block is over."""

    id: str
    rows: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    changes: list[dict[str, Any]] = field(default_factory=list)


@contextmanager
def undoable(scope: Scope, label: str) -> Iterator[Undoing]:
    """Remember every row that the session adds, changes or removes inside the block. Raises Forbidden for the system."""
    person = person_of(scope)
    with remembering(scope) as act:
        yield act
    if act.changes:
        scope.session.add(Act(id=act.id, at=scope.now, person_id=person, label=label[:300], changes=act.changes))
        scope.session.flush()
    else:
        act.id = ""


@contextmanager
def remembering(scope: Scope) -> Iterator[Undoing]:
    """What the session adds, changes or removes inside the block, for whoever keeps it somewhere else than as an act."""
    act = Undoing(new_id("act"))

    def note(session: Session, context: object, instances: object) -> None:
        _note(act, session)

    scope.session.flush()  # what was changed before is not of this act
    event.listen(scope.session, "before_flush", note)
    try:
        yield act
        scope.session.flush()
    finally:
        event.remove(scope.session, "before_flush", note)
    told = [_told(scope.session, table, key, kept) for (table, key), kept in act.rows.items()]
    act.changes = [one for one in told if one["what"] != "changed" or one["before"] != one["after"]]


def taken_back(scope: Scope, changes: Sequence[dict[str, Any]]) -> Undoing:
    """Put back what was remembered; answers with what that changed. Raises Conflict where a row was changed since, or something new hangs
    on what would go."""
    for one in changes:
        _as_left(scope.session, one)
    with remembering(scope) as back:
        _put_back(scope.session, changes, back)
    return back


@fence.beyond(fence.Job.UNDO)
def undo(scope: Scope, act_id: str) -> Undoing:
    """Take an act back; answers with the act that did it. The person who did it may, and who may write to clients.

    Raises NotFound, Forbidden, and Conflict where a row was changed since or something new hangs on it.
    """
    act = scope.session.get(Act, act_id)
    if act is None or not _within(scope, act):
        raise NotFound("there is no such act to undo")
    if act.person_id != scope.person_id:
        scope.require(Right.CLIENT_WRITE)
    if act.undone_by is not None:
        raise Conflict("this was undone already")
    from workspace.directory.unmerge import follow_back, is_merge, make_way  # which stands on this module

    merged = is_merge(act.changes)
    for one in act.changes:
        _as_left(scope.session, one)
    if merged:
        make_way(scope, act.changes)
    with undoable(scope, f"Undone: {act.label}") as back:
        _put_back(scope.session, act.changes, back)
        if merged:
            follow_back(scope, act.changes)
    act.undone_by = back.id or None
    return back


def moves_papers(scope: Scope, act_id: str) -> tuple[str, ...]:
    """The clients between which an act moves documents when it is taken back, by id; none for any other act, or one that is not there."""
    act = scope.session.get(Act, act_id)
    papers = [one for one in act.changes if one["table"] == "documents" and one["what"] == "changed"] if act else []
    return tuple(
        sorted(
            {one[side]["client_id"] for one in papers if "client_id" in one["before"] for side in ("before", "after")}
        )
    )


def _note(act: Undoing, session: Session) -> None:
    for row in session.new:
        if row.__tablename__ not in _OWN:
            gone = act.rows.get((row.__tablename__, row.id))
            told: dict[str, Any] = {"what": "added", "before": {}}
            if gone and gone["what"] == "removed":  # and put in again under the same id: that is a change
                before = {name: value for name, value in gone["before"].items() if name not in _UNSEEN}
                told = {"what": "changed", "before": before}
            act.rows[row.__tablename__, row.id] = {**told, "row": row}
    for row in session.dirty:
        if row.__tablename__ not in _OWN and session.is_modified(row):
            kept = act.rows.setdefault((row.__tablename__, row.id), {"what": "changed", "before": {}, "row": row})
            if kept["what"] == "changed":
                for name, old in _before(session, row).items():
                    kept["before"].setdefault(name, old)
    for row in session.deleted:
        if row.__tablename__ in _OWN:
            continue
        kept = act.rows.pop((row.__tablename__, row.id), {"what": "changed", "before": {}})
        if kept["what"] != "added":
            whole = {column.name: plain(getattr(row, column.key)) for column in _columns(row)}
            whole |= _before(session, row) | kept["before"]
            act.rows[row.__tablename__, row.id] = {"what": "removed", "before": whole, "row": row}


def _before(session: Session, row: Base) -> dict[str, Any]:
    """What the database holds now of the columns that are about to be written."""
    changed: dict[str, Any] = {}
    for column in _columns(row):
        history = inspect(row).attrs[column.key].history
        if not history.has_changes() or column.name in _UNSEEN:
            continue
        if history.deleted:
            changed[column.name] = plain(history.deleted[0])
        else:  # it was set without having been read
            table: Table = column.table
            found = session.connection().execute(select(column).where(table.c.id == row.id))  # type: ignore[attr-defined]
            changed[column.name] = plain(found.scalar_one_or_none())
    return changed


def _told(session: Session, table: str, key: str, kept: dict[str, Any]) -> dict[str, Any]:
    row = kept["row"]
    names = (
        [c.name for c in _columns(row) if c.name not in _UNSEEN] if kept["what"] == "added" else list(kept["before"])
    )
    after = {} if kept["what"] == "removed" else {name: plain(getattr(row, name)) for name in names}
    return {"table": table, "id": key, "what": kept["what"], "before": kept["before"], "after": after}


def _within(scope: Scope, act: Act) -> bool:
    """Whether the asker may see every client that the act touched. Who did it may also take it back where the act itself handed the
    client to somebody else, but for a wall."""
    touched = set()
    for one in act.changes:
        if one["table"] == "clients":
            touched.add(one["id"])
        row = scope.session.get(_TABLES[one["table"]], one["id"])
        for name in _CLIENT_COLUMNS[one["table"]]:
            values = (one["before"].get(name), one["after"].get(name), getattr(row, name, None))
            touched.update(str(value) for value in values if value)
    there = set(
        scope.session.scalars(select(Client.id).where(Client.id.in_(touched)))
    )  # one that is gone is nobody's secret
    if act.person_id == scope.person_id:
        walls = select(Wall.client_id).where(Wall.person_id == scope.person_id, Wall.client_id.in_(there))
        return scope.session.scalars(walls.limit(1)).first() is None
    seen = set(scope.session.scalars(select(Client.id).where(Client.id.in_(there), Client.id.in_(scope.clients()))))
    return there == seen


def _as_left(session: Session, one: dict[str, Any]) -> None:
    row = session.get(_TABLES[one["table"]], one["id"])
    if one["what"] == "removed":
        changed = row is not None
    else:
        changed = row is None or any(plain(getattr(row, name)) != value for name, value in one["after"].items())
    if changed:
        raise Conflict("somebody changed this since; look at it as it stands now")


def _put_back(session: Session, changes: Sequence[dict[str, Any]], back: Undoing) -> None:
    """Removed rows come back before added ones go, so that no reference dangles; where a new row holds what an old one needs (a name that
    is there once), the other way round. Raises Conflict where neither can be."""
    try:
        with session.begin_nested():
            _return(session, changes)
            _restore(session, changes)
            _take_away(session, changes)
        return
    except IntegrityError:
        back.rows.clear()
        session.expire_all()
    try:
        with session.begin_nested():
            _let_go(session, changes)
            _take_away(session, changes)
            _return(session, changes)
            _restore(session, changes)
    except IntegrityError as error:
        raise Conflict("something new hangs on what would be taken away; take that away first") from error


def _return(session: Session, changes: Sequence[dict[str, Any]]) -> None:
    """Removed rows, from the top of the tables' order down."""
    for one in _inward([one for one in changes if one["what"] == "removed"], "before"):
        session.add(_TABLES[one["table"]](**_typed(one["table"], one["before"])))
        session.flush()


def _let_go(session: Session, changes: Sequence[dict[str, Any]]) -> None:
    """Changed rows point at nothing for a moment, where they may, so that what they pointed at can go and come."""
    for one in changes:
        if one["what"] == "changed":
            columns = Base.metadata.tables[one["table"]].columns
            row = session.get_one(_TABLES[one["table"]], one["id"])
            for name in one["before"]:
                if columns[name].foreign_keys and columns[name].nullable:
                    setattr(row, name, None)
    session.flush()


def _restore(session: Session, changes: Sequence[dict[str, Any]]) -> None:
    for one in _inward([one for one in changes if one["what"] == "changed"], "before"):
        row = session.get_one(_TABLES[one["table"]], one["id"])
        for name, value in _typed(one["table"], one["before"]).items():
            setattr(row, name, value)
    session.flush()


def _take_away(session: Session, changes: Sequence[dict[str, Any]]) -> None:
    """Added rows, from the bottom up."""
    for one in reversed(_inward([one for one in changes if one["what"] == "added"], "after")):
        session.delete(session.get_one(_TABLES[one["table"]], one["id"]))
        session.flush()


def _inward(changes: Sequence[dict[str, Any]], side: str) -> list[dict[str, Any]]:
    """What others point at comes first; inside a table that points at itself too."""
    there = {(one["table"], one["id"]): one for one in changes}
    placed: dict[tuple[str, str], dict[str, Any]] = {}

    def place(one: dict[str, Any], above: frozenset[str]) -> None:
        for column in _INNER[one["table"]]:
            key = (one["table"], str(one[side].get(column)))
            if key in there and key not in placed and key[1] not in above:
                place(there[key], above | {one["id"]})
        placed.setdefault((one["table"], one["id"]), one)

    for one in sorted(changes, key=lambda one: _ORDER[one["table"]]):
        place(one, frozenset({one["id"]}))
    return list(placed.values())


def _columns(row: Base) -> Sequence[Column[Any]]:
    return list(type(row).__table__.columns)  # type: ignore[arg-type]


def plain(value: Any) -> Any:
    """A column's value as JSON has it."""
    if isinstance(value, Decimal):
        return str(value.normalize()) if value else "0"
    if isinstance(value, date | datetime):
        return value.isoformat()
    return b64encode(value).decode() if isinstance(value, bytes) else value


def _typed(table: str, values: dict[str, Any]) -> dict[str, Any]:
    columns = Base.metadata.tables[table].columns
    return {name: _as_type(columns[name], value) for name, value in values.items()}


def _as_type(column: Column[Any], value: Any) -> Any:
    if value is None or isinstance(value, dict | list):
        return value
    kind = type(column.type).__name__
    if kind == "Scaled":
        return Decimal(value)
    if kind == "Instant":
        return datetime.fromisoformat(value)
    if kind == "LargeBinary":
        return b64decode(value)
    return date.fromisoformat(value) if kind == "Date" else value


def mark_of(row: Base) -> str:
    """What a form or an ETag carries of a row, to tell whether somebody changed it meanwhile: 16 hex digits of its values."""
    values = {column.name: plain(getattr(row, column.key)) for column in _columns(row) if column.name not in _UNMARKED}
    return hashlib.sha256(canonical_json(values).encode()).hexdigest()[:16]


def expect(row: Base, mark: str | None, what: str) -> None:
    """Raises Conflict when the row is not the one whose mark the asker saw: no change is lost. Without a mark, or with `*`, nothing is
    held.

    `mark` may be an If-Match header, which names several."""
    seen = {one.strip().removeprefix("W/").strip('"') for one in (mark or "").split(",")} - {""}
    if seen and not seen & {"*", mark_of(row)}:
        raise Conflict(
            f"{what} was changed by somebody meanwhile; nothing of yours was saved: look at it and send again"
        )
