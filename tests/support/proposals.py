"""Proposals for tests, made through the operations that people use."""

from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.accounts.models import Account
from pbplatform.consultation.models import Category, Envelope, Round
from pbplatform.foundation import clock
from pbplatform.foundation.i18n import searchable
from pbplatform.municipalities.models import Municipality
from pbplatform.proposals import operations
from pbplatform.proposals.models import Proposal, ProposalState
from pbplatform.proposals.wording import Words
from tests.support.people import as_actor

TEXT = "The old playground has no shade and the swings are broken. New swings, four trees and a fountain would help."
_numbers = count(1)


def some_words(session: Session, round_: Round, **changed: object) -> Words:
    """Everything that a proposal of the round needs."""
    said: dict[str, object] = {
        "title": f"New swings for yard {next(_numbers)}",
        "text": TEXT,
        "beneficiaries": "Children and their grandparents",
        "category_id": session.scalar(select(Category.id).where(Category.round_id == round_.id)),
        "envelope_id": session.scalar(
            select(Envelope.id).where(Envelope.round_id == round_.id).order_by(Envelope.position)
        ),
        "address": "Garden Street 5",
        "cost_estimate": 1_250_000,
        "cost_reasoning": "",
    }
    return Words(**(said | changed))


def a_draft(
    session: Session, place: Municipality, round_: Round, author: Account, **changed: object
) -> Proposal:
    """A complete draft."""
    actor = as_actor(author, place)
    draft = operations.begin(actor, session, round_, place.languages[0], author.name)
    operations.write(actor, session, round_, draft, some_words(session, round_, **changed))
    return draft


def a_proposal(
    session: Session, place: Municipality, round_: Round, author: Account, **changed: object
) -> Proposal:
    """A submitted proposal. The round must be in its submission phase."""
    draft = a_draft(session, place, round_, author, **changed)
    operations.submit(as_actor(author, place), session, round_, draft)
    return draft


def a_standing_proposal(
    session: Session,
    place: Municipality,
    round_: Round,
    author: Account | None = None,
    state: ProposalState = ProposalState.SUBMITTED,
    **changed: object,
) -> Proposal:
    """A proposal put into a round of any phase through the models."""
    number = next(_numbers)
    said = some_words(session, round_)
    values: dict[str, object] = {name: getattr(said, name) for name in Words.__dataclass_fields__}
    values |= {
        "author_id": author.id if author else None,
        "author_name": author.name if author else "Somebody",
    }
    if state is ProposalState.ADMITTED:
        values["admitted_cost"] = said.cost_estimate
    values |= {"search": searchable(str(changed.get("title", said.title)))} | changed
    proposal = Proposal(
        municipality_id=place.id,
        round_id=round_.id,
        state=state,
        language=place.languages[0],
        shuffle=number * 715_827_883 % 2**31,
        submitted_at=clock.now(),
        changed_at=clock.now(),
        **values,
    )
    session.add(proposal)
    session.flush()
    return proposal
