"""The comments of a round as data: the visible ones on proposals that everybody can read."""

from collections.abc import Iterator

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.accounts.models import Account
from pbplatform.consultation.publishing import Asked, Field, Holds, Resource, Row, page
from pbplatform.deliberation.models import Comment, CommentState, Side
from pbplatform.proposals.models import Proposal


def _comments(session: Session, asked: Asked) -> Iterator[Row]:
    statement = (
        select(Comment, Account.name)
        .join(Account, Account.id == Comment.author_id)
        .join(Proposal, Proposal.id == Comment.proposal_id)
        .where(
            Comment.municipality_id == asked.municipality.id,
            Comment.round_id == asked.found.id,
            Comment.state == CommentState.VISIBLE,
            Proposal.listed,
        )
    )
    for comment, author in page(session, statement, Comment.id, asked):
        yield (
            comment.id,
            {
                "comment": comment.id,
                "proposal": comment.proposal_id,
                "official": comment.official,
                "side": comment.side.value,
                "author": author,
                "text": comment.text,
                "language": comment.language,
                "answers": comment.quotes_id,
                "endorsements": comment.endorsements,
                "posted_at": comment.posted_at,
                "edited_at": comment.edited_at,
            },
        )


COMMENTS = Resource(
    name="comments",
    title=_l("Comments"),
    about=_l("What people said about the proposals, and the municipality’s official answers."),
    public_when=_l(
        "As soon as a comment is visible on its page. Hidden, deleted and waiting comments are never here."
    ),
    fields=(
        Field("comment", Holds.WHOLE, _l("The number of the comment."), 1007),
        Field("proposal", Holds.WHOLE, _l("The proposal that it is about."), 42),
        Field("official", Holds.YES_NO, _l("Whether it is the municipality’s official answer."), False),
        Field("side", Holds.TEXT, _l("Whether it speaks for or against."), "for", among=tuple(Side)),
        Field("author", Holds.TEXT, _l("The author’s name as shown on the page."), "N. B."),
        Field("text", Holds.TEXT, _l("The text, in Markdown."), "The school is next door, so this helps."),
        Field("language", Holds.TEXT, _l("The language that it is written in."), "en"),
        Field("answers", Holds.WHOLE, _l("The comment that it answers."), None, empty=True),
        Field("endorsements", Holds.WHOLE, _l("How many people endorsed it."), 12),
        Field("posted_at", Holds.MOMENT, _l("When it was posted."), "2026-05-02T14:05:00+00:00"),
        Field("edited_at", Holds.MOMENT, _l("When it was last changed."), None, empty=True),
    ),
    rows=_comments,
)

RESOURCES = (COMMENTS,)
