"""Time off and pairs that are no doubles."""

import sqlalchemy as sa
from alembic import op

import store.types

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "time_off",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_time_off_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_off")),
    )
    op.create_index(op.f("ix_time_off_person_id"), "time_off", ["person_id"])
    op.create_table(
        "not_doubles",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("one", sa.String(length=40), nullable=False),
        sa.Column("other", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(), nullable=True),
        sa.Column("at", store.types.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_not_doubles_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_not_doubles")),
    )
    op.create_index(op.f("ix_not_doubles_kind"), "not_doubles", ["kind"])


def downgrade() -> None:
    for name in ("not_doubles", "time_off"):
        op.drop_table(name)
