"""Comments on a passage, who opened which version, drills, and the guards over them."""

import sqlalchemy as sa
from alembic import op

import store.types
from store import triggers

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "comments",
        *_of_a_deliverable("comments"),
        sa.Column("version_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("section", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("resolved_by", sa.String(length=40), nullable=True),
        sa.Column("resolved_at", store.types.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["version_id"], ["deliverable_versions.id"], name=op.f("fk_comments_version_id")),
        sa.ForeignKeyConstraint(["resolved_by"], ["people.id"], name=op.f("fk_comments_resolved_by")),
        sa.UniqueConstraint("deliverable_id", "number", name=op.f("uq_comments_deliverable_id_number")),
    )
    op.create_table(
        "openings",
        *_of_a_deliverable("openings"),
        sa.Column("version_id", sa.String(length=40), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("at", store.types.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["deliverable_versions.id"], name=op.f("fk_openings_version_id")),
        sa.UniqueConstraint("version_id", "person_id", name=op.f("uq_openings_version_id_person_id")),
    )
    _drills()
    for table in ("comments", "openings", "drills"):
        op.create_index(op.f(f"ix_{table}_client_id"), table, ["client_id"])
        op.create_index(op.f(f"ix_{table}_deliverable_id"), table, ["deliverable_id"])
    for table in ("openings", "drills"):
        op.create_index(op.f(f"ix_{table}_person_id"), table, ["person_id"])
    op.create_index(op.f("ix_drills_content_hash"), "drills", ["content_hash"])
    triggers.install(op.get_bind(), "0010")


def _of_a_deliverable(table: str) -> list[sa.schema.SchemaItem]:
    """What each of these rows begins with: whose it is, of which deliverable, by whom."""
    return [
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.Column("deliverable_id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f(f"fk_{table}_client_id")),
        sa.ForeignKeyConstraint(["deliverable_id"], ["deliverables.id"], name=op.f(f"fk_{table}_deliverable_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f(f"fk_{table}_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def _drills() -> None:
    op.create_table(
        "drills",
        *_of_a_deliverable("drills"),
        sa.Column("version_id", sa.String(length=40), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("fault", sa.String(length=10), nullable=False),
        sa.Column("section", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("was", sa.String(), nullable=False),
        sa.Column("planted", sa.String(), nullable=False),
        sa.Column("remarks", sa.JSON(), nullable=False),
        sa.Column("opened_at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("decided_at", store.types.Instant(timezone=True), nullable=True),
        sa.CheckConstraint("outcome IN ('caught', 'missed', 'unclear', 'lifted')", name="outcome_known"),
        sa.ForeignKeyConstraint(["version_id"], ["deliverable_versions.id"], name=op.f("fk_drills_version_id")),
        sa.UniqueConstraint("version_id", "person_id", name=op.f("uq_drills_version_id_person_id")),
    )
    op.create_table(
        "drill_choices",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("chosen", sa.Boolean(), nullable=False),
        sa.Column("at", store.types.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_drill_choices_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drill_choices")),
        sa.UniqueConstraint("person_id", name=op.f("uq_drill_choices_person_id")),
    )


def downgrade() -> None:
    triggers.remove(op.get_bind(), "0010")
    for table in ("drill_choices", "drills", "openings", "comments"):
        op.drop_table(table)
