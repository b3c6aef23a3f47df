"""The officers' pages of paper: places, handing out, typing in twice, differences, protocols, printed ballots."""

from collections.abc import Sequence

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse
from wtforms.fields.choices import SelectChoice

from pbplatform import door
from pbplatform.accounts import guard
from pbplatform.charter.actions import Action
from pbplatform.consultation.models import Round
from pbplatform.consultation.place import this_round
from pbplatform.door import acts, found, reads_only
from pbplatform.foundation.errors import Conflict, Invalid
from pbplatform.foundation.forms import Form
from pbplatform.foundation.pdf import make_pdf
from pbplatform.foundation.words import SPOKEN, say
from pbplatform.municipalities import queries as municipalities
from pbplatform.roll import operations as roll
from pbplatform.roll.pepper import pepper
from pbplatform.voting import paper
from pbplatform.voting import paper_corrections as corrections
from pbplatform.voting.desk_forms import HandOutForm, SheetBackForm, SheetForm, StationForm, TickBackForm
from pbplatform.voting.paper import Reading
from pbplatform.voting.paper_models import Invalidity, SheetState
from pbplatform.voting.rules import FrozenEnvelope, FrozenRules
from pbplatform.voting.troubles import in_words

pages = Blueprint("paper", __name__)


@pages.route("/rounds/<slug:round_slug>/paper", methods=["GET", "POST"])
@acts(Action.PLAN_STATIONS)
def stations(round_slug: str) -> BaseResponse | str | tuple[str, int]:
    """The places, what they handed out, what has been typed in."""
    here, session = this_round(round_slug), door.session()
    form = StationForm()
    if form.validate_on_submit():
        names = dict.fromkeys(guard.municipality().languages, form.name.data or "")
        with door.attempt(form, SPOKEN) as tried:
            paper.add_station(door.actor(), session, here, form.code.data or "", names)
        if tried.ok:
            return redirect(url_for("paper.stations", round_slug=round_slug))
    answer = render_template(
        "voting/paper/stations.html",
        form=form,
        stations=paper.stations(session, here.id),
        ticks=paper.ticks_by_station(session, here.id),
        figures=paper.figures(session, here.id),
        differences=paper.differences(session, here.id),
        districts=municipalities.districts(session, here.municipality_id),
    )
    return answer, 422 if form.is_submitted() else 200


@pages.route("/rounds/<slug:round_slug>/paper/hand-out", methods=["GET", "POST"])
@acts(Action.HAND_OUT_PAPER)
@reads_only
def hand_out(round_slug: str) -> BaseResponse | str | tuple[str, int]:
    """Tick a voter off and hand out a sheet."""
    here, session, house = this_round(round_slug), door.session(), door.house()
    form = HandOutForm()
    form.station.choices = _choices(here)
    entry = None
    if form.validate_on_submit():
        try:
            seasoning = pepper(house.secrets)
            entry = roll.find_at_desk(
                door.actor(), session, seasoning, guard.municipality(), form.national_id.data or ""
            )
            if form.confirmed.data:
                place = found(paper.station(session, here.municipality_id, here.id, form.station.data))
                first = paper.hand_out(door.actor(), house.database, house.secrets, here, entry.id, place)
                if first:
                    flash(_("Ticked off. Hand out one sheet."))
                else:
                    flash(_("This person was ticked off before. Hand out no second sheet."), "bad")
                return redirect(url_for("paper.hand_out", round_slug=round_slug, station=place.id))
        except Invalid as problem:
            form.add_error(problem.field, say(problem.reason))
        except Conflict as problem:
            form.add_error(None, say(problem.reason) if problem.reason else _("This is not possible now."))
    elif request.method == "GET":
        form.station.data = request.args.get("station", type=int)
    answer = render_template("voting/paper/hand_out.html", form=form, entry=entry)
    return answer, 422 if form.is_submitted() and (entry is None or form.general_errors) else 200


def _choices(here: Round) -> list[SelectChoice]:
    return [
        SelectChoice(one.id, f"{one.code} – {next(iter(one.names.values()))}")
        for one in paper.stations(door.session(), here.id)
    ]


@pages.route("/rounds/<slug:round_slug>/paper/enter", methods=["GET", "POST"])
@acts(Action.ENTER_PAPER)
def enter(round_slug: str) -> BaseResponse | str | tuple[str, int]:
    """Type sheets in: numbers and Enter, no mouse. Nobody sees what a colleague typed before."""
    here, session = this_round(round_slug), door.session()
    frozen = paper.paper_rules(session, here)
    form = SheetForm()
    form.station.choices = _choices(here)
    district = request.values.get("district", 0, int) or None
    envelopes = frozen.for_district(district)
    if form.validate_on_submit() and (reading := _reading(form, frozen, envelopes)):
        with door.attempt(form, SPOKEN) as tried:
            place = found(paper.station(session, here.municipality_id, here.id, form.station.data))
            sheet = paper.enter(door.actor(), session, here, place, form.serial.data or "", reading)
        if tried.ok:
            _tell(sheet.serial, sheet.state)
            return redirect(
                url_for("paper.enter", round_slug=round_slug, station=place.id, district=district or 0)
            )
    elif request.method == "GET":
        form.station.data = request.args.get("station", type=int)
        form.serial.data = request.args.get("serial", "")[:20]
    answer = render_template(
        "voting/paper/enter.html",
        form=form,
        envelopes=envelopes,
        district=district,
        districts=municipalities.districts(session, here.municipality_id),
        waiting=paper.waiting_for(session, here.id, door.actor().account_id or 0),
    )
    return answer, 422 if form.is_submitted() else 200


