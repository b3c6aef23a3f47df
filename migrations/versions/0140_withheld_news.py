"""Withhold the news about what moderation has hidden: they carry its title."""

import sqlalchemy as sa
from alembic import op

revision = '0140_withheld_news'
down_revision = '0132_no_waiting_ballots'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('happening') as batch:
        batch.add_column(sa.Column('withheld', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute(
        'update happening set withheld = true where id in (select happening_id from happening_topic'
        " join proposal on happening_topic.topic = 'proposal' and happening_topic.subject_id = proposal.id"
        ' where proposal.hidden_at is not null)'
    )


def downgrade() -> None:
    with op.batch_alter_table('happening') as batch:
        batch.drop_column('withheld')
