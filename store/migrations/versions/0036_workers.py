"""Workers on several machines: who they are, what they hold by turns; and how old a program may be that still runs on these records.

From here on a migration that only adds (a table, a column that may be empty or has a default, an index) lets programs of the release before
go on beside it. One that takes away, renames or narrows must raise the floor to itself:
`op.execute("UPDATE schema_floor SET revision = '…'")`.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

import store.types
from store import fence

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def _text(name: str, length: int | None = None) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length=length), nullable=False)


def _number(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _moment(name: str) -> sa.Column[Any]:
    return sa.Column(name, store.types.Instant(timezone=True), nullable=False)


def upgrade() -> None:
    op.create_table(
        "workers",
        _text("id", 200),
        _text("kind", 40),
        _text("program", 40),
        _text("speaks", 20),
        _text("life", 40),
        _text("place"),
        _moment("started_at"),
        _moment("beat_at"),
        _text("state", 10),
        *(_number(name) for name in ("desks", "takes", "asks", "in_hand")),
        sa.CheckConstraint("state IN ('working', 'draining', 'gone')", name=op.f("state_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workers")),
    )
    op.create_table(
        "leases",
        _text("name", 300),
        _number("slot"),
        _text("holder", 80),
        _moment("until"),
        sa.PrimaryKeyConstraint("name", "slot", name=op.f("pk_leases")),
    )
    floor = op.create_table(
        "schema_floor",
        _number("id"),
        _text("revision", 10),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schema_floor")),
    )
    op.bulk_insert(floor, [{"id": 1, "revision": revision}])
    fence.raise_around(op.get_bind())  # what readers of the fence may read


def downgrade() -> None:
    for name in ("schema_floor", "leases", "workers"):
        op.drop_table(name)
