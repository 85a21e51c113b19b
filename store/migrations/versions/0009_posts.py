"""Messages on their way out by SMTP."""

import sqlalchemy as sa
from alembic import op

import store.types

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "posts",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("outbox_id", sa.String(length=40), nullable=True),
        sa.Column("brief_id", sa.String(length=40), nullable=True),
        sa.Column("client_id", sa.String(length=40), nullable=True),
        sa.Column("recipients", sa.JSON(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("tried_at", store.types.Instant(timezone=True), nullable=True),
        sa.Column("sent_at", store.types.Instant(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.CheckConstraint("(outbox_id IS NULL) <> (brief_id IS NULL)", name="one_source"),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=op.f("fk_posts_outbox_id")),
        sa.ForeignKeyConstraint(["brief_id"], ["briefs.id"], name=op.f("fk_posts_brief_id")),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_posts_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posts")),
        sa.UniqueConstraint("outbox_id", name=op.f("uq_posts_outbox_id")),
        sa.UniqueConstraint("brief_id", name=op.f("uq_posts_brief_id")),
    )
    op.create_index(op.f("ix_posts_client_id"), "posts", ["client_id"])
    op.create_index(op.f("ix_posts_state"), "posts", ["state"])


def downgrade() -> None:
    op.drop_table("posts")
