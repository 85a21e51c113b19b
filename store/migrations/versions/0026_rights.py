"""Teams of a client, walls that ended, glass that was broken, roles of the firm's own."""

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
