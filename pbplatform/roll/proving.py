"""How a browser proves who sits before it, by whatever means: the steps that the vote and the page of residence share.

What must last from one page to the next stands in the browser's own cookie. A step that does not succeed answers None,
whoever was asked for, so that nobody learns from it who is on the roll.
"""

from datetime import date, datetime

from flask import flash, g, request
from flask import session as cookie
from flask_babel import gettext as _

from pbplatform import door
from pbplatform.accounts import guard
from pbplatform.foundation import limits
from pbplatform.roll import eid, verification
from pbplatform.roll.delivery import SEND_JOB
from pbplatform.roll.models import Means, RollEntry
from pbplatform.roll.pepper import Pepper, pepper
from pbplatform.roll.verification import MESSAGES_FROM_A_NETWORK, Person

FLOW = "code_flow"
QUESTION = "eid_question"


def is_throttled() -> bool:
    """Whether too many tries came from the network of this request."""
    return verification.network_is_throttled(door.session(), guard.municipality(), _seasoning(), _network())


def by_letter(
    national_id: str, birth_date: date | None, code: str, again_since: datetime | None = None
) -> RollEntry | None:
    """Proof by a letter's code; `again_since` lets a code open what it has opened since then."""
    person = Person(national_id, birth_date, _network())
    return verification.verify_letter(
        door.session(), _seasoning(), guard.municipality(), person, code, again_since
    )


def send_code(national_id: str, birth_date: date | None, means: Means) -> None:
    """Send six digits to the phone or mailbox on the roll; nothing tells whether anybody fits.

    Raise 429 when this network has asked too often: all pages draw on one allowance, for messages cost money.
    """
    house, place = door.house(), guard.municipality()
    house.limits.take("vote-message", MESSAGES_FROM_A_NETWORK, limits.network(request))
    person = Person(national_id, birth_date, _network())
    flow, sent_id = verification.send_code(
        door.session(), _seasoning(), house.vault, place, person, means, g.locale
    )
    house.jobs.enqueue(door.session(), SEND_JOB, {"sent_id": sent_id}, place.id)
    cookie[FLOW] = flow


def awaits_code() -> bool:
    """Whether this browser has asked for six digits."""
    return isinstance(cookie.get(FLOW), str)


def by_code(code: str) -> tuple[RollEntry, Means] | None:
    """Proof by the six digits that came."""
    proved = verification.verify_code(
        door.session(), _seasoning(), guard.municipality(), cookie[FLOW], code, _network()
    )
    if proved is not None:
        del cookie[FLOW]
    return proved


def eid_provider() -> eid.Provider | None:
    """The identity provider that this installation has, if any."""
    return eid.provider_of(door.house().config)


def leave_for_eid(path: str) -> str | None:
    """The provider's address to send the browser to, from where it comes back to `path`; None, and a word, when it is away."""
    provider = door.found(eid_provider())
    try:
        address, question = provider.begin(_address(path))
    except eid.EidAway:
        _say_away()
        return None
    cookie[QUESTION] = question.kept()
    return address


def by_eid(path: str) -> RollEntry | None:
    """Proof by what the provider says of a browser that came back to `path`; None, and a word, when it proves nothing."""
    provider = door.found(eid_provider())
    kept = cookie.pop(QUESTION, None)
    entry = None
    try:
        if isinstance(kept, dict):
            brought = request.form.get("state", ""), request.form.get("code", "")
            national_id = provider.finish(_address(path), eid.Question(**kept), *brought)
            entry = verification.verify_eid(
                door.session(), _seasoning(), guard.municipality(), national_id, _network()
            )
    except eid.EidAway:
        _say_away()
        return None
    except eid.EidRefused:
        entry = None
    if entry is None:
        flash(
            _("Your electronic identity did not confirm who you are. Please use a code or go to the desk."),
            "bad",
        )
    return entry


def _say_away() -> None:
    flash(
        _(
            "The electronic identity does not answer at the moment. Please use a code or go to the desk; both work."
        ),
        "bad",
    )


def _address(path: str) -> str:
    return door.house().config.base_url + path


def _network() -> str:
    return verification.network_of(request.remote_addr)


def _seasoning() -> Pepper:
    return pepper(door.house().secrets)
