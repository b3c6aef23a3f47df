"""The letters of the screening, each in its reader's language."""

from collections.abc import Iterable, Sequence
from functools import partial

from flask_babel import gettext, ngettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.accounts.models import Account
from pbplatform.consultation.models import Round
from pbplatform.foundation import clock
from pbplatform.foundation.i18n import moment
from pbplatform.foundation.letters import Button, Item, Part, Quote, Small
from pbplatform.municipalities.models import Municipality
from pbplatform.notices import operations as notices
from pbplatform.notices.models import News
from pbplatform.proposals import letters
from pbplatform.proposals import queries as proposals
from pbplatform.proposals.letters import Worded
from pbplatform.proposals.models import Proposal, ProposalState, ProposalSupport
from pbplatform.screening import queries
from pbplatform.screening.models import Assessment, Merge


def ask(
    session: Session, place: Municipality, round_: Round, proposal: Proposal, assessment: Assessment
) -> None:
    """Tell the reviewers of a department that a proposal waits for them, or waits again."""

    def wording(language: str) -> Worded:
        parts: list[Part] = [
            gettext(
                "this proposal waits for the assessment of your department (%(department)s), until %(when)s:",
                department=assessment.department,
                when=moment(assessment.due_at, language, place.zone),
            ),
            Quote(proposal.title),
        ]
        if assessment.return_note:
            parts += [
                gettext("The coordinator asks you to look at it again:"),
                Quote(assessment.return_note),
            ]
        parts.append(Button(gettext("Open the proposal"), _case(place, round_, proposal, language)))
        return gettext("A proposal waits for your assessment"), parts

    for account in _accounts(session, queries.reviewers(session, place.id, assessment.department)):
        letters.tell(session, account, wording)


def ask_in_digest(
    session: Session, place: Municipality, round_: Round, proposal: Proposal, assessment: Assessment
) -> None:
    """The same with the reviewers' next digest: whoever gets twenty proposals at once wants one letter."""
    for account in _accounts(session, queries.reviewers(session, place.id, assessment.department)):
        notices.tell_person(
            session,
            place.id,
            account.id,
            News.ASSESSMENT_ASKED,
            {proposal.language: proposal.title},
            f"rounds/{round_.slug}/screening/{proposal.id}",
        )


def returned(session: Session, place: Municipality, round_: Round, proposal: Proposal, note: str) -> None:
    """Tell the authors what the formal check asks them to correct, and until when."""

    def wording(language: str) -> Worded:
        parts: list[Part] = [
            gettext(
                "the formal check of your proposal “%(title)s” found something to correct:",
                title=proposal.title,
            ),
            Quote(note),
        ]
        if proposal.correction_until is not None:
            until = moment(proposal.correction_until, language, place.zone)
            parts.append(gettext("Please change it and hand it in again by %(when)s.", when=until))
        parts.append(Button(gettext("Open your proposal"), _page(place, round_, proposal, language)))
        return gettext("Your proposal needs a correction"), parts

    letters.tell_authors(session, proposal, wording)


def released(session: Session, place: Municipality, round_: Round, decided: Sequence[Proposal]) -> None:
    """Tell the authors of every decided proposal what came out: who can appeal by a letter, the others in their digest."""
    for proposal in decided:
        if proposal.state is not ProposalState.REFUSED:
            _tell_authors(session, place, round_, proposal, News.ASSESSMENT_RELEASED)
        else:
            letters.tell_authors(session, proposal, partial(_refused, place, round_, proposal))


def _refused(place: Municipality, round_: Round, proposal: Proposal, language: str) -> Worded:
    return gettext("The result for your proposal"), (
        gettext("your proposal “%(title)s” was not admitted to the vote.", title=proposal.title),
        gettext("The reason:"),
        Quote(proposal.decision_reason),
        gettext("Everything that the departments wrote stands beside the proposal."),
        Button(gettext("Open your proposal"), _page(place, round_, proposal, language)),
        gettext(
            "If you think this is wrong, you can appeal there. Somebody who had no part in the decision will look at it."
        ),
    )


def appeal_decided(session: Session, place: Municipality, round_: Round, proposal: Proposal) -> None:
    """Tell the authors how their appeal was decided: nothing is left to do, so it comes with their digest."""
    _tell_authors(session, place, round_, proposal, News.APPEAL_DECIDED)


def _tell_authors(
    session: Session, place: Municipality, round_: Round, proposal: Proposal, news: News
) -> None:
    for account_id in sorted(proposals.owners(session, proposal)):
        notices.tell_person(
            session,
            place.id,
            account_id,
            news,
            {proposal.language: proposal.title},
            f"rounds/{round_.slug}/proposals/{proposal.id}/assessment",
        )


