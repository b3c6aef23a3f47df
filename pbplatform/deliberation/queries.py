"""Reading threads."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, func, select
from sqlalchemy.orm import Session, aliased

from pbplatform.accounts.models import Account
from pbplatform.charter.phases import Phase
from pbplatform.charter.policy import Subject
from pbplatform.deliberation.models import Comment, CommentEndorsement, CommentState, CommentWording, Side
from pbplatform.proposals.models import Proposal

PAGE = 30


class Sort(StrEnum):
    """The orders of a thread."""

    NEWEST = "newest"
    OLDEST = "oldest"
    ENDORSED = "endorsed"


@dataclass(frozen=True)
class Said:
    """One comment as a page shows it, with its author's name, what it quotes, and whether the reader endorses it."""

    comment: Comment
    author: str
    quoted: Comment | None
    quoted_author: str
    endorsed: bool


@dataclass(frozen=True)
class Thread:
    """One page of a proposal's thread; official answers stand apart and come with every page."""

    official: tuple[Said, ...]
    comments: tuple[Said, ...]
    counts: dict[Side, int]
    page: int
    pages: int

    @property
    def total(self) -> int:
        """How many comments the whole thread shows."""
        return sum(self.counts.values())


@dataclass(frozen=True)
class Newest:
    """The beginning of a thread for the proposal's own page, and how many comments it has in all."""

    official: tuple[Said, ...]
    comments: tuple[Said, ...]
    total: int


def thread(
    session: Session, proposal_id: int, reader_id: int | None, *, sort: Sort, side: Side | None, page: int
) -> Thread:
    """One page of a thread in two statements. Readers see their own waiting comments, others' only when visible."""
    counts, pages = _counts(session, proposal_id, side)
    page = min(max(page, 1), pages)
    listed = _said(session, proposal_id, reader_id, sort, side, PAGE, (page - 1) * PAGE)
    return Thread(
        official=tuple(said for said, _ in listed if said.comment.official),
        comments=tuple(said for said, _ in listed if not said.comment.official),
        counts=counts,
        page=page,
        pages=pages,
    )


def newest(session: Session, proposal_id: int, reader_id: int | None, most: int) -> Newest:
    """The newest comments and the official answers, in one statement."""
    listed = _said(session, proposal_id, reader_id, Sort.NEWEST, None, most, 0)
    return Newest(
        official=tuple(said for said, _ in listed if said.comment.official),
        comments=tuple(said for said, _ in listed if not said.comment.official),
        total=listed[0][1] if listed else 0,
    )


_SIDES = (
    select(Comment.side, func.count())
    .where(
        Comment.proposal_id == bindparam("proposal"),
        Comment.official.is_(False),
        Comment.state != CommentState.WAITING,
    )
    .group_by(Comment.side)
)


