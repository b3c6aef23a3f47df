"""Find the latest change of a round's proposals without reading them."""

from alembic import op

revision = '0086_map_edition'
down_revision = '0105_delivery_history'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index('ix_proposal_changed', 'proposal', ['round_id', 'changed_at'])


def downgrade() -> None:
    op.drop_index('ix_proposal_changed', table_name='proposal')
