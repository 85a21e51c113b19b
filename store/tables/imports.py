"""What came from other systems: each import with its verdicts and what undoes it, which row stands for which name there, how tables are
mapped, and what a person decided about look-alikes."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.sealed import GuardedJson
from store.tables.base import Base, Key, Long


class Import(Base):
    """One import. `state`: done, undone. `tables` says what was recognised where, `counts` the verdicts, `sums` the reports' own totals
    beside ours. `changes` is what undoing puts back, as in an act (workspace/undo.py)."""

    __tablename__ = "imports"
    id: Mapped[Key]
    number: Mapped[int] = mapped_column(unique=True)
    system: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    state: Mapped[str] = mapped_column(String(10), default="done")
    tables: Mapped[dict[str, Any]] = mapped_column(JSON)
    counts: Mapped[dict[str, Any]] = mapped_column(JSON)
    sums: Mapped[list[Any]] = mapped_column(JSON, default=list)
    changes: Mapped[list[Any]] = mapped_column(GuardedJson("imports.changes"), default=list)
    undone_at: Mapped[datetime | None]


class ImportVerdict(Base):
    """What became of one row: created, updated, unchanged, merged, joined, held or rejected, and why. `row_table` and `row_id` name the
    row it went into, plain text because undoing takes it away."""

    __tablename__ = "import_verdicts"
    id: Mapped[Key]
    import_id: Mapped[str] = mapped_column(ForeignKey("imports.id"), index=True)
    place: Mapped[int]
    file: Mapped[str]
    line: Mapped[int]
    kind: Mapped[str] = mapped_column(String(12))
    verdict: Mapped[str] = mapped_column(String(10), index=True)
    name: Mapped[str]
    reason: Mapped[Long]
    row_table: Mapped[str | None] = mapped_column(String(40))
    row_id: Mapped[str | None] = mapped_column(String(40))
    cells: Mapped[dict[str, Any]] = mapped_column(GuardedJson("import_verdicts.cells"), default=dict)


class ImportedName(Base):
    """What another system calls a row of ours: its id there, or its name where it gives none. By it a second import updates the row.
    `made`: the import made the row, so that what the other system says counts; else only what is empty here is filled."""

    __tablename__ = "imported_names"
    __table_args__ = (UniqueConstraint("system", "kind", "name"),)
    id: Mapped[Key]
    system: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(12))
    name: Mapped[str]
    ref: Mapped[str]
    made: Mapped[bool]


class ImportMapping(Base):
    """How a person mapped a table that was not recognised, by the fingerprint of its header. `kind` "" sets it aside. `columns` are the
    names of columns by field: their order may change."""

    __tablename__ = "import_mappings"
    id: Mapped[Key]
    header: Mapped[list[Any]] = mapped_column(JSON)
    kind: Mapped[str] = mapped_column(String(12))
    columns: Mapped[dict[str, Any]] = mapped_column(JSON)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]


class ImportDecision(Base):
    """That a client of another system is the one with `ref`, or a new one (`ref` ""), where the names alone did not tell."""

    __tablename__ = "import_decisions"
    __table_args__ = (UniqueConstraint("system", "name"),)
    id: Mapped[Key]
    system: Mapped[str] = mapped_column(String(20))
    name: Mapped[str]
    ref: Mapped[str]
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]
