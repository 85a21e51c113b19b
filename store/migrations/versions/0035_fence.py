"""Row-level security on PostgreSQL."""

from alembic import op

from store import fence

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    fence.raise_around(op.get_bind())


def downgrade() -> None:
    fence.take_down(op.get_bind())
