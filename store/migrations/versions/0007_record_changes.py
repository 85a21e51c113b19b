"""What records said over time, from when and by what."""

import sqlalchemy as sa
from alembic import op

import store.types

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "record_changes",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("was", sa.JSON(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=True),
        sa.Column("evidence", sa.JSON(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_record_changes_client_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_record_changes_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_changes")),
    )
    op.create_index(op.f("ix_record_changes_client_id"), "record_changes", ["client_id"])
    op.create_index(op.f("ix_record_changes_record"), "record_changes", ["record"])


def downgrade() -> None:
    op.drop_table("record_changes")
