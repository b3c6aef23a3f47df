"""The sentences of rounds."""

from flask_babel import lazy_gettext as _l

from pbplatform.consultation.models import BallotFormat, Publication
from pbplatform.consultation.settings import SettingProblem
from pbplatform.consultation.tabs import Tab
from pbplatform.consultation.timeline import Place

FORMATS = {
    BallotFormat.APPROVAL: _l("Approval: mark every project you like"),
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

TABS = (Tab("rounds.overview", _l("Overview"), order=0),)

WORDS = (FORMATS, PUBLICATIONS, PLACES, SETTING_PROBLEMS)