def _counts(session: Session, proposal_id: int, side: Side | None) -> tuple[dict[Side, int], int]:
    rows = session.execute(_SIDES, {"proposal": proposal_id})
    counts = dict.fromkeys(Side, 0) | {row[0]: row[1] for row in rows}
    shown = sum(counts.values()) if side is None else counts[side]
    return counts, max(1, -(-shown // PAGE))


_ORDERS = {
    Sort.NEWEST: (Comment.posted_at.desc(), Comment.id.desc()),
    Sort.OLDEST: (Comment.posted_at, Comment.id),
    Sort.ENDORSED: (Comment.endorsements.desc(), Comment.id.desc()),
}


def _readable(comment: Any, *, by_somebody: bool) -> ColumnElement[bool]:
    shown: ColumnElement[bool] = comment.state != CommentState.WAITING
    if by_somebody:
        shown = shown | (comment.author_id == bindparam("reader"))
    return and_(comment.proposal_id == bindparam("proposal"), shown)


@lru_cache(maxsize=32)
def _question(sort: Sort, *, sided: bool, by_somebody: bool) -> Select[Any]:
    """The statement of a thread, made once for each shape: it costs more to build than to run."""
    readable = _readable(Comment, by_somebody=by_somebody)
    wanted = select(Comment.id).where(readable, Comment.official.is_(False))
    if sided:
        wanted = wanted.where(Comment.side == bindparam("side"))
    wanted = wanted.order_by(*_ORDERS[sort]).limit(bindparam("most")).offset(bindparam("skip"))
    counted = aliased(Comment)
    total = (
        select(func.count())
        .select_from(counted)
        .where(_readable(counted, by_somebody=by_somebody), counted.official.is_(False))
        .scalar_subquery()
    )
    quoted, quoted_author = aliased(Comment), aliased(Account)
    return (
        select(Comment, Account.name, quoted, quoted_author.name, CommentEndorsement.comment_id, total)
        .join(Account, Account.id == Comment.author_id)
        .outerjoin(quoted, quoted.id == Comment.quotes_id)
        .outerjoin(quoted_author, quoted_author.id == quoted.author_id)
        .outerjoin(
            CommentEndorsement,
            and_(
                CommentEndorsement.comment_id == Comment.id,
                CommentEndorsement.account_id == bindparam("reader"),
            ),
        )
        .where(readable, Comment.id.in_(wanted.scalar_subquery()) | Comment.official.is_(True))
        .order_by(*_ORDERS[sort])
    )


def _said(
    session: Session,
    proposal_id: int,
    reader_id: int | None,
    sort: Sort,
    side: Side | None,
    most: int,
    skip: int,
) -> list[tuple[Said, int]]:
    """A piece of a thread with all official answers; each beside the number of comments in the whole thread."""
    question = _question(sort, sided=side is not None, by_somebody=reader_id is not None)
    asked: dict[str, Any] = {"proposal": proposal_id, "reader": reader_id or 0, "most": most, "skip": skip}
    if side is not None:
        asked["side"] = side
    return [
        (Said(row[0], row[1], row[2], row[3] or "", row[4] is not None), row[5])
        for row in session.execute(question, asked)
    ]


def by_id(session: Session, municipality_id: int, comment_id: int) -> Comment | None:
    """A comment of a municipality."""
    return session.scalar(
        select(Comment).where(Comment.id == comment_id, Comment.municipality_id == municipality_id)
    )


def wordings(session: Session, comment_id: int) -> Sequence[CommentWording]:
    """What a comment said before, newest first."""
    return session.scalars(
        select(CommentWording)
        .where(CommentWording.comment_id == comment_id)
        .order_by(CommentWording.id.desc())
    ).all()


def subject(comment: Comment, phase: Phase) -> Subject:
    """What the charter needs to know of a comment."""
    return Subject(comment.municipality_id, phase, comment.state, frozenset({comment.author_id}))


def thread_subject(proposal: Proposal, phase: Phase) -> Subject:
    """What the charter needs to know of a thread: what nobody may read, nobody talks about."""
    state = proposal.state if proposal.hidden_at is None else "hidden"
    return Subject(proposal.municipality_id, phase, state)


def place_in_thread(session: Session, comment: Comment) -> int:
    """On which page of the thread, oldest first, a comment stands."""
    before = session.scalar(
        select(func.count())
        .select_from(Comment)
        .where(
            Comment.proposal_id == comment.proposal_id,
            Comment.official.is_(False),
            Comment.state != CommentState.WAITING,
            case(
                (Comment.posted_at == comment.posted_at, Comment.id < comment.id),
                else_=Comment.posted_at < comment.posted_at,
            ),
        )
    )
    return (before or 0) // PAGE + 1


def of_author(session: Session, municipality_id: int, account_id: int) -> Sequence[Comment]:
    """Everything somebody said in a municipality, newest first."""
    return session.scalars(
        select(Comment)
        .where(Comment.municipality_id == municipality_id, Comment.author_id == account_id)
        .order_by(Comment.id.desc())
    ).all()
