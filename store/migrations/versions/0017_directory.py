"""Clients and contacts: tags, custom fields, states, lifecycle, relations, ownership, saved filters, what was merged."""

import sqlalchemy as sa
from alembic import op

import store.types

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "custom_fields",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("of", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custom_fields")),
        sa.UniqueConstraint("of", "name", name=op.f("uq_custom_fields_of_name")),
    )
    op.create_table(
        "tags",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tags")),
        sa.UniqueConstraint("name", name=op.f("uq_tags_name")),
    )
    op.create_table(
        "merged_contacts",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("contact_id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=True),
        sa.Column("at", store.types.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_merged_contacts_contact_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_merged_contacts_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merged_contacts")),
    )
    op.create_index(op.f("ix_merged_contacts_contact_id"), "merged_contacts", ["contact_id"])
    op.create_table(
        "saved_filters",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("query", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_saved_filters_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filters")),
        sa.UniqueConstraint("person_id", "name", name=op.f("uq_saved_filters_person_id_name")),
    )
    op.create_table(
        "client_tags",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("tag_id", sa.String(length=40), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_client_tags_client_id")),
        sa.ForeignKeyConstraint(["tag_id"], ["tags.id"], name=op.f("fk_client_tags_tag_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_tags")),
        sa.UniqueConstraint("client_id", "tag_id", name=op.f("uq_client_tags_client_id_tag_id")),
    )
    op.create_index(op.f("ix_client_tags_client_id"), "client_tags", ["client_id"])
    op.create_index(op.f("ix_client_tags_tag_id"), "client_tags", ["tag_id"])
    op.create_table(
        "filing_states",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=2), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_filing_states_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing_states")),
        sa.UniqueConstraint("client_id", "state", name=op.f("uq_filing_states_client_id_state")),
    )
    op.create_index(op.f("ix_filing_states_client_id"), "filing_states", ["client_id"])
    op.create_table(
        "lifecycle_changes",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("before", sa.String(length=20), nullable=False),
        sa.Column("after", sa.String(length=20), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_lifecycle_changes_client_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_lifecycle_changes_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lifecycle_changes")),
    )
    op.create_index(op.f("ix_lifecycle_changes_client_id"), "lifecycle_changes", ["client_id"])
    op.create_table(
        "merged_clients",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("merged_id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=True),
        sa.Column("at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_merged_clients_client_id")),
        sa.ForeignKeyConstraint(["merged_id"], ["clients.id"], name=op.f("fk_merged_clients_merged_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_merged_clients_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merged_clients")),
        sa.UniqueConstraint("merged_id", name=op.f("uq_merged_clients_merged_id")),
    )
    op.create_index(op.f("ix_merged_clients_client_id"), "merged_clients", ["client_id"])
    op.create_table(
        "ownership_shares",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("contact_id", sa.String(length=40), nullable=True),
        sa.Column("owner_client_id", sa.String(length=40), nullable=True),
        sa.Column("pct", store.types.Scaled(4), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.CheckConstraint("(contact_id IS NULL) <> (owner_client_id IS NULL)", name="one_owner"),
        sa.CheckConstraint("valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from", name="in_order"),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_ownership_shares_client_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_ownership_shares_contact_id")),
        sa.ForeignKeyConstraint(["owner_client_id"], ["clients.id"], name=op.f("fk_ownership_shares_owner_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ownership_shares")),
    )
    op.create_index(op.f("ix_ownership_shares_client_id"), "ownership_shares", ["client_id"])
    op.create_index(op.f("ix_ownership_shares_contact_id"), "ownership_shares", ["contact_id"])
    op.create_index(op.f("ix_ownership_shares_owner_client_id"), "ownership_shares", ["owner_client_id"])
    op.create_table(
        "relations",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("from_client_id", sa.String(length=40), nullable=True),
        sa.Column("from_contact_id", sa.String(length=40), nullable=True),
        sa.Column("to_client_id", sa.String(length=40), nullable=True),
        sa.Column("to_contact_id", sa.String(length=40), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint("(from_client_id IS NULL) <> (from_contact_id IS NULL)", name="one_from"),
        sa.CheckConstraint("(to_client_id IS NULL) <> (to_contact_id IS NULL)", name="one_to"),
        sa.ForeignKeyConstraint(["from_client_id"], ["clients.id"], name=op.f("fk_relations_from_client_id")),
        sa.ForeignKeyConstraint(["from_contact_id"], ["contacts.id"], name=op.f("fk_relations_from_contact_id")),
        sa.ForeignKeyConstraint(["to_client_id"], ["clients.id"], name=op.f("fk_relations_to_client_id")),
        sa.ForeignKeyConstraint(["to_contact_id"], ["contacts.id"], name=op.f("fk_relations_to_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relations")),
    )
    op.create_index(op.f("ix_relations_from_client_id"), "relations", ["from_client_id"])
    op.create_index(op.f("ix_relations_from_contact_id"), "relations", ["from_contact_id"])
    op.create_index(op.f("ix_relations_to_client_id"), "relations", ["to_client_id"])
    op.create_index(op.f("ix_relations_to_contact_id"), "relations", ["to_contact_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_relations_to_contact_id"), table_name="relations")
    op.drop_index(op.f("ix_relations_to_client_id"), table_name="relations")
    op.drop_index(op.f("ix_relations_from_contact_id"), table_name="relations")
    op.drop_index(op.f("ix_relations_from_client_id"), table_name="relations")
    op.drop_table("relations")
    op.drop_index(op.f("ix_ownership_shares_owner_client_id"), table_name="ownership_shares")
    op.drop_index(op.f("ix_ownership_shares_contact_id"), table_name="ownership_shares")
    op.drop_index(op.f("ix_ownership_shares_client_id"), table_name="ownership_shares")
    op.drop_table("ownership_shares")
    op.drop_index(op.f("ix_merged_clients_client_id"), table_name="merged_clients")
    op.drop_table("merged_clients")
    op.drop_index(op.f("ix_lifecycle_changes_client_id"), table_name="lifecycle_changes")
    op.drop_table("lifecycle_changes")
    op.drop_index(op.f("ix_filing_states_client_id"), table_name="filing_states")
    op.drop_table("filing_states")
    op.drop_index(op.f("ix_client_tags_tag_id"), table_name="client_tags")
    op.drop_index(op.f("ix_client_tags_client_id"), table_name="client_tags")
    op.drop_table("client_tags")
    op.drop_table("saved_filters")
    op.drop_index(op.f("ix_merged_contacts_contact_id"), table_name="merged_contacts")
    op.drop_table("merged_contacts")
    op.drop_table("tags")
    op.drop_table("custom_fields")
