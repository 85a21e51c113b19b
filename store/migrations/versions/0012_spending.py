"""What models cost is summed by day and month."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_model_calls_at"), "model_calls", ["at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_model_calls_at"), table_name="model_calls")
