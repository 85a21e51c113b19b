"""The index of superseded documents holds those alone: SQLite took "not superseded" for rare, and read all documents of a firm for each
batch of clients."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

_NAME, _SUPERSEDED = "ix_documents_superseded_by", sa.text("superseded_by IS NOT NULL")


def upgrade() -> None:
    op.drop_index(_NAME, table_name="documents")
    op.create_index(_NAME, "documents", ["superseded_by"], sqlite_where=_SUPERSEDED, postgresql_where=_SUPERSEDED)


def downgrade() -> None:
    op.drop_index(_NAME, table_name="documents")
    op.create_index(_NAME, "documents", ["superseded_by"])
