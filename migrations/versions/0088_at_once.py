"""Let people hear at once."""

import sqlalchemy as sa
from alembic import op

revision = '0088_at_once'
down_revision = '0100_code_names'
branch_labels = None
depends_on = None

BEFORE = "frequency in ('daily', 'weekly', 'never')"
AFTER = "frequency in ('at_once', 'daily', 'weekly', 'never')"


def _swap(condition: str) -> None:
    with op.batch_alter_table('mailing') as batch:
        batch.drop_constraint(op.f('ck_mailing_frequency'), type_='check')
        batch.create_check_constraint(op.f('ck_mailing_frequency'), sa.text(condition))


def upgrade() -> None:
    _swap(AFTER)


def downgrade() -> None:
    op.execute("update mailing set frequency = 'daily' where frequency = 'at_once'")
    _swap(BEFORE)
