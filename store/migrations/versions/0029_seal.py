"""What is sealed with the firm's keys, and the backups that were made.

Needs the firm's key on the way up and on the way down (`Database(url, seal=…)`): what lies there in the clear is sealed, and opened again.
"""

import json
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

import store.types
from store.seal import PREFIX
from store.sealed import closed, guarded, guarded_json, opened, opened_json, seal_of

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_ALWAYS = (("clients", "tax_id"),)
_GUARDED = (
    ("facts", "quote"),
    ("facts", "value"),
    ("fact_corrections", "quote"),
    ("fact_corrections", "value"),
    ("fact_corrections", "was"),
    ("rejected_rows", "reason"),
)
_JSON = (
    ("acts", "changes"),
    ("briefs", "payload"),
    *((table, "custom") for table in ("clients", "contacts", "people", "notes", "engagements", "tasks", "request_items", "entered_deadlines")),
    *((table, "custom") for table in ("parties", "trust_entries", "time_entries", "invoices", "payments")),
    ("fact_corrections", "read"),
    ("item_matches", "evidence"),
    ("knowledge", "source"),
    ("record_changes", "evidence"),
    ("record_changes", "said"),
    ("record_changes", "was"),
    ("rejected_rows", "row"),
    ("request_items", "source"),
    ("signals", "detail"),
    ("signals", "evidence"),
)
_AT_ONCE = 500
Turn = Callable[[str, str], str]


def upgrade() -> None:
    op.create_table(
        "backup_runs",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.CheckConstraint("kind IN ('made', 'tested')", name="kind_known"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backup_runs")),
    )
    op.create_index(op.f("ix_backup_runs_at"), "backup_runs", ["at"])
    _turn_all(closed, guarded, guarded_json)


def downgrade() -> None:
    _turn_all(opened, opened, opened_json)
    op.drop_table("backup_runs")


def _turn_all(always: Callable[..., str], some: Callable[..., str], inside: Callable[..., Any]) -> None:
    dialect = op.get_bind().dialect

    def seal() -> Any:
        return seal_of(dialect)

    for table, column in _ALWAYS:
        _turn(table, column, lambda text, purpose: text if text.startswith(PREFIX) and always is closed else always(seal, text, purpose))
    for table, column in _GUARDED:
        _turn(table, column, lambda text, purpose: text if text.startswith(PREFIX) and some is guarded else some(seal, text, purpose))
    for table, column in _JSON:
        _turn(table, column, lambda text, purpose: _json(text, lambda value: inside(seal, value, purpose)), is_json=True)


def _json(text: str, turn: Callable[[Any], Any]) -> str:
    value = json.loads(text)
    turned = turn(value)
    return text if turned == value else json.dumps(turned)


def _turn(table: str, column: str, turn: Turn, *, is_json: bool = False) -> None:
    """Every value of a column as `turn` gives it, some hundred rows at a time, by the order of ids."""
    connection, last = op.get_bind(), ""
    read = f"SELECT id, CAST({column} AS TEXT) FROM {table} WHERE id > :last AND {column} IS NOT NULL ORDER BY id LIMIT {_AT_ONCE}"
    set_to = "CAST(:value AS JSON)" if is_json and connection.dialect.name == "postgresql" else ":value"
    write = sa.text(f"UPDATE {table} SET {column} = {set_to} WHERE id = :id")
    while rows := connection.execute(sa.text(read), {"last": last}).all():
        turned = [{"id": one, "value": turn(text, f"{table}.{column}")} for one, text in rows]
        changed = [new for new, (_, text) in zip(turned, rows, strict=True) if new["value"] != text]
        if changed:
            connection.execute(write, changed)
        last = rows[-1][0]
