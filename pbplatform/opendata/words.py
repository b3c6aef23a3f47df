"""The words of open data."""

from flask_babel import lazy_gettext as _l

from pbplatform.consultation.publishing import Holds

KINDS = {
    Holds.TEXT: _l("text"),
    Holds.TEXTS: _l("a text per language"),
    Holds.WHOLE: _l("whole number"),
    Holds.NUMBER: _l("number"),
    Holds.MONEY: _l("money"),
    Holds.YES_NO: _l("yes or no"),
    Holds.MOMENT: _l("date and time"),
    Holds.DAY: _l("date"),
    Holds.CODES: _l("list"),
    Holds.DATA: _l("nested data"),
}

WORDS = (KINDS,)
