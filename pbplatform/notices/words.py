"""The sentences of what happened, and the other words of notices. `%(title)s` is what it is about."""

from flask_babel import lazy_gettext as _l

from pbplatform.foundation.navigation import Entry
from pbplatform.notices.models import Frequency, News, Topic

NEWS = {
    News.ROUND_ANNOUNCED: _l("A new round has been announced: %(title)s"),
    News.PHASE_OPENED: _l("“%(title)s” has reached its next phase: %(phase)s"),
    News.RULES_CHANGED: _l("The rules of “%(title)s” have been changed. Reason: %(reason)s"),
    News.ROUND_CANCELLED: _l("The round “%(title)s” has been cancelled."),
    News.PROPOSAL_SUBMITTED: _l("New proposal: %(title)s"),
    News.PROPOSAL_CHANGED: _l("The proposal “%(title)s” has a new version."),
    News.PROPOSAL_WITHDRAWN: _l("The proposal “%(title)s” was withdrawn by its author."),
    News.PROPOSALS_MERGED: _l("“%(title)s” has been merged with another proposal, as its authors agreed."),
    News.SUPPORTED_MERGED: _l(
        "“%(title)s”, which you support, has joined “%(other)s” with the consent of its authors. "
        "Your support does not move by itself: look and decide whether you support the other one too."
    ),
    News.MERGE_DECLINED: _l(
        "“%(title)s” and “%(other)s” stay apart: the authors of one of them do not wish to join."
    ),
    News.CO_AUTHOR_ANSWERED: _l("A co-author has answered about “%(title)s”."),
    News.SUPPORT_REACHED: _l("“%(title)s” has enough supporters."),
    News.ASSESSMENT_RELEASED: _l("The proposal “%(title)s” has been assessed."),
    News.ASSESSMENT_ASKED: _l("Your department is asked to assess “%(title)s”."),
    News.APPEAL_DECIDED: _l("The appeal about “%(title)s” has been decided."),
    News.COMMENT_ADDED: _l("New comment on “%(title)s”"),
    News.OFFICIAL_ANSWER: _l("The municipality has answered about “%(title)s”."),
    News.RESULT_CORRECTED: _l("The result of “%(title)s” has been corrected. The reason is public."),
    News.DELIVERY_CHANGED: _l("There is news about the delivery of “%(title)s”."),
    News.DELIVERY_FORWARD: _l("“%(title)s” has reached a milestone."),
    News.DELIVERY_DELAYED: _l("“%(title)s” is late. The municipality has given the reason."),
    News.DELAY_REASON_ASKED: _l("A date of “%(title)s” has passed. Please tell the public why it is late."),
    News.PROJECT_DELIVERED: _l("The project “%(title)s” is delivered."),
    News.PROJECT_ABANDONED: _l("The project “%(title)s” has been abandoned. The reason is public."),
}

TOPICS = {
    Topic.ROUND: _l("Round"),
    Topic.PROPOSAL: _l("Proposal"),
    Topic.DISTRICT: _l("District"),
    Topic.CATEGORY: _l("Category"),
}

FREQUENCIES = {
    Frequency.AT_ONCE: _l("At once, a few minutes after something has happened"),
    Frequency.DAILY: _l("Once a day, when there is news"),
    Frequency.WEEKLY: _l("Once a week, when there is news"),
    Frequency.NEVER: _l("Never, I look here myself"),
}

NAVIGATION = (Entry("notices.mine", _l("My notices"), order=81, action="follow"),)

WORDS = (NEWS, TOPICS, FREQUENCIES)
