"""The sentences of unreadable tables, for every feature that takes files."""

from flask_babel import lazy_gettext as _l

from pbplatform.foundation.sheets import SheetProblem

SHEET_PROBLEMS = {
    SheetProblem.TOO_LARGE: _l("The file is larger than %(most)s MB. Split it, or save it as CSV."),
    SheetProblem.UNPACKS_TOO_LARGE: _l(
        "This file unpacks to something far too large. Save the table anew as CSV and try again."
    ),
    SheetProblem.NOT_A_SHEET: _l("This is not a table. Choose a CSV or XLSX file."),
    SheetProblem.OLD_EXCEL: _l(
        "This is a file of an old Excel (.xls). Open it, save it as XLSX or CSV, and choose that one."
    ),
    SheetProblem.EMPTY: _l("The file is empty."),
    SheetProblem.TOO_MANY_ROWS: _l("The table has more than %(most)s rows. Split it into several files."),
    SheetProblem.TOO_MANY_COLUMNS: _l("The table has more than %(most)s columns."),
    SheetProblem.UNREADABLE_TEXT: _l(
        "The letters of this file cannot be read. Save it as “CSV UTF-8” and try again."
    ),
}
