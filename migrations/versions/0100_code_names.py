"""Name the budget's codes in other languages."""

import sqlalchemy as sa
from alembic import op

from pbplatform.foundation.database import Document

revision = "0100_code_names"
down_revision = "0087_blueprint_maker"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SIDES = sa.Enum("revenue", "expenditure", name="side", native_enum=False, create_constraint=True, length=40)
AXES = sa.Enum(
    "function", "programme", "district", "economic", "unit",
    name="axis", native_enum=False, create_constraint=True, length=40,
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "budget_code_name",
        sa.Column("id", KEY, nullable=False),
        sa.Column("municipality_id", KEY, nullable=False),
        sa.Column("side", SIDES, nullable=False),
        sa.Column("axis", AXES, nullable=False),
        sa.Column("code", sa.String(60), nullable=False),
        sa.Column("names", Document, nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name="fk_budget_code_name_municipality_id_municipality"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_budget_code_name"),
        sa.UniqueConstraint(
            "municipality_id", "side", "axis", "code", name="uq_budget_code_name_municipality_id_side_axis_code"
        ),
    )


def downgrade() -> None:
    op.drop_table("budget_code_name")
