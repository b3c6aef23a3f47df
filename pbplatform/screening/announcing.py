"""The letters of the screening, each in its reader's language."""

from collections.abc import Iterable, Sequence

from flask import render_template
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.accounts.models import Account
from pbplatform.consultation.models import Round
from pbplatform.foundation.mail import write_letter
from pbplatform.municipalities.models import Municipality
from pbplatform.notices import operations as notices
from pbplatform.notices.models import News
from pbplatform.proposals import letters
from pbplatform.proposals import queries as proposals
from pbplatform.proposals.models import Proposal, ProposalState, ProposalSupport
from pbplatform.screening import queries
from pbplatform.screening.models import Assessment, Merge


def ask(
    session: Session, place: Municipality, round_: Round, proposal: Proposal, assessment: Assessment
) -> None:
    """Tell the reviewers of a department that a proposal waits for them, or waits again."""
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
        if account.email is None:
            continue
        with letters.speaking(account.language):
            items = [
                (
                    proposal.title,
                    assessment.due_at,
                    letters.address(
                        "screening.case", place, round_, account.language, proposal_id=proposal.id
                    ),
                )
                for round_, proposal, assessment in waiting[account.id]
            ]
            subject = ngettext("One assessment is due", "%(num)s assessments are due", len(items))
            body = render_template("mail/screening/due.txt", items=items)
        write_letter(session, account.email, account.language, subject, body)


def _accounts(session: Session, numbers: Iterable[int | None]) -> Sequence[Account]:
    wanted = {number for number in numbers if number is not None}
    return session.scalars(select(Account).where(Account.id.in_(wanted)).order_by(Account.id)).all()
