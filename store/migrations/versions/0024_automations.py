"""Automations: what is done when something happens, and the log of it."""

import sqlalchemy as sa
from alembic import op

import store.types

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "automations",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("trigger", sa.JSON(), nullable=False),
        sa.Column("conditions", sa.JSON(), nullable=False),
        sa.Column("actions", sa.JSON(), nullable=False),
        sa.Column("since", store.types.Instant(timezone=True), nullable=True),
        sa.Column("origin", sa.String(length=60), nullable=True),
        sa.Column("changed_by", sa.String(length=40), nullable=False),
        sa.Column("changed_at", store.types.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["changed_by"], ["people.id"], name=op.f("fk_automations_changed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_automations")),
        sa.UniqueConstraint("name", name=op.f("uq_automations_name")),
    )
    _firings()
    op.create_table(
        "automation_drafts",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("firing_id", sa.String(length=40), nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("engagement_ref", sa.String(), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("deliverable_id", sa.String(length=40), nullable=True),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'drafted', 'failed', 'dropped')", name="state_known"),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_automation_drafts_client_id")),
        sa.ForeignKeyConstraint(["firing_id"], ["automation_firings.id"], name=op.f("fk_automation_drafts_firing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_automation_drafts")),
        sa.UniqueConstraint("firing_id", "slug", name=op.f("uq_automation_drafts_firing_id_slug")),
    )
    op.create_index(op.f("ix_automation_drafts_client_id"), "automation_drafts", ["client_id"])
    op.create_index(op.f("ix_automation_drafts_state"), "automation_drafts", ["state"])


def _firings() -> None:
    op.create_table(
        "automation_firings",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("automation_id", sa.String(length=40), nullable=False),
        sa.Column("rule", sa.String(length=120), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("occasion", sa.String(length=80), nullable=False),
        sa.Column("engagement_id", sa.String(length=40), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("did", sa.JSON(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("act_id", sa.String(length=40), nullable=True),
        sa.Column("at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.CheckConstraint("state IN ('done', 'failed', 'stopped', 'undone')", name="state_known"),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_automation_firings_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_automation_firings")),
        sa.UniqueConstraint(
            "automation_id",
            "subject",
            "occasion",
            name=op.f("uq_automation_firings_automation_id_subject_occasion"),
        ),
    )
    op.create_index(op.f("ix_automation_firings_client_id"), "automation_firings", ["client_id"])
    op.create_index(op.f("ix_automation_firings_at"), "automation_firings", ["at"])


def downgrade() -> None:
    op.drop_table("automation_drafts")
    op.drop_table("automation_firings")
    op.drop_table("automations")
