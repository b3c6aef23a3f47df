"""The words of delivery."""

from flask_babel import lazy_gettext as _l

from pbplatform.budget.adoption import AdoptionProblem
from pbplatform.charter.phases import Phase
from pbplatform.consultation.tabs import Tab
from pbplatform.delivery.models import Fact, MilestoneKind, Moment, Outcome
from pbplatform.delivery.problems import DeliveryProblem, SheetFault
from pbplatform.delivery.status import Status
from pbplatform.foundation.navigation import Entry

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

MOMENTS = {
    Moment.BEFORE: _l("Before"),
    Moment.DURING: _l("During the works"),
    Moment.AFTER: _l("After"),
}

FACTS = {
    Fact.CONTRACT: _l("Contract"),
    Fact.PAYMENT: _l("Payment"),
    Fact.MILESTONE: _l("Milestone"),
    Fact.ENDING: _l("End of the project"),
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
        "The payments would come to more than the contract. At most %(left)s are left."
    ),
    DeliveryProblem.PAID_IN_EURO: _l("Since 1 January 2026 contracts and payments are in euro. Choose EUR."),
    DeliveryProblem.PAID_IN_LEVA: _l(
        "Until 31 December 2025 contracts and payments were in leva. Choose BGN."
    ),
    DeliveryProblem.OTHER_CURRENCY: _l(
        "An amount in another currency cannot be counted here. Write what was paid in %(currency)s."
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
    DeliveryProblem.CHANGED_MEANWHILE: _l(
        "Somebody recorded something about this project while you were typing. Look at what stands here now, and"
        " send your entry again if it is still right."
    ),
    DeliveryProblem.CORRECTION_REASON_MISSING: _l(
        "Please give the reason of the correction, in every language of the municipality. Everybody will read it."
    ),
    DeliveryProblem.NOTHING_CHANGED: _l("This is what stands there already; nothing was changed."),
    DeliveryProblem.CONTRACT_BELOW_PAID: _l(
        "%(paid)s are already paid under this contract, so it cannot be smaller."
    ),
    DeliveryProblem.CONTRACT_AFTER_PAYMENT: _l("The first payment is older than this date."),
    DeliveryProblem.CONTRACT_AFTER_WORKS: _l("The works had begun before this date."),
    DeliveryProblem.CONTRACT_HAS_PAYMENTS: _l(
        "Payments stand under this contract. Correct them first, then the contract can be struck."
    ),
    DeliveryProblem.CONTRACT_HAS_WORKS: _l(
        "Works are recorded that need this contract. Correct their milestones first."
    ),
    DeliveryProblem.CAPTION_MISSING: _l(
        "Please say what is to be seen, in every language of the municipality. It is also read to people who cannot"
        " see the photo."
    ),
    DeliveryProblem.TOO_MANY_PHOTOS: _l("A project has at most %(most)s photos. Remove one first."),
    DeliveryProblem.NOT_A_PICTURE: _l("Choose a photo: JPEG, PNG, WebP, AVIF or GIF."),
    DeliveryProblem.SHEET_DECIDED: _l("This file was applied or given up already."),
    DeliveryProblem.SHEET_FAULTY: _l(
        "Nothing of this file was applied, because some of its rows cannot be. Mend them and bring the file again."
    ),
    DeliveryProblem.SHEET_KNOWN: _l(
        "This very file was applied on %(when)s by %(who)s. Export the table anew before you change more."
    ),
    DeliveryProblem.ENDED_BEFORE_CONTRACT: _l(
        "A project cannot be delivered before its contract was signed."
    ),
}

ADOPTION_PROBLEMS = {
    AdoptionProblem.NOTHING_TO_AMEND: _l("The budget lines already agree with the declared result."),
    AdoptionProblem.AMENDMENT_REASON_MISSING: _l(
        "Please say why the budget lines change, in every language of the municipality. Everybody will read it."
    ),
}

SHEET_FAULTS = {
    SheetFault.HEADING_MISSING: _l(
        "The column “%(heading)s” is missing. Take the exported file and leave its first row as it is."
    ),
    SheetFault.TOO_MANY_ROWS: _l(
        "The table has more than %(most)s rows. Leave out the rows you did not change."
    ),
    SheetFault.TOO_MANY_CHANGES: _l(
        "The table changes more than %(most)s entries at once. Bring the rest in a file of its own."
    ),
    SheetFault.UNKNOWN_PROJECT: _l(
        "No project of this round has this number. Copy the number from another row of the project."
    ),
    SheetFault.UNKNOWN_FACT: _l("Write one of these: %(words)s."),
    SheetFault.UNKNOWN_NUMBER: _l(
        "This project has no such entry. Leave the number empty for a new one, or export the file anew."
    ),
    SheetFault.TAKEN_BACK: _l(
        "%(who)s took this entry back on %(when)s, after your file was exported. Leave the row out, or write it as a new"
        " one without a number."
    ),
    SheetFault.UNKNOWN_CONTRACT: _l("Write the number of one of this project’s contracts."),
    SheetFault.UNKNOWN_MILESTONE: _l("Write one of these: %(words)s."),
    SheetFault.UNKNOWN_OUTCOME: _l("Write one of these: %(words)s."),
    SheetFault.TWICE: _l("The same entry stands in row %(other)s already. Keep one of the two."),
    SheetFault.ALREADY_THERE: _l(
        "Exactly this is recorded already. If it really happened twice, record the second one by the form."
    ),
    SheetFault.MISSING: _l("Fill in this cell."),
    SheetFault.NOT_A_DATE: _l("Write the date as 2026-03-31 or 31.03.2026."),
    SheetFault.NOT_AN_AMOUNT: _l("Write the amount as a number with at most two decimals, such as 12500.50."),
    SheetFault.FORMULA: _l("This cell holds a formula. Write its value instead."),
    SheetFault.CURRENCY_MISSING: _l(
        "The money of this project was set aside in leva. Write BGN or EUR here."
    ),
    SheetFault.CURRENCY_MIXED: _l(
        "The amount says %(beside)s, but the column of the currency says %(named)s. Write the same in both."
    ),
    SheetFault.UNKNOWN_CURRENCY: _l("Write the currency by its three letters, such as EUR."),
    SheetFault.STATE_MISSING: _l(
        "The last column of this row was emptied, so nobody can tell what you saw. Export the file anew."
    ),
    SheetFault.CHANGED_SINCE: _l(
        "%(who)s changed this on %(when)s, after your file was exported; it now says: %(now)s. Export the file anew and"
        " look again."
    ),
    SheetFault.TOO_LONG: _l("At most %(most)s characters."),
}

NAVIGATION = (Entry("delivery.everywhere", _l("Projects"), order=30),)

TABS = (Tab("delivery.board", _l("Delivery"), since=Phase.IMPLEMENTATION, order=80, imported=False),)

WORDS = (STATUSES, MILESTONES, OUTCOMES, MOMENTS, FACTS, PROBLEMS, SHEET_FAULTS, ADOPTION_PROBLEMS)
