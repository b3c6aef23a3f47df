"""The sentences of the voter roll."""

from flask_babel import lazy_gettext as _l

from pbplatform.roll.codes import CodeSlip
from pbplatform.roll.models import AgeBand, FaultCause, Means
from pbplatform.roll.operations import RollProblem
from pbplatform.roll.reading import Column
from pbplatform.roll.verification import VerificationProblem

VERIFICATION_PROBLEMS = {
    VerificationProblem.NOT_CONFIRMED: _l(
        "These details do not fit together, so we could not confirm who you are. Please check the personal number, the date of birth and the code. Codes of earlier votes no longer work, and any code stops after ten wrong tries; the municipality’s desk gives you a new one."
    ),
    VerificationProblem.TOO_MANY_FROM_HERE: _l(
        "Too many tries came from your network in the last hour. Please try again later, or go to the municipality’s desk."
    ),
    VerificationProblem.CLAIMED_BY_OTHER: _l(
        "Somebody has already tied these details to another account. You can vote without an account; if it was not you, please call the municipality."
    ),
    VerificationProblem.CODE_WRONG: _l(
        "This code is not right or no longer valid. A code is valid for ten minutes and stops after five wrong tries. If no message came, the details may not be on the voter roll."
    ),
}

CODE_SLIPS = {
    CodeSlip.FOREIGN_LETTERS: _l(
        "The code has Latin letters and digits only. Please switch the keyboard and type it again."
    ),
    CodeSlip.LENGTH: _l(
        "The code has 12 characters, and you typed %(typed)s. Please look at the letter again."
    ),
    CodeSlip.CHECK: _l(
        "There is a typing slip in the code. Please compare it with the letter, one character at a time."
    ),
}

ROLL_PROBLEMS = {
    RollProblem.UNREADABLE: _l("This file cannot be read. Please save it as CSV or XLSX and try again."),
    RollProblem.COLUMNS_MISSING: _l(
        "Say which column holds the personal number and which the date of birth."
    ),
    RollProblem.COLUMN_TWICE: _l("Two columns have the same meaning. Each meaning can be given once."),
    RollProblem.NO_HEADINGS: _l(
        "The first line of this file has no headings but already somebody’s details. Please put a line of headings above it, such as: personal number, name, date of birth."
    ),
    RollProblem.NO_SUCH_PERSON: _l("Nobody with this personal number is on the voter roll."),
    RollProblem.ALREADY_READ: _l("This file is being read already, or has been."),
}

FAULT_CAUSES = {
    FaultCause.NO_ID: _l("The personal number is missing."),
    FaultCause.BAD_ID: _l("The personal number is not a valid one."),
    FaultCause.BAD_BIRTH_DATE: _l("The date of birth is missing or cannot be read."),
    FaultCause.ID_AND_BIRTH_DIFFER: _l("The personal number says another date of birth."),
    FaultCause.UNKNOWN_DISTRICT: _l("There is no district of that name."),
    FaultCause.BAD_PHONE: _l("The phone number cannot be one."),
    FaultCause.PHONE_SHARED: _l("Two other people have this phone number already."),
    FaultCause.BAD_EMAIL: _l("The e-mail address cannot be one."),
    FaultCause.TWICE: _l("The same personal number stands in an earlier line."),
    FaultCause.NO_NAME: _l("The name is missing."),
    FaultCause.BROKEN_TEXT: _l("A value is too long or holds characters that cannot be stored."),
    FaultCause.BROKEN_FILE: _l("From here on the file could not be read."),
}

COLUMNS = {
    Column.ID: _l("Personal number"),
    Column.NAME: _l("Name"),
    Column.FAMILY_NAME: _l("Family name"),
    Column.BIRTH_DATE: _l("Date of birth"),
    Column.DISTRICT: _l("District"),
    Column.PHONE: _l("Phone"),
    Column.EMAIL: _l("E-mail address"),
    Column.ADDRESS: _l("Postal address"),
    Column.LANGUAGE: _l("Language of letters"),
}

MEANS = {
    Means.LETTER: _l("Letter with a code"),
    Means.PHONE: _l("Code by phone"),
    Means.EMAIL: _l("Code by e-mail"),
    Means.DESK: _l("At the desk"),
    Means.EID: _l("Electronic identity"),
}

AGE_BANDS = {
    AgeBand.UNDER_18: _l("under 18"),
    AgeBand.FROM_18: _l("18–29"),
    AgeBand.FROM_30: _l("30–44"),
    AgeBand.FROM_45: _l("45–59"),
    AgeBand.FROM_60: _l("60–74"),
    AgeBand.FROM_75: _l("75 and older"),
}

WORDS = (VERIFICATION_PROBLEMS, CODE_SLIPS, ROLL_PROBLEMS, FAULT_CAUSES, COLUMNS, MEANS, AGE_BANDS)
