"""Which rules read the facts of a version: those that are there were read by the first."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("document_versions") as table:
        table.add_column(sa.Column("readers", sa.String(length=20), nullable=True))
        table.create_index(op.f("ix_document_versions_readers"), ["readers"])
    versions = sa.table("document_versions", sa.column("readers", sa.String), sa.column("stage", sa.String))
    read = versions.c.stage.in_(("facts", "indexed", "superseded"))
    op.execute(versions.update().where(read).values(readers="rules-1"))


def downgrade() -> None:
    with op.batch_alter_table("document_versions") as table:
        table.drop_index(op.f("ix_document_versions_readers"))
        table.drop_column("readers")
