"""Commenting, editing, deleting, endorsing, answering officially."""

from datetime import timedelta
from enum import StrEnum

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from pbplatform.charter.actions import Action
from pbplatform.charter.policy import require
from pbplatform.charter.roles import Actor
from pbplatform.consultation import settings
from pbplatform.consultation.models import Round
from pbplatform.deliberation import queries
from pbplatform.deliberation.models import (
    LONGEST_COMMENT,
    Comment,
    CommentEndorsement,
    CommentState,
    CommentWording,
    Side,
)
from pbplatform.foundation import clock
from pbplatform.foundation.database import insert_new
from pbplatform.foundation.errors import Invalid
from pbplatform.journal.operations import record
from pbplatform.notices import operations as notices
from pbplatform.notices import queries as notice_queries
from pbplatform.notices.models import News, Topic
from pbplatform.proposals import operations as proposals
from pbplatform.proposals import queries as proposal_queries
from pbplatform.proposals.models import Proposal

SHORTEST_COMMENT = 2
A_DAY = timedelta(days=1)


class CommentProblem(StrEnum):
    """Why a comment cannot be like this."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    QUOTE_ELSEWHERE = "quote_elsewhere"
    UNCHANGED = "unchanged"


def comment(
    actor: Actor,
    session: Session,
    round_: Round,
    proposal: Proposal,
    *,
    text: str,
    language: str,
    side: Side = Side.NEUTRAL,
    quotes: Comment | None = None,
) -> Comment:
    """Say something about a proposal. In a round that is moderated before publication it waits for a moderator."""
    require(actor, Action.COMMENT, queries.thread_subject(proposal, round_.phase))
    state = CommentState.WAITING if _moderated_first(round_) else CommentState.VISIBLE
    return _post(session, round_, proposal, _author(actor), _checked(text), language, side, quotes, state)


def answer_officially(
    actor: Actor, session: Session, round_: Round, proposal: Proposal, *, text: str, language: str
) -> Comment:
    """The municipality answers; the journal keeps that it did."""
    require(actor, Action.ANSWER_OFFICIALLY, queries.thread_subject(proposal, round_.phase))
    said = _post(
        session,
        round_,
        proposal,
        _author(actor),
        _checked(text),
        language,
        Side.NEUTRAL,
        None,
        CommentState.VISIBLE,
        official=True,
    )
    record(
        actor,
        session,
        said.municipality_id,
        Action.ANSWER_OFFICIALLY,
        "proposal",
        proposal.id,
        comment=said.id,
    )
    return said


def _post(
    session: Session,
    round_: Round,
    proposal: Proposal,
    author_id: int,
    text: str,
    language: str,
    side: Side,
    quotes: Comment | None,
    state: CommentState,
    *,
    official: bool = False,
) -> Comment:
    if quotes is not None and (quotes.proposal_id != proposal.id or quotes.state is not CommentState.VISIBLE):
        raise Invalid(CommentProblem.QUOTE_ELSEWHERE)
    said = Comment(
        municipality_id=round_.municipality_id,
        round_id=round_.id,
        proposal_id=proposal.id,
        author_id=author_id,
        quotes_id=quotes.id if quotes else None,
        official=official,
        side=side,
        state=state,
        text=text,
        language=language,
        posted_at=clock.now(),
    )
    session.add(said)
    session.flush()
    if state is CommentState.VISIBLE:
        _tell(session, round_, proposal, said)
    return said


def edit(actor: Actor, session: Session, round_: Round, said: Comment, text: str) -> None:
    """Change the words of one's own comment; what others could read stays readable, the endorsements stay counted.

    In a round that is moderated before publication the new words wait for a moderator like those of a new comment.
    """
    require(actor, Action.EDIT_COMMENT, queries.subject(said, round_.phase))
    fresh = _checked(text)
    if fresh == said.text:
        raise Invalid(CommentProblem.UNCHANGED, "text")
    if said.state is CommentState.VISIBLE:
        # Words that still waited were read by nobody, and no moderator has let them through.
        session.add(
            CommentWording(
                municipality_id=said.municipality_id,
                comment_id=said.id,
                text=said.text,
                replaced_at=clock.now(),
            )
        )
        said.edited_at = clock.now()
    said.text = fresh
    if not said.official and _moderated_first(round_):
        said.state = CommentState.WAITING
    session.flush()


def remove(actor: Actor, session: Session, round_: Round, said: Comment) -> None:
    """Take back one's own comment: its words and earlier wordings are gone, a mark stays."""
    require(actor, Action.DELETE_COMMENT, queries.subject(said, round_.phase))
    session.execute(delete(CommentWording).where(CommentWording.comment_id == said.id))
    said.state, said.text = CommentState.DELETED, ""
    session.flush()


