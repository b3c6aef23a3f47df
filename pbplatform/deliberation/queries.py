"""Reading threads."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session, aliased

from pbplatform.accounts.models import Account
from pbplatform.charter.phases import Phase
from pbplatform.charter.policy import Subject
from pbplatform.deliberation.models import Comment, CommentEndorsement, CommentState, CommentWording, Side

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


def thread(
    session: Session, proposal_id: int, reader_id: int | None, *, sort: Sort, side: Side | None, page: int
) -> Thread:
    """One page of a thread in two statements. Readers see their own waiting comments, others' only when visible."""
    counts, pages = _counts(session, proposal_id, side)
    page = min(max(page, 1), pages)
    listed = _said(session, reader_id, _readable(proposal_id, reader_id), sort, side, page)
    return Thread(
        official=tuple(said for said in listed if said.comment.official),
        comments=tuple(said for said in listed if not said.comment.official),
        counts=counts,
        page=page,
        pages=pages,
    )


def _counts(session: Session, proposal_id: int, side: Side | None) -> tuple[dict[Side, int], int]:
    rows = session.execute(
        select(Comment.side, func.count())
        .where(
            Comment.proposal_id == proposal_id,
            Comment.official.is_(False),
            Comment.state != CommentState.WAITING,
        )
        .group_by(Comment.side)
    )
    counts = dict.fromkeys(Side, 0) | {row[0]: row[1] for row in rows}
    shown = sum(counts.values()) if side is None else counts[side]
    return counts, max(1, -(-shown // PAGE))


def _readable(proposal_id: int, reader_id: int | None) -> ColumnElement[bool]:
    shown = Comment.state != CommentState.WAITING
    if reader_id is not None:
        shown = shown | (Comment.author_id == reader_id)
    return and_(Comment.proposal_id == proposal_id, shown)


_ORDERS = {
    Sort.NEWEST: (Comment.posted_at.desc(), Comment.id.desc()),
    Sort.OLDEST: (Comment.posted_at, Comment.id),
    Sort.ENDORSED: (Comment.endorsements.desc(), Comment.id.desc()),
}


def _said(
    session: Session,
    reader_id: int | None,
    readable: ColumnElement[bool],
    sort: Sort,
    side: Side | None,
    page: int,
) -> list[Said]:
    wanted = select(Comment.id).where(readable, Comment.official.is_(False))
    if side is not None:
        wanted = wanted.where(Comment.side == side)
    wanted = wanted.order_by(*_ORDERS[sort]).limit(PAGE).offset((page - 1) * PAGE)
    quoted, quoted_author = aliased(Comment), aliased(Account)
    question = (
        select(Comment, Account.name, quoted, quoted_author.name, CommentEndorsement.comment_id)
        .join(Account, Account.id == Comment.author_id)
        .outerjoin(quoted, quoted.id == Comment.quotes_id)
        .outerjoin(quoted_author, quoted_author.id == quoted.author_id)
        .outerjoin(
            CommentEndorsement,
            and_(
                CommentEndorsement.comment_id == Comment.id, CommentEndorsement.account_id == (reader_id or 0)
            ),
        )
        .where(readable, Comment.id.in_(wanted.scalar_subquery()) | Comment.official.is_(True))
        .order_by(*_ORDERS[sort])
    )
    return [
        Said(row[0], row[1], row[2], row[3] or "", row[4] is not None) for row in session.execute(question)
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
