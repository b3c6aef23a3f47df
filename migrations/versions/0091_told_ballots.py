"""Mark the ballots that their voters were written to about."""

import sqlalchemy as sa
from alembic import op

revision = "0091_told_ballots"
down_revision = "0088_at_once"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "told_ballot",
        sa.Column("round_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("mark", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["round_id"], ["ballot_box.round_id"], name=op.f("fk_told_ballot_round_id_ballot_box")
        ),
        sa.PrimaryKeyConstraint("round_id", "mark", name=op.f("pk_told_ballot")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("told_ballot")
