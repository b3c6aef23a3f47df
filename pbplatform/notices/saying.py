"""A happening as a sentence in the reader's language."""

from flask import g

from pbplatform.charter.phases import Phase
from pbplatform.foundation.i18n import localised
from pbplatform.foundation.words import say
from pbplatform.notices.models import Happening, News


def sentence(happening: Happening) -> str:
    """The sentence; the title stays in the reader's language or, where there is none, in its own."""
    values = dict(happening.values)
    if "phase" in values:
        values["phase"] = say(Phase(values["phase"]))
    return say(News(happening.news), **values, title=localised(happening.titles, g.locale).text)
