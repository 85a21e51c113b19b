"""A snoozed signal may wait for an event that is named, and remembers what came of it."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

_COLUMNS = (
    sa.Column("event", sa.JSON(none_as_null=True), nullable=True),
    sa.Column("came_on", sa.Date(), nullable=True),
    sa.Column("came", sa.Text(), nullable=True),
)


def upgrade() -> None:
    for column in _COLUMNS:
        op.add_column("signal_decisions", column.copy())


def downgrade() -> None:
    with op.batch_alter_table("signal_decisions") as batch:
        for column in reversed(_COLUMNS):
            batch.drop_column(column.name)
