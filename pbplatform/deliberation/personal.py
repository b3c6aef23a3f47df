"""What one person said in discussions, for “my data”, and how it is forgotten when the account is closed."""

from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from pbplatform.deliberation.models import Comment, CommentEndorsement, CommentState, CommentWording


def export(session: Session, account_id: int) -> dict[str, Any]:
    """The person's comments with their earlier wordings, and the comments agreed with."""
    said = session.scalars(select(Comment).where(Comment.author_id == account_id).order_by(Comment.id)).all()
    agreed = session.scalars(
        select(CommentEndorsement.comment_id)
        .where(CommentEndorsement.account_id == account_id)
        .order_by(CommentEndorsement.comment_id)
    ).all()
    return {"comments": [_plain(session, one) for one in said], "agreed_with_comments": list(agreed)}


def _plain(session: Session, said: Comment) -> dict[str, Any]:
    wordings = session.execute(
        select(CommentWording.text, CommentWording.replaced_at)
        .where(CommentWording.comment_id == said.id)
        .order_by(CommentWording.id)
    )
    return {
        "number": said.id,
        "municipality": said.municipality_id,
        "proposal": said.proposal_id,
        "answers_comment": said.quotes_id,
        "side": said.side,
        "official": said.official,
        "state": said.state,
        "text": said.text,
        "posted_at": said.posted_at,
        "edited_at": said.edited_at,
        "earlier_wordings": [{"text": row.text, "replaced_at": row.replaced_at} for row in wordings],
    }


def erase(session: Session, account_id: int) -> None:
    """Forget a person: what all could read stays without the name; wordings that were replaced, what waited, and agreement go."""
    own = select(Comment.id).where(Comment.author_id == account_id, Comment.official.is_(False))
    session.execute(delete(CommentWording).where(CommentWording.comment_id.in_(own)))
    session.execute(
        update(Comment)
        .where(Comment.author_id == account_id, Comment.state == CommentState.WAITING)
        .values(state=CommentState.DELETED, text="")
    )
    agreed = select(CommentEndorsement.comment_id).where(CommentEndorsement.account_id == account_id)
    session.execute(
        update(Comment)
        .where(Comment.id.in_(agreed))
        .values(endorsements=Comment.endorsements - 1)
        .execution_options(synchronize_session=False)
    )
    session.execute(delete(CommentEndorsement).where(CommentEndorsement.account_id == account_id))
