"""The words of delivery."""

from flask_babel import lazy_gettext as _l

from pbplatform.charter.phases import Phase
from pbplatform.consultation.tabs import Tab
from pbplatform.delivery.models import MilestoneKind, Outcome
from pbplatform.delivery.operations import DeliveryProblem
from pbplatform.delivery.status import Status

STATUSES = {
    Status.PLANNED: _l("planned"),
    Status.CONTRACTED: _l("contracted"),
    Status.UNDER_WAY: _l("under way"),
    Status.LATE: _l("late"),
    Status.DELIVERED: _l("delivered"),
    Status.ABANDONED: _l("abandoned"),
}

MILESTONES = {
    MilestoneKind.DESIGN: _l("Design ready"),
    MilestoneKind.PROCUREMENT: _l("Contractor chosen"),
    MilestoneKind.WORKS_BEGIN: _l("Works begun"),
    MilestoneKind.WORKS_END: _l("Works finished"),
    MilestoneKind.HANDOVER: _l("Handed over to the residents"),
}

OUTCOMES = {
    Outcome.DELIVERED: _l("The project is delivered"),
    Outcome.ABANDONED: _l("The project is abandoned"),
}

PROBLEMS = {
    DeliveryProblem.ENDED: _l("This project has ended already; nothing more of this kind can be recorded."),
    DeliveryProblem.AMOUNT_NOT_POSITIVE: _l("The amount must be above zero."),
    DeliveryProblem.AMOUNT_TOO_LARGE: _l("The amount is too large to be right. Please check its zeros."),
    DeliveryProblem.SUPPLIER_MISSING: _l("Write who the contract is with."),
    DeliveryProblem.BAD_PROCUREMENT_ID: _l(
        "The procurement number looks like ocds-1a2b3c-2026-0042: “ocds”, six letters or digits, then the number."
    ),
    DeliveryProblem.DATE_IN_FUTURE: _l("The date lies in the future."),
    DeliveryProblem.PAYMENT_BEFORE_CONTRACT: _l("A payment cannot be older than its contract."),
    DeliveryProblem.ABOVE_CONTRACT: _l(
        "The payments would come to more than the contract. At most %(left)s %(currency)s are left."
    ),
    DeliveryProblem.MILESTONE_TWICE: _l("This milestone is there already."),
    DeliveryProblem.MILESTONE_BEFORE_CONTRACT: _l("Works cannot come before the contract was signed."),
    DeliveryProblem.NO_CONTRACT: _l("Record the contract first: works need one."),
    DeliveryProblem.ALREADY_REACHED: _l("This milestone is reached already."),
    DeliveryProblem.DELAY_REASON_MISSING: _l(
        "Please give the reason of the delay, in every language of the municipality. Everybody will read it."
    ),
    DeliveryProblem.MILESTONES_OPEN: _l(
        "Some milestones are not reached yet. Record them first, then the project can be declared delivered."
    ),
    DeliveryProblem.REASON_MISSING: _l(
        "Please say why the project is abandoned, in every language of the municipality. Everybody will read it."
    ),
    DeliveryProblem.TEXT_MISSING: _l("Please write the news in every language of the municipality."),
}

TABS = (Tab("delivery.board", _l("Delivery"), since=Phase.IMPLEMENTATION, order=80, imported=False),)

WORDS = (STATUSES, MILESTONES, OUTCOMES, PROBLEMS)
