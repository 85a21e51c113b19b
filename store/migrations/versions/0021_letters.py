"""The price list, proposals, signing and signatures, authorizations, access and the steps of onboarding."""

import sqlalchemy as sa
from alembic import op

import store.types
from store import triggers

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "renewal_batches",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("percent", store.types.Scaled(4), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("created_at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("undone_at", store.types.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["people.id"], name=op.f("fk_renewal_batches_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_renewal_batches")),
    )
    op.create_table(
        "services",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("template", sa.String(length=20), nullable=False),
        sa.Column("pricing", sa.String(length=10), nullable=False),
        sa.Column("price", store.types.Scaled(2), nullable=False),
        sa.Column("months", sa.Integer(), nullable=True),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("changed_by", sa.String(length=40), nullable=False),
        sa.Column("changed_at", store.types.Instant(timezone=True), nullable=False),
        sa.CheckConstraint("pricing IN ('fixed', 'hourly', 'recurring')", name="pricing_known"),
        sa.ForeignKeyConstraint(["changed_by"], ["people.id"], name=op.f("fk_services_changed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_services")),
        sa.UniqueConstraint("slug", name=op.f("uq_services_slug")),
    )
    op.create_table(
        "access_items",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("system", sa.String(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("granted_on", sa.Date(), nullable=True),
        sa.Column("recorded_by", sa.String(length=40), nullable=False),
        sa.Column("recorded_at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_access_items_client_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["people.id"], name=op.f("fk_access_items_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_items")),
    )
    op.create_index(op.f("ix_access_items_client_id"), "access_items", ["client_id"], unique=False)
    op.create_table(
        "authorizations",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("form", sa.String(length=20), nullable=False),
        sa.Column("taxpayer", sa.String(), nullable=False),
        sa.Column("matters", sa.String(), nullable=False),
        sa.Column("years", sa.String(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("filed_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("document_id", sa.String(length=40), nullable=True),
        sa.Column("recorded_by", sa.String(length=40), nullable=False),
        sa.Column("recorded_at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_authorizations_client_id")),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_authorizations_document_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["people.id"], name=op.f("fk_authorizations_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authorizations")),
    )
    op.create_index(op.f("ix_authorizations_client_id"), "authorizations", ["client_id"], unique=False)
    op.create_table(
        "onboardings",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("engagement_id", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("started_by", sa.String(length=40), nullable=False),
        sa.Column("started_at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("moved_at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("finished_at", store.types.Instant(timezone=True), nullable=True),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_onboardings_client_id")),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagements.id"], name=op.f("fk_onboardings_engagement_id")),
        sa.ForeignKeyConstraint(["started_by"], ["people.id"], name=op.f("fk_onboardings_started_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_onboardings")),
    )
    op.create_index(op.f("ix_onboardings_client_id"), "onboardings", ["client_id"], unique=False)
    op.create_index(op.f("ix_onboardings_state"), "onboardings", ["state"], unique=False)
    op.create_table(
        "onboarding_steps",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("onboarding_id", sa.String(length=40), nullable=False),
        sa.Column("slug", sa.String(length=20), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("clicks", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=True),
        sa.Column("at", store.types.Instant(timezone=True), nullable=True),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_onboarding_steps_client_id")),
        sa.ForeignKeyConstraint(["onboarding_id"], ["onboardings.id"], name=op.f("fk_onboarding_steps_onboarding_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_onboarding_steps_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_onboarding_steps")),
        sa.UniqueConstraint("onboarding_id", "slug", name=op.f("uq_onboarding_steps_onboarding_id_slug")),
    )
    op.create_index(op.f("ix_onboarding_steps_client_id"), "onboarding_steps", ["client_id"], unique=False)
    op.create_index(op.f("ix_onboarding_steps_onboarding_id"), "onboarding_steps", ["onboarding_id"], unique=False)
    op.create_table(
        "proposals",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("end", sa.Date(), nullable=False),
        sa.Column("choice", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("renews", sa.Boolean(), nullable=False),
        sa.Column("batch_id", sa.String(length=40), nullable=True),
        sa.Column("deliverable_id", sa.String(length=40), nullable=True),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("created_at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.CheckConstraint("state IN ('draft', 'lettered', 'signed', 'declined', 'withdrawn')", name="state_known"),
        sa.ForeignKeyConstraint(["batch_id"], ["renewal_batches.id"], name=op.f("fk_proposals_batch_id")),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_proposals_client_id")),
        sa.ForeignKeyConstraint(["created_by"], ["people.id"], name=op.f("fk_proposals_created_by")),
        sa.ForeignKeyConstraint(["deliverable_id"], ["deliverables.id"], name=op.f("fk_proposals_deliverable_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
    )
    op.create_index(op.f("ix_proposals_batch_id"), "proposals", ["batch_id"], unique=False)
    op.create_index(op.f("ix_proposals_client_id"), "proposals", ["client_id"], unique=False)
    op.create_index(op.f("ix_proposals_deliverable_id"), "proposals", ["deliverable_id"], unique=False)
    op.create_index(op.f("ix_proposals_state"), "proposals", ["state"], unique=False)
    op.create_table(
        "proposal_lines",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("proposal_id", sa.String(length=40), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("option", sa.String(length=40), nullable=False),
        sa.Column("service_id", sa.String(length=40), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("template", sa.String(length=20), nullable=False),
        sa.Column("pricing", sa.String(length=10), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("quantity", store.types.Scaled(2), nullable=False),
        sa.Column("price", store.types.Scaled(2), nullable=False),
        sa.Column("months", sa.Integer(), nullable=True),
        sa.Column("engagement_id", sa.String(length=40), nullable=True),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_proposal_lines_client_id")),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagements.id"], name=op.f("fk_proposal_lines_engagement_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_proposal_lines_proposal_id")),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name=op.f("fk_proposal_lines_service_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_lines")),
    )
    op.create_index(op.f("ix_proposal_lines_client_id"), "proposal_lines", ["client_id"], unique=False)
    op.create_index(op.f("ix_proposal_lines_proposal_id"), "proposal_lines", ["proposal_id"], unique=False)
    op.create_table(
        "signings",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("deliverable_id", sa.String(length=40), nullable=False),
        sa.Column("version_id", sa.String(length=40), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("paper", sa.String(length=64), nullable=False),
        sa.Column("proposal_id", sa.String(length=40), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("signed_paper", sa.String(length=64), nullable=True),
        sa.Column("document_id", sa.String(length=40), nullable=True),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("created_at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("finished_at", store.types.Instant(timezone=True), nullable=True),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.CheckConstraint("state IN ('open', 'signed', 'declined', 'closed')", name="state_known"),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_signings_client_id")),
        sa.ForeignKeyConstraint(["created_by"], ["people.id"], name=op.f("fk_signings_created_by")),
        sa.ForeignKeyConstraint(["deliverable_id"], ["deliverables.id"], name=op.f("fk_signings_deliverable_id")),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_signings_document_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_signings_proposal_id")),
        sa.ForeignKeyConstraint(["version_id"], ["deliverable_versions.id"], name=op.f("fk_signings_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signings")),
        sa.UniqueConstraint("deliverable_id", name=op.f("uq_signings_deliverable_id")),
    )
    op.create_index(op.f("ix_signings_client_id"), "signings", ["client_id"], unique=False)
    op.create_index(op.f("ix_signings_proposal_id"), "signings", ["proposal_id"], unique=False)
    op.create_index(op.f("ix_signings_state"), "signings", ["state"], unique=False)
    op.create_table(
        "signers",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("signing_id", sa.String(length=40), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("opened_at", store.types.Instant(timezone=True), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_signers_client_id")),
        sa.ForeignKeyConstraint(["signing_id"], ["signings.id"], name=op.f("fk_signers_signing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signers")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_signers_token_hash")),
    )
    op.create_index(op.f("ix_signers_client_id"), "signers", ["client_id"], unique=False)
    op.create_index(op.f("ix_signers_signing_id"), "signers", ["signing_id"], unique=False)
    op.create_table(
        "signatures",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("signer_id", sa.String(length=40), nullable=False),
        sa.Column("method", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("strokes", sa.JSON(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("agent", sa.String(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("document_id", sa.String(length=40), nullable=True),
        sa.Column("recorded_by", sa.String(length=40), nullable=True),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_signatures_client_id")),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_signatures_document_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["people.id"], name=op.f("fk_signatures_recorded_by")),
        sa.ForeignKeyConstraint(["signer_id"], ["signers.id"], name=op.f("fk_signatures_signer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signatures")),
        sa.UniqueConstraint("signer_id", name=op.f("uq_signatures_signer_id")),
    )
    op.create_index(op.f("ix_signatures_client_id"), "signatures", ["client_id"], unique=False)
    triggers.install(op.get_bind(), "0021")


def downgrade() -> None:
    triggers.remove(op.get_bind(), "0021")
    op.drop_table("signatures")
    op.drop_table("signers")
    op.drop_table("signings")
    op.drop_table("proposal_lines")
    op.drop_table("proposals")
    op.drop_table("onboarding_steps")
    op.drop_table("onboardings")
    op.drop_table("authorizations")
    op.drop_table("access_items")
    op.drop_table("services")
    op.drop_table("renewal_batches")
