"""Keep a document that is not there as no value instead of as the word null, so that statements can ask for it."""

from alembic import op

revision = "0141_no_json_null"
down_revision = "0140_withheld_news"
branch_labels = None
depends_on = None

DOCUMENTS = (
    ("district", "outline"),
    ("roll_import", "counts"),
    ("past_election", "official"),
    ("job", "outcome"),
    ("ballot_box", "close_manifest"),
)


def upgrade() -> None:
    for table, column in DOCUMENTS:
        op.execute(f"update {table} set {column} = null where cast({column} as text) = 'null'")


def downgrade() -> None:
    """Both are read as None."""
