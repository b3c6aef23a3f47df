"""Which roll entries one person proved to be, for “my data”. `verification.end_claims` unties a closed account."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.roll.models import RollClaim, RollEntry


def export(session: Session, account_id: int) -> list[dict[str, Any]]:
    """Each claim with what the municipality's roll says of the person."""
    rows = session.execute(
        select(RollClaim, RollEntry)
        .join(RollEntry, RollEntry.id == RollClaim.roll_entry_id)
        .where(RollClaim.account_id == account_id)
        .order_by(RollClaim.id)
    )
    return [
        {
            "municipality": claim.municipality_id,
            "proved_by": claim.means,
            "claimed_at": claim.claimed_at,
            "ended_at": claim.ended_at,
            "on_the_roll": {
                "name": entry.name,
                "birth_date": entry.birth_date,
                "district": entry.district_id,
                "phone": entry.phone,
                "email": entry.email,
                "address": entry.address,
                "language": entry.language,
            },
        }
        for claim, entry in rows
    ]
