"""The sentences of the interface in the language of the moment: the page's, or a letter's while one is written.

A page asks for some hundred sentences. Flask-Babel finds the catalogue anew for each of them; here it is looked up by
the language that Flask-Babel has already chosen, which saves a page about a millisecond.
"""

from typing import Any

from babel import Locale
from flask import g
from flask_babel import get_translations

_kept: dict[str, Any] = {}


def language() -> Locale | None:
    """The language that was chosen for this moment; None while nobody has asked, or outside of the application."""
    try:
        # Asked a hundred times a page: the proxy is gone through once, not for every attribute.
        context = g._get_current_object().get("_flask_babel")
    except RuntimeError:
        return None
    return getattr(context, "babel_locale", None)


def _messages() -> Any:
    chosen = language()
    if chosen is None:
        # The first question of a page: Flask-Babel chooses the language and notes it.
        return get_translations()
    # Our languages need no country beside them, and a text is found faster than a locale.
    found = _kept.get(chosen.language)
    if found is None:
        found = _kept[chosen.language] = get_translations()
    return found


def gettext(message: str, **values: Any) -> str:
    """A sentence, its `%(name)s` filled in when values are given."""
    text: str = _messages().ugettext(message)
    return text % values if values else text


def ngettext(one: str, many: str, num: float, **values: Any) -> str:
    """A sentence with a number, in the form that the language has for it; `%(num)s` is the number."""
    text: str = _messages().ungettext(one, many, num)
    return text % {"num": num, **values}
