"""Keep only the frozen draw: the committed seed lies in the folder of secrets until then."""

import sqlalchemy as sa
from alembic import op
from pbplatform.foundation.database import UTCDateTime

revision = '0031_draw_once'
down_revision = '0030_proposals'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A draw that was committed and not frozen begins anew in the folder of secrets.
    op.execute("delete from ballot_draw where frozen_at is null")
    with op.batch_alter_table('ballot_draw') as batch_op:
        batch_op.drop_constraint(op.f('ck_ballot_draw_seed_with_list'), type_='check')
        batch_op.drop_column('sealed_seed')
        batch_op.drop_column('committed_at')
        for name in ('seed', 'list_hash'):
            batch_op.alter_column(name, existing_type=sa.String(length=64), nullable=False)
        batch_op.alter_column('frozen_at', existing_type=UTCDateTime(), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table('ballot_draw') as batch_op:
        batch_op.alter_column('frozen_at', existing_type=UTCDateTime(), nullable=True)
        for name in ('seed', 'list_hash'):
            batch_op.alter_column(name, existing_type=sa.String(length=64), nullable=True)
        batch_op.add_column(sa.Column('committed_at', UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column('sealed_seed', sa.String(length=300), nullable=True))
    op.execute("update ballot_draw set committed_at = frozen_at")
    with op.batch_alter_table('ballot_draw') as batch_op:
        batch_op.alter_column('committed_at', existing_type=UTCDateTime(), nullable=False)
        batch_op.create_check_constraint(
            op.f('ck_ballot_draw_seed_with_list'), "(frozen_at is null) = (seed is null)"
        )
