"""The client's side: sessions and links of contacts, what they sent, messages."""

import sqlalchemy as sa
from alembic import op

import store.types

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _ways_in()
    op.create_table(
        "portal_uploads",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("contact_id", sa.String(length=40), nullable=False),
        sa.Column("item_id", sa.String(length=40), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("blob", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("document_id", sa.String(length=40), nullable=True),
        sa.Column("sent_at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=40), nullable=True),
        sa.Column("decided_at", store.types.Instant(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.CheckConstraint("state IN ('received', 'taken', 'doubled', 'held', 'dropped')", name="state_known"),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_portal_uploads_client_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_portal_uploads_contact_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["people.id"], name=op.f("fk_portal_uploads_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portal_uploads")),
    )
    for name in ("blob", "client_id", "contact_id", "document_id", "item_id", "state"):
        op.create_index(op.f(f"ix_portal_uploads_{name}"), "portal_uploads", [name])
    # a reference can only be added with its column by copying the table on SQLite; no trigger speaks of this one
    with op.batch_alter_table("item_matches") as batch:
        batch.add_column(sa.Column("sent_by", sa.String(length=40), nullable=True))
        batch.create_foreign_key(op.f("fk_item_matches_sent_by"), "contacts", ["sent_by"], ["id"])


def _ways_in() -> None:
    op.create_table(
        "portal_accesses",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("contact_id", sa.String(length=40), nullable=False),
        sa.Column("granted_by", sa.String(length=40), nullable=False),
        sa.Column("granted_at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("revoked_by", sa.String(length=40), nullable=True),
        sa.Column("revoked_at", store.types.Instant(timezone=True), nullable=True),
        sa.Column("asked_at", store.types.Instant(timezone=True), nullable=True),
        sa.Column("seen_at", store.types.Instant(timezone=True), nullable=True),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_portal_accesses_client_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_portal_accesses_contact_id")),
        sa.ForeignKeyConstraint(["granted_by"], ["people.id"], name=op.f("fk_portal_accesses_granted_by")),
        sa.ForeignKeyConstraint(["revoked_by"], ["people.id"], name=op.f("fk_portal_accesses_revoked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portal_accesses")),
        sa.UniqueConstraint("client_id", "contact_id", name=op.f("uq_portal_accesses_client_id_contact_id")),
    )
    for name in ("client_id", "contact_id"):
        op.create_index(op.f(f"ix_portal_accesses_{name}"), "portal_accesses", [name])
    op.create_table(
        "portal_links",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("contact_id", sa.String(length=40), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=True),
        sa.Column("request_id", sa.String(length=40), nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("made_by", sa.String(length=40), nullable=True),
        sa.Column("made_at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("expires_at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("ended_at", store.types.Instant(timezone=True), nullable=True),
        sa.Column("used", sa.Boolean(), nullable=False),
        sa.Column("mail", sa.String(length=8), nullable=False),
        sa.Column("mail_to", sa.String(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", store.types.Instant(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.CheckConstraint("mail IN ('none', 'waiting', 'sending', 'sent', 'failed')", name="mail_known"),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_portal_links_client_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_portal_links_contact_id")),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name=op.f("fk_portal_links_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portal_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_portal_links_token_hash")),
    )
    for name in ("client_id", "contact_id", "mail"):
        op.create_index(op.f(f"ix_portal_links_{name}"), "portal_links", [name])
    op.create_table(
        "portal_sessions",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("contact_id", sa.String(length=40), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("opened_at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("used_at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("expires_at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("ended_at", store.types.Instant(timezone=True), nullable=True),
        sa.Column("agent", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_portal_sessions_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portal_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_portal_sessions_token_hash")),
    )
    op.create_index(op.f("ix_portal_sessions_contact_id"), "portal_sessions", ["contact_id"])


def downgrade() -> None:
    with op.batch_alter_table("item_matches") as batch:
        batch.drop_constraint(op.f("fk_item_matches_sent_by"), type_="foreignkey")
        batch.drop_column("sent_by")
    for name in ("portal_uploads", "portal_sessions", "portal_links", "portal_accesses"):
        op.drop_table(name)
