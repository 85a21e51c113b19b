"""Clients and contacts: tags, custom fields, relations, ownership, saved filters."""

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
