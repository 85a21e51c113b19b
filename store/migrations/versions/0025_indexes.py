"""Indexes for a thousand clients: what each client's last scan found, whose work a client is, what came into the inbox."""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_NEW = (
    ("ix_engagements_owner_id_client_id", "engagements", ["owner_id", "client_id"]),
    (
        "ix_messages_direction_sent_at_client_id_thread",
        "messages",
        ["direction", "sent_at", "client_id", "thread", "id"],
    ),
    ("ix_tasks_owner_id_client_id", "tasks", ["owner_id", "client_id"]),
    ("ix_client_scans_client_id_as_of", "client_scans", ["client_id", "as_of"]),
    ("ix_signals_client_id_as_of", "signals", ["client_id", "as_of"]),
)


def upgrade() -> None:
    for name, table, columns in _NEW:
        op.create_index(op.f(name), table, columns)


def downgrade() -> None:
    for name, table, _ in reversed(_NEW):
        op.drop_index(op.f(name), table_name=table)
