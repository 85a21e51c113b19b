"""Webhooks, scopes of tokens, keys of creation; a person's zone, and where a session is."""

import sqlalchemy as sa
from alembic import op

import store.types

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_SESSION = ("rights", "used_at", "agent", "address")


def upgrade() -> None:
    op.add_column("people", sa.Column("timezone", sa.String(length=60), nullable=True))
    for column in (
        sa.Column("rights", sa.JSON(), nullable=True),
        sa.Column("used_at", store.types.Instant(timezone=True), nullable=True),
        sa.Column("agent", sa.String(length=200), nullable=True),
        sa.Column("address", sa.String(length=60), nullable=True),
    ):
        op.add_column("sign_ins", column)
    _webhooks()
    op.create_table(
        "keyed_creations",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("process", sa.String(length=40), nullable=False),
        sa.Column("body_hash", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("at", store.types.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_keyed_creations_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_keyed_creations")),
    )
    op.create_index(op.f("ix_keyed_creations_person_id"), "keyed_creations", ["person_id"])
    op.create_index(op.f("ix_keyed_creations_at"), "keyed_creations", ["at"])


def _webhooks() -> None:
    op.create_table(
        "webhooks",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("old_secret", sa.String(), nullable=True),
        sa.Column("old_until", store.types.Instant(timezone=True), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", store.types.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_webhooks_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks")),
    )
    op.create_index(op.f("ix_webhooks_person_id"), "webhooks", ["person_id"])
    op.create_table(
        "webhook_posts",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("webhook_id", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("event", sa.String(length=60), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=True),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("next_at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("tried_at", store.types.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhooks.id"], name=op.f("fk_webhook_posts_webhook_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_posts")),
        sa.UniqueConstraint("webhook_id", "seq", name=op.f("uq_webhook_posts_webhook_id_seq")),
    )
    for column in ("webhook_id", "client_id", "state"):
        op.create_index(op.f(f"ix_webhook_posts_{column}"), "webhook_posts", [column])
    op.create_table(
        "webhook_attempts",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("post_id", sa.String(length=40), nullable=False),
        sa.Column("at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["webhook_posts.id"], name=op.f("fk_webhook_attempts_post_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_attempts")),
    )
    op.create_index(op.f("ix_webhook_attempts_post_id"), "webhook_attempts", ["post_id"])


def downgrade() -> None:
    for name in ("keyed_creations", "webhook_attempts", "webhook_posts", "webhooks"):
        op.drop_table(name)
    # without a copy of the table: triggers of others speak of it
    for name in _SESSION:
        op.drop_column("sign_ins", name)
    op.drop_column("people", "timezone")
