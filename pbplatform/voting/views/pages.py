"""The blueprint of all pages of a voter, and what their views share."""

from flask import Blueprint, render_template, request

from pbplatform import door
from pbplatform.consultation.models import Round
from pbplatform.foundation.database import database_now
from pbplatform.foundation.errors import Missing
from pbplatform.voting import keeping, queries
from pbplatform.voting.models import BallotBox, BoxState
from pbplatform.voting.rules import read
from pbplatform.voting.voter import Voter, entry_here, voter

pages = Blueprint("vote", __name__)


def this_box(found: Round) -> BallotBox:
    """The round's ballot box; raise Missing before the vote has opened."""
    box = queries.box(door.session(), found.municipality_id, found.id)
    if box is None:
        raise Missing
    return box


def is_open(box: BallotBox) -> bool:
    """Whether ballots are taken at this moment by the database's clock."""
    return box.state is BoxState.OPEN and max(database_now(door.session()), box.high_water) < box.closes_at


def this_voter(found: Round, box: BallotBox) -> Voter | None:
    """The voter of this browser, if it has proved to be one on this vote's roll."""
    entry_id = entry_here(door.session(), door.actor(), found.municipality_id)
    if entry_id is None:
        return None
    return voter(door.session(), door.house().secrets, box, entry_id)


def not_open(box: BallotBox | None) -> tuple[str, int]:
    """The page that says that the vote is not open: yet, or any more. What somebody still wanted to cast stands on it."""
    late = box is not None and request.method == "POST"
    kept = keeping.chosen(read(box.rules), request.form) if box is not None and late else []
    return render_template("voting/not_open.html", box=box, kept=kept), 410 if late else 200
