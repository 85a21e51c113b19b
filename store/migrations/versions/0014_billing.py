"""Rates, timers, drafts of invoices, write-offs, receipts and the counter of invoice numbers; what became of time and expenses."""

import sqlalchemy as sa
from alembic import op

import store.types
from store import triggers

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "counters",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counters")),
    )
    op.create_table(
        "rates",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=True),
        sa.Column("client_id", sa.String(length=40), nullable=True),
        sa.Column("service", sa.String(), nullable=True),
        sa.Column("amount", store.types.Scaled(2), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("set_by", sa.String(length=40), nullable=False),
        sa.Column("set_at", store.types.Instant(timezone=True), nullable=False),
        sa.CheckConstraint(
            "person_id IS NOT NULL OR client_id IS NOT NULL OR service IS NOT NULL", name="names_something"
        ),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_rates_client_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_rates_person_id")),
        sa.ForeignKeyConstraint(["set_by"], ["people.id"], name=op.f("fk_rates_set_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rates")),
    )
    op.create_index(op.f("ix_rates_client_id"), "rates", ["client_id"])
    op.create_index(op.f("ix_rates_person_id"), "rates", ["person_id"])
    op.create_table(
        "recurring_fees",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("engagement_id", sa.String(length=40), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("amount", store.types.Scaled(2), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_recurring_fees_client_id")),
        sa.ForeignKeyConstraint(["created_by"], ["people.id"], name=op.f("fk_recurring_fees_created_by")),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagements.id"], name=op.f("fk_recurring_fees_engagement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recurring_fees")),
    )
    op.create_index(op.f("ix_recurring_fees_client_id"), "recurring_fees", ["client_id"])
    op.create_table(
        "timers",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("engagement_id", sa.String(length=40), nullable=True),
        sa.Column("service", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("started_at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_timers_client_id")),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagements.id"], name=op.f("fk_timers_engagement_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_timers_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timers")),
    )
    op.create_index(op.f("ix_timers_client_id"), "timers", ["client_id"])
    op.create_index(op.f("ix_timers_person_id"), "timers", ["person_id"])
    op.create_table(
        "bills",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("engagement_id", sa.String(length=40), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("through", sa.Date(), nullable=False),
        sa.Column("terms", sa.Integer(), nullable=False),
        sa.Column("percent", store.types.Scaled(4), nullable=True),
        sa.Column("invoice_id", sa.String(length=40), nullable=True),
        sa.Column("credits_id", sa.String(length=40), nullable=True),
        sa.Column("voids", sa.Boolean(), nullable=False),
        sa.Column("recurring_id", sa.String(length=40), nullable=True),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("created_at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("issued_by", sa.String(length=40), nullable=True),
        sa.Column("issued_at", store.types.Instant(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.CheckConstraint("(state = 'issued') = (invoice_id IS NOT NULL)", name="issued_has_number"),
        sa.CheckConstraint("state IN ('draft', 'issued', 'discarded')", name="state_known"),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_bills_client_id")),
        sa.ForeignKeyConstraint(["created_by"], ["people.id"], name=op.f("fk_bills_created_by")),
        sa.ForeignKeyConstraint(["credits_id"], ["invoices.id"], name=op.f("fk_bills_credits_id")),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagements.id"], name=op.f("fk_bills_engagement_id")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoices.id"], name=op.f("fk_bills_invoice_id")),
        sa.ForeignKeyConstraint(["issued_by"], ["people.id"], name=op.f("fk_bills_issued_by")),
        sa.ForeignKeyConstraint(["recurring_id"], ["recurring_fees.id"], name=op.f("fk_bills_recurring_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bills")),
        sa.UniqueConstraint("invoice_id", name=op.f("uq_bills_invoice_id")),
    )
    op.create_index(op.f("ix_bills_client_id"), "bills", ["client_id"])
    op.create_index(op.f("ix_bills_credits_id"), "bills", ["credits_id"])
    op.create_table(
        "bill_lines",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("bill_id", sa.String(length=40), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("hours", store.types.Scaled(2), nullable=True),
        sa.Column("amount", store.types.Scaled(2), nullable=False),
        sa.Column("standard", store.types.Scaled(2), nullable=False),
        sa.Column("time_entry_id", sa.String(length=40), nullable=True),
        sa.Column("expense_id", sa.String(length=40), nullable=True),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["bill_id"], ["bills.id"], name=op.f("fk_bill_lines_bill_id")),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_bill_lines_client_id")),
        sa.ForeignKeyConstraint(["expense_id"], ["expenses.id"], name=op.f("fk_bill_lines_expense_id")),
        sa.ForeignKeyConstraint(["time_entry_id"], ["time_entries.id"], name=op.f("fk_bill_lines_time_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bill_lines")),
    )
    op.create_index(op.f("ix_bill_lines_bill_id"), "bill_lines", ["bill_id"])
    op.create_index(op.f("ix_bill_lines_client_id"), "bill_lines", ["client_id"])
    op.create_index(op.f("ix_bill_lines_expense_id"), "bill_lines", ["expense_id"])
    op.create_index(op.f("ix_bill_lines_time_entry_id"), "bill_lines", ["time_entry_id"])
    op.create_table(
        "receipts",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("payment_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("memo", sa.Text(), nullable=False),
        sa.Column("pair_id", sa.String(length=40), nullable=True),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_receipts_client_id")),
        sa.ForeignKeyConstraint(["pair_id"], ["payments.id"], name=op.f("fk_receipts_pair_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("fk_receipts_payment_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_receipts_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipts")),
        sa.UniqueConstraint("payment_id", name=op.f("uq_receipts_payment_id")),
    )
    op.create_index(op.f("ix_receipts_client_id"), "receipts", ["client_id"])
    op.create_table(
        "wip_adjustments",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("engagement_id", sa.String(length=40), nullable=True),
        sa.Column("time_entry_id", sa.String(length=40), nullable=True),
        sa.Column("expense_id", sa.String(length=40), nullable=True),
        sa.Column("invoice_id", sa.String(length=40), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("amount", store.types.Scaled(2), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_wip_adjustments_client_id")),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagements.id"], name=op.f("fk_wip_adjustments_engagement_id")),
        sa.ForeignKeyConstraint(["expense_id"], ["expenses.id"], name=op.f("fk_wip_adjustments_expense_id")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoices.id"], name=op.f("fk_wip_adjustments_invoice_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_wip_adjustments_person_id")),
        sa.ForeignKeyConstraint(["time_entry_id"], ["time_entries.id"], name=op.f("fk_wip_adjustments_time_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wip_adjustments")),
    )
    op.create_index(op.f("ix_wip_adjustments_client_id"), "wip_adjustments", ["client_id"])
    op.create_index(op.f("ix_wip_adjustments_expense_id"), "wip_adjustments", ["expense_id"])
    op.create_index(op.f("ix_wip_adjustments_invoice_id"), "wip_adjustments", ["invoice_id"])
    op.create_index(op.f("ix_wip_adjustments_time_entry_id"), "wip_adjustments", ["time_entry_id"])
    op.add_column("expenses", sa.Column("entered_by", sa.String(length=40), nullable=True))
    op.add_column("expenses", sa.Column("written_off_on", sa.Date(), nullable=True))
    op.add_column("time_entries", sa.Column("entered_at", store.types.Instant(timezone=True), nullable=True))
    op.add_column("time_entries", sa.Column("approved_by", sa.String(length=40), nullable=True))
    op.add_column("time_entries", sa.Column("approved_on", sa.Date(), nullable=True))
    op.add_column("time_entries", sa.Column("written_off_on", sa.Date(), nullable=True))
    # the row is there from the start, so that two who take the first number at once wait for each other
    op.execute("INSERT INTO counters (name, last) VALUES ('invoice', 0)")
    triggers.install(op.get_bind(), "0014")


def downgrade() -> None:
    triggers.remove(op.get_bind(), "0014")
    op.drop_column("time_entries", "written_off_on")
    op.drop_column("time_entries", "approved_on")
    op.drop_column("time_entries", "approved_by")
    op.drop_column("time_entries", "entered_at")
    op.drop_column("expenses", "written_off_on")
    op.drop_column("expenses", "entered_by")
    op.drop_table("wip_adjustments")
    op.drop_table("receipts")
    op.drop_table("bill_lines")
    op.drop_table("bills")
    op.drop_table("timers")
    op.drop_table("recurring_fees")
    op.drop_table("rates")
    op.drop_table("counters")
