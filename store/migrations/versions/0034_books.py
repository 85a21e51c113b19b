"""The books of clients by period. Documents that state figures of books are read again, so that their figures are there."""

import sqlalchemy as sa
from alembic import op

import store.sealed
import store.types

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_STATEMENTS = ("trial-balance", "profit-and-loss", "balance-sheet")


def upgrade() -> None:
    op.create_table(
        "book_figures",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("document_id", sa.String(length=40), nullable=False),
        sa.Column("version_id", sa.String(length=40), nullable=False),
        sa.Column("statement", sa.String(length=16), nullable=False),
        sa.Column("measure", sa.String(length=8), nullable=False),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=True),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("number", sa.String(length=20), nullable=True),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("type", sa.String(length=10), nullable=True),
        sa.Column("told_by", sa.String(length=8), nullable=True),
        sa.Column("amount", store.types.Scaled(2), nullable=False),
        sa.Column("sign", sa.Integer(), nullable=False),
        sa.Column("basis", sa.String(length=8), nullable=True),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("quote", sa.String(), nullable=False),
        sa.Column("cell", sa.String(length=12), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("named", sa.JSON(), nullable=False),
        sa.Column("beyond", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("was", sa.JSON(), nullable=True),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.CheckConstraint(
            "statement IN ('trial-balance', 'profit-and-loss', 'balance-sheet')", name=op.f("statement_known")
        ),
        sa.CheckConstraint("measure IN ('opening', 'activity', 'closing')", name=op.f("measure_known")),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_book_figures_client_id")),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_book_figures_document_id")),
        sa.ForeignKeyConstraint(["version_id"], ["document_versions.id"], name=op.f("fk_book_figures_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_book_figures")),
    )
    for name in ("client_id", "document_id", "version_id"):
        op.create_index(op.f(f"ix_book_figures_{name}"), "book_figures", [name])
    op.create_index("ix_book_figures_client_period", "book_figures", ["client_id", "statement", "period_end"])
    documents = sa.table("documents", sa.column("id"), sa.column("kind"))
    versions = sa.table("document_versions", sa.column("document_id"), sa.column("readers"))
    of_books = sa.select(documents.c.id).where(documents.c.kind.in_(_STATEMENTS))
    op.execute(versions.update().where(versions.c.document_id.in_(of_books)).values(readers=None))


def downgrade() -> None:
    op.drop_table("book_figures")
