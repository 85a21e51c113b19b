"""Who ticked which line of a draft's checklist, on which version."""

import sqlalchemy as sa
from alembic import op

import store.types
from store import fence

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "check_ticks",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("deliverable_id", sa.String(length=40), nullable=False),
        sa.Column("version_id", sa.String(length=40), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["deliverable_id"], ["deliverables.id"], name=op.f("fk_check_ticks_deliverable_id")),
        sa.ForeignKeyConstraint(["version_id"], ["deliverable_versions.id"], name=op.f("fk_check_ticks_version_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_check_ticks_person_id")),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_check_ticks_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_ticks")),
        sa.UniqueConstraint("version_id", "place", name=op.f("uq_check_ticks_version_id_place")),
    )
    op.create_index(op.f("ix_check_ticks_deliverable_id"), "check_ticks", ["deliverable_id"])
    op.create_index(op.f("ix_check_ticks_client_id"), "check_ticks", ["client_id"])
    fence.raise_around(op.get_bind())


def downgrade() -> None:
    op.drop_table("check_ticks")
