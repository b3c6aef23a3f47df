"""Keep the choices of an open vote encrypted under the round's key.

Ballots that were stored before cannot be encrypted here, because the key lies outside the database, nor can encrypted
ones be opened on the way back. So both ways are refused while a box holds online ballots: seal the vote first.
"""

import sqlalchemy as sa
from alembic import op

revision = "0090_seal_ballots"
down_revision = "0071_delivery"
branch_labels = None
depends_on = None

WITHOUT_ROWID = {"sqlite_with_rowid": False}


def _refuse_with_ballots() -> None:
    found = op.get_bind().execute(sa.text("select count(*) from ballot where channel = 'online'")).scalar()
    if found:
        raise RuntimeError(f"{found} online ballots are not sealed yet: seal the vote, then change the release")


def upgrade() -> None:
    _refuse_with_ballots()
    with op.batch_alter_table("ballot", table_kwargs=WITHOUT_ROWID) as batch:
        batch.drop_constraint(op.f("ck_ballot_channel_fits"), type_="check")
        for column in ("payload", "nonce", "word_hash", "tracker"):
            batch.drop_column(column)
        batch.add_column(sa.Column("sealed", sa.LargeBinary(), nullable=True))
        batch.create_check_constraint(
            op.f("ck_ballot_channel_fits"), "(channel = 'online') = (sealed is not null)"
        )


def downgrade() -> None:
    _refuse_with_ballots()
    with op.batch_alter_table("ballot", table_kwargs=WITHOUT_ROWID) as batch:
        batch.drop_constraint(op.f("ck_ballot_channel_fits"), type_="check")
        batch.drop_column("sealed")
        batch.add_column(sa.Column("payload", sa.Text(), nullable=True))
        batch.add_column(sa.Column("nonce", sa.String(32), nullable=True))
        batch.add_column(sa.Column("word_hash", sa.String(64), nullable=True))
        batch.add_column(sa.Column("tracker", sa.String(16), nullable=True))
        batch.create_check_constraint(
            op.f("ck_ballot_channel_fits"),
            "(channel = 'online' and payload is not null and nonce is not null and tracker is not null) "
            "or (channel = 'paper' and payload is null and tracker is null)",
        )
