"""Index the order of what a search has found."""

from alembic import op

revision = '0112_found_order'
down_revision = '0106_line_order'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index('ix_proposal_found', 'proposal', ['round_id', 'listed', 'id', 'shuffle'])


def downgrade() -> None:
    op.drop_index('ix_proposal_found', table_name='proposal')
