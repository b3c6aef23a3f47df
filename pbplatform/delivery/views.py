"""The delivery of a round's projects: for everybody, as data, and the officers' page that records the facts."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from pbplatform import door
from pbplatform.charter.actions import Action
from pbplatform.charter.phases import Phase
from pbplatform.consultation.models import Round
from pbplatform.consultation.place import this_round
from pbplatform.delivery import export, operations, queries
from pbplatform.delivery.forms import (
    ContractForm,
    EndingForm,
    MilestoneForm,
    PaymentForm,
    ReachedForm,
    UpdateForm,
)
from pbplatform.delivery.models import MilestoneKind, Outcome
from pbplatform.delivery.queries import Standing
from pbplatform.delivery.words import MILESTONES, OUTCOMES, PROBLEMS
from pbplatform.door import acts
from pbplatform.foundation.errors import Missing
from pbplatform.foundation.forms import Form
from pbplatform.foundation.sheets import write_csv

pages = Blueprint("delivery", __name__)

LANGUAGES = ("ka", "bg", "en")
Answer = BaseResponse | tuple[str, int]


def _round(round_slug: str) -> Round:
    """A round whose projects are being delivered or were; there is no such page before."""
    found = this_round(round_slug)
    if found.phase not in (Phase.IMPLEMENTATION, Phase.CLOSED) or found.imported_from:
        raise Missing
    return found


def _standing(round_slug: str, number: int) -> Standing:
    found = _round(round_slug)
    if number >= 2**63:
        raise Missing
    standing = queries.one(door.session(), g.municipality, found, number)
    if standing is None:
        raise Missing
    return standing


@pages.get("/rounds/<slug:round_slug>/delivery")
@acts(Action.READ_PUBLIC)
def board(round_slug: str) -> str:
    """Every project with its money, its status and what comes next."""
    standings = queries.board(door.session(), g.municipality, _round(round_slug))
    return render_template(
        "delivery/board.html",
        standings=standings,
        delivered=queries.delivered(standings),
        sums=export.sums(standings),
    )


@pages.get("/rounds/<slug:round_slug>/delivery/<any(projects,contracts):what>.csv")
@acts(Action.READ_PUBLIC)
def data(round_slug: str, what: str) -> Response:
    """The projects, or their contracts in the words of the Open Contracting Data Standard."""
    standings = queries.board(door.session(), g.municipality, _round(round_slug))
    rows = export.projects(standings) if what == "projects" else export.contracts(standings)
    name = f"{g.municipality.slug}-{round_slug}-{what}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(write_csv(rows), mimetype="text/csv", headers=headers)


@pages.get("/rounds/<slug:round_slug>/delivery/<int:number>")
@acts(Action.READ_PUBLIC)
def project(round_slug: str, number: int) -> str:
    """One project from its budget line to the last payment."""
    standing = _standing(round_slug, number)
    session = door.session()
    return render_template(
        "delivery/project.html",
        standing=standing,
        payments=queries.payments(session, standing.line),
        updates=queries.updates(session, standing.line),
    )


@pages.get("/rounds/<slug:round_slug>/delivery/<int:number>/facts")
@acts(Action.RECORD_DELIVERY)
def facts(round_slug: str, number: int) -> str:
    """What an officer records about a project."""
    return _page(_standing(round_slug, number))


def _page(standing: Standing, sent: str = "", tried: Form | None = None) -> str:
    """The forms that make sense now; the one that was sent keeps what was typed and its errors."""
    forms = {name: make(standing) for name, make in _FORMS.items()}
    if tried is not None:
        forms[sent] = tried
    return render_template("delivery/facts.html", standing=standing, forms=forms, tried=tried)


def _contract_form(standing: Standing) -> Form:
    return ContractForm(prefix="contract")


def _payment_form(standing: Standing) -> Form:
    form = PaymentForm(prefix="payment")
    form.contract.choices = [
        (contract.id, f"{contract.supplier}, {contract.signed_on.isoformat()}")
        for contract in standing.contracts
    ]
    return form


def _milestone_form(standing: Standing) -> Form:
    there = {milestone.kind for milestone in standing.milestones}
    form = MilestoneForm(prefix="milestone")
    form.kind.choices = [(kind.value, MILESTONES[kind]) for kind in MilestoneKind if kind not in there]
    return form


def _reached_form(standing: Standing) -> Form:
    form = ReachedForm(prefix="reached")
    form.milestone.choices = [
        (milestone.id, MILESTONES[milestone.kind])
        for milestone in standing.milestones
        if milestone.reached_on is None
    ]
    return form


def _update_form(standing: Standing) -> Form:
    return UpdateForm(prefix="update")


def _ending_form(standing: Standing) -> Form:
    form = EndingForm(prefix="ending")
    form.outcome.choices = [(outcome.value, OUTCOMES[outcome]) for outcome in Outcome]
    return form


_FORMS: dict[str, Callable[[Standing], Form]] = {
    "contract": _contract_form,
    "payment": _payment_form,
    "milestone": _milestone_form,
    "reached": _reached_form,
    "update": _update_form,
    "ending": _ending_form,
}


def _record(round_slug: str, number: int, name: str, write: Callable[[Standing, Any], object]) -> Answer:
    """Read one of the forms, try the decision, and go back to the page of facts."""
    standing = _standing(round_slug, number)
    form = _FORMS[name](standing)
    if form.validate_on_submit():
        with door.attempt(form, PROBLEMS) as tried:
            write(standing, form)
        if tried.ok:
            flash(_("It is recorded, and everybody can see it."))
            return redirect(url_for("delivery.facts", round_slug=round_slug, number=number))
    return _page(standing, name, form), 422


def _texts(form: Form, field: str) -> dict[str, str]:
    return {language: form[f"{field}_{language}"].data or "" for language in LANGUAGES}


@pages.post("/rounds/<slug:round_slug>/delivery/<int:number>/facts/contract")
@acts(Action.RECORD_DELIVERY)
def contract(round_slug: str, number: int) -> Answer:
    """Record a contract."""

    def write(standing: Standing, form: Any) -> None:
        plan = operations.ContractPlan(
            form.supplier.data, form.signed_on.data, form.amount.data, form.procurement_id.data or ""
        )
        operations.sign_contract(door.actor(), door.session(), standing.line, plan)

    return _record(round_slug, number, "contract", write)


@pages.post("/rounds/<slug:round_slug>/delivery/<int:number>/facts/payment")
@acts(Action.RECORD_PAYMENT)
def payment(round_slug: str, number: int) -> Answer:
    """Record a payment."""

    def write(standing: Standing, form: Any) -> None:
        under = next(row for row in standing.contracts if row.id == form.contract.data)
        operations.pay(door.actor(), door.session(), under, form.paid_on.data, form.amount.data)

    return _record(round_slug, number, "payment", write)


@pages.post("/rounds/<slug:round_slug>/delivery/<int:number>/facts/milestone")
@acts(Action.RECORD_DELIVERY)
def milestone(round_slug: str, number: int) -> Answer:
    """Promise a date."""

    def write(standing: Standing, form: Any) -> None:
        kind = MilestoneKind(form.kind.data)
        operations.add_milestone(door.actor(), door.session(), standing.line, kind, form.due_on.data)

    return _record(round_slug, number, "milestone", write)


@pages.post("/rounds/<slug:round_slug>/delivery/<int:number>/facts/reached")
@acts(Action.RECORD_DELIVERY)
def reached(round_slug: str, number: int) -> Answer:
    """Record that a milestone is reached, or why it is late."""

    def write(standing: Standing, form: Any) -> None:
        chosen = next(row for row in standing.milestones if row.id == form.milestone.data)
        actor, session, reasons = door.actor(), door.session(), _texts(form, "reason")
        if form.reached_on.data is None:
            operations.explain_delay(actor, session, chosen, reasons)
        else:
            operations.reach_milestone(actor, session, chosen, form.reached_on.data, reasons)

    return _record(round_slug, number, "reached", write)


@pages.post("/rounds/<slug:round_slug>/delivery/<int:number>/facts/update")
@acts(Action.TELL_OF_DELIVERY)
def update(round_slug: str, number: int) -> Answer:
    """Publish news."""

    def write(standing: Standing, form: Any) -> None:
        operations.publish_update(door.actor(), door.session(), standing.line, _texts(form, "text"))

    return _record(round_slug, number, "update", write)


@pages.post("/rounds/<slug:round_slug>/delivery/<int:number>/facts/ending")
@acts(Action.END_PROJECT)
def ending(round_slug: str, number: int) -> Answer:
    """Declare a project delivered or abandoned."""

    def write(standing: Standing, form: Any) -> None:
        actor, session, day = door.actor(), door.session(), form.ended_on.data
        if form.outcome.data == Outcome.DELIVERED.value:
            operations.deliver(actor, session, standing.line, day)
        else:
            operations.abandon(actor, session, standing.line, day, _texts(form, "reason"))

    return _record(round_slug, number, "ending", write)
