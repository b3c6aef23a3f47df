"""Add corrections, photos, sheets and amendments: delivery keeps the history of its facts."""

import sqlalchemy as sa
from alembic import op
from pbplatform.foundation.database import Document
from pbplatform.foundation.database import UTCDateTime

revision = '0105_delivery_history'
down_revision = '0085_hidden'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('delivery_sheet',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('municipality_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('round_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('file_name', sa.String(length=255), nullable=False),
    sa.Column('file_hash', sa.String(length=64), nullable=False),
    sa.Column('content', Document, nullable=False),
    sa.Column('changes', Document, nullable=False),
    sa.Column('faults', Document, nullable=False),
    sa.Column('brought_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('brought_at', UTCDateTime(), nullable=False),
    sa.Column('applied_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('applied_at', UTCDateTime(), nullable=True),
    sa.Column('discarded_at', UTCDateTime(), nullable=True),
    sa.CheckConstraint('applied_at is null or discarded_at is null', name=op.f('ck_delivery_sheet_one_end')),
    sa.ForeignKeyConstraint(['applied_by'], ['account.id'], name=op.f('fk_delivery_sheet_applied_by_account')),
    sa.ForeignKeyConstraint(['brought_by'], ['account.id'], name=op.f('fk_delivery_sheet_brought_by_account')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_delivery_sheet_municipality_id_municipality')),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_delivery_sheet_round_id_round')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_delivery_sheet'))
    )
    with op.batch_alter_table('delivery_sheet', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_delivery_sheet_municipality_id'), ['municipality_id'], unique=False)
        batch_op.create_index('ix_delivery_sheet_round', ['round_id', 'id'], unique=False)

    op.create_table('budget_line_amendment',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('municipality_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('line_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('amount_before', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('amount_after', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reasons', Document, nullable=False),
    sa.Column('made_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('made_at', UTCDateTime(), nullable=False),
    sa.CheckConstraint('amount_before <> amount_after', name=op.f('ck_budget_line_amendment_changes_something')),
    sa.ForeignKeyConstraint(['line_id'], ['budget_project_line.id'], name=op.f('fk_budget_line_amendment_line_id_budget_project_line')),
    sa.ForeignKeyConstraint(['made_by'], ['account.id'], name=op.f('fk_budget_line_amendment_made_by_account')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_budget_line_amendment_municipality_id_municipality')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_budget_line_amendment'))
    )
    with op.batch_alter_table('budget_line_amendment', schema=None) as batch_op:
        batch_op.create_index('ix_budget_line_amendment_line', ['line_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_budget_line_amendment_municipality_id'), ['municipality_id'], unique=False)

    op.create_table('delivery_correction',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('municipality_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('line_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('fact', sa.Enum('contract', 'payment', 'milestone', 'ending', name='fact', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('fact_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('before', Document, nullable=False),
    sa.Column('after', Document, nullable=False),
    sa.Column('reasons', Document, nullable=False),
    sa.Column('made_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('made_at', UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['line_id'], ['budget_project_line.id'], name=op.f('fk_delivery_correction_line_id_budget_project_line')),
    sa.ForeignKeyConstraint(['made_by'], ['account.id'], name=op.f('fk_delivery_correction_made_by_account')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_delivery_correction_municipality_id_municipality')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_delivery_correction'))
    )
    with op.batch_alter_table('delivery_correction', schema=None) as batch_op:
        batch_op.create_index('ix_delivery_correction_line', ['line_id', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_delivery_correction_municipality_id'), ['municipality_id'], unique=False)

    op.create_table('delivery_photo',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('municipality_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('line_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('upload_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('moment', sa.Enum('before', 'during', 'after', name='moment', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('taken_on', sa.Date(), nullable=False),
    sa.Column('captions', Document, nullable=False),
    sa.ForeignKeyConstraint(['line_id'], ['budget_project_line.id'], name=op.f('fk_delivery_photo_line_id_budget_project_line')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_delivery_photo_municipality_id_municipality')),
    sa.ForeignKeyConstraint(['upload_id'], ['upload.id'], name=op.f('fk_delivery_photo_upload_id_upload')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_delivery_photo')),
    sa.UniqueConstraint('upload_id', name=op.f('uq_delivery_photo_upload_id'))
    )
    with op.batch_alter_table('delivery_photo', schema=None) as batch_op:
        batch_op.create_index('ix_delivery_photo_line', ['line_id', 'taken_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_delivery_photo_municipality_id'), ['municipality_id'], unique=False)

    with op.batch_alter_table('delivery_contract', schema=None) as batch_op:
        batch_op.add_column(sa.Column('struck_at', UTCDateTime(), nullable=True))

    with op.batch_alter_table('delivery_milestone', schema=None) as batch_op:
        batch_op.add_column(sa.Column('promised_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.add_column(sa.Column('asked_at', UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column('struck_at', UTCDateTime(), nullable=True))
        batch_op.drop_index(batch_op.f('ix_delivery_milestone_municipality_id'))
        batch_op.drop_constraint(batch_op.f('uq_delivery_milestone_line_id_kind'), type_='unique')
        batch_op.create_index('ix_delivery_milestone_once', ['line_id', 'kind'], unique=True, sqlite_where=sa.text('struck_at is null'), postgresql_where=sa.text('struck_at is null'))
        batch_op.create_index('ix_delivery_milestone_waiting', ['municipality_id', 'reached_on', 'due_on'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_delivery_milestone_promised_by_account'), 'account', ['promised_by'], ['id'])

    with op.batch_alter_table('delivery_payment', schema=None) as batch_op:
        batch_op.add_column(sa.Column('struck_at', UTCDateTime(), nullable=True))

    with op.batch_alter_table('budget_project_line', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_budget_project_line_amount_positive'), type_='check')
        batch_op.create_check_constraint(op.f('ck_budget_project_line_amount_not_negative'), 'amount >= 0')


def downgrade() -> None:
    # What was struck would come back to life without its mark, and a line without money has no place in the older rule.
    op.execute('delete from delivery_payment where struck_at is not null')
    op.execute('delete from delivery_milestone where struck_at is not null')
    op.execute(
        'delete from delivery_contract where struck_at is not null'
        ' and id not in (select contract_id from delivery_payment)'
    )
    op.execute(
        'update budget_project_line set amount = (select max(amount_before) from budget_line_amendment'
        ' where line_id = budget_project_line.id) where amount = 0'
    )
    with op.batch_alter_table('budget_project_line', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_budget_project_line_amount_not_negative'), type_='check')
        batch_op.create_check_constraint(op.f('ck_budget_project_line_amount_positive'), 'amount > 0')

    with op.batch_alter_table('delivery_payment', schema=None) as batch_op:
        batch_op.drop_column('struck_at')

    with op.batch_alter_table('delivery_milestone', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_delivery_milestone_promised_by_account'), type_='foreignkey')
        batch_op.drop_index('ix_delivery_milestone_waiting')
        batch_op.drop_index('ix_delivery_milestone_once', sqlite_where=sa.text('struck_at is null'), postgresql_where=sa.text('struck_at is null'))
        batch_op.create_unique_constraint(batch_op.f('uq_delivery_milestone_line_id_kind'), ['line_id', 'kind'])
        batch_op.create_index(batch_op.f('ix_delivery_milestone_municipality_id'), ['municipality_id'], unique=False)
        batch_op.drop_column('struck_at')
        batch_op.drop_column('asked_at')
        batch_op.drop_column('promised_by')

    with op.batch_alter_table('delivery_contract', schema=None) as batch_op:
        batch_op.drop_column('struck_at')

    with op.batch_alter_table('delivery_photo', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_delivery_photo_municipality_id'))
        batch_op.drop_index('ix_delivery_photo_line')

    op.drop_table('delivery_photo')
    with op.batch_alter_table('delivery_correction', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_delivery_correction_municipality_id'))
        batch_op.drop_index('ix_delivery_correction_line')

    op.drop_table('delivery_correction')
    with op.batch_alter_table('budget_line_amendment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_budget_line_amendment_municipality_id'))
        batch_op.drop_index('ix_budget_line_amendment_line')

    op.drop_table('budget_line_amendment')
    with op.batch_alter_table('delivery_sheet', schema=None) as batch_op:
        batch_op.drop_index('ix_delivery_sheet_round')
        batch_op.drop_index(batch_op.f('ix_delivery_sheet_municipality_id'))

    op.drop_table('delivery_sheet')
