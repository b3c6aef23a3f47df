"""The envelopes of a round: their money, their ballot, their rule."""

from typing import Any

from flask import g, render_template, request
from flask_babel import gettext as _

from pbplatform import door
from pbplatform.charter.actions import Action
from pbplatform.consultation import forms, planning, queries
from pbplatform.consultation.forms import fields_of
from pbplatform.consultation.models import BallotFormat, Envelope, Publication, Round
from pbplatform.consultation.place import this_round
from pbplatform.consultation.plans import EnvelopePlan, fitting_options, plan_of
from pbplatform.consultation.views.pages import (
    SENTENCES,
    Page,
    back_to_plan,
    in_words,
    pages,
    spoken_here,
    status_of,
    title_of,
    version_seen,
)
from pbplatform.consultation.words import (
    BORDA,
    COMPARISONS,
    COMPLETIONS,
    ENDOWMENTS,
    ORDERS,
    RULES,
    STOPS,
    UTILITIES,
)
from pbplatform.door import acts
from pbplatform.municipalities import queries as municipalities
from pbplatform.tally.rules import BordaScores, Comparison, Endowment, Order, Stop


@pages.route("/rounds/<slug:round_slug>/plan/envelopes/new", methods=["GET", "POST"])
@acts(Action.PLAN_ROUND)
def add_envelope(round_slug: str) -> Page:
    """Another envelope."""
    found = this_round(round_slug)
    form = _envelope_form(found, None)
    if form.validate_on_submit():
        with door.attempt(form, SENTENCES) as tried:
            planning.add_envelope(
                door.actor(),
                door.session(),
                found,
                _typed_envelope(form),
                reason=form.reason.data or "",
                seen=version_seen(form),
            )
        if tried.ok:
            return back_to_plan(found)
    names = fields_of(form, "name", spoken_here())
    return render_template("planning/envelope.html", form=form, names=names, envelope=None), status_of(form)


@pages.route("/rounds/<slug:round_slug>/plan/envelopes/<int:envelope_id>", methods=["GET", "POST"])
@acts(Action.PLAN_ROUND)
def envelope(round_slug: str, envelope_id: int) -> Page:
    """Change an envelope, or remove it while nobody has built on it."""
    found = this_round(round_slug)
    kept = _kept_envelope(found, envelope_id)
    form = _envelope_form(found, kept)
    if form.validate_on_submit():
        with door.attempt(form, SENTENCES) as tried:
            if "remove" in request.form:
                planning.remove_envelope(
                    door.actor(),
                    door.session(),
                    found,
                    kept,
                    reason=form.reason.data or "",
                    seen=version_seen(form),
                )
            else:
                planning.change_envelope(
                    door.actor(),
                    door.session(),
                    found,
                    kept,
                    _typed_envelope(form),
                    position=int(form.position.data) if "position" in form else None,
                    reason=form.reason.data or "",
                    seen=version_seen(form),
                )
        if tried.ok:
            return back_to_plan(found)
    names = fields_of(form, "name", spoken_here())
    return render_template("planning/envelope.html", form=form, names=names, envelope=kept), status_of(form)


def _kept_envelope(found: Round, envelope_id: int) -> Envelope:
    return door.found(
        next((one for one in queries.envelopes(door.session(), found.id) if one.id == envelope_id), None)
    )


def _envelope_form(found: Round, kept: Envelope | None) -> Any:
    shown = plan_of(kept) if kept else EnvelopePlan({}, 0)
    options = shown.rule_options
    values = {f"name_{language}": shown.names.get(language, "") for language in spoken_here()}
    form: Any = forms.envelope_form(spoken_here())(
        version=str(found.version),
        district=str(shown.district_id or ""),
        amount=shown.amount or None,
        lowest_cost=shown.lowest_cost or None,
        highest_cost=shown.highest_cost,
        support_threshold=shown.support_threshold,
        ballot_format=shown.ballot_format.value,
        fewest_choices=shown.fewest_choices,
        most_choices=shown.most_choices,
        points=shown.points,
        points_each=shown.points_each,
        rule=shown.rule,
        utility=options.get("utility", "cost"),
        borda=options.get("borda", BordaScores.BALLOT_LENGTH.value),
        endowment=options.get("endowment", Endowment.EXACT.value),
        completion=options.get("completion", "none"),
        stop=options.get("stop", Stop.OVERSPEND.value),
        increment=options.get("increment") or None,
        comparison=options.get("comparison", Comparison.NONE.value),
        switch=options.get("switch", False),
        order=options.get("order", Order.VOTES.value),
        skip=options.get("skip", True),
        extra_percent=options.get("extra_percent"),
        leftover=options.get("leftover", False),
        position=str(kept.position) if kept else "",
        threshold=shown.threshold,
        publication=shown.publication.value,
        **values,
    )
    districts = municipalities.districts(door.session(), g.municipality.id)
    form.district.choices = [
        ("", _("The whole municipality")),
        *((str(one.id), title_of(one.names)) for one in districts),
    ]
    form.ballot_format.choices = in_words(BallotFormat)
    form.publication.choices = in_words(Publication)
    form.rule.choices = [(rule.value, str(said)) for rule, said in RULES.items()]
    form.utility.choices = [(one.value, str(said)) for one, said in UTILITIES.items()]
    for field, words in (
        (form.completion, COMPLETIONS),
        (form.borda, BORDA),
        (form.endowment, ENDOWMENTS),
        (form.stop, STOPS),
        (form.comparison, COMPARISONS),
        (form.order, ORDERS),
    ):
        field.choices = [(one.value, str(said)) for one, said in words.items()]
    places = len(queries.envelopes(door.session(), found.id)) if kept else 0
    form.position.choices = [(str(place), str(place)) for place in range(1, places + 1)]
    if places < 2:
        del form.position
    return form


def _typed_envelope(form: Any) -> EnvelopePlan:
    """What was typed."""
    ballot_format = BallotFormat(form.ballot_format.data)
    one_only = ballot_format is BallotFormat.CHOOSE_ONE
    return EnvelopePlan(
        names={language: text for language, text in form.texts("name", spoken_here()).items() if text},
        amount=form.amount.data or 0,
        district_id=int(form.district.data) if form.district.data else None,
        lowest_cost=form.lowest_cost.data or 0,
        highest_cost=form.highest_cost.data,
        ballot_format=ballot_format,
        fewest_choices=1 if form.fewest_choices.data is None else form.fewest_choices.data,
        most_choices=1 if one_only else form.most_choices.data,
        points=form.points.data or None,
        points_each=form.points_each.data,
        rule=form.rule.data,
        rule_options=fitting_options(
            form.rule.data,
            utility=form.utility.data,
            borda=form.borda.data,
            endowment=form.endowment.data,
            completion=form.completion.data,
            stop=form.stop.data,
            increment=form.increment.data,
            comparison=form.comparison.data,
            switch=form.switch.data,
            order=form.order.data,
            skip=form.skip.data,
            extra_percent=form.extra_percent.data,
            leftover=form.leftover.data,
        ),
        threshold=form.threshold.data,
        support_threshold=form.support_threshold.data,
        publication=Publication(form.publication.data),
    )
