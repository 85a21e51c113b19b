"""Retention, legal hold, erasure, and what the trail vouches for."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.orm import Session

import store.types
from store.chain import vouch_first

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # plain columns: the table's triggers stay as they are
    op.add_column("audit", sa.Column("salt", sa.String(length=32), nullable=True))
    op.add_column("audit", sa.Column("detail_hash", sa.String(length=64), nullable=True))
    op.add_column("audit", sa.Column("vouched", sa.JSON(), nullable=True))
    op.create_table(
        "retention_rules",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_at", store.types.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_rules")),
    )
    op.create_table(
        "legal_holds",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("ended_at", store.types.Instant(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("why_ended", sa.Text(), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_legal_holds_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_holds")),
    )
    op.create_index(op.f("ix_legal_holds_client_id"), "legal_holds", ["client_id"])
    op.create_table(
        "erasures",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", store.types.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
    )
    op.create_index(op.f("ix_erasures_client_id"), "erasures", ["client_id"])
    with Session(op.get_bind()) as session:
        vouch_first(session)
        session.flush()


def downgrade() -> None:
    op.drop_index(op.f("ix_erasures_client_id"), table_name="erasures")
    op.drop_table("erasures")
    op.drop_index(op.f("ix_legal_holds_client_id"), table_name="legal_holds")
    op.drop_table("legal_holds")
    op.drop_table("retention_rules")
    op.drop_column("audit", "vouched")
    op.drop_column("audit", "detail_hash")
    op.drop_column("audit", "salt")
