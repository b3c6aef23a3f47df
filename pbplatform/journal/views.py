"""The journal as a public page of its municipality."""

from flask import Blueprint, g, render_template, request

from pbplatform import door
from pbplatform.charter.actions import Action
from pbplatform.door import acts
from pbplatform.journal import queries
from pbplatform.journal.words import subject_word

pages = Blueprint("journal", __name__)


@pages.get("/journal")
@acts(Action.READ_JOURNAL)
def entries() -> str:
    """The newest decisions and the head of the chain."""
    before = request.args.get("before", type=int)
    found = queries.entries(door.session(), g.municipality.id, before)
    head = queries.head(door.session(), g.municipality.id)
    return render_template(
        "journal/entries.html", entries=found, head=head, page_size=queries.PAGE, subject_word=subject_word
    )
