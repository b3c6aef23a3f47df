"""The sentences of rounds."""

from flask_babel import lazy_gettext as _l

from pbplatform.charter.phases import Phase
from pbplatform.consultation.desks import Desk
from pbplatform.consultation.models import BallotFormat, Publication
from pbplatform.consultation.plans import PlanProblem
from pbplatform.consultation.settings import SettingProblem
from pbplatform.consultation.tabs import Tab
from pbplatform.consultation.timeline import Place
from pbplatform.foundation.navigation import Entry
from pbplatform.tally.rules import BordaScores, Comparison, Completion, Endowment, Order, Rule, Stop, Utility

FORMATS = {
    BallotFormat.APPROVAL: _l("Approval: mark the projects you like"),
    BallotFormat.CHOOSE_ONE: _l("One choice: mark a single project"),
    BallotFormat.KNAPSACK: _l("Shopping basket: choose projects until the money is spent"),
    BallotFormat.POINTS: _l("Points: share out points among projects"),
    BallotFormat.RANKING: _l("Ranking: put projects in your order"),
}

PUBLICATIONS = {
    Publication.AUTOMATIC: _l("As openly as the number of ballots allows"),
    Publication.OPEN: _l("Every ballot, without names"),
    Publication.SEALED: _l("Ballots and their trackers in separate lists"),
    Publication.TOTALS: _l("Totals only"),
}

PLACES = {
    Place.OVER: _l("over"),
    Place.NOW: _l("now"),
    Place.AHEAD: _l("ahead"),
}

SETTING_PROBLEMS = {
    SettingProblem.APPEAL_DAYS: _l("Give between 0 and %(most)s days for appeals."),
    SettingProblem.CHALLENGE_DAYS: _l("Give between 0 and %(most)s days for objections."),
    SettingProblem.CO_AUTHORS: _l("At most %(most)s co-authors can be asked for."),
    SettingProblem.PROPOSALS_EACH: _l("Allow at least one proposal each, or leave the field empty."),
    SettingProblem.COMMITMENT: _l("The commitment of the lot must be 64 hexadecimal digits."),
}

PLAN_PROBLEMS = {
    PlanProblem.BAD_SLUG: _l(
        "The address may have lower-case Latin letters, digits and hyphens only, at least two."
    ),
    PlanProblem.SLUG_TAKEN: _l("Another round has this address already."),
    PlanProblem.TITLE_MISSING: _l("Give the round a title in at least one language."),
    PlanProblem.TOO_LONG: _l("This text is too long: at most %(most)s characters."),
    PlanProblem.WINDOW_BACKWARDS: _l("The end must come after the beginning."),
    PlanProblem.WINDOWS_OVERLAP: _l("This phase begins before the one before it has ended."),
    PlanProblem.WINDOW_UNKNOWN: _l("This round has no such phase."),
    PlanProblem.WINDOW_IN_PAST: _l("An open phase cannot end in the past."),
    PlanProblem.AMOUNT: _l("Give an amount above zero."),
    PlanProblem.COSTS: _l(
        "The cost limits do not fit: the highest must not be below the lowest, and neither above the amount."
    ),
    PlanProblem.CHOICES: _l("The most choices must be at least one and not below the fewest."),
    PlanProblem.POINTS: _l("A ballot with points needs their number, other ballots have none."),
    PlanProblem.RULE: _l("This rule does not go with these options."),
    PlanProblem.UTILITY_FORMAT: _l(
        "This worth cannot be read from the chosen ballot: points need a ballot with points, ranks need a ranking."
    ),
    PlanProblem.ORDER_FORMAT: _l("Only a ballot with points can be ranked by points."),
    PlanProblem.EXTRA: _l(
        "Give a percentage from 1 to 100, and only where the count ends at the first project that does not fit."
    ),
    PlanProblem.SWITCH: _l("Only a comparison can change the result: choose one, or leave this empty."),
    PlanProblem.THRESHOLD: _l("A threshold cannot be below zero."),
    PlanProblem.NAME_MISSING: _l("Give a name in at least one language."),
    PlanProblem.DISTRICT: _l("Choose one of the municipality’s districts."),
    PlanProblem.CATEGORY_TWICE: _l(
        "Each category needs its own short code of lower-case Latin letters, digits and hyphens."
    ),
    PlanProblem.REASON_MISSING: _l("The plan is public already: write for everybody why you change it."),
    PlanProblem.FROZEN: _l("This can no longer be changed, because the present phase depends on it."),
    PlanProblem.CHANGED_MEANWHILE: _l("Somebody else has changed the plan in the meantime."),
}

