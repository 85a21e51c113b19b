"""What people correct in the facts of documents, what opens locked files, what a model read of them."""

import sqlalchemy as sa
from alembic import op

import store.types

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fact_corrections",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("document_id", sa.String(length=40), nullable=False),
        sa.Column("version_id", sa.String(length=40), nullable=False),
        sa.Column("action", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=True),
        sa.Column("type", sa.String(length=10), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("was", sa.Text(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("read", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_fact_corrections_client_id")),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_fact_corrections_document_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_fact_corrections_person_id")),
        sa.ForeignKeyConstraint(["version_id"], ["document_versions.id"], name=op.f("fk_fact_corrections_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fact_corrections")),
    )
    op.create_index(op.f("ix_fact_corrections_client_id"), "fact_corrections", ["client_id"])
    op.create_index(op.f("ix_fact_corrections_document_id"), "fact_corrections", ["document_id"])
    op.create_table(
        "kept_passwords",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=True),
        sa.Column("at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_kept_passwords_client_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_kept_passwords_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_passwords")),
    )
    op.create_index(op.f("ix_kept_passwords_client_id"), "kept_passwords", ["client_id"])
    op.add_column("document_versions", sa.Column("opened_with", sa.String(length=60), nullable=True))
    op.add_column("document_versions", sa.Column("filled", sa.JSON(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("document_versions") as batch:
        batch.drop_column("filled")
        batch.drop_column("opened_with")
    op.drop_table("kept_passwords")
    op.drop_table("fact_corrections")
