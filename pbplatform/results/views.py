"""The result of a round for everybody: overview, the why of each project, my receipt."""

from flask import Blueprint, Response, g, make_response, render_template

from pbplatform import door
from pbplatform.charter.actions import Action
from pbplatform.consultation.models import Round
from pbplatform.door import acts
from pbplatform.foundation.errors import Missing
from pbplatform.results import official, queries, showing
from pbplatform.results.forms import ReceiptForm
from pbplatform.results.models import Count
from pbplatform.results.place import number, public_result
from pbplatform.results.receipts import receipt_of
from pbplatform.results.showing import Line, Shown

pages = Blueprint("results", __name__)


def _shown(found: Round, row: Count) -> list[Shown]:
    return showing.show(door.session(), found, row, g.locale, number)


@pages.get("/rounds/<slug:round_slug>/results")
@acts(Action.READ_PUBLIC)
def overview(round_slug: str) -> str:
    """What was decided, as pictures with their tables."""
    found, row = public_result(round_slug)
    session = door.session()
    shown = _shown(found, row)
    past = queries.past_election(session, found)
    return render_template(
        "results/overview.html",
        count=row,
        parts=shown,
        past=past,
        remarks=official.remarks(past) if past else {},
        **showing.turnout(session, found, g.locale),
        places=showing.picture_of_places(session, found, shown),
        categories=showing.groups(shown, showing.category_key(session, found, g.locale)),
        districts=showing.groups(shown, showing.district_key(session, found, g.locale)),
        corrected=queries.corrected(session, found),
        changes=showing.changes(session, found, shown),
        decisions=queries.decisions(session, found),
    )


@pages.get("/rounds/<slug:round_slug>/results/<int:position>/projects/<int:project_number>")
@acts(Action.READ_PUBLIC)
def why(round_slug: str, position: int, project_number: int) -> str:
    """Why one project won or lost."""
    found, row = public_result(round_slug)
    part, line = _line(_shown(found, row), position, project_number)
    return render_template("results/why.html", count=row, part=part, line=line)


def _line(shown: list[Shown], position: int, project_number: int) -> tuple[Shown, Line]:
    for part in shown:
        for line in part.lines:
            if (part.envelope.position, line.project.number) == (position, project_number):
                return part, line
    raise Missing


@pages.get("/rounds/<slug:round_slug>/results/<int:position>/card")
@acts(Action.READ_PUBLIC)
def card(round_slug: str, position: int) -> Response:
    """A small page for other sites to embed."""
    found, row = public_result(round_slug)
    part = next((p for p in _shown(found, row) if p.envelope.position == position), None)
    if part is None:
        raise Missing
    response = make_response(render_template("results/card.html", part=part, round=found))
    response.headers["X-Frame-Options"] = "ALLOWALL"
    g.content_policy = EMBEDDABLE
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


EMBEDDABLE = {
    "default-src": "'none'",
    "style-src": "'self'",
    "font-src": "'self'",
    "img-src": "'self' data:",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "*",
}


@pages.route("/rounds/<slug:round_slug>/results/receipt", methods=["GET", "POST"])
@acts(Action.READ_PUBLIC)
def receipt(round_slug: str) -> tuple[str, int]:
    """Find one's ballot by its tracker and see what it paid for. The tracker travels in the body, never in an address."""
    found, row = public_result(round_slug)
    form = ReceiptForm()
    answer = None
    status = 200
    if form.validate_on_submit():
        shown = _shown(found, row)
        answer = receipt_of(door.session(), found, shown, str(form.tracker.data))
        status = 200 if answer.found else 404
    elif form.is_submitted():
        status = 422
    return render_template("results/receipt.html", form=form, answer=answer, count=row), status
