"""Several lists of requests for one engagement; issued bills and write-offs follow a client that is merged, and change in nothing else."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import text

from store import triggers
from store.guard import Guard

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

_ONE = "uq_client_requests_engagement_id"
_BEFORE = (
    Guard(
        "bills_locked",
        "bills",
        "UPDATE",
        "OLD.state <> 'draft'",
        "an invoice that was issued cannot be changed; credit it",
    ),
    Guard(
        "bill_lines_update",
        "bill_lines",
        "UPDATE",
        "EXISTS (SELECT 1 FROM bills b WHERE b.id = OLD.bill_id AND b.state <> 'draft')",
        "an invoice that was issued cannot be changed; credit it",
    ),
    Guard(
        "wip_adjustments_no_update",
        "wip_adjustments",
        "UPDATE",
        "1 = 1",
        "a write-off, write-down or write-up cannot be changed",
    ),
)
# The items of a list go to the engagement's first list; the other lists go, with what was sent of reminders for them.
_FOLD = (
    "DELETE FROM request_reminders WHERE request_id IN (SELECT l.id FROM client_requests l WHERE l.engagement_id IS NOT NULL"
    " AND l.id <> (SELECT MIN(o.id) FROM client_requests o WHERE o.engagement_id = l.engagement_id))",
    "UPDATE request_items SET request_id = COALESCE((SELECT MIN(o.id) FROM client_requests o"
    " JOIN client_requests l ON l.engagement_id = o.engagement_id WHERE l.id = request_items.request_id), request_id)",
    "DELETE FROM client_requests WHERE engagement_id IS NOT NULL AND id <> "
    "(SELECT MIN(o.id) FROM client_requests o WHERE o.engagement_id = client_requests.engagement_id)",
)


def upgrade() -> None:
    with op.batch_alter_table("client_requests") as batch:
        batch.drop_constraint(_ONE, type_="unique")
        batch.create_index(op.f("ix_client_requests_engagement_id"), ["engagement_id"])
        batch.add_column(sa.Column("due", sa.Date(), nullable=True))
        batch.add_column(sa.Column("closed_on", sa.Date(), nullable=True))
    triggers.renew(op.get_bind(), "0038")


def downgrade() -> None:
    triggers.remove(op.get_bind(), "0038")
    triggers.renew_these(op.get_bind(), _BEFORE)
    for statement in _FOLD:
        op.execute(text(statement))
    with op.batch_alter_table("client_requests") as batch:
        batch.drop_column("closed_on")
        batch.drop_column("due")
        batch.drop_index(op.f("ix_client_requests_engagement_id"))
        batch.create_unique_constraint(_ONE, ["engagement_id"])
