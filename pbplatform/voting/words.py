"""The sentences of the vote and of the voter roll's proof."""

from flask_babel import lazy_gettext as _l

from pbplatform.charter.phases import Phase
from pbplatform.consultation.tabs import Tab
from pbplatform.voting.ballots import BallotProblem
from pbplatform.voting.casting import CastProblem
from pbplatform.voting.closing import Anomaly, CloseProblem
from pbplatform.voting.corrections import CorrectionProblem
from pbplatform.voting.joint import JointProblem
from pbplatform.voting.models import BoxState, Channel, JointKind
from pbplatform.voting.paper import PaperProblem
from pbplatform.voting.paper_models import Invalidity, SheetState
from pbplatform.voting.sealing import SealProblem

BALLOT_PROBLEMS = {
    BallotProblem.NOTHING_CHOSEN: _l("You have not chosen anything yet. Choose at least one project."),
    BallotProblem.TOO_MANY: _l(
        "Marked projects: %(chosen)s. At most %(most)s are possible; too many: %(over)s."
    ),
    BallotProblem.TOO_FEW: _l(
        "You chose %(chosen)s here, and at least %(fewest)s are needed. Choose more, or none to skip this part."
    ),
    BallotProblem.ONLY_ONE: _l("Here only one project can be chosen, and you marked %(chosen)s."),
    BallotProblem.OVER_MONEY: _l(
        "Your projects cost %(over)s more than there is. Please take away one or choose cheaper ones."
    ),
    BallotProblem.CATEGORY_FULL: _l("Too many projects of “%(category)s” are chosen. At most: %(most)s."),
    BallotProblem.EXCLUSIVE: _l(
        "Projects %(first)s and %(second)s exclude each other: only one of them can be built. Please choose one."
    ),
    BallotProblem.TWICE: _l("Project %(number)s is marked twice."),
    BallotProblem.UNKNOWN_PROJECT: _l(
        "One of the marked projects is not on this ballot. Please choose again."
    ),
    BallotProblem.OTHER_ENVELOPE: _l(
        "Something was marked that belongs to another district. You vote on the whole town and your own district."
    ),
    BallotProblem.BAD_POINTS: _l("The points for project %(number)s must be a whole number from 0 up."),
    BallotProblem.TOO_MANY_POINTS: _l(
        "You gave %(given)s points, and there are only %(most)s. Please take some away."
    ),
    BallotProblem.TOO_MANY_FOR_ONE: _l(
        "A project can get at most %(most)s points here, and you gave one %(given)s."
    ),
    BallotProblem.RANK_TWICE: _l("Place %(place)s is given twice. Each place can be given once."),
    BallotProblem.RANK_GAP: _l("Place %(place)s is empty. Please give the places from 1 on without a gap."),
    BallotProblem.BAD_RANK: _l("The place of project %(number)s is not one that can be given."),
    BallotProblem.BAD_SUBMISSION: _l("This page is damaged. Please open the ballot again."),
    BallotProblem.LONG_WORD: _l("The word may have at most %(most)s letters."),
}

CAST_PROBLEMS = {
    CastProblem.VOTED_ON_PAPER: _l(
        "You were handed a paper ballot, so you cannot vote online as well. Your paper ballot counts."
    ),
    CastProblem.VOTED_ONLINE: _l(
        "This person has already voted online and can change that vote only online."
    ),
    CastProblem.STALE_PAGE: _l(
        "The rules of this vote are not those that your page was made for. Please check your choices and cast your vote again."
    ),
    CastProblem.NOT_AN_ELECTOR: _l(
        "You were not on the voter roll when this vote opened. If that is a mistake, please call the municipality."
    ),
}

ANOMALIES = {
    Anomaly.ORPHAN_BALLOTS: _l("Ballots that belong to nobody on the voter roll: %(count)s."),
    Anomaly.ROLL_CHANGED: _l("The frozen voter roll is not the one with which the vote opened."),
    Anomaly.BROKEN_BALLOTS: _l("Ballots that were changed after they were cast: %(count)s."),
}

CORRECTION_PROBLEMS = {
    CorrectionProblem.VOTE_OVER: _l(
        "The vote is over, so the frozen voter roll can no longer be corrected. A ballot can still be annulled."
    ),
}

CLOSE_PROBLEMS = {
    CloseProblem.STILL_OPEN: _l("The vote is still open."),
}

