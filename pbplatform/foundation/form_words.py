"""What WTForms says of a wrong field, in our words and in the reader's language: it knows no Georgian itself.

Its own English sentences are the keys. A sentence that is missing here would reach a reader in English, so a test holds
this table against the library's sources.
"""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

_CHOICE = _l("Choose one of the offered answers.")
_EXPIRED = _l("This form has expired. Please send it once more.")
_NUMBER = _l("Write a number.")
_HERE = _l("Write this differently: it cannot be taken like this.")
_LEFT = _l("This field cannot be changed here.")

SENTENCES: Mapping[str, Any] = {
    "This field is required.": _l("Please fill in this field."),
    "Not a valid choice.": _CHOICE,
    "'%(value)s' is not a valid choice for this field.": _CHOICE,
    "Invalid Choice: could not coerce.": _CHOICE,
    "Invalid choice(s): one or more data inputs could not be coerced.": _CHOICE,
    "Not a valid integer value.": _l("Write a whole number."),
    "Not a valid decimal value.": _NUMBER,
    "Not a valid float value.": _NUMBER,
    "Number must be at least %(min)s.": _l("Write a number that is not smaller than %(min)s."),
    "Number must be at most %(max)s.": _l("Write a number that is not larger than %(max)s."),
    "Number must be between %(min)s and %(max)s.": _l("Write a number from %(min)s to %(max)s."),
    "Field must be at least %(min)d character long.": _l("This is too short: at least %(min)d characters."),
    "Field cannot be longer than %(max)d character.": _l("This is too long: at most %(max)d characters."),
    "Field must be exactly %(max)d character long.": _l("This must have exactly %(max)d characters."),
    "Field must be between %(min)d and %(max)d characters long.": _l(
        "This must have from %(min)d to %(max)d characters."
    ),
    "Not a valid date value.": _l("Choose a day from the calendar, or write it as 2026-11-21."),
    "Not a valid datetime value.": _l("Choose a day and an hour, or write them as 2026-11-21 18:00."),
    "Not a valid time value.": _l("Write the hour as 18:00."),
    "Not a valid week value.": _l("Write the week as 2026-W47."),
    "Date must be at least %(min)s.": _l("Choose a date that is not before %(min)s."),
    "Date must be at most %(max)s.": _l("Choose a date that is not after %(max)s."),
    "Date must be between %(min)s and %(max)s.": _l("Choose a date from %(min)s to %(max)s."),
    "Invalid email address.": _l("Write an e-mail address such as name@example.org."),
    "Invalid URL.": _l("Write a whole web address that begins with https://."),
    "Invalid input.": _HERE,
    "Invalid IP address.": _HERE,
    "Invalid Mac address.": _HERE,
    "Invalid UUID.": _HERE,
    "Field must be equal to %(other_name)s.": _HERE,
    "Invalid value, must be one of: %(values)s.": _HERE,
    "Invalid value, can't be any of: %(values)s.": _HERE,
    "This field cannot be edited.": _LEFT,
    "This field is disabled and cannot have a value.": _LEFT,
    "CSRF token missing.": _EXPIRED,
    "CSRF token expired.": _EXPIRED,
    "CSRF failed.": _EXPIRED,
    "Invalid CSRF Token.": _EXPIRED,
    "The CSRF token is missing.": _EXPIRED,
    "The CSRF session token is missing.": _EXPIRED,
    "The CSRF token has expired.": _EXPIRED,
    "The CSRF token is invalid.": _EXPIRED,
    "The CSRF tokens do not match.": _EXPIRED,
}


class FormWords:
    """What WTForms asks for its sentences."""

    def gettext(self, said: str) -> str:
        """Our sentence for one of the library's; a sentence of our own is translated as it is."""
        ours = SENTENCES.get(said)
        return str(ours) if ours is not None else gettext(said)

    def ngettext(self, singular: str, _plural: str, _number: int) -> str:
        """Our sentences are worded so that they fit every number."""
        return self.gettext(singular)
