"""The tray of loose files, the watched folder, and documents that are versions of one."""

from alembic import op
import sqlalchemy as sa
import store.types


revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('documents', sa.Column('gone_since', store.types.Instant(timezone=True), nullable=True))
    op.add_column('documents', sa.Column('superseded_by', sa.String(length=40), nullable=True))
    op.create_index(op.f('ix_documents_superseded_by'), 'documents', ['superseded_by'], unique=False)

    op.create_table('loose_files',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('blob', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('path', sa.Text(), nullable=False),
    sa.Column('places', sa.JSON(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('source', sa.String(length=12), nullable=False),
    sa.Column('media_type', sa.String(), nullable=True),
    sa.Column('kind', sa.String(length=30), nullable=True),
    sa.Column('pages', sa.JSON(), nullable=False),
    sa.Column('finding', sa.Text(), nullable=True),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('received_at', store.types.Instant(timezone=True), nullable=False),
    sa.Column('added_by', sa.String(length=40), nullable=True),
    sa.Column('client_id', sa.String(length=40), nullable=True),
    sa.Column('document_id', sa.String(length=40), nullable=True),
    sa.Column('decided_by', sa.String(length=40), nullable=True),
    sa.Column('decided_at', store.types.Instant(timezone=True), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['added_by'], ['people.id'], name=op.f('fk_loose_files_added_by')),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_loose_files_client_id')),
    sa.ForeignKeyConstraint(['decided_by'], ['people.id'], name=op.f('fk_loose_files_decided_by')),
    sa.ForeignKeyConstraint(['document_id'], ['documents.id'], name=op.f('fk_loose_files_document_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_loose_files')),
    sa.UniqueConstraint('blob', name=op.f('uq_loose_files_blob'))
    )
    op.create_index(op.f('ix_loose_files_state'), 'loose_files', ['state'], unique=False)

    op.create_table('loose_guesses',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('loose_id', sa.String(length=40), nullable=False),
    sa.Column('confidence', sa.Double(), nullable=False),
    sa.Column('reasons', sa.JSON(), nullable=False),
    sa.Column('first', sa.Boolean(), nullable=False),
    sa.Column('client_id', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_loose_guesses_client_id')),
    sa.ForeignKeyConstraint(['loose_id'], ['loose_files.id'], name=op.f('fk_loose_guesses_loose_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_loose_guesses')),
    sa.UniqueConstraint('loose_id', 'client_id', name=op.f('uq_loose_guesses_loose_id_client_id'))
    )
    op.create_index(op.f('ix_loose_guesses_client_id'), 'loose_guesses', ['client_id'], unique=False)
    op.create_index(op.f('ix_loose_guesses_loose_id'), 'loose_guesses', ['loose_id'], unique=False)

    op.create_table('watched_files',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('root', sa.Text(), nullable=False),
    sa.Column('path', sa.Text(), nullable=False),
    sa.Column('top', sa.String(), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('mtime_ns', sa.BigInteger(), nullable=False),
    sa.Column('client_id', sa.String(length=40), nullable=True),
    sa.Column('place', sa.Text(), nullable=False),
    sa.Column('seen_at', store.types.Instant(timezone=True), nullable=False),
    sa.Column('gone_at', store.types.Instant(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_watched_files_client_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_watched_files'))
    )
    op.create_index(op.f('ix_watched_files_client_id'), 'watched_files', ['client_id'], unique=False)

    op.create_table('version_links',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('earlier_id', sa.String(length=40), nullable=False),
    sa.Column('later_id', sa.String(length=40), nullable=False),
    sa.Column('rule', sa.Text(), nullable=False),
    sa.Column('similarity', sa.Double(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('linked_at', store.types.Instant(timezone=True), nullable=False),
    sa.Column('decided_by', sa.String(length=40), nullable=True),
    sa.Column('decided_at', store.types.Instant(timezone=True), nullable=True),
    sa.Column('client_id', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_version_links_client_id')),
    sa.ForeignKeyConstraint(['decided_by'], ['people.id'], name=op.f('fk_version_links_decided_by')),
    sa.ForeignKeyConstraint(['earlier_id'], ['documents.id'], name=op.f('fk_version_links_earlier_id')),
    sa.ForeignKeyConstraint(['later_id'], ['documents.id'], name=op.f('fk_version_links_later_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_version_links')),
    sa.UniqueConstraint('earlier_id', 'later_id', name=op.f('uq_version_links_earlier_id_later_id'))
    )
    op.create_index(op.f('ix_version_links_client_id'), 'version_links', ['client_id'], unique=False)
    op.create_index(op.f('ix_version_links_earlier_id'), 'version_links', ['earlier_id'], unique=False)
    op.create_index(op.f('ix_version_links_later_id'), 'version_links', ['later_id'], unique=False)


def downgrade() -> None:
    for table in ('version_links', 'watched_files', 'loose_guesses', 'loose_files'):
        op.drop_table(table)
    op.drop_index(op.f('ix_documents_superseded_by'), table_name='documents')
    op.drop_column('documents', 'superseded_by')
    op.drop_column('documents', 'gone_since')
