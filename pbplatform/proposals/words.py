"""The words and sentences of proposals."""

from enum import StrEnum

from flask_babel import lazy_gettext as _l

from pbplatform.charter.phases import Phase
from pbplatform.consultation.tabs import Tab
from pbplatform.proposals.differences import Said
from pbplatform.proposals.listing import Sort
from pbplatform.proposals.models import CoAuthorState, Entry, ProposalState, SupportChannel
from pbplatform.proposals.problems import ProposalProblem

STATES = {
    ProposalState.DRAFT: _l("Draft"),
    ProposalState.SUBMITTED: _l("Submitted"),
    ProposalState.RETURNED: _l("To be corrected by its authors"),
    ProposalState.UNSUPPORTED: _l("Not enough support"),
    ProposalState.REFUSED: _l("Not admitted"),
    ProposalState.ADMITTED: _l("Admitted to the vote"),
    ProposalState.MERGED: _l("Merged with another proposal"),
    ProposalState.WITHDRAWN: _l("Withdrawn by its authors"),
}

ENTRIES = {
    Entry.ONLINE: _l("Submitted online"),
    Entry.COUNTER: _l("Entered at the town hall"),
    Entry.IMPORT: _l("Taken over from a file"),
}

CO_AUTHOR_STATES = {
    CoAuthorState.INVITED: _l("Invited, no answer yet"),
    CoAuthorState.ACCEPTED: _l("Has accepted"),
    CoAuthorState.DECLINED: _l("Has declined"),
    CoAuthorState.LEFT: _l("Has left"),
}

CHANNELS = {
    SupportChannel.ONLINE: _l("Online"),
    SupportChannel.SHEET: _l("On a signature sheet"),
}

SORTS = {
    Sort.RANDOM: _l("Mixed, in an order of your own"),
    Sort.NEWEST: _l("Newest first"),
    Sort.SUPPORT: _l("Most supported first"),
    Sort.CHEAPEST: _l("Lowest cost first"),
    Sort.DEAREST: _l("Highest cost first"),
    Sort.NUMBER: _l("By number on the ballot"),
}

PROBLEMS: dict[StrEnum, object] = {
    ProposalProblem.CLOSED: _l(
        "This is closed now. What you wrote is still below, but it can no longer be sent."
    ),
    ProposalProblem.TITLE_MISSING: _l("Give the proposal a title of at least %(least)s characters."),
    ProposalProblem.TITLE_LENGTH: _l("Use at most %(most)s characters for the title."),
    ProposalProblem.TEXT_LENGTH: _l("Describe the proposal in at least %(least)s characters."),
    ProposalProblem.TEXT_TOO_LONG: _l("Use at most %(most)s characters for the description."),
    ProposalProblem.BENEFICIARIES_TOO_LONG: _l("Use at most %(most)s characters to say who benefits."),
    ProposalProblem.REASONING_TOO_LONG: _l("Use at most %(most)s characters to explain the cost."),
    ProposalProblem.ADDRESS_TOO_LONG: _l("Use at most %(most)s characters for the place."),
    ProposalProblem.CATEGORY_MISSING: _l("Choose what the proposal is about."),
    ProposalProblem.ENVELOPE_MISSING: _l("Choose which money the proposal is for."),
    ProposalProblem.UNKNOWN_CHOICE: _l("This choice does not belong to this round. Choose again."),
    ProposalProblem.PLACE_MISSING: _l(
        "Say where it should be: mark the place on the map or write an address."
    ),
    ProposalProblem.PLACE_ELSEWHERE: _l(
        "This money is for one district, and the place lies elsewhere. Choose the other money or another place."
    ),
    ProposalProblem.PLACE_OUTSIDE: _l("This place lies outside the municipality."),
    ProposalProblem.COST_MISSING: _l(
        "Say what it may cost. A rough estimate is enough; the municipality will check it."
    ),
    ProposalProblem.COST_BAD: _l("Write the cost as a number, such as 12 500."),
    ProposalProblem.COST_TOO_LOW: _l("A project for this money must cost at least %(least)s."),
    ProposalProblem.COST_TOO_HIGH: _l("A project for this money may cost at most %(most)s."),
    ProposalProblem.BENEFICIARIES_MISSING: _l("Say who would benefit."),
    ProposalProblem.TOO_MANY_PROPOSALS: _l(
        "The number of proposals from one person is limited in this round. At most: %(most)s."
    ),
    ProposalProblem.TOO_MANY_DRAFTS: _l(
        "You have %(most)s drafts already. Submit or discard one of them before you begin another."
    ),
    ProposalProblem.TOO_FEW_CO_AUTHORS: _l(
        "In this round a proposal needs at least %(least)s co-authors who have accepted."
    ),
    ProposalProblem.TOO_MANY_CO_AUTHORS: _l("A proposal can have at most %(most)s co-authors."),
    ProposalProblem.ALREADY_INVITED: _l("This person has been invited already."),
    ProposalProblem.OWN_INVITATION: _l("You are the author of this proposal, so you need not be invited."),
    ProposalProblem.INVITATION_OVER: _l("This invitation has been answered or taken back."),
    ProposalProblem.NOT_RESIDENT: _l("Please confirm first that you live here."),
    ProposalProblem.TOO_MANY_SIGNATURES: _l("Enter at most %(most)s lines of one sheet."),
    ProposalProblem.NAME_MISSING: _l("Write the name of the person whose proposal it is."),
    ProposalProblem.LANGUAGE_UNKNOWN: _l("The platform does not speak this language yet."),
    ProposalProblem.ALREADY_ENTERED: _l("This sheet has been entered already."),
    ProposalProblem.NOTHING_TO_ENTER: _l("Write at least one personal number, one in each line."),
    ProposalProblem.TOO_MANY_ROWS: _l("The table has more than %(most)s rows. Split it into several files."),
    ProposalProblem.COLUMNS_MISSING: _l("The table has no column for: %(columns)s."),
}

PARTS = {
    Said.TITLE: _l("Title"),
    Said.TEXT: _l("Description"),
    Said.BENEFICIARIES: _l("Who benefits"),
    Said.CATEGORY: _l("What it is about"),
    Said.ENVELOPE: _l("Money"),
    Said.DISTRICT: _l("District"),
    Said.ADDRESS: _l("Place"),
    Said.COST: _l("Authors’ own estimate"),
    Said.REASONING: _l("How the cost was estimated"),
    Said.PLACE: _l("Point on the map"),
}

TABS = (Tab("proposals.listed", _l("Proposals"), since=Phase.SUBMISSION, order=20, imported=False),)

WORDS = (PARTS, STATES, ENTRIES, CO_AUTHOR_STATES, CHANNELS, SORTS, PROBLEMS)
