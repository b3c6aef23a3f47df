"""Let two persons take back a tick or a settled sheet."""

import sqlalchemy as sa
from alembic import op

revision = "0131_paper_corrections"
down_revision = "0130_no_submission"
branch_labels = None
depends_on = None

BEFORE = "kind in ('open_vote', 'move_close', 'change_elector', 'annul', 'seal')"
AFTER = "kind in ('open_vote', 'move_close', 'change_elector', 'annul', 'seal', 'take_back_tick', 'take_back_sheet')"


def _swap(condition: str) -> None:
    with op.batch_alter_table("joint_act") as batch:
        batch.drop_constraint(op.f("ck_joint_act_joint_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_joint_act_joint_kind"), sa.text(condition))


def upgrade() -> None:
    _swap(AFTER)


def downgrade() -> None:
    # The journal keeps what was done; the older release has no word for it.
    op.execute("delete from joint_act where kind in ('take_back_tick', 'take_back_sheet')")
    _swap(BEFORE)
