"""What a model read in mails and notes that the rules leave open."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "promise_readings",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("reader", sa.String(), nullable=False),
        sa.Column("promises", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_promise_readings_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promise_readings")),
        sa.UniqueConstraint("client_id", "source", name=op.f("uq_promise_readings_client_id_source")),
    )
    op.create_index(op.f("ix_promise_readings_client_id"), "promise_readings", ["client_id"])


def downgrade() -> None:
    op.drop_table("promise_readings")