def _reading(form: SheetForm, frozen: FrozenRules, envelopes: Sequence[FrozenEnvelope]) -> Reading | None:
    """What was typed; none when it is no ballot, and the form says why."""
    if form.invalidity.data:
        return Reading(None, Invalidity(form.invalidity.data))
    typed = {e.position: request.form.get(f"numbers-{e.position}", "")[:400] for e in envelopes}
    marks, troubles = paper.read_numbers(frozen, envelopes, typed)
    for trouble in troubles:
        form.add_error(None, in_words(frozen, envelopes, trouble))
    return None if troubles else Reading(paper.payload_of(frozen, marks), None)


def _tell(serial: str, state: SheetState) -> None:
    sentences = {
        SheetState.ONCE: _(
            "Sheet %(serial)s is entered once. A colleague must enter it again.", serial=serial
        ),
        SheetState.MISMATCH: _(
            "Sheet %(serial)s was read differently before. A third person must look at it.", serial=serial
        ),
        SheetState.COUNTED: _("Sheet %(serial)s is counted: both readings are equal.", serial=serial),
        SheetState.INVALID: _("Sheet %(serial)s is not valid: both readings are equal.", serial=serial),
    }
    flash(sentences[state], "bad" if state is SheetState.MISMATCH else "message")


@pages.get("/rounds/<slug:round_slug>/paper/differences")
@acts(Action.SETTLE_PAPER)
def differences(round_slug: str) -> str:
    """Sheets that two people read differently; a third person enters them anew, blind as well."""
    here, session = this_round(round_slug), door.session()
    places = {one.id: one for one in paper.stations(session, here.id)}
    return render_template(
        "voting/paper/differences.html", sheets=paper.differences(session, here.id), stations=places
    )


@pages.route("/rounds/<slug:round_slug>/paper/correct", methods=["GET", "POST"])
@acts(Action.CORRECT_PAPER)
def correct(round_slug: str) -> BaseResponse | str | tuple[str, int]:
    """Take back a tick or a sheet: two forms on one page."""
    here = this_round(round_slug)
    tick, sheet = TickBackForm(prefix="tick"), SheetBackForm(prefix="sheet")
    sheet.station.choices = _choices(here)
    what = request.form.get("what")
    form, act = (tick, _tick_back) if what == "tick" else (sheet, _sheet_back)
    if what is not None and form.validate():
        with door.attempt(form, SPOKEN) as tried:
            told = act(here, form)
        if tried.ok:
            flash(str(told))
            return redirect(url_for("paper.stations", round_slug=round_slug))
    answer = render_template("voting/paper/correct.html", tick=tick, sheet=sheet, form=form)
    return answer, 422 if what is not None else 200


def _tick_back(here: Round, form: Form) -> object:
    house, session = door.house(), door.session()
    entry = roll.find_at_desk(
        door.actor(), session, pepper(house.secrets), guard.municipality(), form["national_id"].data or ""
    )
    corrections.ask_tick_back(door.actor(), session, house.secrets, here, entry.id, form["reason"].data or "")
    return _("A colleague must confirm this on the page “The vote, for officers”.")


def _sheet_back(here: Round, form: Form) -> object:
    session = door.session()
    place = found(paper.station(session, here.municipality_id, here.id, form["station"].data))
    serial = form["serial"].data or ""
    act = corrections.take_sheet_back(door.actor(), session, here, place, serial, form["reason"].data or "")
    if act is not None:
        return _("A colleague must confirm this on the page “The vote, for officers”.")
    return _("Sheet %(serial)s is taken back. If it lies in the pile, it is entered anew.", serial=serial)


@pages.get("/rounds/<slug:round_slug>/paper/stations/<int:station_id>/protocol.pdf")
@acts(Action.PLAN_STATIONS)
def protocol(round_slug: str, station_id: int) -> Response:
    """The protocol of a place, to print and sign."""
    here, session = this_round(round_slug), door.session()
    place = found(paper.station(session, here.municipality_id, here.id, station_id))
    html = render_template(
        "voting/paper/protocol.html",
        station=place,
        ticks=paper.ticks_by_station(session, here.id).get(place.id, 0),
        figures=paper.figures(session, here.id).get(place.id, {}),
        reasons=tuple(Invalidity),
        corrections=corrections.of_station(session, place),
    )
    return _pdf(html, f"protocol-{place.id}")


@pages.get("/rounds/<slug:round_slug>/paper/ballot-<int:district_id>.pdf")
@acts(Action.PLAN_STATIONS)
def ballots(round_slug: str, district_id: int) -> Response:
    """The paper ballot of a district, with the drawn numbers; 0 for people without a district."""
    here = this_round(round_slug)
    frozen = paper.paper_rules(door.session(), here)
    html = render_template(
        "voting/paper/ballot.html",
        rules=frozen,
        envelopes=frozen.for_district(district_id or None),
    )
    return _pdf(html, f"ballot-{district_id}")


def _pdf(html: str, name: str) -> Response:
    answer = Response(make_pdf(html), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
