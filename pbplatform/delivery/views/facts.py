"""The officer's page of one project: record facts, add photos and news, declare the end."""

from collections.abc import Callable
from typing import Any

from flask import flash, g, redirect, render_template, url_for
from flask_babel import gettext as _

from pbplatform import door
from pbplatform.charter.actions import Action
from pbplatform.delivery import editions, operations, photos, rules, showing, told
from pbplatform.delivery.forms import (
    ContractForm,
    EndingForm,
    FactForm,
    MilestoneForm,
    PaymentForm,
    PhotoForm,
    ReachedForm,
    UpdateForm,
)
from pbplatform.delivery.models import MilestoneKind, Moment, Outcome
from pbplatform.delivery.problems import DeliveryProblem
from pbplatform.delivery.queries import Standing
from pbplatform.delivery.views.pages import Answer, pages, standing_of
from pbplatform.delivery.words import MILESTONES, MOMENTS, OUTCOMES, PROBLEMS
from pbplatform.door import acts, carries, found
from pbplatform.foundation import conversion
from pbplatform.foundation.errors import Conflict, Invalid
from pbplatform.foundation.i18n import Currency, short_day
from pbplatform.uploads.operations import LARGEST
from pbplatform.uploads.words import PROBLEMS as FILE_PROBLEMS

_SENTENCES: dict[Any, Any] = {**PROBLEMS, **FILE_PROBLEMS}


@pages.get("/rounds/<slug:round_slug>/delivery/<int:number>/facts")
@acts(Action.RECORD_DELIVERY)
def facts(round_slug: str, number: int) -> str:
    """What an officer records about a project."""
    return _page(standing_of(round_slug, number))


def _page(standing: Standing, sent: str = "", tried: FactForm | None = None) -> str:
    """The forms that make sense now; the one that was sent keeps what was typed and its errors."""
    session = door.session()
    forms = {name: make(standing) for name, make in _FORMS.items()}
    if tried is not None:
        forms[sent] = tried
    edition = editions.edition(session, standing.line)
    for form in forms.values():
        form.seen.data = edition
    return render_template(
        "delivery/facts.html",
        standing=standing,
        forms=forms,
        tried=tried,
        payments=standing.payments,
        photos=told.about(session, standing.line).photos,
        most_photos=photos.MOST,
    )


def _contract_form(standing: Standing) -> FactForm:
    form = ContractForm(prefix="contract")
    form.offer(currencies(standing))
    return form


def currencies(standing: Standing) -> list[Currency]:
    """In which currencies money of a project can be, that of today first: two where its line is in leva."""
    owed = standing.line.currency
    return sorted({owed, conversion.due_in(owed, standing.today)}, key=lambda one: one is owed)


def _payment_form(standing: Standing) -> FactForm:
    form = PaymentForm(prefix="payment")
    form.contract.choices = [
        (contract.id, f"{contract.supplier}, {short_day(contract.signed_on, g.locale)}")
        for contract in standing.contracts
    ]
    form.offer(currencies(standing))
    return form


def _milestone_form(standing: Standing) -> FactForm:
    there = {milestone.kind for milestone in standing.milestones}
    form = MilestoneForm(prefix="milestone")
    form.kind.choices = [(kind.value, MILESTONES[kind]) for kind in MilestoneKind if kind not in there]
    return form


def _reached_form(standing: Standing) -> FactForm:
    form = ReachedForm(prefix="reached")
    form.milestone.choices = [
        (milestone.id, MILESTONES[milestone.kind])
        for milestone in standing.milestones
        if milestone.reached_on is None
    ]
    return form


def _update_form(standing: Standing) -> FactForm:
    return UpdateForm(prefix="update")


def _ending_form(standing: Standing) -> FactForm:
    form = EndingForm(prefix="ending")
    form.outcome.choices = [(outcome.value, OUTCOMES[outcome]) for outcome in Outcome]
    return form


def _photo_form(standing: Standing) -> FactForm:
    form = PhotoForm(prefix="photo")
    form.moment.choices = [(moment.value, MOMENTS[moment]) for moment in Moment]
    return form


_FORMS: dict[str, Callable[[Standing], FactForm]] = {
    "contract": _contract_form,
    "payment": _payment_form,
    "milestone": _milestone_form,
    "reached": _reached_form,
    "update": _update_form,
    "ending": _ending_form,
    "photo": _photo_form,
}


