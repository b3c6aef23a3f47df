"""Let a sheet be blank."""

import sqlalchemy as sa
from alembic import op

revision = '0113_blank_sheets'
down_revision = '0112_found_order'
branch_labels = None
depends_on = None

BEFORE = "invalidity in ('unsigned', 'unreadable', 'late', 'over_limit', 'unknown_number', 'duplicate')"
AFTER = "invalidity in ('blank', 'unsigned', 'unreadable', 'late', 'over_limit', 'unknown_number', 'duplicate')"


def _swap(condition: str) -> None:
    for table in ('paper_sheet', 'paper_entry'):
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(op.f(f'ck_{table}_invalidity'), type_='check')
            batch.create_check_constraint(op.f(f'ck_{table}_invalidity'), sa.text(condition))


def upgrade() -> None:
    _swap(AFTER)


def downgrade() -> None:
    for table in ('paper_sheet', 'paper_entry'):
        op.execute(f"update {table} set invalidity = 'unreadable' where invalidity = 'blank'")
    _swap(BEFORE)
