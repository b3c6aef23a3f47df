"""The words of moderation."""

from flask_babel import lazy_gettext as _l

from pbplatform.moderation.models import AppealDecision, Decision, RuleBroken, RulingState, Target
from pbplatform.moderation.operations import ModerationProblem

TARGETS = {Target.COMMENT: _l("Comment"), Target.PROPOSAL: _l("Proposal")}

RULES = {
    RuleBroken.INSULT: _l("It insults or mocks a person."),
    RuleBroken.HATRED: _l("It stirs up hatred against a group of people."),
    RuleBroken.THREAT: _l("It threatens somebody or calls for violence."),
    RuleBroken.PRIVATE_DATA: _l("It reveals somebody’s private data."),
    RuleBroken.ADVERTISING: _l("It is advertising or is posted again and again."),
    RuleBroken.OFF_TOPIC: _l("It has nothing to do with the matter."),
    RuleBroken.FALSE_IDENTITY: _l("It pretends to come from somebody else."),
    RuleBroken.UNLAWFUL: _l("It is unlawful in another way."),
}

DECISIONS = {
    Decision.KEEP: _l("It stays: no rule is broken"),
    Decision.HIDE: _l("It is hidden: a rule is broken"),
}

APPEAL_DECISIONS = {
    AppealDecision.UPHELD: _l("The ruling stands"),
    AppealDecision.OVERTURNED: _l("The ruling is undone"),
}

STATES = {
    RulingState.RULED: _l("Decided"),
    RulingState.APPEALED: _l("Under appeal"),
    RulingState.FINAL: _l("Finally decided"),
}

PROBLEMS = {
    ModerationProblem.ALREADY_REPORTED: _l("You have reported this already. Thank you, we will look at it."),
    ModerationProblem.NO_RULE: _l("Say which rule is broken."),
    ModerationProblem.REASON_TOO_SHORT: _l("Write a reason of at least %(least)s characters."),
    ModerationProblem.REASON_TOO_LONG: _l("The text is too long: at most %(most)s characters fit."),
    ModerationProblem.BLOCK_TOO_LONG: _l("A pause may last at most %(most)s days."),
    ModerationProblem.NOTHING_TO_RULE: _l("Another moderator has already decided this."),
    ModerationProblem.CHANGED: _l(
        "It has been changed since you opened this page. Read it as it is now and decide again."
    ),
}

WORDS = (TARGETS, RULES, DECISIONS, APPEAL_DECISIONS, STATES, PROBLEMS)
