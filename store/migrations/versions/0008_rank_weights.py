"""The firm's own weights of rank."""

import sqlalchemy as sa
from alembic import op

import store.types

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rank_weights",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("weights", sa.JSON(), nullable=False),
        sa.Column("decisions", sa.Integer(), nullable=False),
        sa.Column("acted", sa.Integer(), nullable=False),
        sa.Column("learned", sa.Boolean(), nullable=False),
        sa.Column("switched_off", sa.Boolean(), nullable=False),
        sa.Column("at", store.types.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rank_weights")),
        sa.UniqueConstraint("as_of", name=op.f("uq_rank_weights_as_of")),
    )


def downgrade() -> None:
    op.drop_table("rank_weights")