def suggest_merge(
    session: Session, place: Municipality, round_: Round, merge: Merge, source: Proposal, target: Proposal
) -> None:
    """Ask the authors of both proposals."""
    for proposal, other in ((source, target), (target, source)):
        letters.tell_authors(
            session, proposal, partial(_asked_to_join, place, round_, merge, proposal, other)
        )


def _asked_to_join(
    place: Municipality, round_: Round, merge: Merge, proposal: Proposal, other: Proposal, language: str
) -> Worded:
    return gettext("Shall two proposals join?"), (
        gettext(
            "the municipality suggests that your proposal “%(title)s” and “%(other)s” join. It happens only if the authors of both agree.",
            title=proposal.title,
            other=other.title,
        ),
        gettext("The reason:"),
        Quote(merge.reason),
        gettext("Sign in, open your proposal and answer there."),
        Button(gettext("Open your proposal"), _page(place, round_, proposal, language)),
    )


def merged(session: Session, place: Municipality, round_: Round, source: Proposal, target: Proposal) -> None:
    """Tell those who supported the source that it has joined another; their support does not move by itself."""
    supporters = session.scalars(
        select(ProposalSupport.account_id).where(
            ProposalSupport.proposal_id == source.id, ProposalSupport.account_id.is_not(None)
        )
    ).all()
    notices.tell_people(
        session,
        place.id,
        {number for number in supporters if number is not None},
        News.SUPPORTED_MERGED,
        {source.language: source.title},
        proposals.path(round_, target),
        other=target.title,
    )


def merge_declined(
    session: Session,
    place: Municipality,
    round_: Round,
    merge: Merge,
    pair: Sequence[Proposal],
    by: int | None,
) -> None:
    """Tell the authors of both proposals, and the officer who suggested it, that somebody said no."""
    told = {by}
    for proposal, other in (pair, pair[::-1]):
        for account_id in sorted(proposals.owners(session, proposal) - told):
            _tell_of_no(session, place, account_id, proposal, other, proposals.path(round_, proposal))
            told.add(account_id)
    if merge.suggested_by is not None and merge.suggested_by not in told:
        case = f"rounds/{round_.slug}/screening/{merge.source_id}"
        _tell_of_no(session, place, merge.suggested_by, pair[0], pair[1], case)


def _tell_of_no(
    session: Session, place: Municipality, account_id: int, proposal: Proposal, other: Proposal, path: str
) -> None:
    notices.tell_person(
        session,
        place.id,
        account_id,
        News.MERGE_DECLINED,
        {proposal.language: proposal.title},
        path,
        other=other.title,
    )


def remind(session: Session, place: Municipality, due: Sequence[tuple[Round, Proposal, Assessment]]) -> None:
    """Remind the reviewers of what is due: one letter each, whatever the number of proposals.

    It comes at once and not with the digest, because a deadline may pass before the next digest, and because it is
    their duty and not their interest that is spoken of: a digest may be switched off.
    """
    waiting: dict[int, list[tuple[Round, Proposal, Assessment]]] = {}
    for round_, proposal, assessment in due:
        for number in queries.reviewers(session, place.id, assessment.department):
            waiting.setdefault(number, []).append((round_, proposal, assessment))
    for account in _accounts(session, waiting):
        letters.tell(session, account, partial(_due, place, waiting[account.id]))


def _due(place: Municipality, waiting: Sequence[tuple[Round, Proposal, Assessment]], language: str) -> Worded:
    number = len(waiting)
    items = [
        Item(proposal.title, _case(place, round_, proposal, language), _when(place, assessment, language))
        for round_, proposal, assessment in waiting
    ]
    return ngettext("One assessment is due", "%(num)s assessments are due", number), (
        ngettext(
            "one proposal waits for the assessment of your department:",
            "%(num)s proposals wait for the assessment of your department:",
            number,
        ),
        *items,
        Small(
            gettext(
                "Citizens wait for this answer, so this letter comes once a day while something is due, whatever you chose for your notices."
            )
        ),
    )


def _when(place: Municipality, assessment: Assessment, language: str) -> str:
    when = moment(assessment.due_at, language, place.zone)
    over = assessment.due_at < clock.now()
    said = (
        gettext("It was due on %(when)s.", when=when)
        if over
        else gettext("It is due by %(when)s.", when=when)
    )
    return str(said)


def _case(place: Municipality, round_: Round, proposal: Proposal, language: str) -> str:
    return letters.address("screening.case", place, round_, language, proposal_id=proposal.id)


def _page(place: Municipality, round_: Round, proposal: Proposal, language: str) -> str:
    return letters.address("proposals.detail", place, round_, language, proposal_id=proposal.id)


def _accounts(session: Session, numbers: Iterable[int | None]) -> Sequence[Account]:
    wanted = {number for number in numbers if number is not None}
    return session.scalars(select(Account).where(Account.id.in_(wanted)).order_by(Account.id)).all()
