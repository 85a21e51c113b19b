"""What of removed rows is still to be taken away outside the database."""

import sqlalchemy as sa
from alembic import op

import store.types
from store import fence

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "leavings",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("blobs", sa.JSON(), nullable=False),
        sa.Column("passages", sa.JSON(), nullable=False),
        sa.Column("clients", sa.JSON(), nullable=False),
        sa.Column("whole", sa.String(), nullable=True),
        sa.Column("threads", sa.String(), nullable=True),
        sa.Column("scour", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leavings")),
    )
    fence.raise_around(op.get_bind())


def downgrade() -> None:
    op.drop_table("leavings")
