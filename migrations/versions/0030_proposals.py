"""Add uploads, proposals and screening."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql
from pbplatform.foundation.database import Document
from pbplatform.foundation.database import UTCDateTime
from pbplatform.foundation import search

revision = '0030_proposals'
down_revision = '0010_tokens'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('ballot_draw',
    sa.Column('round_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('municipality_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('commitment', sa.String(length=64), nullable=False),
    sa.Column('sealed_seed', sa.String(length=300), nullable=True),
    sa.Column('seed', sa.String(length=64), nullable=True),
    sa.Column('committed_at', UTCDateTime(), nullable=False),
    sa.Column('frozen_at', UTCDateTime(), nullable=True),
    sa.Column('frozen_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('list_hash', sa.String(length=64), nullable=True),
    sa.CheckConstraint('(frozen_at is null) = (seed is null)', name=op.f('ck_ballot_draw_seed_with_list')),
    sa.CheckConstraint('length(commitment) = 64', name=op.f('ck_ballot_draw_commitment_whole')),
    sa.ForeignKeyConstraint(['frozen_by'], ['account.id'], name=op.f('fk_ballot_draw_frozen_by_account')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_ballot_draw_municipality_id_municipality')),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_ballot_draw_round_id_round')),
    sa.PrimaryKeyConstraint('round_id', name=op.f('pk_ballot_draw'))
    )
    with op.batch_alter_table('ballot_draw', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_ballot_draw_municipality_id'), ['municipality_id'], unique=False)

    op.create_table('upload',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('municipality_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('owner_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('token', sa.String(length=43), nullable=False),
    sa.Column('kind', sa.Enum('picture', 'document', name='upload_kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('alt', sa.String(length=300), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('height', sa.Integer(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('published', sa.Boolean(), nullable=False),
    sa.Column('taken_at', UTCDateTime(), nullable=False),
    sa.CheckConstraint("kind = 'document' or (width > 0 and height > 0)", name=op.f('ck_upload_picture_has_size')),
    sa.CheckConstraint('size > 0', name=op.f('ck_upload_size_positive')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_upload_municipality_id_municipality')),
    sa.ForeignKeyConstraint(['owner_id'], ['account.id'], name=op.f('fk_upload_owner_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_upload')),
    sa.UniqueConstraint('token', name=op.f('uq_upload_token'))
    )
    with op.batch_alter_table('upload', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_upload_municipality_id'), ['municipality_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_upload_owner_id'), ['owner_id'], unique=False)

    op.create_table('proposal',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('municipality_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('round_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('state', sa.Enum('draft', 'submitted', 'returned', 'unsupported', 'refused', 'admitted', 'merged', 'withdrawn', name='proposal_state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('hidden_at', UTCDateTime(), nullable=True),
    sa.Column('listed', sa.Boolean(), sa.Computed("(state not in ('draft', 'withdrawn') and hidden_at is null)", persisted=True), nullable=False),
    sa.Column('entry', sa.Enum('online', 'counter', 'import', name='entry', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('author_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('author_name', sa.String(length=100), nullable=False),
    sa.Column('entered_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('title', sa.String(length=160), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('beneficiaries', sa.Text(), nullable=False),
    sa.Column('category_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('envelope_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('district_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('address', sa.String(length=200), nullable=False),
    sa.Column('latitude', sa.Double(), nullable=True),
    sa.Column('longitude', sa.Double(), nullable=True),
    sa.Column('cost_estimate', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('cost_reasoning', sa.Text(), nullable=False),
    sa.Column('cover', sa.String(length=43), nullable=True),
    sa.Column('search', sa.Text(), nullable=False),
    sa.Column('shuffle', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('support', sa.Integer(), nullable=False),
    sa.Column('correction_until', UTCDateTime(), nullable=True),
    sa.Column('submitted_at', UTCDateTime(), nullable=True),
    sa.Column('changed_at', UTCDateTime(), nullable=False),
    sa.Column('admitted_cost', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('decision_reason', sa.Text(), nullable=False),
    sa.Column('merged_into_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('conflict_group', sa.String(length=60), nullable=True),
    sa.Column('ballot_number', sa.Integer(), nullable=True),
    sa.Column('imported_code', sa.String(length=60), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(state = 'merged') = (merged_into_id is not null)", name=op.f('ck_proposal_merged_somewhere')),
    sa.CheckConstraint("state <> 'admitted' or admitted_cost is not null", name=op.f('ck_proposal_admitted_has_cost')),
    sa.CheckConstraint("state = 'draft' or (submitted_at is not null and envelope_id is not null and cost_estimate is not null)", name=op.f('ck_proposal_submitted_whole')),
    sa.CheckConstraint('(latitude is null) = (longitude is null)', name=op.f('ck_proposal_place_whole')),
    sa.CheckConstraint('admitted_cost is null or admitted_cost > 0', name=op.f('ck_proposal_admitted_cost_positive')),
    sa.CheckConstraint('cost_estimate is null or cost_estimate > 0', name=op.f('ck_proposal_estimate_positive')),
    sa.CheckConstraint('latitude is null or (latitude between -90 and 90 and longitude between -180 and 180)', name=op.f('ck_proposal_place_on_earth')),
    sa.CheckConstraint('length(title) <= 160 and length(text) <= 20000', name=op.f('ck_proposal_texts_short')),
    sa.ForeignKeyConstraint(['author_id'], ['account.id'], name=op.f('fk_proposal_author_id_account')),
    sa.ForeignKeyConstraint(['category_id'], ['category.id'], name=op.f('fk_proposal_category_id_category')),
    sa.ForeignKeyConstraint(['district_id'], ['district.id'], name=op.f('fk_proposal_district_id_district')),
    sa.ForeignKeyConstraint(['entered_by'], ['account.id'], name=op.f('fk_proposal_entered_by_account')),
    sa.ForeignKeyConstraint(['envelope_id'], ['envelope.id'], name=op.f('fk_proposal_envelope_id_envelope')),
    sa.ForeignKeyConstraint(['merged_into_id'], ['proposal.id'], name=op.f('fk_proposal_merged_into_id_proposal')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_proposal_municipality_id_municipality')),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_proposal_round_id_round')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_proposal')),
    sa.UniqueConstraint('envelope_id', 'ballot_number', name=op.f('uq_proposal_envelope_id_ballot_number'))
    )
    with op.batch_alter_table('proposal', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_proposal_author_id'), ['author_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_proposal_category_id'), ['category_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_proposal_district_id'), ['district_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_proposal_envelope_id'), ['envelope_id'], unique=False)
        batch_op.create_index('ix_proposal_listed', ['round_id', 'listed', 'shuffle', 'category_id', 'envelope_id', 'district_id', 'state'], unique=False)
        batch_op.create_index(batch_op.f('ix_proposal_merged_into_id'), ['merged_into_id'], unique=False)
        batch_op.create_index('ix_proposal_municipality', ['municipality_id', 'submitted_at'], unique=False)
        batch_op.create_index('ix_proposal_newest', ['round_id', 'listed', 'submitted_at'], unique=False)

    op.create_table('assessment',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('municipality_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('proposal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('department', sa.String(length=120), nullable=False),
    sa.Column('state', sa.Enum('asked', 'written', 'returned', 'accepted', name='assessment_state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('asked_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('asked_at', UTCDateTime(), nullable=False),
    sa.Column('due_at', UTCDateTime(), nullable=False),
    sa.Column('reminded_at', UTCDateTime(), nullable=True),
    sa.Column('criteria', Document, nullable=False),
    sa.Column('verdict', sa.Enum('feasible', 'infeasible', name='verdict', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('cost', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('legal_ground', sa.String(length=500), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('written_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('written_at', UTCDateTime(), nullable=True),
    sa.Column('return_note', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("state in ('asked', 'returned') or verdict is not null", name=op.f('ck_assessment_written_has_verdict')),
    sa.CheckConstraint("verdict is null or verdict <> 'feasible' or cost > 0", name=op.f('ck_assessment_feasible_has_cost')),
    sa.CheckConstraint('verdict is null or length(reason) > 0', name=op.f('ck_assessment_verdict_has_reason')),
    sa.ForeignKeyConstraint(['asked_by'], ['account.id'], name=op.f('fk_assessment_asked_by_account')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_assessment_municipality_id_municipality')),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposal.id'], name=op.f('fk_assessment_proposal_id_proposal')),
    sa.ForeignKeyConstraint(['written_by'], ['account.id'], name=op.f('fk_assessment_written_by_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assessment')),
    sa.UniqueConstraint('proposal_id', 'department', name=op.f('uq_assessment_proposal_id_department'))
    )
    with op.batch_alter_table('assessment', schema=None) as batch_op:
        batch_op.create_index('ix_assessment_queue', ['municipality_id', 'department', 'state'], unique=False)

    op.create_table('co_author',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('municipality_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('proposal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('email', sa.String(length=320), nullable=True),
    sa.Column('token_hash', sa.String(length=64), nullable=True),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('state', sa.Enum('invited', 'accepted', 'declined', 'left', name='co_author_state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('invited_at', UTCDateTime(), nullable=False),
    sa.Column('answered_at', UTCDateTime(), nullable=True),
    sa.CheckConstraint("state <> 'accepted' or account_id is not null", name=op.f('ck_co_author_accepted_by_somebody')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_co_author_account_id_account')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_co_author_municipality_id_municipality')),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposal.id'], name=op.f('fk_co_author_proposal_id_proposal')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_co_author')),
    sa.UniqueConstraint('proposal_id', 'account_id', name=op.f('uq_co_author_proposal_id_account_id')),
    sa.UniqueConstraint('proposal_id', 'email', name=op.f('uq_co_author_proposal_id_email')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_co_author_token_hash'))
    )
    with op.batch_alter_table('co_author', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_co_author_account_id'), ['account_id'], unique=False)

    op.create_table('interest',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('municipality_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('proposal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('text', sa.String(length=500), nullable=False),
    sa.Column('declared_at', UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_interest_account_id_account')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_interest_municipality_id_municipality')),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposal.id'], name=op.f('fk_interest_proposal_id_proposal')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_interest')),
    sa.UniqueConstraint('proposal_id', 'account_id', name=op.f('uq_interest_proposal_id_account_id'))
    )
    op.create_table('merge',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('municipality_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('source_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('target_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('state', sa.Enum('suggested', 'declined', 'merged', name='merge_state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('suggested_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('suggested_at', UTCDateTime(), nullable=False),
    sa.Column('source_consent_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('target_consent_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('decided_at', UTCDateTime(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('source_id <> target_id', name=op.f('ck_merge_two_proposals')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_merge_municipality_id_municipality')),
    sa.ForeignKeyConstraint(['source_consent_by'], ['account.id'], name=op.f('fk_merge_source_consent_by_account')),
    sa.ForeignKeyConstraint(['source_id'], ['proposal.id'], name=op.f('fk_merge_source_id_proposal')),
    sa.ForeignKeyConstraint(['suggested_by'], ['account.id'], name=op.f('fk_merge_suggested_by_account')),
    sa.ForeignKeyConstraint(['target_consent_by'], ['account.id'], name=op.f('fk_merge_target_consent_by_account')),
    sa.ForeignKeyConstraint(['target_id'], ['proposal.id'], name=op.f('fk_merge_target_id_proposal')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_merge'))
    )
    with op.batch_alter_table('merge', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_merge_municipality_id'), ['municipality_id'], unique=False)
        batch_op.create_index('ix_merge_source_id', ['source_id'], unique=False)
        batch_op.create_index('ix_merge_target_id', ['target_id'], unique=False)

    op.create_table('proposal_conflict',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('municipality_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('round_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('first_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('second_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.Enum('same_place', 'declared', name='conflict_kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('state', sa.Enum('open', 'compatible', 'exclusive', name='conflict_state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('found_at', UTCDateTime(), nullable=False),
    sa.Column('decided_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('decided_at', UTCDateTime(), nullable=True),
    sa.CheckConstraint("state = 'open' or length(reason) > 0", name=op.f('ck_proposal_conflict_decided_with_reason')),
    sa.CheckConstraint('first_id < second_id', name=op.f('ck_proposal_conflict_pair_in_order')),
    sa.ForeignKeyConstraint(['decided_by'], ['account.id'], name=op.f('fk_proposal_conflict_decided_by_account')),
    sa.ForeignKeyConstraint(['first_id'], ['proposal.id'], name=op.f('fk_proposal_conflict_first_id_proposal')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_proposal_conflict_municipality_id_municipality')),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_proposal_conflict_round_id_round')),
    sa.ForeignKeyConstraint(['second_id'], ['proposal.id'], name=op.f('fk_proposal_conflict_second_id_proposal')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_proposal_conflict')),
    sa.UniqueConstraint('first_id', 'second_id', name=op.f('uq_proposal_conflict_first_id_second_id'))
    )
    with op.batch_alter_table('proposal_conflict', schema=None) as batch_op:
        batch_op.create_index('ix_proposal_conflict_round', ['municipality_id', 'round_id', 'state'], unique=False)

    op.create_table('proposal_file',
    sa.Column('upload_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('proposal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposal.id'], name=op.f('fk_proposal_file_proposal_id_proposal')),
    sa.ForeignKeyConstraint(['upload_id'], ['upload.id'], name=op.f('fk_proposal_file_upload_id_upload')),
    sa.PrimaryKeyConstraint('upload_id', name=op.f('pk_proposal_file')),
    sa.UniqueConstraint('proposal_id', 'position', name=op.f('uq_proposal_file_proposal_id_position'))
    )
    with op.batch_alter_table('proposal_file', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_proposal_file_proposal_id'), ['proposal_id'], unique=False)

    op.create_table('proposal_version',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('municipality_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('proposal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('said', Document, nullable=False),
    sa.Column('changed_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('note', sa.String(length=300), nullable=False),
    sa.Column('made_at', UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['changed_by'], ['account.id'], name=op.f('fk_proposal_version_changed_by_account')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_proposal_version_municipality_id_municipality')),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposal.id'], name=op.f('fk_proposal_version_proposal_id_proposal')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_proposal_version')),
    sa.UniqueConstraint('proposal_id', 'number', name=op.f('uq_proposal_version_proposal_id_number'))
    )
    op.create_table('screening',
    sa.Column('proposal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('municipality_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('round_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('state', sa.Enum('waiting', 'checked', 'routed', 'signed', 'released', name='screening_state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('formal', Document, nullable=False),
    sa.Column('formal_note', sa.Text(), nullable=False),
    sa.Column('checked_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('checked_at', UTCDateTime(), nullable=True),
    sa.Column('verdict', sa.Enum('feasible', 'infeasible', name='verdict', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('cost', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('legal_ground', sa.String(length=500), nullable=False),
    sa.Column('signed_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('signed_at', UTCDateTime(), nullable=True),
    sa.Column('released_at', UTCDateTime(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("state not in ('signed', 'released') or (verdict is not null and signed_at is not null)", name=op.f('ck_screening_signed_whole')),
    sa.CheckConstraint("verdict <> 'feasible' or cost > 0", name=op.f('ck_screening_feasible_has_cost')),
    sa.CheckConstraint('verdict is null or length(reason) > 0', name=op.f('ck_screening_verdict_has_reason')),
    sa.ForeignKeyConstraint(['checked_by'], ['account.id'], name=op.f('fk_screening_checked_by_account')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_screening_municipality_id_municipality')),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposal.id'], name=op.f('fk_screening_proposal_id_proposal')),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_screening_round_id_round')),
    sa.ForeignKeyConstraint(['signed_by'], ['account.id'], name=op.f('fk_screening_signed_by_account')),
    sa.PrimaryKeyConstraint('proposal_id', name=op.f('pk_screening'))
    )
    with op.batch_alter_table('screening', schema=None) as batch_op:
        batch_op.create_index('ix_screening_queue', ['municipality_id', 'round_id', 'state'], unique=False)

    op.create_table('screening_appeal',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('municipality_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('proposal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('state', sa.Enum('open', 'upheld', 'dismissed', name='appeal_state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('made_at', UTCDateTime(), nullable=False),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('cost', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('decided_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('decided_at', UTCDateTime(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("state <> 'upheld' or cost > 0", name=op.f('ck_screening_appeal_upheld_has_cost')),
    sa.CheckConstraint("state = 'open' or (decided_by is not null and length(answer) > 0)", name=op.f('ck_screening_appeal_decided_whole')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_screening_appeal_account_id_account')),
    sa.ForeignKeyConstraint(['decided_by'], ['account.id'], name=op.f('fk_screening_appeal_decided_by_account')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_screening_appeal_municipality_id_municipality')),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposal.id'], name=op.f('fk_screening_appeal_proposal_id_proposal')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_screening_appeal')),
    sa.UniqueConstraint('proposal_id', name=op.f('uq_screening_appeal_proposal_id'))
    )
    with op.batch_alter_table('screening_appeal', schema=None) as batch_op:
        batch_op.create_index('ix_screening_appeal_queue', ['municipality_id', 'state'], unique=False)

    op.create_table('screening_note',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('municipality_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('proposal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('author_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('written_at', UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['account.id'], name=op.f('fk_screening_note_author_id_account')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_screening_note_municipality_id_municipality')),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposal.id'], name=op.f('fk_screening_note_proposal_id_proposal')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_screening_note'))
    )
    with op.batch_alter_table('screening_note', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_screening_note_proposal_id'), ['proposal_id'], unique=False)

    op.create_table('signature_sheet',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('municipality_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('proposal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code', sa.String(length=12), nullable=False),
    sa.Column('entered_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('printed_at', UTCDateTime(), nullable=False),
    sa.Column('received_at', UTCDateTime(), nullable=True),
    sa.Column('entered_at', UTCDateTime(), nullable=True),
    sa.Column('accepted', sa.Integer(), nullable=False),
    sa.Column('duplicates', sa.Integer(), nullable=False),
    sa.Column('unknown', sa.Integer(), nullable=False),
    sa.Column('unreadable', sa.Integer(), nullable=False),
    sa.CheckConstraint('accepted >= 0 and duplicates >= 0 and unknown >= 0 and unreadable >= 0', name=op.f('ck_signature_sheet_numbers_not_negative')),
    sa.ForeignKeyConstraint(['entered_by'], ['account.id'], name=op.f('fk_signature_sheet_entered_by_account')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_signature_sheet_municipality_id_municipality')),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposal.id'], name=op.f('fk_signature_sheet_proposal_id_proposal')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signature_sheet')),
    sa.UniqueConstraint('proposal_id', 'code', name=op.f('uq_signature_sheet_proposal_id_code'))
    )
    with op.batch_alter_table('signature_sheet', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_signature_sheet_municipality_id'), ['municipality_id'], unique=False)

    op.create_table('proposal_support',
    sa.Column('proposal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('resident', sa.String(length=64), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('channel', sa.Enum('online', 'sheet', name='support_channel', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('sheet_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposal.id'], name=op.f('fk_proposal_support_proposal_id_proposal')),
    sa.ForeignKeyConstraint(['sheet_id'], ['signature_sheet.id'], name=op.f('fk_proposal_support_sheet_id_signature_sheet')),
    sa.PrimaryKeyConstraint('proposal_id', 'resident', name=op.f('pk_proposal_support')),
    sqlite_with_rowid=False
    )
    with op.batch_alter_table('proposal_support', schema=None) as batch_op:
        batch_op.create_index('ix_proposal_support_account_id', ['account_id', 'proposal_id'], unique=False)

    # PostgreSQL's index for search is made by 0120_search_pieces.
    if op.get_bind().dialect.name == 'sqlite':
        search.create(op.get_bind(), 'proposal', 'search')


def downgrade() -> None:
    if op.get_bind().dialect.name == 'sqlite':
        search.drop(op.get_bind(), 'proposal')
    with op.batch_alter_table('proposal_support', schema=None) as batch_op:
        batch_op.drop_index('ix_proposal_support_account_id')

    op.drop_table('proposal_support')
    with op.batch_alter_table('signature_sheet', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_signature_sheet_municipality_id'))

    op.drop_table('signature_sheet')
    with op.batch_alter_table('screening_note', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_screening_note_proposal_id'))

    op.drop_table('screening_note')
    with op.batch_alter_table('screening_appeal', schema=None) as batch_op:
        batch_op.drop_index('ix_screening_appeal_queue')

    op.drop_table('screening_appeal')
    with op.batch_alter_table('screening', schema=None) as batch_op:
        batch_op.drop_index('ix_screening_queue')

    op.drop_table('screening')
    op.drop_table('proposal_version')
    with op.batch_alter_table('proposal_file', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_proposal_file_proposal_id'))

    op.drop_table('proposal_file')
    with op.batch_alter_table('proposal_conflict', schema=None) as batch_op:
        batch_op.drop_index('ix_proposal_conflict_round')

    op.drop_table('proposal_conflict')
    with op.batch_alter_table('merge', schema=None) as batch_op:
        batch_op.drop_index('ix_merge_target_id')
        batch_op.drop_index('ix_merge_source_id')
        batch_op.drop_index(batch_op.f('ix_merge_municipality_id'))

    op.drop_table('merge')
    op.drop_table('interest')
    with op.batch_alter_table('co_author', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_co_author_account_id'))

    op.drop_table('co_author')
    with op.batch_alter_table('assessment', schema=None) as batch_op:
        batch_op.drop_index('ix_assessment_queue')

    op.drop_table('assessment')
    with op.batch_alter_table('proposal', schema=None) as batch_op:
        batch_op.drop_index('ix_proposal_newest')
        batch_op.drop_index('ix_proposal_municipality')
        batch_op.drop_index(batch_op.f('ix_proposal_merged_into_id'))
        batch_op.drop_index('ix_proposal_listed')
        batch_op.drop_index(batch_op.f('ix_proposal_envelope_id'))
        batch_op.drop_index(batch_op.f('ix_proposal_district_id'))
        batch_op.drop_index(batch_op.f('ix_proposal_category_id'))
        batch_op.drop_index(batch_op.f('ix_proposal_author_id'))

    op.drop_table('proposal')
    with op.batch_alter_table('upload', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_upload_owner_id'))
        batch_op.drop_index(batch_op.f('ix_upload_municipality_id'))

    op.drop_table('upload')
    with op.batch_alter_table('ballot_draw', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_ballot_draw_municipality_id'))

    op.drop_table('ballot_draw')
