"""Search on PostgreSQL by the ends of words."""

from alembic import op

from pbplatform.foundation import search

revision = '0120_search_pieces'
down_revision = '0113_blank_sheets'
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == 'sqlite':
        return
    # Databases of before had an index of trigrams.
    op.execute('drop index if exists search_proposal_trgm')
    search.create(op.get_bind(), 'proposal', 'search')


def downgrade() -> None:
    # Without an index the search of before is slow, but finds the same.
    if op.get_bind().dialect.name != 'sqlite':
        search.drop(op.get_bind(), 'proposal')
