"""Lists of requests, proposed matches, reminders."""

from typing import Any

import sqlalchemy as sa
import store.types
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_LIST: tuple[tuple[str, sa.types.TypeEngine[Any]], ...] = (
    ("asked_on", sa.Date()),
    ("first_after", sa.Integer()),
    ("every", sa.Integer()),
    ("at_most", sa.Integer()),
    ("paused_on", sa.Date()),
    ("escalated_on", sa.Date()),
)
_ITEM: tuple[tuple[str, sa.types.TypeEngine[Any]], ...] = (
    ("wants", sa.JSON(none_as_null=True)),
    ("have", sa.String()),
    ("hint", sa.String()),
    ("source", sa.JSON(none_as_null=True)),
)


def upgrade() -> None:
    for name, kind in _LIST:
        op.add_column("client_requests", sa.Column(name, kind, nullable=True))
    op.add_column("client_requests", sa.Column("escalated", sa.Integer(), nullable=False, server_default="0"))
    for name, kind in _ITEM:
        op.add_column("request_items", sa.Column(name, kind, nullable=True))
    op.create_table(
        "item_matches",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("item_id", sa.String(length=40), nullable=False),
        sa.Column("document_id", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("covers", sa.String(length=40), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("proposed_at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=40), nullable=True),
        sa.Column("decided_at", store.types.Instant(timezone=True), nullable=True),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_item_matches_client_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["people.id"], name=op.f("fk_item_matches_decided_by")),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_item_matches_document_id")),
        sa.ForeignKeyConstraint(["item_id"], ["request_items.id"], name=op.f("fk_item_matches_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_matches")),
        sa.UniqueConstraint("item_id", "document_id", name=op.f("uq_item_matches_item_id_document_id")),
    )
    for name in ("client_id", "document_id", "item_id", "state"):
        op.create_index(op.f(f"ix_item_matches_{name}"), "item_matches", [name])
    op.create_table(
        "request_reminders",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("request_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("drafted_on", sa.Date(), nullable=False),
        sa.Column("deliverable_id", sa.String(length=40), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_request_reminders_client_id")),
        sa.ForeignKeyConstraint(["deliverable_id"], ["deliverables.id"], name=op.f("fk_request_reminders_deliverable_id")),
        sa.ForeignKeyConstraint(["request_id"], ["client_requests.id"], name=op.f("fk_request_reminders_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_reminders")),
        sa.UniqueConstraint("request_id", "number", name=op.f("uq_request_reminders_request_id_number")),
    )
    for name in ("client_id", "deliverable_id", "request_id"):
        op.create_index(op.f(f"ix_request_reminders_{name}"), "request_reminders", [name])


def downgrade() -> None:
    op.drop_table("request_reminders")
    op.drop_table("item_matches")
    for name, _ in _ITEM:
        op.drop_column("request_items", name)
    op.drop_column("client_requests", "escalated")
    for name, _ in _LIST:
        op.drop_column("client_requests", name)
