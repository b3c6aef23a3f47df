"""Let sessions end when nobody has used them for a while."""

import sqlalchemy as sa
from alembic import op
from pbplatform.foundation.database import UTCDateTime

revision = '0080_idle_sessions'
down_revision = '0090_seal_ballots'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('account_session', sa.Column('idle_until', UTCDateTime(), nullable=True))
    # A session that is open at the upgrade may last as long as it was promised.
    op.execute("update account_session set idle_until = expires_at")
    with op.batch_alter_table('account_session') as batch_op:
        batch_op.alter_column('idle_until', existing_type=UTCDateTime(), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table('account_session') as batch_op:
        batch_op.drop_column('idle_until')
