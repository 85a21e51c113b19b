"""Imports from other systems: verdicts, names there, mappings, decisions, and what undoes them."""

from typing import Any

import sqlalchemy as sa
from alembic import op

import store.types

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def _text(name: str, length: int | None = None, *, empty: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length=length), nullable=empty)


def upgrade() -> None:
    op.create_table(
        "imports",
        _text("id", 40),
        sa.Column("number", sa.Integer(), nullable=False),
        _text("system", 20),
        sa.Column("at", store.types.Instant(timezone=True), nullable=False),
        _text("person_id", 40, empty=True),
        _text("state", 10),
        *(sa.Column(name, sa.JSON(), nullable=False) for name in ("tables", "counts", "sums")),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("undone_at", store.types.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_imports_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
        sa.UniqueConstraint("number", name=op.f("uq_imports_number")),
    )
    op.create_table(
        "import_verdicts",
        _text("id", 40),
        _text("import_id", 40),
        sa.Column("place", sa.Integer(), nullable=False),
        _text("file"),
        sa.Column("line", sa.Integer(), nullable=False),
        _text("kind", 12),
        _text("verdict", 10),
        _text("name"),
        sa.Column("reason", sa.Text(), nullable=False),
        _text("row_table", 40, empty=True),
        _text("row_id", 40, empty=True),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_import_verdicts_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_verdicts")),
    )
    op.create_index(op.f("ix_import_verdicts_import_id"), "import_verdicts", ["import_id"])
    op.create_index(op.f("ix_import_verdicts_verdict"), "import_verdicts", ["verdict"])
    op.create_table(
        "imported_names",
        _text("id", 40),
        _text("system", 20),
        _text("kind", 12),
        _text("name"),
        _text("ref"),
        sa.Column("made", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imported_names")),
        sa.UniqueConstraint("system", "kind", "name", name=op.f("uq_imported_names_system_kind_name")),
    )
    op.create_table(
        "import_mappings",
        _text("id", 40),
        sa.Column("header", sa.JSON(), nullable=False),
        _text("kind", 12),
        sa.Column("columns", sa.JSON(), nullable=False),
        _text("person_id", 40, empty=True),
        sa.Column("at", store.types.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_import_mappings_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_mappings")),
    )
    op.create_table(
        "import_decisions",
        _text("id", 40),
        _text("system", 20),
        _text("name"),
        _text("ref"),
        _text("person_id", 40, empty=True),
        sa.Column("at", store.types.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_import_decisions_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_decisions")),
        sa.UniqueConstraint("system", "name", name=op.f("uq_import_decisions_system_name")),
    )


def downgrade() -> None:
    for name in ("import_decisions", "import_mappings", "imported_names", "import_verdicts", "imports"):
        op.drop_table(name)
