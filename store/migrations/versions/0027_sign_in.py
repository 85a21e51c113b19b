"""Second factors, passkeys, sign-in by an identity provider, invitations, service accounts."""

import sqlalchemy as sa
from alembic import op

import store.types

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_TABLES = (
    "service_accounts",
    "provider_links",
    "known_devices",
    "door_links",
    "door_challenges",
    "passkeys",
    "recovery_codes",
    "second_factors",
)


def upgrade() -> None:
    op.add_column("firm", sa.Column("second_factor", sa.String(length=20), server_default="optional", nullable=False))
    op.add_column("sign_ins", sa.Column("door", sa.String(length=40), nullable=True))
    op.add_column("sign_ins", sa.Column("fresh_at", store.types.Instant(timezone=True), nullable=True))
    op.add_column("sign_ins", sa.Column("proved_at", store.types.Instant(timezone=True), nullable=True))
    op.create_index(op.f("ix_sign_in_failures_address"), "sign_in_failures", ["address"])
    _factors()
    _doors()
    _accounts()


def downgrade() -> None:
    for name in _TABLES:
        op.drop_table(name)
    op.drop_index(op.f("ix_sign_in_failures_address"), table_name="sign_in_failures")
    for column in ("proved_at", "fresh_at", "door"):
        op.drop_column("sign_ins", column)
    op.drop_column("firm", "second_factor")


def _moment(name: str, nullable: bool = False) -> "sa.Column[object]":
    return sa.Column(name, store.types.Instant(timezone=True), nullable=nullable)


def _person(table: str) -> tuple["sa.Column[object]", sa.ForeignKeyConstraint, sa.PrimaryKeyConstraint]:
    return (
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f(f"fk_{table}_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _factors() -> None:
    op.create_table(
        "second_factors",
        sa.Column("id", sa.String(length=40), nullable=False),
        *_person("second_factors"),
        sa.Column("secret", sa.Text(), nullable=False),
        _moment("created_at"),
        _moment("confirmed_at", nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint("person_id", name=op.f("uq_second_factors_person_id")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.String(length=40), nullable=False),
        *_person("recovery_codes"),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        _moment("created_at"),
        _moment("used_at", nullable=True),
    )
    op.create_index(op.f("ix_recovery_codes_person_id"), "recovery_codes", ["person_id"])
    op.create_table(
        "passkeys",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("owner_kind", sa.String(length=10), nullable=False),
        sa.Column("owner_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("credential_id", sa.String(length=1400), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("transports", sa.JSON(), nullable=False),
        _moment("created_at"),
        _moment("used_at", nullable=True),
        _moment("revoked_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkeys")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkeys_credential_id")),
    )
    op.create_index(op.f("ix_passkeys_owner_id"), "passkeys", ["owner_id"])


def _doors() -> None:
    op.create_table(
        "door_challenges",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("binding", sa.String(length=64), nullable=False),
        sa.Column("owner_id", sa.String(length=40), nullable=True),
        sa.Column("challenge", sa.String(length=100), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        _moment("expires_at"),
        _moment("used_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_door_challenges")),
    )
    op.create_index(op.f("ix_door_challenges_binding"), "door_challenges", ["binding"])
    op.create_index(op.f("ix_door_challenges_expires_at"), "door_challenges", ["expires_at"])
    op.create_table(
        "door_links",
        sa.Column("id", sa.String(length=40), nullable=False),
        *_person("door_links"),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        _moment("created_at"),
        _moment("expires_at"),
        _moment("used_at", nullable=True),
        _moment("revoked_at", nullable=True),
        sa.UniqueConstraint("token_hash", name=op.f("uq_door_links_token_hash")),
    )
    op.create_index(op.f("ix_door_links_person_id"), "door_links", ["person_id"])
    op.create_table(
        "known_devices",
        sa.Column("id", sa.String(length=40), nullable=False),
        *_person("known_devices"),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        _moment("created_at"),
        _moment("used_at"),
        sa.UniqueConstraint("person_id", "token_hash", name=op.f("uq_known_devices_person_id_token_hash")),
    )
    op.create_index(op.f("ix_known_devices_token_hash"), "known_devices", ["token_hash"])


def _accounts() -> None:
    op.create_table(
        "provider_links",
        sa.Column("id", sa.String(length=40), nullable=False),
        *_person("provider_links"),
        sa.Column("issuer", sa.String(length=300), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        _moment("created_at"),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_provider_links_issuer_subject")),
        sa.UniqueConstraint("person_id", "issuer", name=op.f("uq_provider_links_person_id_issuer")),
    )
    op.create_table(
        "service_accounts",
        sa.Column("id", sa.String(length=40), nullable=False),
        *_person("service_accounts"),
        sa.Column("rights", sa.JSON(), nullable=False),
        sa.Column("all_clients", sa.Boolean(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        _moment("created_at"),
        _moment("expires_at"),
        _moment("revoked_at", nullable=True),
        sa.UniqueConstraint("person_id", name=op.f("uq_service_accounts_person_id")),
    )
