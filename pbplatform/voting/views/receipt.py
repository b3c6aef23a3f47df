"""The page of a receipt. On the last evening it is the answer to most requests: it is laid out once and then filled in.

What is kept for a few seconds holds nothing of any voter, because it is laid out with marks in their place.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from flask import g, render_template
from flask import session as cookie
from flask_wtf.csrf import generate_csrf

from pbplatform import door
from pbplatform.consultation.models import Round
from pbplatform.voting.casting import Receipt

_MARK = re.compile("\x1a([a-z0-9_]+)\x1a")
_OWN = ("group_0", "group_1", "group_2", "group_3", "tracker", "signature", "form_token")
_MARKS = {name: f"\x1a{name}\x1a" for name in _OWN}


def receipt_page(found: Round, receipt: Receipt) -> str:
    """The page for the voter whose ballot was just recorded."""
    own = _own(receipt)
    if "_flashes" in cookie:
        # What this voter is to be told once stands on the page too, so it is nobody else's.
        return _laid_out(receipt, own)
    blank = replace(receipt, tracker="", signature="")
    key = ("receipt", g.locale, found.municipality_id, found.slug, blank)
    # Literal text and names of marks take turns.
    pieces = door.house().recent.get(key, lambda: _MARK.split(_laid_out(receipt, _MARKS))) or []
    return "".join(own[piece] if place % 2 else piece for place, piece in enumerate(pieces))


def _own(receipt: Receipt) -> dict[str, str]:
    """What is the voter's alone. Letters, digits, dots and hyphens only, so that nothing needs to be escaped."""
    tracker = receipt.tracker
    return {
        **{f"group_{number}": tracker[4 * number : 4 * number + 4] for number in range(4)},
        "tracker": tracker,
        "signature": receipt.signature,
        "form_token": generate_csrf(),
    }


def _laid_out(receipt: Receipt, own: Mapping[str, str]) -> str:
    shown = replace(receipt, tracker=own["tracker"], signature=own["signature"])
    groups = " ".join(own[f"group_{number}"] for number in range(4))
    return render_template("voting/receipt.html", receipt=shown, groups=groups, form_token=own["form_token"])
