"""A round with a proposal to talk about."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from pbplatform.accounts.models import Account
from pbplatform.charter.phases import Kind, Phase
from pbplatform.charter.roles import Actor, Role
from pbplatform.consultation import settings
from pbplatform.consultation.models import BallotFormat, Envelope, Round, Window
from pbplatform.consultation.settings import RoundSettings
from pbplatform.deliberation import operations as deliberation
from pbplatform.deliberation.models import Comment
from pbplatform.foundation import clock
from pbplatform.municipalities.models import Municipality
from pbplatform.proposals.models import Proposal, ProposalState
from tests.support.people import a_municipality, an_account, as_actor


@dataclass
class Scene:
    """A municipality with a round in its discussion, a proposal, its author, a reader and two officers."""

    place: Municipality
    round: Round
    proposal: Proposal
    author: Account
    reader: Account
    officer: Account
    colleague: Account

    def citizen(self, account: Account, *, blocked: bool = False) -> Actor:
        """Somebody as a citizen of the place."""
        return Actor(account.id, self.place.id, frozenset({Role.VISITOR, Role.CITIZEN}), False, blocked)

    def as_officer(self, account: Account) -> Actor:
        """Somebody as an officer of the place, with their second factor."""
        return as_actor(account, self.place, Role.OFFICER)

    def comment(
        self, session: Session, text: str = "ეს ძალიან კარგი იდეაა.", by: Account | None = None
    ) -> Comment:
        """A comment on the proposal."""
        return deliberation.comment(
            self.citizen(by or self.author), session, self.round, self.proposal, text=text, language="ka"
        )


def a_scene(session: Session, slug: str = "rustavi", *, moderated: bool = False) -> Scene:
    """Set the scene."""
    place = a_municipality(session, slug)
    round_ = Round(
        municipality_id=place.id,
        slug="2027",
        kind=Kind.BUDGETING,
        phase=Phase.DISCUSSION,
        titles={"ka": "ბიუჯეტი 2027", "en": "Budget 2027"},
        summaries={},
        texts={},
        settings=settings.write(RoundSettings(moderation_before_publication=moderated)),
        created_at=clock.now(),
    )
    session.add(round_)
    session.flush()
    now = clock.now()
    session.add(
        Window(
            municipality_id=place.id,
            round_id=round_.id,
            phase=Phase.DISCUSSION,
            opens_at=now - timedelta(days=1),
            closes_at=now + timedelta(days=9),
        )
    )
    envelope = Envelope(
        municipality_id=place.id,
        round_id=round_.id,
        position=1,
        names={"en": "City"},
        amount=100_000_00,
        currency="GEL",
        ballot_format=BallotFormat.APPROVAL,
        rule_options={},
    )
    session.add(envelope)
    session.flush()
    author = an_account(session, place, name="Giorgi Author")
    proposal = Proposal(
        municipality_id=place.id,
        round_id=round_.id,
        envelope_id=envelope.id,
        state=ProposalState.SUBMITTED,
        author_id=author.id,
        author_name=author.name,
        language="ka",
        title="მწვანე სკვერი",
        text="ხეები და სკამები.",
        cost_estimate=10_000_00,
        shuffle=7,
        submitted_at=now,
        changed_at=now,
    )
    session.add(proposal)
    session.flush()
    return Scene(
        place,
        round_,
        proposal,
        author,
        an_account(session, place, name="Eka Reader"),
        an_account(session, place, Role.OFFICER, name="Officer One"),
        an_account(session, place, Role.OFFICER, name="Officer Two"),
    )
