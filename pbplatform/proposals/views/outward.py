"""What leaves the site: the printed sheet, the QR code, the picture for sharing, the tables."""

import io

from flask import Response, g, render_template, url_for

from pbplatform import door
from pbplatform.charter.actions import Action
from pbplatform.consultation.models import Round
from pbplatform.consultation.place import this_currency, this_round
from pbplatform.door import acts
from pbplatform.foundation import sheets
from pbplatform.foundation.errors import Missing
from pbplatform.foundation.i18n import localised, money
from pbplatform.proposals import queries, tables
from pbplatform.proposals.models import Proposal
from pbplatform.proposals.views.pages import loaded, pages

CACHED = "public, max-age=300"


def _readable(round_slug: str, proposal_id: int) -> tuple[Round, Proposal, queries.Surroundings]:
    found = loaded(round_slug, proposal_id)
    if not queries.is_readable(found[1]):
        raise Missing
    return found


def _address(round_: Round, proposal: Proposal) -> str:
    path = url_for("proposals.detail", round_slug=round_.slug, proposal_id=proposal.id)
    return f"{door.house().config.base_url}{path}"


@pages.get("/rounds/<slug:round_slug>/proposals/<int:proposal_id>/print")
@acts(Action.READ_PUBLIC)
def sheet(round_slug: str, proposal_id: int) -> str:
    """One proposal on paper, with the code that leads back."""
    round_, proposal, surroundings = _readable(round_slug, proposal_id)
    return render_template(
        "proposals/sheet.html",
        proposal=proposal,
        surroundings=surroundings,
        company=queries.company(door.session(), proposal.id),
        address=_address(round_, proposal),
        currency=this_currency(),
    )


@pages.get("/rounds/<slug:round_slug>/proposals/<int:proposal_id>/qr.svg")
@acts(Action.READ_PUBLIC)
def qr(round_slug: str, proposal_id: int) -> Response:
    """A QR code of the proposal's page."""
    round_, proposal, _surroundings = _readable(round_slug, proposal_id)
    drawn = io.BytesIO()
    # Few people ask for such a picture, so only then is it learnt how to draw one.
    import segno

    segno.make(_address(round_, proposal), error="m").save(drawn, kind="svg", scale=6, border=2, xmldecl=True)
    return Response(drawn.getvalue(), mimetype="image/svg+xml", headers={"Cache-Control": CACHED})


@pages.get("/rounds/<slug:round_slug>/proposals/<int:proposal_id>/share.png")
@acts(Action.READ_PUBLIC)
def share(round_slug: str, proposal_id: int) -> Response:
    """The picture that other sites show beside a link to the proposal."""
    round_, proposal, _surroundings = _readable(round_slug, proposal_id)
    place = g.municipality
    cost = proposal.admitted_cost or proposal.cost_estimate
    # The drawing library costs every process eight megabytes, and few requests draw.
    from pbplatform.proposals import sharecard

    drawn = sharecard.draw(
        title=proposal.title,
        place=localised(place.names, door.locale()).text,
        line=" · ".join(
            part
            for part in (
                localised(round_.titles, door.locale()).text,
                money(cost, this_currency(), door.locale()) if cost else "",
            )
            if part
        ),
        colour=place.brand_colour,
        accent=place.accent_colour,
    )
    return Response(drawn, mimetype="image/png", headers={"Cache-Control": CACHED})


@pages.get("/rounds/<slug:round_slug>/proposals/proposals.<any(csv, xlsx):kind>")
@acts(Action.READ_PUBLIC)
def table(round_slug: str, kind: str) -> Response:
    """Every listed proposal of the round as a table."""
    round_ = this_round(round_slug)
    rows = tables.rows(door.session(), round_)
    if kind == "csv":
        response = Response(sheets.write_csv(rows), mimetype="text/csv")
    else:
        response = Response(sheets.write_xlsx([("proposals", rows)]), mimetype=sheets.XLSX_TYPE)
    response.headers.set("Content-Disposition", "attachment", filename=f"{round_.slug}-proposals.{kind}")
    return response
