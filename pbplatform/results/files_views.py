"""Files that prove the result: the bundle and how to run it, the protocol, the share image, the council's act."""

from collections.abc import Iterator
from os import SEEK_END
from typing import IO

from flask import Blueprint, Response, g, make_response, render_template

from pbplatform import door
from pbplatform.charter.actions import Action
from pbplatform.consultation.models import Round
from pbplatform.door import acts
from pbplatform.foundation.crypto import digest
from pbplatform.foundation.errors import Missing
from pbplatform.results import bundle, protocol, publication, queries, showing
from pbplatform.results.models import CouncilDecision, Count
from pbplatform.results.place import number, public_result

pages = Blueprint("results_files", __name__)


def download(content: bytes, kind: str, name: str | None = None) -> Response:
    """A file; with a name it is saved, without it is shown."""
    response = make_response(content)
    response.content_type = kind
    if name is not None:
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@pages.get("/rounds/<slug:round_slug>/results/check")
@acts(Action.READ_PUBLIC)
def check(round_slug: str) -> str:
    """How to count again on one's own computer."""
    found, row = public_result(round_slug)
    session = door.session()
    seal = queries.seal(session, found)
    return render_template(
        "results/check.html",
        count=row,
        seal=seal,
        some_totals=seal is not None and publication.TOTALS in seal.publication.values(),
        past=queries.past_election(session, found),
    )


@pages.get("/rounds/<slug:round_slug>/results/bundle.zip")
@acts(Action.READ_PUBLIC)
def bundle_zip(round_slug: str) -> Response:
    """The verification bundle."""
    found, row = public_result(round_slug)
    # It is made whole before the first byte leaves: a bundle that breaks off half-way would look like a forged one.
    archive = bundle.kept(door.house().files, door.session(), found, row)
    name = f"{g.municipality.slug}-{found.slug}-{row.number}.zip"
    response = Response(_pieces(archive), content_type="application/zip")
    response.content_length = archive.seek(0, SEEK_END)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _pieces(archive: IO[bytes]) -> Iterator[bytes]:
    with archive:
        archive.seek(0)
        while piece := archive.read(64 * 1024):
            yield piece


@pages.get("/rounds/<slug:round_slug>/results/protocol")
@acts(Action.READ_PUBLIC)
def protocol_page(round_slug: str) -> str:
    """The protocol of the count, signed by the officers' names."""
    found, row = public_result(round_slug)
    return render_template("results/protocol_page.html", **_protocol(found, row))


@pages.get("/rounds/<slug:round_slug>/results/counts/<int:count_number>")
@acts(Action.READ_PUBLIC)
def one_count(round_slug: str, count_number: int) -> str:
    """The protocol of any count that was ever declared, also of one that was corrected later."""
    found, _row = public_result(round_slug)
    for row in queries.counts(door.session(), found):
        if row.number == count_number and row.state in queries.OFFICIAL:
            return render_template("results/protocol_page.html", **_protocol(found, row))
    raise Missing


@pages.get("/rounds/<slug:round_slug>/results/protocol.pdf")
@acts(Action.READ_PUBLIC)
def protocol_pdf(round_slug: str) -> Response:
    """The same on paper."""
    found, row = public_result(round_slug)
    html = render_template("results/protocol_pdf.html", **_protocol(found, row))
    # Setting a page takes a good part of a second, and anybody may ask for it.
    content = door.house().files.kept(
        f"results-made/{g.municipality.id}/{digest(html)}.pdf", lambda: protocol.pdf(html)
    )
    return download(content, "application/pdf", f"protocol-{found.slug}-{row.number}.pdf")


@pages.get("/rounds/<slug:round_slug>/results/protocol.json")
@acts(Action.READ_PUBLIC)
def protocol_json(round_slug: str) -> Response:
    """The same for machines."""
    found, row = public_result(round_slug)
    return download(protocol.data(door.session(), found, row), "application/json")


def _protocol(found: Round, row: Count) -> dict[str, object]:
    session = door.session()
    return {
        "round": found,
        "count": row,
        "parts": showing.show(session, found, row, g.locale, number),
        "signatures": queries.signatures(session, row),
        "seal": queries.seal(session, found),
        "past": queries.past_election(session, found),
        **showing.turnout(session, found, g.locale),
    }


@pages.get("/rounds/<slug:round_slug>/results/share.png")
@acts(Action.READ_PUBLIC)
def share_image(round_slug: str) -> Response:
    """A picture for social networks."""
    found, row = public_result(round_slug)
    shown = showing.show(door.session(), found, row, g.locale, number)
    # The drawing library costs every process eight megabytes, and few requests draw.
    from pbplatform.results.share import share_png

    return download(share_png(g.municipality, found, shown, g.locale), "image/png")


@pages.get("/rounds/<slug:round_slug>/results/acts/<int:decision_id>.pdf")
@acts(Action.READ_PUBLIC)
def act(round_slug: str, decision_id: int) -> Response:
    """The council's act."""
    found, _row = public_result(round_slug)
    decision = door.session().get(CouncilDecision, decision_id)
    if decision is None or decision.round_id != found.id or decision.document_key is None:
        raise Missing
    return download(
        door.house().files.get(decision.document_key), "application/pdf", f"act-{decision.id}.pdf"
    )
