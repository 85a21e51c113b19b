"""What a firm folder says of matters: the rule and event behind an entered date, columns that the contract does not name."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ADDED = (
    ("entered_deadlines", "rule", sa.String(length=40)),
    ("entered_deadlines", "counted_from", sa.Date()),
    ("entered_deadlines", "served_by_mail", sa.Boolean()),
    ("entered_deadlines", "court_state", sa.String(length=2)),
    ("entered_deadlines", "custom", sa.JSON()),
    ("parties", "custom", sa.JSON()),
    ("trust_entries", "custom", sa.JSON()),
)


def upgrade() -> None:
    for table, name, kind in _ADDED:
        op.add_column(table, sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    for table, name, _ in reversed(_ADDED):
        op.drop_column(table, name)
