"""Teams of a client, walls that ended, glass that was broken, roles of the firm's own."""

import sqlalchemy as sa
from alembic import op

import store.types

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _roles()
    _clients()
    # as both databases understand it: triggers of other tables look at people, so that it cannot be made anew
    for table, column, to in (("people", "own_role_id", "firm_roles"), ("walls", "set_by", "people")):
        key = f"CONSTRAINT fk_{table}_{column} REFERENCES {to} (id)"
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} VARCHAR(40) {key}")
    op.add_column("people", sa.Column("glass_until", store.types.Instant(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("walls", "set_by")
    op.drop_column("people", "glass_until")
    op.drop_column("people", "own_role_id")
    op.drop_index(op.f("ix_glass_person_id_until"), table_name="glass")
    op.drop_index(op.f("ix_glass_client_id"), table_name="glass")
    op.drop_table("glass")
    op.drop_index(op.f("ix_ended_walls_person_id"), table_name="ended_walls")
    op.drop_index(op.f("ix_ended_walls_client_id"), table_name="ended_walls")
    op.drop_table("ended_walls")
    op.drop_index(op.f("ix_team_members_person_id_client_id"), table_name="team_members")
    op.drop_index(op.f("ix_team_members_client_id"), table_name="team_members")
    op.drop_table("team_members")
    op.drop_table("role_rights")
    op.drop_table("firm_roles")


def _roles() -> None:
    op.create_table(
        "firm_roles",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("base", sa.String(length=10), nullable=False),
        sa.Column("made_at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firm_roles")),
        sa.UniqueConstraint("name", name=op.f("uq_firm_roles_name")),
        sa.UniqueConstraint("slug", name=op.f("uq_firm_roles_slug")),
    )
    op.create_table(
        "role_rights",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("role_id", sa.String(length=40), nullable=False),
        sa.Column("right", sa.String(length=40), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["role_id"], ["firm_roles.id"], name=op.f("fk_role_rights_role_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_rights")),
        sa.UniqueConstraint("role_id", "right", name=op.f("uq_role_rights_role_id_right")),
    )


def _clients() -> None:
    op.create_table(
        "team_members",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("added_by", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["added_by"], ["people.id"], name=op.f("fk_team_members_added_by")),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_team_members_client_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_team_members_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_members")),
        sa.UniqueConstraint("client_id", "person_id", name=op.f("uq_team_members_client_id_person_id")),
    )
    op.create_index(op.f("ix_team_members_client_id"), "team_members", ["client_id"])
    op.create_index(op.f("ix_team_members_person_id_client_id"), "team_members", ["person_id", "client_id"])
    op.create_table(
        "ended_walls",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_on", sa.Date(), nullable=False),
        sa.Column("set_by", sa.String(length=40), nullable=True),
        sa.Column("ended_at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("ended_by", sa.String(length=40), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_ended_walls_client_id")),
        sa.ForeignKeyConstraint(["ended_by"], ["people.id"], name=op.f("fk_ended_walls_ended_by")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_ended_walls_person_id")),
        sa.ForeignKeyConstraint(["set_by"], ["people.id"], name=op.f("fk_ended_walls_set_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ended_walls")),
    )
    op.create_index(op.f("ix_ended_walls_client_id"), "ended_walls", ["client_id"])
    op.create_index(op.f("ix_ended_walls_person_id"), "ended_walls", ["person_id"])
    op.create_table(
        "glass",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opened_at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("until", store.types.Instant(timezone=True), nullable=False),
        sa.Column("ended_at", store.types.Instant(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_glass_client_id")),
        sa.ForeignKeyConstraint(["ended_by"], ["people.id"], name=op.f("fk_glass_ended_by")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_glass_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_glass")),
    )
    op.create_index(op.f("ix_glass_client_id"), "glass", ["client_id"])
    op.create_index(op.f("ix_glass_person_id_until"), "glass", ["person_id", "until"])
