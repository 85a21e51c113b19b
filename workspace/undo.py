"""Undo instead of "are you sure": an act remembers what its rows held before, and puts it back when asked.

    with undoable(scope, "Moved 3 tasks to Friday") as act:
        ...                      # rows changed through the session, not by UPDATE statements, which nobody sees row by row
    redirect("/work", "task-moved", act=act.id)

Undoing is itself such an act, so that it can be undone. Nothing is overwritten: where somebody changed a row since, undo refuses and
says so. Never for what has left the firm, was numbered, or stands on the trail for good.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, event, inspect, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from store.errors import Conflict, Forbidden, NotFound
from store.ids import new_id
from store.tables import Act, Base, Client
from store.types import canonical_json
from workspace.scope import Right, Scope

_TABLES = {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}
_OWN = {"acts", "audit_entries", "audit_head"}
_ORDER = {table.name: number for number, table in enumerate(Base.metadata.sorted_tables)}
_UNSEEN = {"revision"}  # counted by the committing door


@dataclass
class Undoing:
    """What one act has changed so far. `id` is the act's, made when it begins; "" when nothing was changed."""

    id: str
    rows: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)


@contextmanager
def undoable(scope: Scope, label: str) -> Iterator[Undoing]:
    """Remember every row that the session adds, changes or removes inside the block. Raises Forbidden for the system."""
    if scope.person_id is None:
        raise Forbidden(f"{scope.email} is no person: say who acts with --as")
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
    changes = [_told(scope.session, table, key, kept) for (table, key), kept in act.rows.items()]
    changes = [one for one in changes if one["what"] != "changed" or one["before"] != one["after"]]
    if changes:
        scope.session.add(Act(id=act.id, at=scope.now, person_id=scope.person_id, label=label[:300], changes=changes))
        scope.session.flush()
    else:
        act.id = ""


def undo(scope: Scope, act_id: str) -> Undoing:
    """Take an act back; answers with the act that did it. The person who did it may, and who may write to clients.

    Raises NotFound, Forbidden, and Conflict where a row was changed since or something new hangs on it.
    """
    act = scope.session.get(Act, act_id)
    if act is None or not _within(scope, act.changes):
        raise NotFound("there is no such act to undo")
    if act.person_id != scope.person_id:
        scope.require(Right.CLIENT_WRITE)
    if act.undone_by is not None:
        raise Conflict("this was undone already")
    for one in act.changes:
        _as_left(scope.session, one)
    try:
        with undoable(scope, f"Undone: {act.label}") as back:
            _put_back(scope.session, act.changes)
    except IntegrityError as error:
        raise Conflict("something new hangs on what would be taken away; take that away first") from error
    act.undone_by = back.id or None
    return back


def _note(act: Undoing, session: Session) -> None:
    for row in session.new:
        if row.__tablename__ not in _OWN:
            act.rows[row.__tablename__, row.id] = {"what": "added", "before": {}, "row": row}
    for row in session.dirty:
        if session.is_modified(row) and row.__tablename__ not in _OWN:
            kept = act.rows.setdefault((row.__tablename__, row.id), {"what": "changed", "before": {}, "row": row})
            if kept["what"] == "changed":
                for name, old in _before(row).items():
                    kept["before"].setdefault(name, old)
    for row in session.deleted:
        kept = act.rows.pop((row.__tablename__, row.id), {"what": "changed", "before": {}})
        if kept["what"] != "added":
            whole = {column.name: plain(getattr(row, column.key)) for column in _columns(row)} | kept["before"]
            act.rows[row.__tablename__, row.id] = {"what": "removed", "before": whole, "row": row}


def _before(row: Base) -> dict[str, Any]:
    changed: dict[str, Any] = {}
    for column in _columns(row):
        history = inspect(row).attrs[column.key].history
        if history.has_changes() and column.name not in _UNSEEN:
            changed[column.name] = plain(history.deleted[0]) if history.deleted else None
    return changed


def _told(session: Session, table: str, key: str, kept: dict[str, Any]) -> dict[str, Any]:
    row = kept["row"]
    names = (
        [c.name for c in _columns(row) if c.name not in _UNSEEN] if kept["what"] == "added" else list(kept["before"])
    )
    after = {} if kept["what"] == "removed" else {name: plain(getattr(row, name)) for name in names}
    return {"table": table, "id": key, "what": kept["what"], "before": kept["before"], "after": after}


def _within(scope: Scope, changes: Sequence[dict[str, Any]]) -> bool:
    """Whether the asker may see every client that the act touched."""
    touched = set()
    for one in changes:
        if one["table"] == "clients":
            touched.add(one["id"])
        values = [one["before"].get("client_id"), one["after"].get("client_id")]
        row = scope.session.get(_TABLES[one["table"]], one["id"])
        touched.update(str(value) for value in (*values, getattr(row, "client_id", None)) if value)
    there = set(
        scope.session.scalars(select(Client.id).where(Client.id.in_(touched)))
    )  # one that is gone is nobody's secret
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


def _put_back(session: Session, changes: Sequence[dict[str, Any]]) -> None:
    """Removed rows come back from the top of the tables' order down, added ones go from the bottom up: no reference dangles."""
    inward = sorted(changes, key=lambda one: _ORDER[one["table"]])
    for one in inward:
        if one["what"] == "removed":
            session.add(_TABLES[one["table"]](**_typed(one["table"], one["before"])))
            session.flush()
    for one in inward:
        if one["what"] == "changed":
            row = session.get_one(_TABLES[one["table"]], one["id"])
            for name, value in _typed(one["table"], one["before"]).items():
                setattr(row, name, value)
    session.flush()
    for one in reversed(inward):
        if one["what"] == "added":
            session.delete(session.get_one(_TABLES[one["table"]], one["id"]))
            session.flush()


def _columns(row: Base) -> Sequence[Column[Any]]:
    return list(type(row).__table__.columns)  # type: ignore[arg-type]


def plain(value: Any) -> Any:
    """A column's value as JSON has it."""
    if isinstance(value, Decimal):
        return str(value.normalize()) if value else "0"
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value


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
    return date.fromisoformat(value) if kind == "Date" else value


def mark_of(row: Base) -> str:
    """What a form or an ETag carries of a row, to tell whether somebody changed it meanwhile: 16 hex digits of its values."""
    import hashlib

    values = {column.name: plain(getattr(row, column.key)) for column in _columns(row) if column.name not in _UNSEEN}
    return hashlib.sha256(canonical_json(values).encode()).hexdigest()[:16]


def expect(row: Base, mark: str | None, what: str) -> None:
    """Raises Conflict when the row is not the one whose mark the asker saw: no change is lost. Without a mark nothing is held."""
    if mark and mark.strip('"') != mark_of(row):
        raise Conflict(
            f"{what} was changed by somebody meanwhile; nothing of yours was saved: look at it and send again"
        )
