"""Let ballots go in without writing into the box's row: on PostgreSQL a foreign key locks the row that it names."""

from alembic import op

revision = "0132_no_waiting_ballots"
down_revision = "0131_paper_corrections"
branch_labels = None
depends_on = None

WITHOUT_ROWID = {"sqlite_with_rowid": False}


def upgrade() -> None:
    with op.batch_alter_table("ballot", table_kwargs=WITHOUT_ROWID) as batch:
        batch.drop_constraint(op.f("fk_ballot_round_id_ballot_box"), type_="foreignkey")


def downgrade() -> None:
    with op.batch_alter_table("ballot", table_kwargs=WITHOUT_ROWID) as batch:
        batch.create_foreign_key(op.f("fk_ballot_round_id_ballot_box"), "ballot_box", ["round_id"], ["round_id"])
