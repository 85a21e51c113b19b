"""The rules of states that a firm enters, and the calendar feeds of its people."""

import sqlalchemy as sa
from alembic import op

import store.types

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "state_rules",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=2), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("entity_types", sa.JSON(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("extension_months", sa.Integer(), nullable=True),
        sa.Column("extension_day", sa.Integer(), nullable=True),
        sa.Column("rolls", sa.Boolean(), nullable=False),
        sa.Column("authority", sa.String(), nullable=False),
        sa.Column("from_year", sa.Integer(), nullable=True),
        sa.Column("through_year", sa.Integer(), nullable=True),
        sa.Column("to_confirm", sa.Boolean(), nullable=False),
        sa.Column("entered_by", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["entered_by"], ["people.id"], name=op.f("fk_state_rules_entered_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_state_rules")),
    )
    op.create_index(op.f("ix_state_rules_state"), "state_rules", ["state"])
    op.create_table(
        "calendar_feeds",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("own_only", sa.Boolean(), nullable=False),
        sa.Column("created_at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("fetched_at", store.types.Instant(timezone=True), nullable=True),
        sa.Column("revoked_at", store.types.Instant(timezone=True), nullable=True),
        sa.Column("served", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_calendar_feeds_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feeds")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feeds_token_hash")),
    )
    op.create_index(op.f("ix_calendar_feeds_person_id"), "calendar_feeds", ["person_id"])


def downgrade() -> None:
    op.drop_table("calendar_feeds")
    op.drop_table("state_rules")
