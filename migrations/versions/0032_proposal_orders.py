"""Index the orders of the list of proposals."""

from alembic import op

revision = '0032_proposal_orders'
down_revision = '0070_budget'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # No model names these, because they hold an expression; the check of models against schema passes names with search_ over.
    op.execute(
        "create index search_proposal_cost on proposal (round_id, listed, (coalesce(admitted_cost, cost_estimate)))"
    )
    op.execute("create index search_proposal_support on proposal (round_id, listed, support)")


def downgrade() -> None:
    op.execute("drop index search_proposal_support")
    op.execute("drop index search_proposal_cost")
