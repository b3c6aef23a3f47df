"""One person's appeals and declared interests, for “my data”. They stay with their decisions when the account is closed."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.screening.models import Interest, ScreeningAppeal


def export(session: Session, account_id: int) -> dict[str, Any]:
    """Each appeal with its answer, and each interest declared."""
    appeals = session.scalars(
        select(ScreeningAppeal).where(ScreeningAppeal.account_id == account_id).order_by(ScreeningAppeal.id)
    )
    interests = session.scalars(
        select(Interest).where(Interest.account_id == account_id).order_by(Interest.id)
    )
    return {
        "appeals": [
            {
                "proposal": row.proposal_id,
                "text": row.text,
                "made_at": row.made_at,
                "state": row.state,
                "answer": row.answer,
                "decided_at": row.decided_at,
            }
            for row in appeals
        ],
        "interests": [
            {"proposal": row.proposal_id, "text": row.text, "declared_at": row.declared_at}
            for row in interests
        ],
    }
