"""All tables and guards of the first release."""

from alembic import op
import sqlalchemy as sa
import store.types
from store import triggers


revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('audit',
    sa.Column('seq', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('at', store.types.Instant(timezone=True), nullable=False),
    sa.Column('actor', sa.String(), nullable=False),
    sa.Column('tag', sa.String(length=60), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('client_id', sa.String(length=40), nullable=True),
    sa.Column('detail', sa.JSON(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=True),
    sa.Column('previous', sa.String(length=64), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('seq', name=op.f('pk_audit'))
    )
    with op.batch_alter_table('audit', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_audit_client_id'), ['client_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_audit_subject'), ['subject'], unique=False)
        batch_op.create_index(batch_op.f('ix_audit_tag'), ['tag'], unique=False)

    op.create_table('audit_head',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_head'))
    )
    op.create_table('client_groups',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_client_groups')),
    sa.UniqueConstraint('name', name=op.f('uq_client_groups_name'))
    )
    op.create_table('contacts',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('email', sa.String(), nullable=True),
    sa.Column('phone', sa.String(), nullable=True),
    sa.Column('custom', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contacts'))
    )
    with op.batch_alter_table('contacts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_contacts_email'), ['email'], unique=False)

    op.create_table('firm',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('timezone', sa.String(), nullable=False),
    sa.Column('fiscal_year_end', sa.String(length=5), nullable=False),
    sa.Column('settings', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_firm'))
    )
    op.create_table('import_batches',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('started_at', store.types.Instant(timezone=True), nullable=False),
    sa.Column('counts', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_batches'))
    )
    op.create_table('people',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('email', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('role', sa.String(length=10), nullable=False),
    sa.Column('standard_rate', store.types.Scaled(2), nullable=True),
    sa.Column('cost_rate', store.types.Scaled(2), nullable=True),
    sa.Column('weekly_hours', store.types.Scaled(2), nullable=True),
    sa.Column('password_hash', sa.String(), nullable=True),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('custom', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_people')),
    sa.UniqueConstraint('email', name=op.f('uq_people_email'))
    )
    op.create_table('postponements',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('irs_notice', sa.String(), nullable=False),
    sa.Column('state', sa.String(length=2), nullable=False),
    sa.Column('county', sa.String(), nullable=True),
    sa.Column('first_day', sa.Date(), nullable=False),
    sa.Column('last_day', sa.Date(), nullable=False),
    sa.Column('until', sa.Date(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_postponements'))
    )
    op.create_table('scans',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('as_of', sa.Date(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('started_at', store.types.Instant(timezone=True), nullable=False),
    sa.Column('finished_at', store.types.Instant(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_scans'))
    )
    with op.batch_alter_table('scans', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_scans_as_of'), ['as_of'], unique=False)

    op.create_table('sign_in_failures',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('email', sa.String(), nullable=False),
    sa.Column('address', sa.String(), nullable=False),
    sa.Column('at', store.types.Instant(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_failures'))
    )
    with op.batch_alter_table('sign_in_failures', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sign_in_failures_at'), ['at'], unique=False)
        batch_op.create_index(batch_op.f('ix_sign_in_failures_email'), ['email'], unique=False)

    op.create_table('workflow_templates',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('slug', sa.String(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('recurrence', sa.String(), nullable=True),
    sa.Column('steps', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_workflow_templates')),
    sa.UniqueConstraint('slug', name=op.f('uq_workflow_templates_slug'))
    )
    op.create_table('briefs',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('as_of', sa.Date(), nullable=False),
    sa.Column('person_id', sa.String(length=40), nullable=False),
    sa.Column('payload', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_briefs_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_briefs')),
    sa.UniqueConstraint('as_of', 'person_id', name=op.f('uq_briefs_as_of_person_id'))
    )
    with op.batch_alter_table('briefs', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_briefs_as_of'), ['as_of'], unique=False)

    op.create_table('clients',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('ref', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('entity_type', sa.String(length=10), nullable=False),
    sa.Column('status', sa.String(length=20), nullable=False),
    sa.Column('group_id', sa.String(length=40), nullable=True),
    sa.Column('partner_id', sa.String(length=40), nullable=True),
    sa.Column('manager_id', sa.String(length=40), nullable=True),
    sa.Column('tax_id', sa.String(), nullable=True),
    sa.Column('state', sa.String(length=2), nullable=True),
    sa.Column('fiscal_year_end', sa.String(length=5), nullable=False),
    sa.Column('industry', sa.String(), nullable=True),
    sa.Column('since', sa.Date(), nullable=True),
    sa.Column('annual_fee', store.types.Scaled(2), nullable=True),
    sa.Column('ai_policy', sa.String(length=12), nullable=False),
    sa.Column('address', sa.String(), nullable=True),
    sa.Column('city', sa.String(), nullable=True),
    sa.Column('zip', sa.String(), nullable=True),
    sa.Column('custom', sa.JSON(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['group_id'], ['client_groups.id'], name=op.f('fk_clients_group_id')),
    sa.ForeignKeyConstraint(['manager_id'], ['people.id'], name=op.f('fk_clients_manager_id')),
    sa.ForeignKeyConstraint(['partner_id'], ['people.id'], name=op.f('fk_clients_partner_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_clients')),
    sa.UniqueConstraint('ref', name=op.f('uq_clients_ref'))
    )
    with op.batch_alter_table('clients', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_clients_manager_id'), ['manager_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_clients_name'), ['name'], unique=False)
        batch_op.create_index(batch_op.f('ix_clients_partner_id'), ['partner_id'], unique=False)

    op.create_table('rejected_rows',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('batch_id', sa.String(length=40), nullable=False),
    sa.Column('file', sa.String(), nullable=False),
    sa.Column('line', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('row', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['batch_id'], ['import_batches.id'], name=op.f('fk_rejected_rows_batch_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rejected_rows'))
    )
    with op.batch_alter_table('rejected_rows', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_rejected_rows_batch_id'), ['batch_id'], unique=False)

    op.create_table('sign_ins',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('person_id', sa.String(length=40), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('label', sa.String(), nullable=True),
    sa.Column('created_at', store.types.Instant(timezone=True), nullable=False),
    sa.Column('expires_at', store.types.Instant(timezone=True), nullable=False),
    sa.Column('revoked_at', store.types.Instant(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_sign_ins_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_ins')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_sign_ins_token_hash'))
    )
    with op.batch_alter_table('sign_ins', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sign_ins_person_id'), ['person_id'], unique=False)

    op.create_table('brief_items',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('brief_id', sa.String(length=40), nullable=False),
    sa.Column('section', sa.String(length=20), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('client_id', sa.String(length=40), nullable=False),
    sa.Column('keys', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['brief_id'], ['briefs.id'], name=op.f('fk_brief_items_brief_id')),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_brief_items_client_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_brief_items')),
    sa.UniqueConstraint('brief_id', 'position', 'section', name=op.f('uq_brief_items_brief_id_position_section'))
    )
    with op.batch_alter_table('brief_items', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_brief_items_brief_id'), ['brief_id'], unique=False)

    op.create_table('chat_threads',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('person_id', sa.String(length=40), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('shared', sa.Boolean(), nullable=False),
    sa.Column('created_at', store.types.Instant(timezone=True), nullable=False),
    sa.Column('client_id', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_chat_threads_client_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_chat_threads_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_chat_threads'))
    )
    with op.batch_alter_table('chat_threads', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_chat_threads_client_id'), ['client_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_chat_threads_person_id'), ['person_id'], unique=False)

    op.create_table('client_contacts',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('contact_id', sa.String(length=40), nullable=False),
    sa.Column('title', sa.String(), nullable=True),
    sa.Column('is_primary', sa.Boolean(), nullable=False),
    sa.Column('ownership_pct', store.types.Scaled(4), nullable=True),
    sa.Column('client_id', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_client_contacts_client_id')),
    sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_client_contacts_contact_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_client_contacts')),
    sa.UniqueConstraint('client_id', 'contact_id', name=op.f('uq_client_contacts_client_id_contact_id'))
    )
    with op.batch_alter_table('client_contacts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_client_contacts_client_id'), ['client_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_client_contacts_contact_id'), ['contact_id'], unique=False)

    op.create_table('client_scans',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('as_of', sa.Date(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('error', sa.String(), nullable=True),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('read', sa.JSON(), nullable=False),
    sa.Column('blind_spots', sa.JSON(), nullable=False),
    sa.Column('raised', sa.Integer(), nullable=False),
    sa.Column('drafted', sa.Integer(), nullable=False),
    sa.Column('seconds', sa.Double(), nullable=False),
    sa.Column('finished_at', store.types.Instant(timezone=True), nullable=True),
    sa.Column('client_id', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_client_scans_client_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_client_scans')),
    sa.UniqueConstraint('as_of', 'client_id', name=op.f('uq_client_scans_as_of_client_id'))
    )
    with op.batch_alter_table('client_scans', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_client_scans_as_of'), ['as_of'], unique=False)
        batch_op.create_index(batch_op.f('ix_client_scans_client_id'), ['client_id'], unique=False)

    op.create_table('documents',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('path', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('source', sa.String(length=12), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=True),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('current_version_id', sa.String(length=40), nullable=True),
    sa.Column('duplicate_of', sa.String(length=40), nullable=True),
    sa.Column('received_at', store.types.Instant(timezone=True), nullable=False),
    sa.Column('opened_at', store.types.Instant(timezone=True), nullable=True),
    sa.Column('opened_by', sa.String(length=40), nullable=True),
    sa.Column('client_id', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_documents_client_id')),
    sa.ForeignKeyConstraint(['duplicate_of'], ['documents.id'], name=op.f('fk_documents_duplicate_of')),
    sa.ForeignKeyConstraint(['opened_by'], ['people.id'], name=op.f('fk_documents_opened_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_documents')),
    sa.UniqueConstraint('client_id', 'path', name=op.f('uq_documents_client_id_path'))
    )
    with op.batch_alter_table('documents', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_documents_client_id'), ['client_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_documents_state'), ['state'], unique=False)

    op.create_table('engagements',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('ref', sa.String(), nullable=False),
    sa.Column('template', sa.String(length=20), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('period_start', sa.Date(), nullable=True),
    sa.Column('period_end', sa.Date(), nullable=True),
    sa.Column('due', sa.Date(), nullable=True),
    sa.Column('stage', sa.String(length=20), nullable=False),
    sa.Column('progress', sa.Integer(), nullable=True),
    sa.Column('fee_type', sa.String(length=10), nullable=True),
    sa.Column('fee', store.types.Scaled(2), nullable=True),
    sa.Column('budget_hours', store.types.Scaled(2), nullable=True),
    sa.Column('owner_id', sa.String(length=40), nullable=True),
    sa.Column('started_on', sa.Date(), nullable=True),
    sa.Column('finished_on', sa.Date(), nullable=True),
    sa.Column('filed_on', sa.Date(), nullable=True),
    sa.Column('extended_to', sa.Date(), nullable=True),
    sa.Column('custom', sa.JSON(), nullable=False),
    sa.Column('client_id', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_engagements_client_id')),
    sa.ForeignKeyConstraint(['owner_id'], ['people.id'], name=op.f('fk_engagements_owner_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_engagements')),
    sa.UniqueConstraint('ref', name=op.f('uq_engagements_ref'))
    )
    with op.batch_alter_table('engagements', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_engagements_client_id'), ['client_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_engagements_owner_id'), ['owner_id'], unique=False)

    op.create_table('knowledge',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('source', sa.JSON(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('accepted_by', sa.String(length=40), nullable=True),
    sa.Column('client_id', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['accepted_by'], ['people.id'], name=op.f('fk_knowledge_accepted_by')),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_knowledge_client_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_knowledge'))
    )
    with op.batch_alter_table('knowledge', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_knowledge_client_id'), ['client_id'], unique=False)

    op.create_table('model_calls',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('client_id', sa.String(length=40), nullable=True),
    sa.Column('person_id', sa.String(length=40), nullable=True),
    sa.Column('purpose', sa.String(length=40), nullable=False),
    sa.Column('prompt', sa.String(), nullable=False),
    sa.Column('prompt_version', sa.String(), nullable=False),
    sa.Column('inputs_hash', sa.String(length=64), nullable=False),
    sa.Column('model', sa.String(), nullable=False),
    sa.Column('endpoint', sa.String(), nullable=False),
    sa.Column('response', sa.Text(), nullable=False),
    sa.Column('tokens_in', sa.Integer(), nullable=False),
    sa.Column('tokens_out', sa.Integer(), nullable=False),
    sa.Column('cost', store.types.Scaled(6), nullable=False),
    sa.Column('seconds', sa.Double(), nullable=False),
    sa.Column('outcome', sa.String(length=12), nullable=False),
    sa.Column('at', store.types.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_model_calls_client_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_model_calls_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_model_calls'))
    )
    with op.batch_alter_table('model_calls', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_model_calls_client_id'), ['client_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_model_calls_inputs_hash'), ['inputs_hash'], unique=False)

    op.create_table('notes',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('date', sa.Date(), nullable=False),
    sa.Column('author_id', sa.String(length=40), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('custom', sa.JSON(), nullable=False),
    sa.Column('client_id', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['people.id'], name=op.f('fk_notes_author_id')),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_notes_client_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notes'))
    )
    with op.batch_alter_table('notes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_notes_client_id'), ['client_id'], unique=False)

    op.create_table('outcomes',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('client_id', sa.String(length=40), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('decision', sa.String(length=20), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('person_id', sa.String(length=40), nullable=False),
    sa.Column('at', store.types.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_outcomes_client_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_outcomes_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outcomes'))
    )
    with op.batch_alter_table('outcomes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_outcomes_client_id'), ['client_id'], unique=False)

    op.create_table('signal_decisions',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('decision', sa.String(length=12), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('until', sa.Date(), nullable=True),
    sa.Column('evidence_hash', sa.String(length=64), nullable=False),
    sa.Column('delegate_id', sa.String(length=40), nullable=True),
    sa.Column('person_id', sa.String(length=40), nullable=False),
    sa.Column('at', store.types.Instant(timezone=True), nullable=False),
    sa.Column('client_id', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_signal_decisions_client_id')),
    sa.ForeignKeyConstraint(['delegate_id'], ['people.id'], name=op.f('fk_signal_decisions_delegate_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_signal_decisions_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signal_decisions'))
    )
    with op.batch_alter_table('signal_decisions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_signal_decisions_client_id'), ['client_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_signal_decisions_key'), ['key'], unique=False)

    op.create_table('signals',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('as_of', sa.Date(), nullable=False),
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('slug', sa.String(length=40), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('class', sa.String(length=1), nullable=False),
    sa.Column('due', sa.Date(), nullable=True),
    sa.Column('nominal_due', sa.Date(), nullable=True),
    sa.Column('dollars', store.types.Scaled(2), nullable=True),
    sa.Column('score', store.types.Scaled(2), nullable=False),
    sa.Column('terms', sa.JSON(), nullable=False),
    sa.Column('headline', sa.Text(), nullable=False),
    sa.Column('rule', sa.Text(), nullable=False),
    sa.Column('detail', sa.JSON(), nullable=False),
    sa.Column('evidence', sa.JSON(), nullable=False),
    sa.Column('evidence_hash', sa.String(length=64), nullable=False),
    sa.Column('first_seen', sa.Date(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('client_id', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_signals_client_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signals')),
    sa.UniqueConstraint('as_of', 'key', name=op.f('uq_signals_as_of_key'))
    )
    with op.batch_alter_table('signals', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_signals_as_of'), ['as_of'], unique=False)
        batch_op.create_index(batch_op.f('ix_signals_client_id'), ['client_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_signals_key'), ['key'], unique=False)

    op.create_table('walls',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('client_id', sa.String(length=40), nullable=False),
    sa.Column('person_id', sa.String(length=40), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('set_on', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_walls_client_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_walls_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_walls')),
    sa.UniqueConstraint('client_id', 'person_id', name=op.f('uq_walls_client_id_person_id'))
    )
    with op.batch_alter_table('walls', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_walls_client_id'), ['client_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_walls_person_id'), ['person_id'], unique=False)

    op.create_table('chat_messages',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('thread_id', sa.String(length=40), nullable=False),
    sa.Column('ordinal', sa.Integer(), nullable=False),
    sa.Column('role', sa.String(length=10), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('answer', sa.JSON(), nullable=True),
    sa.Column('at', store.types.Instant(timezone=True), nullable=False),
    sa.Column('client_id', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_chat_messages_client_id')),
    sa.ForeignKeyConstraint(['thread_id'], ['chat_threads.id'], name=op.f('fk_chat_messages_thread_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_chat_messages')),
    sa.UniqueConstraint('thread_id', 'ordinal', name=op.f('uq_chat_messages_thread_id_ordinal'))
    )
    with op.batch_alter_table('chat_messages', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_chat_messages_client_id'), ['client_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_chat_messages_thread_id'), ['thread_id'], unique=False)

    op.create_table('client_requests',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('engagement_id', sa.String(length=40), nullable=True),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('client_id', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_client_requests_client_id')),
    sa.ForeignKeyConstraint(['engagement_id'], ['engagements.id'], name=op.f('fk_client_requests_engagement_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_client_requests')),
    sa.UniqueConstraint('engagement_id', name=op.f('uq_client_requests_engagement_id'))
    )
    with op.batch_alter_table('client_requests', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_client_requests_client_id'), ['client_id'], unique=False)

    op.create_table('consents',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('recipient', sa.String(), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('signed_on', sa.Date(), nullable=False),
    sa.Column('expires_on', sa.Date(), nullable=True),
    sa.Column('document_id', sa.String(length=40), nullable=True),
    sa.Column('client_id', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_consents_client_id')),
    sa.ForeignKeyConstraint(['document_id'], ['documents.id'], name=op.f('fk_consents_document_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consents'))
    )
    with op.batch_alter_table('consents', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_consents_client_id'), ['client_id'], unique=False)

    op.create_table('deliverables',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('slug', sa.String(length=30), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('engagement_id', sa.String(length=40), nullable=True),
    sa.Column('occasion', sa.String(), nullable=False),
    sa.Column('class', sa.String(length=1), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('current_version_id', sa.String(length=40), nullable=True),
    sa.Column('as_of', sa.Date(), nullable=False),
    sa.Column('created_at', store.types.Instant(timezone=True), nullable=False),
    sa.Column('client_id', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_deliverables_client_id')),
    sa.ForeignKeyConstraint(['engagement_id'], ['engagements.id'], name=op.f('fk_deliverables_engagement_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deliverables')),
    sa.UniqueConstraint('client_id', 'slug', 'occasion', name=op.f('uq_deliverables_client_id_slug_occasion'))
    )
    with op.batch_alter_table('deliverables', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_deliverables_client_id'), ['client_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_deliverables_state'), ['state'], unique=False)

    op.create_table('document_versions',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('document_id', sa.String(length=40), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('blob', sa.String(length=64), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('media_type', sa.String(), nullable=True),
    sa.Column('title', sa.String(), nullable=True),
    sa.Column('stage', sa.String(length=10), nullable=False),
    sa.Column('received_at', store.types.Instant(timezone=True), nullable=False),
    sa.Column('client_id', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_document_versions_client_id')),
    sa.ForeignKeyConstraint(['document_id'], ['documents.id'], name=op.f('fk_document_versions_document_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_document_versions')),
    sa.UniqueConstraint('document_id', 'blob', name=op.f('uq_document_versions_document_id_blob'))
    )
    with op.batch_alter_table('document_versions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_document_versions_blob'), ['blob'], unique=False)
        batch_op.create_index(batch_op.f('ix_document_versions_client_id'), ['client_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_document_versions_document_id'), ['document_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_document_versions_stage'), ['stage'], unique=False)

    op.create_table('engagement_letters',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('engagement_id', sa.String(length=40), nullable=False),
    sa.Column('sent_on', sa.Date(), nullable=True),
    sa.Column('signed_on', sa.Date(), nullable=True),
    sa.Column('document_id', sa.String(length=40), nullable=True),
    sa.Column('client_id', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_engagement_letters_client_id')),
    sa.ForeignKeyConstraint(['document_id'], ['documents.id'], name=op.f('fk_engagement_letters_document_id')),
    sa.ForeignKeyConstraint(['engagement_id'], ['engagements.id'], name=op.f('fk_engagement_letters_engagement_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_engagement_letters')),
    sa.UniqueConstraint('engagement_id', name=op.f('uq_engagement_letters_engagement_id'))
    )
    with op.batch_alter_table('engagement_letters', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_engagement_letters_client_id'), ['client_id'], unique=False)

    op.create_table('entered_deadlines',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('engagement_id', sa.String(length=40), nullable=True),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('due', sa.Date(), nullable=False),
    sa.Column('authority', sa.String(), nullable=False),
    sa.Column('entered_by', sa.String(length=40), nullable=True),
    sa.Column('confirmed_by', sa.String(length=40), nullable=True),
    sa.Column('client_id', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_entered_deadlines_client_id')),
    sa.ForeignKeyConstraint(['confirmed_by'], ['people.id'], name=op.f('fk_entered_deadlines_confirmed_by')),
    sa.ForeignKeyConstraint(['engagement_id'], ['engagements.id'], name=op.f('fk_entered_deadlines_engagement_id')),
    sa.ForeignKeyConstraint(['entered_by'], ['people.id'], name=op.f('fk_entered_deadlines_entered_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_entered_deadlines'))
    )
    with op.batch_alter_table('entered_deadlines', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_entered_deadlines_client_id'), ['client_id'], unique=False)

    op.create_table('invoices',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('number', sa.String(), nullable=False),
    sa.Column('engagement_id', sa.String(length=40), nullable=True),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('issued_on', sa.Date(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('amount', store.types.Scaled(2), nullable=False),
    sa.Column('custom', sa.JSON(), nullable=False),
    sa.Column('client_id', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_invoices_client_id')),
    sa.ForeignKeyConstraint(['engagement_id'], ['engagements.id'], name=op.f('fk_invoices_engagement_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invoices')),
    sa.UniqueConstraint('number', name=op.f('uq_invoices_number'))
    )
    with op.batch_alter_table('invoices', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_invoices_client_id'), ['client_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_invoices_engagement_id'), ['engagement_id'], unique=False)

    op.create_table('messages',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('message_id', sa.String(), nullable=False),
    sa.Column('thread', sa.String(), nullable=False),
    sa.Column('direction', sa.String(length=3), nullable=False),
    sa.Column('sender', sa.String(), nullable=False),
    sa.Column('recipients', sa.JSON(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('sent_at', store.types.Instant(timezone=True), nullable=True),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('document_id', sa.String(length=40), nullable=True),
    sa.Column('client_id', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_messages_client_id')),
    sa.ForeignKeyConstraint(['document_id'], ['documents.id'], name=op.f('fk_messages_document_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_messages')),
    sa.UniqueConstraint('client_id', 'message_id', name=op.f('uq_messages_client_id_message_id'))
    )
    with op.batch_alter_table('messages', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_messages_client_id'), ['client_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_messages_sent_at'), ['sent_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_messages_thread'), ['thread'], unique=False)

    op.create_table('parties',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('engagement_id', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('role', sa.String(length=20), nullable=False),
    sa.Column('aliases', sa.JSON(), nullable=False),
    sa.Column('client_id', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_parties_client_id')),
    sa.ForeignKeyConstraint(['engagement_id'], ['engagements.id'], name=op.f('fk_parties_engagement_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_parties'))
    )
    with op.batch_alter_table('parties', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_parties_client_id'), ['client_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_parties_engagement_id'), ['engagement_id'], unique=False)

    op.create_table('tasks',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('engagement_id', sa.String(length=40), nullable=True),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('owner_id', sa.String(length=40), nullable=True),
    sa.Column('due', sa.Date(), nullable=True),
    sa.Column('status', sa.String(length=20), nullable=False),
    sa.Column('estimate_hours', store.types.Scaled(2), nullable=True),
    sa.Column('done_on', sa.Date(), nullable=True),
    sa.Column('requires', sa.JSON(), nullable=False),
    sa.Column('custom', sa.JSON(), nullable=False),
    sa.Column('client_id', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_tasks_client_id')),
    sa.ForeignKeyConstraint(['engagement_id'], ['engagements.id'], name=op.f('fk_tasks_engagement_id')),
    sa.ForeignKeyConstraint(['owner_id'], ['people.id'], name=op.f('fk_tasks_owner_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tasks'))
    )
    with op.batch_alter_table('tasks', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_tasks_client_id'), ['client_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_tasks_engagement_id'), ['engagement_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_tasks_owner_id'), ['owner_id'], unique=False)

    op.create_table('trust_ledgers',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('engagement_id', sa.String(length=40), nullable=True),
    sa.Column('minimum', store.types.Scaled(2), nullable=True),
    sa.Column('reconciled_on', sa.Date(), nullable=True),
    sa.Column('client_id', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_trust_ledgers_client_id')),
    sa.ForeignKeyConstraint(['engagement_id'], ['engagements.id'], name=op.f('fk_trust_ledgers_engagement_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_trust_ledgers')),
    sa.UniqueConstraint('client_id', 'engagement_id', name=op.f('uq_trust_ledgers_client_id_engagement_id'))
    )
    with op.batch_alter_table('trust_ledgers', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_trust_ledgers_client_id'), ['client_id'], unique=False)

    op.create_table('deliverable_versions',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('deliverable_id', sa.String(length=40), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('content_hash', sa.String(length=64), nullable=False),
    sa.Column('sections', sa.JSON(), nullable=False),
    sa.Column('tickmarks', sa.JSON(), nullable=False),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.Column('checks', sa.JSON(), nullable=False),
    sa.Column('unseen', sa.JSON(), nullable=False),
    sa.Column('recipients', sa.JSON(), nullable=False),
    sa.Column('untied', sa.Integer(), nullable=False),
    sa.Column('model', sa.String(), nullable=False),
    sa.Column('prompt_version', sa.String(), nullable=False),
    sa.Column('author_id', sa.String(length=40), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('created_at', store.types.Instant(timezone=True), nullable=False),
    sa.Column('client_id', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['people.id'], name=op.f('fk_deliverable_versions_author_id')),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_deliverable_versions_client_id')),
    sa.ForeignKeyConstraint(['deliverable_id'], ['deliverables.id'], name=op.f('fk_deliverable_versions_deliverable_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deliverable_versions')),
    sa.UniqueConstraint('deliverable_id', 'number', name=op.f('uq_deliverable_versions_deliverable_id_number'))
    )
    with op.batch_alter_table('deliverable_versions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_deliverable_versions_client_id'), ['client_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_deliverable_versions_deliverable_id'), ['deliverable_id'], unique=False)

    op.create_table('document_pages',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('version_id', sa.String(length=40), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('source', sa.String(length=4), nullable=False),
    sa.Column('label', sa.String(), nullable=True),
    sa.Column('width', sa.Double(), nullable=True),
    sa.Column('height', sa.Double(), nullable=True),
    sa.Column('words', sa.JSON(), nullable=False),
    sa.Column('elements', sa.JSON(), nullable=False),
    sa.Column('client_id', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_document_pages_client_id')),
    sa.ForeignKeyConstraint(['version_id'], ['document_versions.id'], name=op.f('fk_document_pages_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_document_pages')),
    sa.UniqueConstraint('version_id', 'number', name=op.f('uq_document_pages_version_id_number'))
    )
    with op.batch_alter_table('document_pages', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_document_pages_client_id'), ['client_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_document_pages_version_id'), ['version_id'], unique=False)

    op.create_table('expenses',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('engagement_id', sa.String(length=40), nullable=True),
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('amount', store.types.Scaled(2), nullable=False),
    sa.Column('memo', sa.String(), nullable=False),
    sa.Column('invoice_id', sa.String(length=40), nullable=True),
    sa.Column('client_id', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_expenses_client_id')),
    sa.ForeignKeyConstraint(['engagement_id'], ['engagements.id'], name=op.f('fk_expenses_engagement_id')),
    sa.ForeignKeyConstraint(['invoice_id'], ['invoices.id'], name=op.f('fk_expenses_invoice_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_expenses'))
    )
    with op.batch_alter_table('expenses', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_expenses_client_id'), ['client_id'], unique=False)

    op.create_table('facts',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('document_id', sa.String(length=40), nullable=False),
    sa.Column('version_id', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('type', sa.String(length=10), nullable=False),
    sa.Column('value', sa.Text(), nullable=False),
    sa.Column('row', sa.Integer(), nullable=True),
    sa.Column('page', sa.Integer(), nullable=False),
    sa.Column('start', sa.Integer(), nullable=False),
    sa.Column('end', sa.Integer(), nullable=False),
    sa.Column('quote', sa.Text(), nullable=False),
    sa.Column('confidence', sa.Double(), nullable=False),
    sa.Column('reader', sa.String(), nullable=False),
    sa.Column('confirmed_by', sa.String(length=40), nullable=True),
    sa.Column('client_id', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_facts_client_id')),
    sa.ForeignKeyConstraint(['confirmed_by'], ['people.id'], name=op.f('fk_facts_confirmed_by')),
    sa.ForeignKeyConstraint(['document_id'], ['documents.id'], name=op.f('fk_facts_document_id')),
    sa.ForeignKeyConstraint(['version_id'], ['document_versions.id'], name=op.f('fk_facts_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_facts'))
    )
    with op.batch_alter_table('facts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_facts_client_id'), ['client_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_facts_version_id'), ['version_id'], unique=False)

    op.create_table('intake_findings',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('document_id', sa.String(length=40), nullable=True),
    sa.Column('version_id', sa.String(length=40), nullable=True),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('message', sa.Text(), nullable=False),
    sa.Column('severity', sa.String(length=8), nullable=False),
    sa.Column('client_id', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_intake_findings_client_id')),
    sa.ForeignKeyConstraint(['document_id'], ['documents.id'], name=op.f('fk_intake_findings_document_id')),
    sa.ForeignKeyConstraint(['version_id'], ['document_versions.id'], name=op.f('fk_intake_findings_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_intake_findings'))
    )
    with op.batch_alter_table('intake_findings', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_intake_findings_client_id'), ['client_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_intake_findings_document_id'), ['document_id'], unique=False)

    op.create_table('notices',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('document_id', sa.String(length=40), nullable=False),
    sa.Column('version_id', sa.String(length=40), nullable=False),
    sa.Column('agency', sa.String(), nullable=True),
    sa.Column('number', sa.String(), nullable=True),
    sa.Column('notice_date', sa.Date(), nullable=True),
    sa.Column('respond_by', sa.Date(), nullable=True),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('answered_on', sa.Date(), nullable=True),
    sa.Column('confirmed_by', sa.String(length=40), nullable=True),
    sa.Column('client_id', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_notices_client_id')),
    sa.ForeignKeyConstraint(['confirmed_by'], ['people.id'], name=op.f('fk_notices_confirmed_by')),
    sa.ForeignKeyConstraint(['document_id'], ['documents.id'], name=op.f('fk_notices_document_id')),
    sa.ForeignKeyConstraint(['version_id'], ['document_versions.id'], name=op.f('fk_notices_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notices')),
    sa.UniqueConstraint('document_id', name=op.f('uq_notices_document_id'))
    )
    with op.batch_alter_table('notices', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_notices_client_id'), ['client_id'], unique=False)

    op.create_table('passages',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('document_id', sa.String(length=40), nullable=False),
    sa.Column('version_id', sa.String(length=40), nullable=False),
    sa.Column('ordinal', sa.Integer(), nullable=False),
    sa.Column('page', sa.Integer(), nullable=False),
    sa.Column('start', sa.Integer(), nullable=False),
    sa.Column('end', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('context', sa.Text(), nullable=False),
    sa.Column('vector', sa.LargeBinary(), nullable=True),
    sa.Column('embedder', sa.String(), nullable=True),
    sa.Column('client_id', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_passages_client_id')),
    sa.ForeignKeyConstraint(['document_id'], ['documents.id'], name=op.f('fk_passages_document_id')),
    sa.ForeignKeyConstraint(['version_id'], ['document_versions.id'], name=op.f('fk_passages_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_passages'))
    )
    with op.batch_alter_table('passages', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_passages_client_id'), ['client_id'], unique=False)
        batch_op.create_index('ix_passages_client_version', ['client_id', 'version_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_passages_version_id'), ['version_id'], unique=False)

    op.create_table('payments',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('invoice_id', sa.String(length=40), nullable=False),
    sa.Column('paid_on', sa.Date(), nullable=False),
    sa.Column('amount', store.types.Scaled(2), nullable=False),
    sa.Column('custom', sa.JSON(), nullable=False),
    sa.Column('client_id', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_payments_client_id')),
    sa.ForeignKeyConstraint(['invoice_id'], ['invoices.id'], name=op.f('fk_payments_invoice_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payments'))
    )
    with op.batch_alter_table('payments', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_payments_client_id'), ['client_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_payments_invoice_id'), ['invoice_id'], unique=False)

    op.create_table('request_items',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('request_id', sa.String(length=40), nullable=False),
    sa.Column('item', sa.String(), nullable=False),
    sa.Column('requested_on', sa.Date(), nullable=True),
    sa.Column('due', sa.Date(), nullable=True),
    sa.Column('received_on', sa.Date(), nullable=True),
    sa.Column('document_id', sa.String(length=40), nullable=True),
    sa.Column('custom', sa.JSON(), nullable=False),
    sa.Column('client_id', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_request_items_client_id')),
    sa.ForeignKeyConstraint(['document_id'], ['documents.id'], name=op.f('fk_request_items_document_id')),
    sa.ForeignKeyConstraint(['request_id'], ['client_requests.id'], name=op.f('fk_request_items_request_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_request_items'))
    )
    with op.batch_alter_table('request_items', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_request_items_client_id'), ['client_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_request_items_request_id'), ['request_id'], unique=False)

    op.create_table('time_entries',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('date', sa.Date(), nullable=False),
    sa.Column('person_id', sa.String(length=40), nullable=False),
    sa.Column('engagement_id', sa.String(length=40), nullable=True),
    sa.Column('hours', store.types.Scaled(2), nullable=False),
    sa.Column('service', sa.String(), nullable=True),
    sa.Column('billable', sa.Boolean(), nullable=False),
    sa.Column('rate', store.types.Scaled(2), nullable=True),
    sa.Column('note', sa.String(), nullable=True),
    sa.Column('invoice_id', sa.String(length=40), nullable=True),
    sa.Column('custom', sa.JSON(), nullable=False),
    sa.Column('client_id', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_time_entries_client_id')),
    sa.ForeignKeyConstraint(['engagement_id'], ['engagements.id'], name=op.f('fk_time_entries_engagement_id')),
    sa.ForeignKeyConstraint(['invoice_id'], ['invoices.id'], name=op.f('fk_time_entries_invoice_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_time_entries_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_time_entries'))
    )
    with op.batch_alter_table('time_entries', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_time_entries_client_id'), ['client_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_time_entries_engagement_id'), ['engagement_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_time_entries_person_id'), ['person_id'], unique=False)

    op.create_table('trust_entries',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('ledger_id', sa.String(length=40), nullable=False),
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('amount', store.types.Scaled(2), nullable=False),
    sa.Column('memo', sa.String(), nullable=False),
    sa.Column('client_id', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_trust_entries_client_id')),
    sa.ForeignKeyConstraint(['ledger_id'], ['trust_ledgers.id'], name=op.f('fk_trust_entries_ledger_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_trust_entries'))
    )
    with op.batch_alter_table('trust_entries', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_trust_entries_client_id'), ['client_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_trust_entries_ledger_id'), ['ledger_id'], unique=False)

    op.create_table('releases',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('deliverable_id', sa.String(length=40), nullable=False),
    sa.Column('version_id', sa.String(length=40), nullable=False),
    sa.Column('content_hash', sa.String(length=64), nullable=False),
    sa.Column('person_id', sa.String(length=40), nullable=False),
    sa.Column('at', store.types.Instant(timezone=True), nullable=False),
    sa.Column('client_id', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_releases_client_id')),
    sa.ForeignKeyConstraint(['deliverable_id'], ['deliverables.id'], name=op.f('fk_releases_deliverable_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_releases_person_id')),
    sa.ForeignKeyConstraint(['version_id'], ['deliverable_versions.id'], name=op.f('fk_releases_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_releases')),
    sa.UniqueConstraint('deliverable_id', name=op.f('uq_releases_deliverable_id'))
    )
    with op.batch_alter_table('releases', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_releases_client_id'), ['client_id'], unique=False)

    op.create_table('reviews',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('deliverable_id', sa.String(length=40), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.String(length=40), nullable=False),
    sa.Column('content_hash', sa.String(length=64), nullable=False),
    sa.Column('decision', sa.String(length=10), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('override', sa.String(), nullable=True),
    sa.Column('person_id', sa.String(length=40), nullable=False),
    sa.Column('seconds', sa.Integer(), nullable=True),
    sa.Column('at', store.types.Instant(timezone=True), nullable=False),
    sa.Column('client_id', sa.String(length=40), nullable=False),
    sa.CheckConstraint("decision IN ('approve', 'changes', 'reject')", name='decision_known'),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_reviews_client_id')),
    sa.ForeignKeyConstraint(['deliverable_id'], ['deliverables.id'], name=op.f('fk_reviews_deliverable_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_reviews_person_id')),
    sa.ForeignKeyConstraint(['version_id'], ['deliverable_versions.id'], name=op.f('fk_reviews_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reviews')),
    sa.UniqueConstraint('deliverable_id', 'number', name=op.f('uq_reviews_deliverable_id_number'))
    )
    with op.batch_alter_table('reviews', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reviews_client_id'), ['client_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_reviews_deliverable_id'), ['deliverable_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_reviews_version_id'), ['version_id'], unique=False)

    op.create_table('outbox',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('release_id', sa.String(length=40), nullable=False),
    sa.Column('channel', sa.String(length=10), nullable=False),
    sa.Column('recipients', sa.JSON(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('sent_at', store.types.Instant(timezone=True), nullable=True),
    sa.Column('client_id', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_outbox_client_id')),
    sa.ForeignKeyConstraint(['release_id'], ['releases.id'], name=op.f('fk_outbox_release_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox')),
    sa.UniqueConstraint('release_id', name=op.f('uq_outbox_release_id'))
    )
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_outbox_client_id'), ['client_id'], unique=False)

    triggers.install(op.get_bind())


def downgrade() -> None:
    triggers.remove(op.get_bind())
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_outbox_client_id'))

    op.drop_table('outbox')
    with op.batch_alter_table('reviews', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_reviews_version_id'))
        batch_op.drop_index(batch_op.f('ix_reviews_deliverable_id'))
        batch_op.drop_index(batch_op.f('ix_reviews_client_id'))

    op.drop_table('reviews')
    with op.batch_alter_table('releases', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_releases_client_id'))

    op.drop_table('releases')
    with op.batch_alter_table('trust_entries', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_trust_entries_ledger_id'))
        batch_op.drop_index(batch_op.f('ix_trust_entries_client_id'))

    op.drop_table('trust_entries')
    with op.batch_alter_table('time_entries', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_time_entries_person_id'))
        batch_op.drop_index(batch_op.f('ix_time_entries_engagement_id'))
        batch_op.drop_index(batch_op.f('ix_time_entries_client_id'))

    op.drop_table('time_entries')
    with op.batch_alter_table('request_items', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_request_items_request_id'))
        batch_op.drop_index(batch_op.f('ix_request_items_client_id'))

    op.drop_table('request_items')
    with op.batch_alter_table('payments', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_payments_invoice_id'))
        batch_op.drop_index(batch_op.f('ix_payments_client_id'))

    op.drop_table('payments')
    with op.batch_alter_table('passages', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_passages_version_id'))
        batch_op.drop_index('ix_passages_client_version')
        batch_op.drop_index(batch_op.f('ix_passages_client_id'))

    op.drop_table('passages')
    with op.batch_alter_table('notices', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_notices_client_id'))

    op.drop_table('notices')
    with op.batch_alter_table('intake_findings', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_intake_findings_document_id'))
        batch_op.drop_index(batch_op.f('ix_intake_findings_client_id'))

    op.drop_table('intake_findings')
    with op.batch_alter_table('facts', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_facts_version_id'))
        batch_op.drop_index(batch_op.f('ix_facts_client_id'))

    op.drop_table('facts')
    with op.batch_alter_table('expenses', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_expenses_client_id'))

    op.drop_table('expenses')
    with op.batch_alter_table('document_pages', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_document_pages_version_id'))
        batch_op.drop_index(batch_op.f('ix_document_pages_client_id'))

    op.drop_table('document_pages')
    with op.batch_alter_table('deliverable_versions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_deliverable_versions_deliverable_id'))
        batch_op.drop_index(batch_op.f('ix_deliverable_versions_client_id'))

    op.drop_table('deliverable_versions')
    with op.batch_alter_table('trust_ledgers', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_trust_ledgers_client_id'))

    op.drop_table('trust_ledgers')
    with op.batch_alter_table('tasks', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_tasks_owner_id'))
        batch_op.drop_index(batch_op.f('ix_tasks_engagement_id'))
        batch_op.drop_index(batch_op.f('ix_tasks_client_id'))

    op.drop_table('tasks')
    with op.batch_alter_table('parties', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_parties_engagement_id'))
        batch_op.drop_index(batch_op.f('ix_parties_client_id'))

    op.drop_table('parties')
    with op.batch_alter_table('messages', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_messages_thread'))
        batch_op.drop_index(batch_op.f('ix_messages_sent_at'))
        batch_op.drop_index(batch_op.f('ix_messages_client_id'))

    op.drop_table('messages')
    with op.batch_alter_table('invoices', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_invoices_engagement_id'))
        batch_op.drop_index(batch_op.f('ix_invoices_client_id'))

    op.drop_table('invoices')
    with op.batch_alter_table('entered_deadlines', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_entered_deadlines_client_id'))

    op.drop_table('entered_deadlines')
    with op.batch_alter_table('engagement_letters', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_engagement_letters_client_id'))

    op.drop_table('engagement_letters')
    with op.batch_alter_table('document_versions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_document_versions_stage'))
        batch_op.drop_index(batch_op.f('ix_document_versions_document_id'))
        batch_op.drop_index(batch_op.f('ix_document_versions_client_id'))
        batch_op.drop_index(batch_op.f('ix_document_versions_blob'))

    op.drop_table('document_versions')
    with op.batch_alter_table('deliverables', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_deliverables_state'))
        batch_op.drop_index(batch_op.f('ix_deliverables_client_id'))

    op.drop_table('deliverables')
    with op.batch_alter_table('consents', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_consents_client_id'))

    op.drop_table('consents')
    with op.batch_alter_table('client_requests', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_client_requests_client_id'))

    op.drop_table('client_requests')
    with op.batch_alter_table('chat_messages', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_chat_messages_thread_id'))
        batch_op.drop_index(batch_op.f('ix_chat_messages_client_id'))

    op.drop_table('chat_messages')
    with op.batch_alter_table('walls', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_walls_person_id'))
        batch_op.drop_index(batch_op.f('ix_walls_client_id'))

    op.drop_table('walls')
    with op.batch_alter_table('signals', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_signals_key'))
        batch_op.drop_index(batch_op.f('ix_signals_client_id'))
        batch_op.drop_index(batch_op.f('ix_signals_as_of'))

    op.drop_table('signals')
    with op.batch_alter_table('signal_decisions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_signal_decisions_key'))
        batch_op.drop_index(batch_op.f('ix_signal_decisions_client_id'))

    op.drop_table('signal_decisions')
    with op.batch_alter_table('outcomes', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_outcomes_client_id'))

    op.drop_table('outcomes')
    with op.batch_alter_table('notes', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_notes_client_id'))

    op.drop_table('notes')
    with op.batch_alter_table('model_calls', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_model_calls_inputs_hash'))
        batch_op.drop_index(batch_op.f('ix_model_calls_client_id'))

    op.drop_table('model_calls')
    with op.batch_alter_table('knowledge', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_knowledge_client_id'))

    op.drop_table('knowledge')
    with op.batch_alter_table('engagements', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_engagements_owner_id'))
        batch_op.drop_index(batch_op.f('ix_engagements_client_id'))

    op.drop_table('engagements')
    with op.batch_alter_table('documents', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_documents_state'))
        batch_op.drop_index(batch_op.f('ix_documents_client_id'))

    op.drop_table('documents')
    with op.batch_alter_table('client_scans', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_client_scans_client_id'))
        batch_op.drop_index(batch_op.f('ix_client_scans_as_of'))

    op.drop_table('client_scans')
    with op.batch_alter_table('client_contacts', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_client_contacts_contact_id'))
        batch_op.drop_index(batch_op.f('ix_client_contacts_client_id'))

    op.drop_table('client_contacts')
    with op.batch_alter_table('chat_threads', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_chat_threads_person_id'))
        batch_op.drop_index(batch_op.f('ix_chat_threads_client_id'))

    op.drop_table('chat_threads')
    with op.batch_alter_table('brief_items', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_brief_items_brief_id'))

    op.drop_table('brief_items')
    with op.batch_alter_table('sign_ins', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sign_ins_person_id'))

    op.drop_table('sign_ins')
    with op.batch_alter_table('rejected_rows', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_rejected_rows_batch_id'))

    op.drop_table('rejected_rows')
    with op.batch_alter_table('clients', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_clients_partner_id'))
        batch_op.drop_index(batch_op.f('ix_clients_name'))
        batch_op.drop_index(batch_op.f('ix_clients_manager_id'))

    op.drop_table('clients')
    with op.batch_alter_table('briefs', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_briefs_as_of'))

    op.drop_table('briefs')
    op.drop_table('workflow_templates')
    with op.batch_alter_table('sign_in_failures', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sign_in_failures_email'))
        batch_op.drop_index(batch_op.f('ix_sign_in_failures_at'))

    op.drop_table('sign_in_failures')
    with op.batch_alter_table('scans', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_scans_as_of'))

    op.drop_table('scans')
    op.drop_table('postponements')
    op.drop_table('people')
    op.drop_table('import_batches')
    op.drop_table('firm')
    with op.batch_alter_table('contacts', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_contacts_email'))

    op.drop_table('contacts')
    op.drop_table('client_groups')
    op.drop_table('audit_head')
    with op.batch_alter_table('audit', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_audit_tag'))
        batch_op.drop_index(batch_op.f('ix_audit_subject'))
        batch_op.drop_index(batch_op.f('ix_audit_client_id'))

    op.drop_table('audit')
