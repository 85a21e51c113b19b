"""Conflict searches, court events, fee agreements, the journal and the reconciliations of trust money; what guards them."""

import sqlalchemy as sa
from alembic import op

import store.types
from store import triggers

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _tables()
    _journal()
    with op.batch_alter_table("trust_ledgers") as batch:
        batch.add_column(sa.Column("fill_to", store.types.Scaled(2), nullable=True))
    with op.batch_alter_table("trust_entries") as batch:
        batch.add_column(sa.Column("entered_at", store.types.Instant(timezone=True), nullable=True))
    with op.batch_alter_table("entered_deadlines") as batch:
        batch.add_column(sa.Column("event_id", sa.String(length=40), nullable=True))
        batch.add_column(sa.Column("confirmed_on", sa.Date(), nullable=True))
        batch.create_foreign_key(op.f("fk_entered_deadlines_event_id"), "court_events", ["event_id"], ["id"])
        batch.create_index(op.f("ix_entered_deadlines_event_id"), ["event_id"])
    # what was loaded before there was a journal stands in it from now on
    op.execute(
        """INSERT INTO trust_journal (id, client_id, entry_id, kind, "on", amount, memo)
           SELECT 'line_' || substr(id, 6), client_id, id, 'loaded', "on", amount, memo FROM trust_entries"""
    )
    triggers.install(op.get_bind(), "0022")


def downgrade() -> None:
    triggers.remove(op.get_bind(), "0022")
    with op.batch_alter_table("entered_deadlines") as batch:
        batch.drop_index(op.f("ix_entered_deadlines_event_id"))
        batch.drop_constraint(op.f("fk_entered_deadlines_event_id"), type_="foreignkey")
        batch.drop_column("confirmed_on")
        batch.drop_column("event_id")
    with op.batch_alter_table("trust_entries") as batch:
        batch.drop_column("entered_at")
    with op.batch_alter_table("trust_ledgers") as batch:
        batch.drop_column("fill_to")
    op.drop_index(op.f("ix_trust_journal_on"), table_name="trust_journal")
    op.drop_index(op.f("ix_trust_journal_invoice_id"), table_name="trust_journal")
    op.drop_index(op.f("ix_trust_journal_client_id"), table_name="trust_journal")
    op.drop_table("trust_journal")
    op.drop_index(op.f("ix_conflict_hits_search_id"), table_name="conflict_hits")
    op.drop_index(op.f("ix_conflict_hits_client_id"), table_name="conflict_hits")
    op.drop_table("conflict_hits")
    op.drop_index(op.f("ix_conflict_decisions_search_id"), table_name="conflict_decisions")
    op.drop_index(op.f("ix_conflict_decisions_client_id"), table_name="conflict_decisions")
    op.drop_table("conflict_decisions")
    op.drop_table("trust_reconciliations")
    op.drop_index(op.f("ix_fee_agreements_client_id"), table_name="fee_agreements")
    op.drop_table("fee_agreements")
    op.drop_index(op.f("ix_court_events_engagement_id"), table_name="court_events")
    op.drop_index(op.f("ix_court_events_client_id"), table_name="court_events")
    op.drop_table("court_events")
    op.drop_index(op.f("ix_conflict_searches_person_id"), table_name="conflict_searches")
    op.drop_index(op.f("ix_conflict_searches_engagement_id"), table_name="conflict_searches")
    op.drop_index(op.f("ix_conflict_searches_client_id"), table_name="conflict_searches")
    op.drop_table("conflict_searches")


def _tables() -> None:
    op.create_table(
        "conflict_searches",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=True),
        sa.Column("client_id", sa.String(length=40), nullable=True),
        sa.Column("engagement_id", sa.String(length=40), nullable=True),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_conflict_searches_client_id")),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagements.id"], name=op.f("fk_conflict_searches_engagement_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_conflict_searches_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict_searches")),
    )
    op.create_index(op.f("ix_conflict_searches_client_id"), "conflict_searches", ["client_id"], unique=False)
    op.create_index(op.f("ix_conflict_searches_engagement_id"), "conflict_searches", ["engagement_id"], unique=False)
    op.create_index(op.f("ix_conflict_searches_person_id"), "conflict_searches", ["person_id"], unique=False)
    op.create_table(
        "court_events",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("engagement_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("by_mail", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=2), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("entered_by", sa.String(length=40), nullable=False),
        sa.Column("at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_court_events_client_id")),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagements.id"], name=op.f("fk_court_events_engagement_id")),
        sa.ForeignKeyConstraint(["entered_by"], ["people.id"], name=op.f("fk_court_events_entered_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_court_events")),
    )
    op.create_index(op.f("ix_court_events_client_id"), "court_events", ["client_id"], unique=False)
    op.create_index(op.f("ix_court_events_engagement_id"), "court_events", ["engagement_id"], unique=False)
    op.create_table(
        "fee_agreements",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("engagement_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("rate", store.types.Scaled(2), nullable=True),
        sa.Column("flat", store.types.Scaled(2), nullable=True),
        sa.Column("percent", store.types.Scaled(4), nullable=True),
        sa.Column("costs_first", sa.Boolean(), nullable=True),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("set_by", sa.String(length=40), nullable=False),
        sa.Column("at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_fee_agreements_client_id")),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagements.id"], name=op.f("fk_fee_agreements_engagement_id")),
        sa.ForeignKeyConstraint(["set_by"], ["people.id"], name=op.f("fk_fee_agreements_set_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_agreements")),
        sa.UniqueConstraint("engagement_id", name=op.f("uq_fee_agreements_engagement_id")),
    )
    op.create_index(op.f("ix_fee_agreements_client_id"), "fee_agreements", ["client_id"], unique=False)
    _decided()


