"""Second factors, passkeys, sign-in by an identity provider, invitations, service accounts."""

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
