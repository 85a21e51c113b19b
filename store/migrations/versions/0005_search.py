"""The words of all passages; which embedder a client is searched with, and vectors that wait until all of its passages have theirs."""

import sqlalchemy as sa
from alembic import op

from store import word_index

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("clients", sa.Column("embedder", sa.String(), nullable=True))
    op.add_column("clients", sa.Column("shelf", sa.Integer(), server_default="0", nullable=False))
    op.execute(
        "UPDATE clients SET embedder = (SELECT MAX(p.embedder) FROM passages p"
        " WHERE p.client_id = clients.id AND p.vector IS NOT NULL)"
    )
    op.create_table(
        "new_vectors",
        sa.Column("passage_id", sa.String(length=40), nullable=False),
        sa.Column("embedder", sa.String(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_new_vectors_client_id")),
        sa.PrimaryKeyConstraint("passage_id", name=op.f("pk_new_vectors")),
    )
    op.create_index(op.f("ix_new_vectors_client_id"), "new_vectors", ["client_id"])
    word_index.install(op.get_bind())


def downgrade() -> None:
    word_index.remove(op.get_bind())
    op.drop_table("new_vectors")
    with op.batch_alter_table("clients") as batch:
        batch.drop_column("shelf")
        batch.drop_column("embedder")