SEAL_PROBLEMS = {
    SealProblem.NOT_RECONCILED: _l("The vote has not been closed and checked yet."),
    SealProblem.CHALLENGE_OPEN: _l("The time for objections is not over yet."),
    SealProblem.SHEETS_WAITING: _l(
        "Some paper ballots have not been entered twice with the same reading yet."
    ),
    SealProblem.MORE_SHEETS_THAN_TICKS: _l(
        "A station has more counted sheets than it handed out. This must be explained first."
    ),
    SealProblem.BOX_CHANGED: _l(
        "The ballots or the frozen roll are no longer those that were published at the close."
    ),
    SealProblem.BEACON_MISSING: _l("The outcome of the public draw that was named in advance is missing."),
    SealProblem.ACTS_WAITING: _l("Something asked for by one person still waits for a second."),
}

JOINT_PROBLEMS = {
    JointProblem.REASON_MISSING: _l(
        "Give a reason of at least ten letters. It stands in the public journal."
    ),
    JointProblem.ASKED_ALREADY: _l("This has been asked for already and waits for a second person."),
}

JOINT_KINDS = {
    JointKind.OPEN_VOTE: _l("Open the vote"),
    JointKind.MOVE_CLOSE: _l("Move the end of the vote"),
    JointKind.CHANGE_ELECTOR: _l("Correct the frozen voter roll"),
    JointKind.ANNUL: _l("Annul a ballot"),
    JointKind.SEAL: _l("Seal the ballots"),
    JointKind.TAKE_BACK_TICK: _l("Take back a tick on paper"),
    JointKind.TAKE_BACK_SHEET: _l("Take back a paper ballot that is settled"),
}

BOX_STATES = {
    BoxState.OPEN: _l("Open"),
    BoxState.CLOSED: _l("Closed, objections possible"),
    BoxState.SEALED: _l("Sealed"),
    BoxState.CLEARED: _l("Sealed, key destroyed"),
}

CHANNELS = {Channel.ONLINE: _l("Online"), Channel.PAPER: _l("On paper")}

SHEET_STATES = {
    SheetState.ONCE: _l("Entered once"),
    SheetState.MISMATCH: _l("Read differently"),
    SheetState.COUNTED: _l("Counted"),
    SheetState.INVALID: _l("Not valid"),
}

INVALIDITIES = {
    Invalidity.BLANK: _l("Nothing is marked"),
    Invalidity.UNSIGNED: _l("Stamp or signature missing"),
    Invalidity.UNREADABLE: _l("Cannot be read"),
    Invalidity.LATE: _l("Handed in too late"),
    Invalidity.OVER_LIMIT: _l("More marked than allowed"),
    Invalidity.UNKNOWN_NUMBER: _l("A number that is not on the ballot"),
    Invalidity.DUPLICATE: _l("A second sheet of the same serial"),
}

PAPER_PROBLEMS = {
    PaperProblem.SERIAL_MISSING: _l("Write the number of the sheet."),
    PaperProblem.ENTERED_BY_YOU: _l(
        "You have entered sheet %(serial)s already. Another person must enter it now."
    ),
    PaperProblem.SETTLED: _l("Sheet %(serial)s is settled: two people read it alike. It cannot be changed."),
    PaperProblem.NOTHING_READ: _l("Write the numbers that are marked, or say why the sheet is not valid."),
    PaperProblem.CODE_TAKEN: _l("Another place has this code already."),
    PaperProblem.CODE_MISSING: _l("Give a short code."),
    PaperProblem.NOT_TICKED: _l("This person has not been ticked off for paper."),
    PaperProblem.NO_SUCH_SHEET: _l("Sheet %(serial)s has not been entered at this place."),
    PaperProblem.VOTE_OVER: _l("The vote is over, so a tick can no longer be taken back."),
    PaperProblem.SHEETS_NEED_TICKS: _l(
        "As many sheets have been entered at this place as were handed out, so no tick can be taken back. Take the sheet back first."
    ),
}

TABS = (
    Tab("vote.start", _l("Vote"), since=Phase.VOTING, order=40, imported=False),
    Tab("vote.protection", _l("How the vote is protected"), since=Phase.VOTING, order=45, imported=False),
)

WORDS = (
    BALLOT_PROBLEMS,
    CAST_PROBLEMS,
    ANOMALIES,
    CORRECTION_PROBLEMS,
    CLOSE_PROBLEMS,
    SEAL_PROBLEMS,
    JOINT_PROBLEMS,
    JOINT_KINDS,
    BOX_STATES,
    CHANNELS,
    SHEET_STATES,
    INVALIDITIES,
    PAPER_PROBLEMS,
)
