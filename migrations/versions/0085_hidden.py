"""Index hidden proposals."""

import sqlalchemy as sa
from alembic import op

revision = '0085_hidden'
down_revision = '0080_idle_sessions'
branch_labels = None
depends_on = None


def upgrade() -> None:
    hidden = sa.text('hidden_at is not null')
    op.create_index(
        'ix_proposal_hidden',
        'proposal',
        ['municipality_id', 'submitted_at'],
        sqlite_where=hidden,
        postgresql_where=hidden,
    )


def downgrade() -> None:
    op.drop_index('ix_proposal_hidden', table_name='proposal')
