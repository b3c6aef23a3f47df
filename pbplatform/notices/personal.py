"""What one person follows and was told, for “my data”, and how it is forgotten when the account is closed."""

from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from pbplatform.notices.models import Follow, Happening, HappeningTopic, Mailing


def export(session: Session, account_id: int) -> dict[str, Any]:
    """What is followed, how often letters come, and what was told to this person alone."""
    follows = session.scalars(select(Follow).where(Follow.account_id == account_id).order_by(Follow.id))
    mailings = session.scalars(select(Mailing).where(Mailing.account_id == account_id).order_by(Mailing.id))
    told = session.scalars(
        select(Happening).where(Happening.recipient_id == account_id).order_by(Happening.id)
    )
    return {
        "follows": [
            {
                "municipality": row.municipality_id,
                "topic": row.topic,
                "number": row.subject_id,
                "since": row.followed_at,
            }
            for row in follows
        ],
        "letters": [
            {
                "municipality": row.municipality_id,
                "frequency": row.frequency,
                "last_mailed_at": row.last_mailed_at,
            }
            for row in mailings
        ],
        "told": [
            {"news": row.news, "titles": row.titles, "values": row.values, "path": row.path, "at": row.at}
            for row in told
        ],
    }


def erase(session: Session, account_id: int) -> None:
    """Forget what a person followed, and what was told to nobody else."""
    for model in (Follow, Mailing):
        session.execute(delete(model).where(model.account_id == account_id))
    told = select(Happening.id).where(Happening.recipient_id == account_id)
    session.execute(delete(HappeningTopic).where(HappeningTopic.happening_id.in_(told)))
    session.execute(delete(Happening).where(Happening.recipient_id == account_id))
