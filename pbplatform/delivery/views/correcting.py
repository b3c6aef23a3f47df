"""The officer's page of one recorded fact: put it right, or take it back, with the reason for everybody to read."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from pbplatform import door
from pbplatform.charter.actions import Action
from pbplatform.delivery import corrections, editions
from pbplatform.delivery.forms import (
    ContractCorrectionForm,
    MilestoneCorrectionForm,
    MoneyForm,
    PaymentCorrectionForm,
    ReasonForm,
)
from pbplatform.delivery.models import Contract, Ending, Fact, Milestone, Payment
from pbplatform.delivery.queries import Standing
from pbplatform.delivery.views.facts import attempted, contract_plan, currencies
from pbplatform.delivery.views.pages import Answer, pages, standing_of
from pbplatform.door import acts
from pbplatform.foundation.errors import Missing
from pbplatform.foundation.i18n import Currency

Recorded = Contract | Payment | Milestone | Ending


@pages.route(
    "/rounds/<slug:round_slug>/delivery/<int:number>/facts/<any(contract,payment,milestone,ending):fact>/<int:fact_id>",
    methods=["GET", "POST"],
)
@acts(Action.CORRECT_DELIVERY)
def correct(round_slug: str, number: int, fact: str, fact_id: int) -> Answer:
    """Put something recorded right, or take it back, with the reason for everybody to read."""
    standing, session = standing_of(round_slug, number), door.session()
    kind = Fact(fact)
    recorded = _recorded(standing, kind, fact_id)
    form = _correction_form(standing, kind, recorded)
    status = 200
    if request.method == "POST":
        status = 422
        striking = request.form.get("then") == "strike" or kind is Fact.ENDING
        if striking:
            # Whoever takes an entry back need not fill in what it should have been.
            form = ReasonForm(prefix="correction")
        if form.validate_on_submit():
            decide = _strike if striking else _put_right
            status = attempted(standing, form, lambda: decide(standing, recorded, form))
            if status == 302:
                flash(_("The correction is public, with what stood there before."))
                return redirect(url_for("delivery.facts", round_slug=round_slug, number=number))
            session.refresh(recorded)
        if striking and kind is not Fact.ENDING:
            form = _with_fields(standing, kind, recorded, form)
    form.seen.data = editions.edition(session, standing.line)
    page = render_template(
        "delivery/correct.html",
        standing=standing,
        form=form,
        fact=kind,
        recorded=recorded,
        tried=status != 200,
    )
    return page, status


def _recorded(standing: Standing, kind: Fact, fact_id: int) -> Recorded:
    """The fact of an address, if it is this project's; raise Missing otherwise."""
    facts: Sequence[Recorded]
    if kind is Fact.CONTRACT:
        facts = standing.contracts
    elif kind is Fact.MILESTONE:
        facts = standing.milestones
    elif kind is Fact.ENDING:
        facts = [standing.ending] if standing.ending else []
    else:
        facts = [row for contract in standing.contracts for row in standing.payments[contract.id]]
    for row in facts:
        if row.id == fact_id:
            return row
    raise Missing


def _correction_form(standing: Standing, kind: Fact, recorded: Recorded, *, sent: bool = True) -> ReasonForm:
    forms: dict[Fact, type[ReasonForm]] = {
        Fact.CONTRACT: ContractCorrectionForm,
        Fact.PAYMENT: PaymentCorrectionForm,
        Fact.MILESTONE: MilestoneCorrectionForm,
        Fact.ENDING: ReasonForm,
    }
    form = (
        forms[kind](prefix="correction", obj=recorded)
        if sent
        else forms[kind](prefix="correction", obj=recorded, formdata=None)
    )
    if isinstance(form, MoneyForm):
        form.offer(currencies(standing))
    return form


def _with_fields(standing: Standing, kind: Fact, recorded: Recorded, tried: ReasonForm) -> ReasonForm:
    """The whole form of a fact again, with the reasons and errors of an attempt to take it back."""
    form = _correction_form(standing, kind, recorded, sent=False)
    form.general_errors = tried.general_errors
    for field in tried:
        form[field.short_name].data, form[field.short_name].errors = field.data, field.errors
    return form


def _put_right(standing: Standing, recorded: Recorded, form: Any) -> None:
    actor, session, reasons = door.actor(), door.session(), form.texts("reason")
    if isinstance(recorded, Contract):
        corrections.correct_contract(actor, session, recorded, contract_plan(form), reasons)
    elif isinstance(recorded, Payment):
        day, amount, currency = form.paid_on.data, form.amount.data, Currency(form.currency.data)
        corrections.correct_payment(actor, session, recorded, day, amount, reasons, currency)
    elif isinstance(recorded, Milestone):
        due, reached = form.due_on.data, form.reached_on.data
        corrections.correct_milestone(actor, session, recorded, due, reached, reasons)


def _strike(standing: Standing, recorded: Recorded, form: Any) -> None:
    actor, session, reasons = door.actor(), door.session(), form.texts("reason")
    if isinstance(recorded, Contract):
        corrections.strike_contract(actor, session, recorded, reasons)
    elif isinstance(recorded, Payment):
        corrections.strike_payment(actor, session, recorded, reasons)
    elif isinstance(recorded, Milestone):
        corrections.strike_milestone(actor, session, recorded, reasons)
    else:
        corrections.take_back_ending(actor, session, standing.line, reasons)