def _decided() -> None:
    op.create_table(
        "trust_reconciliations",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("bank_balance", store.types.Scaled(2), nullable=False),
        sa.Column("document_id", sa.String(length=40), nullable=True),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("found", sa.JSON(), nullable=True),
        sa.Column("prepared_by", sa.String(length=40), nullable=False),
        sa.Column("prepared_at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("signed_by", sa.String(length=40), nullable=True),
        sa.Column("signed_at", store.types.Instant(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('draft', 'signed')", name="state_known"),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_trust_reconciliations_document_id")),
        sa.ForeignKeyConstraint(["prepared_by"], ["people.id"], name=op.f("fk_trust_reconciliations_prepared_by")),
        sa.ForeignKeyConstraint(["signed_by"], ["people.id"], name=op.f("fk_trust_reconciliations_signed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trust_reconciliations")),
        sa.UniqueConstraint("month", name=op.f("uq_trust_reconciliations_month")),
    )
    op.create_table(
        "conflict_decisions",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("search_id", sa.String(length=40), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("at", store.types.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_conflict_decisions_client_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_conflict_decisions_person_id")),
        sa.ForeignKeyConstraint(["search_id"], ["conflict_searches.id"], name=op.f("fk_conflict_decisions_search_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict_decisions")),
        sa.UniqueConstraint("search_id", "number", name=op.f("uq_conflict_decisions_search_id_number")),
    )
    op.create_index(op.f("ix_conflict_decisions_client_id"), "conflict_decisions", ["client_id"], unique=False)
    op.create_index(op.f("ix_conflict_decisions_search_id"), "conflict_decisions", ["search_id"], unique=False)
    op.create_table(
        "conflict_hits",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("search_id", sa.String(length=40), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=True),
        sa.Column("engagement_id", sa.String(length=40), nullable=True),
        sa.Column("asked", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=14), nullable=False),
        sa.Column("record_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("known_as", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("why", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_conflict_hits_client_id")),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagements.id"], name=op.f("fk_conflict_hits_engagement_id")),
        sa.ForeignKeyConstraint(["search_id"], ["conflict_searches.id"], name=op.f("fk_conflict_hits_search_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict_hits")),
    )
    op.create_index(op.f("ix_conflict_hits_client_id"), "conflict_hits", ["client_id"], unique=False)
    op.create_index(op.f("ix_conflict_hits_search_id"), "conflict_hits", ["search_id"], unique=False)


def _journal() -> None:
    op.create_table(
        "trust_journal",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=True),
        sa.Column("entry_id", sa.String(length=40), nullable=True),
        sa.Column("own", sa.String(length=10), nullable=True),
        sa.Column("kind", sa.String(length=14), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("amount", store.types.Scaled(2), nullable=False),
        sa.Column("payee", sa.String(), nullable=True),
        sa.Column("number", sa.String(length=30), nullable=True),
        sa.Column("memo", sa.Text(), nullable=False),
        sa.Column("cleared_on", sa.Date(), nullable=True),
        sa.Column("reverses_id", sa.String(length=40), nullable=True),
        sa.Column("invoice_id", sa.String(length=40), nullable=True),
        sa.Column("payment_id", sa.String(length=40), nullable=True),
        sa.Column("person_id", sa.String(length=40), nullable=True),
        sa.Column("at", store.types.Instant(timezone=True), nullable=True),
        sa.CheckConstraint("(entry_id IS NULL) <> (own IS NULL)", name="whose_it_is"),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_trust_journal_client_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["trust_entries.id"], name=op.f("fk_trust_journal_entry_id")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoices.id"], name=op.f("fk_trust_journal_invoice_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("fk_trust_journal_payment_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_trust_journal_person_id")),
        sa.ForeignKeyConstraint(["reverses_id"], ["trust_journal.id"], name=op.f("fk_trust_journal_reverses_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trust_journal")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_trust_journal_entry_id")),
        sa.UniqueConstraint("payment_id", name=op.f("uq_trust_journal_payment_id")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_trust_journal_reverses_id")),
    )
    op.create_index(op.f("ix_trust_journal_client_id"), "trust_journal", ["client_id"], unique=False)
    op.create_index(op.f("ix_trust_journal_invoice_id"), "trust_journal", ["invoice_id"], unique=False)
    op.create_index(op.f("ix_trust_journal_on"), "trust_journal", ["on"], unique=False)
