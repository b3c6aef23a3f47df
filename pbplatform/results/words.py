"""The words of counts and results."""

from flask_babel import lazy_gettext as _l

from pbplatform.charter.phases import Phase
from pbplatform.consultation.tabs import Tab
from pbplatform.results.models import CountState, ImportProblem, RecountMethod
from pbplatform.results.operations import ResultProblem
from pbplatform.results.receipts import Fate

FATES = {
    Fate.COUNTED: _l("counted"),
    Fate.REPLACED: _l("replaced by a later ballot"),
    Fate.RECORDED: _l("in the count"),
    Fate.UNKNOWN: _l("not found"),
}

STATES = {
    CountState.RUNNING: _l("being counted"),
    CountState.FAILED: _l("stopped by an error"),
    CountState.COUNTED: _l("counted once"),
    CountState.RECOUNTED: _l("confirmed by a second count"),
    CountState.DIFFERENT: _l("the second count differs"),
    CountState.DECLARED: _l("declared"),
    CountState.CORRECTED: _l("corrected by a later count"),
}

METHODS = {
    RecountMethod.PLAIN: _l("by a second program, written separately in the plainest way"),
    RecountMethod.SHUFFLED: _l("by the same program, with the ballots in another order"),
}

PROBLEMS = {
    ResultProblem.NOT_SEALED: _l("The ballots have not been sealed yet. They can be counted after the seal."),
    ResultProblem.STILL_RUNNING: _l("A count is still running. Please wait until it has ended."),
    ResultProblem.NOT_COUNTED: _l("There is no finished count yet."),
    ResultProblem.NOT_RECOUNTED: _l("The count must first be confirmed by a second count."),
    ResultProblem.RECOUNT_DIFFERS: _l(
        "The second count gave another result. This count can never be declared; please call the operator."
    ),
    ResultProblem.REASON_MISSING: _l("Please give the reason. Everybody will read it."),
    ResultProblem.REASON_TOO_LONG: _l("The reason may have at most %(most)s characters."),
    ResultProblem.NOTHING_TO_CORRECT: _l("No result has been declared, so there is nothing to correct."),
    ResultProblem.ACT_NUMBER_MISSING: _l("Please give the number of the council’s act."),
    ResultProblem.ACT_NUMBER_TAKEN: _l("This act is recorded already."),
    ResultProblem.DATE_IN_FUTURE: _l("The date lies in the future."),
    ResultProblem.ALREADY_DECLARED: _l("Somebody else has just declared this result."),
    ResultProblem.NOT_DECLARED: _l("The result has not been declared yet."),
    ResultProblem.NO_PRINTING: _l("This server cannot make PDF files. Please print the page instead."),
    ResultProblem.BAD_DOCUMENT: _l("The act must be a PDF file of at most 10 MB."),
}

IMPORT_PROBLEMS = {
    ImportProblem.TWICE: _l("This election is there already."),
    ImportProblem.TOO_FINE: _l("The file’s amounts have more than two decimal places."),
    ImportProblem.CODE_TOO_LONG: _l("The project number %(project)s… is too long."),
    ImportProblem.UNKNOWN_PROJECT: _l("There is no project %(project)s to exclude."),
}

TABS = (Tab("results.overview", _l("Result"), since=Phase.RESULTS, order=60),)

WORDS = (FATES, STATES, METHODS, PROBLEMS, IMPORT_PROBLEMS)
