"""Sources: mailboxes, the forwarding address and folders by which mail comes in, and how far each was read."""

from typing import Any

import sqlalchemy as sa
from alembic import op

import store.types

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def _text(name: str, length: int | None = None, *, empty: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length=length), nullable=empty)


def _number(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _large(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _moment(name: str, *, empty: bool = True) -> sa.Column[Any]:
    return sa.Column(name, store.types.Instant(timezone=True), nullable=empty)


def upgrade() -> None:
    op.create_table(
        "sources",
        _text("id", 40),
        _text("kind", 8),
        *(_text(name) for name in ("name", "address", "host")),
        _number("port"),
        _text("user"),
        _text("security", 8),
        _text("method", 8),
        sa.Column("secret", sa.Text(), nullable=False),
        _text("place"),
        sa.Column("folders", sa.JSON(), nullable=False),
        _number("every"),
        _text("state", 8),
        _moment("next_at", empty=False),
        _moment("tried_at"),
        _moment("ok_at"),
        sa.Column("error", sa.Text(), nullable=False),
        *(_number(name) for name in ("failures", "taken", "passed")),
        _text("person_id", 40, empty=True),
        _moment("created_at", empty=False),
        sa.CheckConstraint("kind IN ('imap', 'smtp', 'folder', 'exports')", name=op.f("kind_known")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_sources_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sources")),
    )
    op.create_table(
        "source_folders",
        _text("id", 40),
        _text("source_id", 40),
        _text("name"),
        *(_large(name) for name in ("validity", "last", "modseq")),
        sa.Column("known", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_source_folders_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_folders")),
        sa.UniqueConstraint("source_id", "name", name=op.f("uq_source_folders_source_id_name")),
    )
    op.create_index(op.f("ix_source_folders_source_id"), "source_folders", ["source_id"])
    op.create_table(
        "source_files",
        _text("id", 40),
        _text("source_id", 40),
        _text("path"),
        *(_large(name) for name in ("size", "mtime_ns")),
        _text("known", 16),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_source_files_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_files")),
        sa.UniqueConstraint("source_id", "path", name=op.f("uq_source_files_source_id_path")),
    )
    op.create_index(op.f("ix_source_files_source_id"), "source_files", ["source_id"])


def downgrade() -> None:
    for name in ("source_files", "source_folders", "sources"):
        op.drop_table(name)