def _record(round_slug: str, number: int, name: str, write: Callable[[Standing, Any], object]) -> Answer:
    """Read one of the forms, try the decision, and go back to the page of facts."""
    standing = standing_of(round_slug, number)
    form = _FORMS[name](standing)
    status = 422
    if form.validate_on_submit():
        status = attempted(standing, form, lambda: write(standing, form))
        if status == 302:
            flash(_("It is recorded, and everybody can see it."))
            return redirect(url_for("delivery.facts", round_slug=round_slug, number=number))
        # What is shown beside the mistake is what stands there now, also when somebody else recorded it meanwhile.
        standing = standing_of(round_slug, number)
        if name in ("payment", "milestone", "reached"):
            _offer_again(form, _FORMS[name](standing))
    return _page(standing, name, form), status


def attempted(standing: Standing, form: FactForm, write: Callable[[], object]) -> int:
    """Try a decision that a form asks for: 302 when it was made, 409 when somebody was faster, 422 when it cannot be."""
    if form.seen.data:
        try:
            rules.unchanged(door.session(), standing.line, form.seen.data)
        except Conflict:
            form.add_error(None, str(PROBLEMS[DeliveryProblem.CHANGED_MEANWHILE]))
            return 409
    with door.attempt(form, _SENTENCES) as tried:
        try:
            write()
        except Invalid as problem:
            problem.values = showing.spoken(problem.values)
            raise
    return 302 if tried.ok else 422


def _offer_again(form: FactForm, fresh: FactForm) -> None:
    """Let a form that is shown again offer what can be chosen now."""
    for field, new in zip(form, fresh, strict=True):
        if hasattr(field, "choices"):
            field.choices = new.choices


def contract_plan(form: Any) -> operations.ContractPlan:
    """What a form says of a contract."""
    return operations.ContractPlan(
        form.supplier.data,
        form.signed_on.data,
        form.amount.data,
        form.procurement_id.data or "",
        Currency(form.currency.data),
    )


@pages.post("/rounds/<slug:round_slug>/delivery/<int:number>/facts/contract")
@acts(Action.RECORD_DELIVERY)
def contract(round_slug: str, number: int) -> Answer:
    """Record a contract."""

    def write(standing: Standing, form: Any) -> None:
        operations.sign_contract(door.actor(), door.session(), standing.line, contract_plan(form))

    return _record(round_slug, number, "contract", write)


@pages.post("/rounds/<slug:round_slug>/delivery/<int:number>/facts/payment")
@acts(Action.RECORD_PAYMENT)
def payment(round_slug: str, number: int) -> Answer:
    """Record a payment."""

    def write(standing: Standing, form: Any) -> None:
        under = next(row for row in standing.contracts if row.id == form.contract.data)
        currency = Currency(form.currency.data)
        operations.pay(door.actor(), door.session(), under, form.paid_on.data, form.amount.data, currency)

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
        actor, session, reasons = door.actor(), door.session(), form.texts("reason")
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
        operations.publish_update(door.actor(), door.session(), standing.line, form.texts("text"))

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
            operations.abandon(actor, session, standing.line, day, form.texts("reason"))

    return _record(round_slug, number, "ending", write)


@pages.post("/rounds/<slug:round_slug>/delivery/<int:number>/facts/photo")
@acts(Action.TELL_OF_DELIVERY)
@carries(LARGEST + 64 * 1024)
def photo(round_slug: str, number: int) -> Answer:
    """Add a photo."""
    house = door.house()

    def write(standing: Standing, form: Any) -> None:
        shot = photos.Shot(
            Moment(form.moment.data),
            form.taken_on.data,
            form.texts("caption"),
            form.file.data.filename or "",
            form.file.data.stream.read(LARGEST + 1),
        )
        photos.add(door.actor(), door.session(), house.files, standing.line, shot, house.config.clamd)

    return _record(round_slug, number, "photo", write)


@pages.post("/rounds/<slug:round_slug>/delivery/<int:number>/photos/<int:photo_id>/remove")
@acts(Action.TELL_OF_DELIVERY)
def remove_photo(round_slug: str, number: int, photo_id: int) -> Answer:
    """Take a photo away."""
    standing, session = standing_of(round_slug, number), door.session()
    there = {photo.id: photo for photo, _upload in told.about(session, standing.line).photos}
    photos.remove(door.actor(), session, door.house().files, standing.line, found(there.get(photo_id)))
    flash(_("The photo is removed."))
    return redirect(url_for("delivery.facts", round_slug=round_slug, number=number))
