"""Add the order of a version's lines: without it PostgreSQL walks along the key of the whole table to find a page of them."""

from alembic import op

revision = '0106_line_order'
down_revision = '0091_told_ballots'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index('ix_budget_line_order', 'budget_line', ['version_id', 'id'])


def downgrade() -> None:
    op.drop_index('ix_budget_line_order', 'budget_line')
