"""What anybody may read about a vote: its protection, the turnout, the check of a receipt."""

from flask import Response, render_template, request

from pbplatform import door
from pbplatform.charter.actions import Action
from pbplatform.consultation.place import this_round
from pbplatform.door import acts, reads_only
from pbplatform.foundation.errors import Missing
from pbplatform.municipalities import queries as municipalities
from pbplatform.voting import canon, keys, queries
from pbplatform.voting.rules import read
from pbplatform.voting.views.pages import pages, this_box


@pages.post("/rounds/<slug:round_slug>/vote/receipt.txt")
@acts(Action.VOTE)
@reads_only
def receipt_file(round_slug: str) -> Response:
    """The receipt as a text file; made from what the page holds, kept nowhere."""
    found = this_round(round_slug)
    box = this_box(found)
    tracker = canon.spoken_tracker(request.form.get("tracker", ""))
    signature = request.form.get("signature", "")[:200]
    name = read(box.rules).name
    if not keys.is_receipt(box.receipt_key, name, box.rules_hash, tracker, signature):
        raise Missing
    text = render_template("voting/receipt.txt", tracker=tracker, signature=signature, box=box, name=name)
    answer = Response(text, mimetype="text/plain")
    answer.headers["Content-Disposition"] = f'attachment; filename="receipt-{tracker[:4]}.txt"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@pages.route("/rounds/<slug:round_slug>/vote/check", methods=["GET", "POST"])
@acts(Action.READ_VOTE)
@reads_only
def check(round_slug: str) -> str | tuple[str, int]:
    """Check a receipt's signature without telling anything about the ballot. The code travels in the body: addresses
    stand in histories and in the logs of proxies."""
    found = this_round(round_slug)
    box = this_box(found)
    tracker = canon.spoken_tracker(request.form.get("tracker", "")[:60])
    signature = "".join(request.form.get("signature", "").split())[:200]
    asked = bool(tracker or signature)
    right = asked and keys.is_receipt(
        box.receipt_key, read(box.rules).name, box.rules_hash, tracker, signature
    )
    return render_template(
        "voting/check.html", box=box, tracker=tracker, signature=signature, asked=asked, right=right
    )


@pages.get("/rounds/<slug:round_slug>/vote/protection")
@acts(Action.READ_VOTE)
def protection(round_slug: str) -> str:
    """How the vote is protected, in plain words: what is promised, what is not, and the figures to hold it to."""
    found = this_round(round_slug)
    box = queries.box(door.session(), found.municipality_id, found.id)
    session = door.session()
    sealed = queries.seal(session, found.municipality_id, found.id)
    # After the seal the frozen roll is gone, and the manifest of the close tells.
    closed = box.close_manifest if box else None
    changes = queries.roll_changes(session, found.id) if closed is None else None
    if closed is not None and "electors_added" in closed:
        changes = (closed["electors_added"], closed["electors_removed"])
    return render_template("voting/protection.html", box=box, seal=sealed, changes=changes)


@pages.get("/rounds/<slug:round_slug>/vote/turnout")
@acts(Action.READ_VOTE)
def turnout(round_slug: str) -> str:
    """How many have voted, by channel and district, in steps of ten."""
    found = this_round(round_slug)
    box = this_box(found)
    latest = queries.turnout(door.session(), found.municipality_id, found.id)
    districts = {
        str(district.id): district.names
        for district in municipalities.districts(door.session(), found.municipality_id)
    }
    return render_template("voting/turnout.html", box=box, turnout=latest, districts=districts)
