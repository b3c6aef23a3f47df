"""The public result of an address: `public_result(slug)` is the first line of every view of a result."""

from flask import g

from pbplatform import door
from pbplatform.consultation.models import Round
from pbplatform.consultation.place import this_round
from pbplatform.foundation import i18n
from pbplatform.foundation.errors import Missing
from pbplatform.results import queries
from pbplatform.results.models import Count


def public_result(round_slug: str) -> tuple[Round, Count]:
    """The round and its public count; there is no such page before."""
    found = this_round(round_slug)
    row = queries.public_count(door.session(), found)
    if row is None:
        raise Missing
    return found, row


def number(value: int) -> str:
    """A number in the reader's language."""
    return i18n.number(value, g.locale)
