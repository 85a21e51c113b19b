"""Templates, series, automations and what tasks wait for."""

import sqlalchemy as sa
from alembic import op

import store.types

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "template_versions",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("slug", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("due", sa.JSON(), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("at", store.types.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_template_versions_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_template_versions")),
        sa.UniqueConstraint("slug", "version", name=op.f("uq_template_versions_slug_version")),
    )
    op.create_table(
        "series",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("template", sa.String(length=20), nullable=False),
        sa.Column("every", sa.String(length=8), nullable=False),
        sa.Column("first_end", sa.Date(), nullable=False),
        sa.Column("ahead", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("owner_id", sa.String(length=40), nullable=True),
        sa.Column("fee_type", sa.String(length=10), nullable=True),
        sa.Column("fee", store.types.Scaled(2), nullable=True),
        sa.Column("budget_hours", store.types.Scaled(2), nullable=True),
        sa.Column("due", sa.JSON(), nullable=False, server_default="{}"),
        sa.Column("paused_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("created_at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.CheckConstraint("every IN ('month', 'quarter', 'year')", name="every_known"),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_series_client_id")),
        sa.ForeignKeyConstraint(["created_by"], ["people.id"], name=op.f("fk_series_created_by")),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name=op.f("fk_series_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
    )
    op.create_index(op.f("ix_series_client_id"), "series", ["client_id"])
    op.create_table(
        "engagement_needs",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("engagement_id", sa.String(length=40), nullable=False),
        sa.Column("needs_id", sa.String(length=40), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_engagement_needs_client_id")),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagements.id"], name=op.f("fk_engagement_needs_engagement_id")),
        sa.ForeignKeyConstraint(["needs_id"], ["engagements.id"], name=op.f("fk_engagement_needs_needs_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engagement_needs")),
        sa.UniqueConstraint("engagement_id", "needs_id", name=op.f("uq_engagement_needs_engagement_id_needs_id")),
    )
    op.create_index(op.f("ix_engagement_needs_client_id"), "engagement_needs", ["client_id"])
    op.create_index(op.f("ix_engagement_needs_engagement_id"), "engagement_needs", ["engagement_id"])
    op.create_index(op.f("ix_engagement_needs_needs_id"), "engagement_needs", ["needs_id"])
    _columns()


def _columns() -> None:
    # no table is made anew: SQLite would have to drop one that others refer to. So what is unique is an index, and no reference is declared
    op.add_column("workflow_templates", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("workflow_templates", sa.Column("due", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("engagements", sa.Column("template_version", sa.Integer(), nullable=True))
    op.add_column("engagements", sa.Column("series_id", sa.String(length=40), nullable=True))
    op.add_column("engagements", sa.Column("series_nth", sa.Integer(), nullable=True))
    op.add_column("engagements", sa.Column("rolled_from", sa.String(length=40), nullable=True))
    op.create_index(
        op.f("ix_engagements_series_id_series_nth"), "engagements", ["series_id", "series_nth"], unique=True
    )
    op.create_index(op.f("ix_engagements_rolled_from"), "engagements", ["rolled_from"], unique=True)
    op.add_column("tasks", sa.Column("step", sa.String(length=60), nullable=True))
    op.add_column("tasks", sa.Column("place", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("tasks", sa.Column("checklist", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("tasks", sa.Column("waiting_on", sa.String(length=12), nullable=True))
    op.add_column("tasks", sa.Column("waiting_for", sa.String(), nullable=True))
    op.add_column("tasks", sa.Column("waiting_since", sa.Date(), nullable=True))
    op.add_column("tasks", sa.Column("handed_by", sa.String(length=40), nullable=True))
    op.add_column("tasks", sa.Column("handed_on", sa.Date(), nullable=True))
    op.add_column("tasks", sa.Column("handed_note", sa.String(), nullable=True))
    op.add_column("tasks", sa.Column("accepted_on", sa.Date(), nullable=True))
    op.add_column("tasks", sa.Column("deferred_to", sa.Date(), nullable=True))
    op.add_column("tasks", sa.Column("every", sa.String(length=8), nullable=True))
    op.add_column("tasks", sa.Column("anchor", sa.Date(), nullable=True))
    op.add_column("tasks", sa.Column("nth", sa.Integer(), nullable=True))


def downgrade() -> None:
    for name in ("nth", "anchor", "every", "deferred_to", "accepted_on", "handed_note", "handed_on", "handed_by"):
        op.drop_column("tasks", name)
    for name in ("waiting_since", "waiting_for", "waiting_on", "checklist", "place", "step"):
        op.drop_column("tasks", name)
    op.drop_index(op.f("ix_engagements_rolled_from"), "engagements")
    op.drop_index(op.f("ix_engagements_series_id_series_nth"), "engagements")
    for name in ("rolled_from", "series_nth", "series_id", "template_version"):
        op.drop_column("engagements", name)
    op.drop_column("workflow_templates", "due")
    op.drop_column("workflow_templates", "version")
    op.drop_table("engagement_needs")
    op.drop_table("series")
    op.drop_table("template_versions")