RULES = {
    Rule.EQUAL_SHARES: _l("Equal Shares: every voter has the same share of the money"),
    Rule.GREEDY: _l("Most votes first, as long as the money lasts"),
}

UTILITIES = {
    Utility.COST: _l("Its cost"),
    Utility.CARDINALITY: _l("Every project the same"),
    Utility.POINTS: _l("The points it was given"),
    Utility.BORDA: _l("Its rank"),
}

COMPLETIONS = {
    Completion.ADD_ONE_GREEDY: _l("Raise the shares step by step, then most votes first"),
    Completion.ADD_ONE: _l("Raise the shares step by step"),
    Completion.GREEDY: _l("Most votes first"),
    Completion.NONE: _l("It is not spent"),
}

ORDERS = {
    Order.VOTES: _l("Votes"),
    Order.POINTS: _l("Points"),
    Order.VOTES_PER_COST: _l("Votes for the money: the votes divided by the cost"),
}

BORDA = {
    BordaScores.BALLOT_LENGTH: _l("As many points as the voter has ranked projects"),
    BordaScores.MAX_LENGTH: _l("As many points as the longest allowed ranking has places"),
}

ENDOWMENTS = {
    Endowment.EXACT: _l("Exact, to the last fraction"),
    Endowment.FLOOR: _l("Rounded down to a whole unit of the currency"),
}

STOPS = {
    Stop.OVERSPEND: _l("Before more would be spent than there is"),
    Stop.EXHAUSTIVE: _l("Also as soon as no other project fits into the money left"),
}

COMPARISONS = {
    Comparison.NONE: _l("Not at all"),
    Comparison.UTILITY: _l("Which of the two results is worth more to more voters"),
    Comparison.REPRESENTED: _l("In which of the two results more voters have a project of their choice"),
}

TABS = (
    Tab("rounds.overview", _l("Overview"), order=0),
    Tab("consultation.rules", _l("Rules"), order=90),
)

TURNS = {
    Phase.DRAFT: _l("You can read the dates and the rules already, and think about your idea."),
    Phase.SUBMISSION: _l("You can propose what should be done, alone or with others."),
    Phase.SUPPORT: _l("You can give your support to the proposals that you like."),
    Phase.REVIEW: _l("The departments are at work; you can read every proposal and follow it."),
    Phase.DISCUSSION: _l("You can ask, argue for and against, and read the municipality’s answers."),
    Phase.VOTING: _l("You can vote, and change your vote until the end."),
    Phase.COUNTING: _l("The vote is over. The ballots are being sealed and counted."),
    Phase.RESULTS: _l("You can see who won and why, and recount it yourself."),
    Phase.IMPLEMENTATION: _l(
        "You can see how the chosen projects are being carried out and what has been paid."
    ),
    Phase.CLOSED: _l("Everything is done. You can read how it went."),
    Phase.CANCELLED: _l("This round was cancelled."),
}
"""What a reader can do in each phase of a budgeting round."""

DESKS = {
    Desk.OFFICER: _l("Officer’s desk"),
    Desk.DEPARTMENT: _l("Department’s desk"),
    Desk.AUTHOR: _l("My participation"),
}

NAVIGATION = (Entry("consultation.index", _l("All rounds"), order=20),)

WORDS = (DESKS, FORMATS, PUBLICATIONS, PLACES, SETTING_PROBLEMS, PLAN_PROBLEMS)
