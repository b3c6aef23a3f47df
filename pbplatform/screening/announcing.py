"""The letters of the screening, each in its reader's language."""

from collections.abc import Iterable, Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.accounts.models import Account
from pbplatform.consultation.models import Round
from pbplatform.municipalities.models import Municipality
from pbplatform.notices import operations as notices
from pbplatform.notices.models import News
from pbplatform.proposals import letters
from pbplatform.proposals import queries as proposals
from pbplatform.proposals.models import Proposal, ProposalState, ProposalSupport
from pbplatform.screening import queries
from pbplatform.screening.models import Assessment, Merge

MOST_SUPPORTERS = 20_000


def ask(
    session: Session, place: Municipality, round_: Round, proposal: Proposal, assessment: Assessment
) -> None:
    """Tell the reviewers of a department that a proposal waits for them, again, or soon is due."""
    for account in _accounts(session, queries.reviewers(session, place.id, assessment.department)):
        letters.tell(
            session,
            place,
            round_,
            proposal,
            account,
            "screening/asked.txt",
            _l("A proposal waits for your assessment"),
            assessment=assessment,
            desk=letters.address("screening.case", place, round_, account.language, proposal_id=proposal.id),
        )


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


def released(session: Session, place: Municipality, round_: Round, decided: Sequence[Proposal]) -> None:
    """Tell the authors of every decided proposal what came out: who can appeal by a letter, the others in their digest."""
    for proposal in decided:
        if proposal.state is not ProposalState.REFUSED:
            _tell_authors(session, place, round_, proposal, News.ASSESSMENT_RELEASED)
            continue
        letters.tell_authors(
            session,
            place,
            round_,
            proposal,
            "screening/released.txt",
            _l("The result for your proposal"),
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
            session,
            place,
            round_,
            proposal,
            "screening/merge_suggested.txt",
            _l("Shall two proposals join?"),
            other=other,
            merge=merge,
        )


def merged(session: Session, place: Municipality, round_: Round, source: Proposal, target: Proposal) -> None:
    """Tell those who supported the source that it has joined another; their support does not move by itself."""
    supporters = session.scalars(
        select(ProposalSupport.account_id)
        .where(ProposalSupport.proposal_id == source.id, ProposalSupport.account_id.is_not(None))
        .limit(MOST_SUPPORTERS)
    ).all()
    for account in _accounts(session, supporters):
        letters.tell(
            session,
            place,
            round_,
            target,
            account,
            "screening/merged.txt",
            _l("A proposal that you support has joined another"),
            source=source,
        )


def _accounts(session: Session, numbers: Iterable[int | None]) -> Sequence[Account]:
    wanted = {number for number in numbers if number is not None}
    return session.scalars(select(Account).where(Account.id.in_(wanted)).order_by(Account.id)).all()
