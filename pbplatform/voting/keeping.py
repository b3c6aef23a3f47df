"""Choices that could not be taken: named on the page that says so, and carried to the ballot after a new proof.

Nothing of them is kept on the server. Until their voter has proved anew who they are, they travel in the browser's own
cookie, encrypted, and they are shown on the ballot of the same voter only.
"""

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from werkzeug.datastructures import MultiDict

from pbplatform.foundation import clock
from pbplatform.foundation.crypto import Vault, same
from pbplatform.voting import ballots
from pbplatform.voting.rules import FrozenEnvelope, FrozenProject, FrozenRules

KEPT = "kept_ballot"
"""Their name in the cookie."""
KEPT_FOR = timedelta(hours=2)
LONGEST = 2_400
"""Characters; what is larger than a cookie may be is not kept and stands on the page alone."""


@dataclass(frozen=True)
class Chosen:
    """What was chosen in one envelope, in the order in which it was meant."""

    envelope: FrozenEnvelope
    projects: tuple[FrozenProject, ...]
    points: tuple[int, ...]


def chosen(frozen: FrozenRules, sent: ballots.Form) -> list[Chosen]:
    """What a form's choices mean under the rules of this vote, whoever sent it; what means nothing is left out."""
    found = []
    for envelope in frozen.envelopes:
        marks = ballots.read_marks(sent, [envelope])[envelope.position]
        known = [(code, envelope.project(code)) for code in marks.points or marks.codes]
        projects = tuple(project for _code, project in known if project is not None)
        points = tuple(marks.points[code] for code, project in known if project and marks.points)
        if projects:
            found.append(Chosen(envelope, projects, points))
    return found


def put_aside(vault: Vault, round_id: int, sent: Iterable[tuple[str, str]]) -> str | None:
    """The choices and the word of a form as its browser may carry them; None when there are none, or too many."""
    fields = [
        (name, value)
        for name, value in sent
        if value and (name in ("voter", "word") or name.startswith(ballots.FIELDS))
    ]
    if not any(name.startswith(ballots.FIELDS) for name, _value in fields):
        return None
    until = int((clock.now() + KEPT_FOR).timestamp())
    packed = b64encode(zlib.compress(json.dumps([round_id, until, fields]).encode())).decode()
    sealed = vault.seal(packed) if len(packed) <= LONGEST else ""
    return sealed if 0 < len(sealed) <= LONGEST else None


def waits(vault: Vault, kept: object, round_id: int) -> bool:
    """Whether choices for this vote wait in the browser, whoever made them."""
    return _opened(vault, kept, round_id) is not None


def take_up(vault: Vault, kept: object, round_id: int, mark: str) -> MultiDict[str, str] | None:
    """What was put aside, as the form that it was; None when it is not of this vote and this voter, or too old."""
    found = _opened(vault, kept, round_id)
    return found if found is not None and same(found.get("voter", ""), mark) else None


def _opened(vault: Vault, kept: object, round_id: int) -> MultiDict[str, str] | None:
    if not isinstance(kept, str):
        return None
    try:
        of_round, until, fields = json.loads(zlib.decompress(b64decode(vault.open(kept))))
    except ValueError:
        # Sealed with a key that has been taken away since.
        return None
    fits = of_round == round_id and until > clock.now().timestamp()
    return MultiDict((name, value) for name, value in fields) if fits else None
