"""What edits show of how letters are liked, and releases by a second person where the firm wants two."""

import sqlalchemy as sa
from alembic import op

import store.types
from store import triggers

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "preferences",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("slug", sa.String(length=30), nullable=True),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("level", sa.String(length=6), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("sources", sa.JSON(), nullable=False),
        sa.Column("seen_at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=40), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.CheckConstraint("level IN ('client', 'firm')", name="level_known"),
        sa.CheckConstraint("state IN ('seen', 'proposed', 'accepted', 'off')", name="state_known"),
        sa.CheckConstraint("(state IN ('accepted', 'off')) = (decided_by IS NOT NULL)", name="decided_by_a_person"),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_preferences_client_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["people.id"], name=op.f("fk_preferences_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_preferences")),
        sa.UniqueConstraint("client_id", "key", name=op.f("uq_preferences_client_id_key")),
    )
    op.create_index(op.f("ix_preferences_client_id"), "preferences", ["client_id"])
    op.create_index(op.f("ix_preferences_key"), "preferences", ["key"])
    triggers.install(op.get_bind(), "0011")


def downgrade() -> None:
    triggers.remove(op.get_bind(), "0011")
    op.drop_table("preferences")