def endorse(actor: Actor, session: Session, round_: Round, said: Comment) -> bool:
    """Agree with a comment; whether this was new. Posting it many times at once still counts once."""
    require(actor, Action.ENDORSE_COMMENT, queries.subject(said, round_.phase))
    new = insert_new(
        session,
        CommentEndorsement,
        comment_id=said.id,
        account_id=_author(actor),
        municipality_id=said.municipality_id,
    )
    if new:
        _count(session, said, +1)
    return new


def unendorse(actor: Actor, session: Session, round_: Round, said: Comment) -> bool:
    """Take one's agreement back; whether there was one."""
    require(actor, Action.ENDORSE_COMMENT, queries.subject(said, round_.phase))
    gone = session.execute(
        delete(CommentEndorsement)
        .where(CommentEndorsement.comment_id == said.id, CommentEndorsement.account_id == _author(actor))
        .returning(CommentEndorsement.comment_id)
    ).one_or_none()
    if gone is not None:
        _count(session, said, -1)
    return gone is not None


def _count(session: Session, said: Comment, change: int) -> None:
    # The database adds, so that two people at once are both counted; the version is for words, not for this number.
    session.execute(
        update(Comment)
        .where(Comment.id == said.id)
        .values(endorsements=Comment.endorsements + change)
        .execution_options(synchronize_session=False)
    )
    session.expire(said, ["endorsements"])


def publish(session: Session, round_: Round, said: Comment) -> None:
    """Let a waiting or hidden comment be read; moderation has required the right to."""
    first = said.state is CommentState.WAITING
    said.state = CommentState.VISIBLE
    session.flush()
    if first:
        _tell(session, round_, session.get_one(Proposal, said.proposal_id), said)


def hide(session: Session, said: Comment) -> None:
    """Keep a comment from being read; moderation has required the right to."""
    said.state = CommentState.HIDDEN
    session.flush()


def _tell(session: Session, round_: Round, proposal: Proposal, said: Comment) -> None:
    """Tell followers: of every official answer, and once a day that a proposal is talked about."""
    if said.official:
        proposals.tell(session, round_, proposal, News.OFFICIAL_ANSWER)
        return
    about = (Topic.PROPOSAL, proposal.id)
    if proposal.hidden_at is None and not notice_queries.told_since(
        session, about, News.COMMENT_ADDED, clock.now() - A_DAY
    ):
        # Only who follows the proposal itself hears of its comments: a round has thousands.
        notices.tell(
            session,
            proposal.municipality_id,
            News.COMMENT_ADDED,
            [about],
            {proposal.language: proposal.title},
            proposal_queries.path(round_, proposal),
        )


def _moderated_first(round_: Round) -> bool:
    return settings.read(round_.settings).moderation_before_publication


def _author(actor: Actor) -> int:
    if actor.account_id is None:
        raise LookupError("the charter lets nobody without an account speak")
    return actor.account_id


def _checked(text: str) -> str:
    clean = text.strip()
    if len(clean) < SHORTEST_COMMENT:
        raise Invalid(CommentProblem.TOO_SHORT, "text")
    if len(clean) > LONGEST_COMMENT:
        raise Invalid(CommentProblem.TOO_LONG, "text", most=LONGEST_COMMENT)
    return clean
