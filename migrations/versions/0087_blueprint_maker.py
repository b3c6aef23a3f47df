"""Keep which municipality made a blueprint."""

import sqlalchemy as sa
from alembic import op

revision = '0087_blueprint_maker'
down_revision = '0086_map_edition'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('blueprint') as batch:
        batch.add_column(sa.Column('made_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch.create_index('ix_blueprint_made_by_id', ['made_by_id'])
        batch.create_foreign_key('fk_blueprint_made_by_id_municipality', 'municipality', ['made_by_id'], ['id'])
    op.execute('update blueprint set made_by_id = municipality_id')


def downgrade() -> None:
    with op.batch_alter_table('blueprint') as batch:
        batch.drop_constraint('fk_blueprint_made_by_id_municipality', type_='foreignkey')
        batch.drop_index('ix_blueprint_made_by_id')
        batch.drop_column('made_by_id')
