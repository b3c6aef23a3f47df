"""Keep no submission number beside a ballot: the ballot's nonce is made from it, and that alone tells a retry.

Nothing is lost, so this goes while a vote is open. On the way back the column is there again and empty.
"""

import sqlalchemy as sa
from alembic import op

revision = "0130_no_submission"
down_revision = "0120_search_pieces"
branch_labels = None
depends_on = None

WITHOUT_ROWID = {"sqlite_with_rowid": False}


def upgrade() -> None:
    with op.batch_alter_table("ballot", table_kwargs=WITHOUT_ROWID) as batch:
        batch.drop_column("submission_id")


def downgrade() -> None:
    with op.batch_alter_table("ballot", table_kwargs=WITHOUT_ROWID) as batch:
        batch.add_column(sa.Column("submission_id", sa.String(64), nullable=True))
