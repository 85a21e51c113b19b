"""Mail that is sorted, notes and calls on timelines, mentions, and who watches what."""

import sqlalchemy as sa
from alembic import op

import store.types

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "timeline_notes",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=4), nullable=False),
        sa.Column("set_id", sa.String(length=40), nullable=False),
        sa.Column("engagement_id", sa.String(length=40), nullable=True),
        sa.Column("at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("came", store.types.Instant(timezone=True), nullable=False),
        sa.Column("with_whom", sa.String(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("task_id", sa.String(length=40), nullable=True),
        sa.Column("edits", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.CheckConstraint("kind IN ('note', 'call')", name="kind_known"),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_timeline_notes_client_id")),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagements.id"], name=op.f("fk_timeline_notes_engagement_id")),
        sa.ForeignKeyConstraint(["id"], ["notes.id"], name=op.f("fk_timeline_notes_id")),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_timeline_notes_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timeline_notes")),
    )
    op.create_index(op.f("ix_timeline_notes_client_id"), "timeline_notes", ["client_id"])
    op.create_index(op.f("ix_timeline_notes_set_id"), "timeline_notes", ["set_id"])
    op.create_table(
        "note_edits",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("note_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_note_edits_client_id")),
        sa.ForeignKeyConstraint(["note_id"], ["notes.id"], name=op.f("fk_note_edits_note_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_note_edits_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note_edits")),
    )
    op.create_index(op.f("ix_note_edits_client_id"), "note_edits", ["client_id"])
    op.create_index(op.f("ix_note_edits_note_id"), "note_edits", ["note_id"])
    op.create_table(
        "mentions",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("note_id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("by_id", sa.String(length=40), nullable=False),
        sa.Column("at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("read_at", store.types.Instant(timezone=True), nullable=True),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_mentions_by_id")),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_mentions_client_id")),
        sa.ForeignKeyConstraint(["note_id"], ["notes.id"], name=op.f("fk_mentions_note_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_mentions_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentions")),
    )
    op.create_index(op.f("ix_mentions_client_id"), "mentions", ["client_id"])
    op.create_index(op.f("ix_mentions_note_id"), "mentions", ["note_id"])
    op.create_index(op.f("ix_mentions_person_id"), "mentions", ["person_id"])
    op.create_table(
        "watches",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("engagement_id", sa.String(length=40), nullable=True),
        sa.Column("since", store.types.Instant(timezone=True), nullable=False),
        sa.Column("seen_at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_watches_client_id")),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagements.id"], name=op.f("fk_watches_engagement_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_watches_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watches")),
    )
    op.create_index(op.f("ix_watches_client_id"), "watches", ["client_id"])
    op.create_index(op.f("ix_watches_person_id"), "watches", ["person_id"])
    op.create_table(
        "mail_sortings",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("message_id", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=4), nullable=False),
        sa.Column("assignee_id", sa.String(length=40), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("engagement_id", sa.String(length=40), nullable=True),
        sa.Column("task_id", sa.String(length=40), nullable=True),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.CheckConstraint("state IN ('open', 'done')", name="state_known"),
        sa.ForeignKeyConstraint(["assignee_id"], ["people.id"], name=op.f("fk_mail_sortings_assignee_id")),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_mail_sortings_client_id")),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagements.id"], name=op.f("fk_mail_sortings_engagement_id")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_mail_sortings_message_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_mail_sortings_person_id")),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_mail_sortings_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_sortings")),
        sa.UniqueConstraint("message_id", name=op.f("uq_mail_sortings_message_id")),
    )
    op.create_index(op.f("ix_mail_sortings_assignee_id"), "mail_sortings", ["assignee_id"])
    op.create_index(op.f("ix_mail_sortings_client_id"), "mail_sortings", ["client_id"])
    op.create_index(op.f("ix_mail_sortings_engagement_id"), "mail_sortings", ["engagement_id"])


def downgrade() -> None:
    op.drop_table("mail_sortings")
    op.drop_table("watches")
    op.drop_table("mentions")
    op.drop_table("note_edits")
    op.drop_table("timeline_notes")
