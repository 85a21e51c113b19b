"""What pages over all clients read, kept ready."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "client_summaries",
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("scanned_on", sa.Date(), nullable=True),
        sa.Column("flags", sa.String(), nullable=False),
        sa.Column("heads", sa.JSON(), nullable=False),
        sa.Column("blockers", sa.JSON(), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_client_summaries_client_id")),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_client_summaries")),
    )


def downgrade() -> None:
    op.drop_table("client_summaries")
