"""The words of deliberation."""

from flask_babel import lazy_gettext as _l

from pbplatform.deliberation.models import CommentState, Side
from pbplatform.deliberation.operations import CommentProblem
from pbplatform.deliberation.queries import Sort

SIDES = {
    Side.FOR: _l("For"),
    Side.AGAINST: _l("Against"),
    Side.NEUTRAL: _l("Neutral or a question"),
}

STATES = {
    CommentState.WAITING: _l("Waiting for a moderator"),
    CommentState.VISIBLE: _l("Visible"),
    CommentState.HIDDEN: _l("Hidden by moderation"),
    CommentState.DELETED: _l("Deleted by the author"),
}

SORTS = {
    Sort.NEWEST: _l("Newest first"),
    Sort.OLDEST: _l("Oldest first"),
    Sort.ENDORSED: _l("Most endorsed first"),
}

PROBLEMS = {
    CommentProblem.TOO_SHORT: _l("Write your comment first."),
    CommentProblem.TOO_LONG: _l("This is too long: at most %(most)s characters fit."),
    CommentProblem.QUOTE_ELSEWHERE: _l("The comment that you answer is no longer there."),
    CommentProblem.UNCHANGED: _l("Nothing has changed yet."),
}

WORDS = (SIDES, STATES, SORTS, PROBLEMS)
