"""What all pages of delivery share: their blueprint, and finding the round and the project of an address."""

from flask import Blueprint, g
from werkzeug.wrappers import Response as BaseResponse

from pbplatform import door
from pbplatform.charter.phases import Phase
from pbplatform.consultation.models import Round
from pbplatform.consultation.place import this_round
from pbplatform.delivery import queries
from pbplatform.delivery.queries import Standing
from pbplatform.foundation.errors import Missing

pages = Blueprint("delivery", __name__)

Answer = BaseResponse | str | tuple[str, int]


def delivered_round(round_slug: str) -> Round:
    """A round whose projects are being delivered or were; there is no such page before."""
    found = this_round(round_slug)
    if found.phase not in (Phase.IMPLEMENTATION, Phase.CLOSED) or found.imported_from:
        raise Missing
    return found


def standing_of(round_slug: str, number: int) -> Standing:
    """How the project of an address stands."""
    found = delivered_round(round_slug)
    if number >= 2**63:
        raise Missing
    standing = queries.one(door.session(), g.municipality, found, number)
    if standing is None:
        raise Missing
    return standing
