"""Proposals as a table: everything public, one row each; the same columns can be brought back in."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.consultation.models import Category, Envelope, Round
from pbplatform.municipalities.models import District
from pbplatform.proposals.models import Proposal

COLUMNS = (
    "code",
    "title",
    "text",
    "beneficiaries",
    "category",
    "envelope",
    "district",
    "address",
    "latitude",
    "longitude",
    "cost",
    "cost_reasoning",
    "author",
    "language",
    "state",
    "assessed_cost",
    "currency",
    "ballot_number",
    "support",
    "submitted_at",
    "id",
)
"""The columns' names are the same in every language, so that a program and an officer read the same file."""


def rows(session: Session, round_: Round) -> Iterator[list[Any]]:
    """A head and a row for every listed proposal, oldest first; costs in whole units with decimals."""
    yield list(COLUMNS)
    found = session.execute(
        select(Proposal, Category.code, Envelope.position, Envelope.currency, District.code)
        .outerjoin(Category, Category.id == Proposal.category_id)
        .outerjoin(Envelope, Envelope.id == Proposal.envelope_id)
        .outerjoin(District, District.id == Proposal.district_id)
        .where(Proposal.round_id == round_.id, Proposal.listed)
        .order_by(Proposal.id)
        .execution_options(yield_per=500)
    )
    for proposal, category, envelope, currency, district in found:
        yield [
            proposal.imported_code or "",
            proposal.title,
            proposal.text,
            proposal.beneficiaries,
            category or "",
            envelope,
            district or "",
            proposal.address,
            proposal.latitude,
            proposal.longitude,
            _units(proposal.cost_estimate),
            proposal.cost_reasoning,
            proposal.author_name,
            proposal.language,
            proposal.state.value,
            _units(proposal.admitted_cost),
            currency,
            proposal.ballot_number,
            proposal.support,
            proposal.submitted_at.strftime("%Y-%m-%dT%H:%M:%SZ") if proposal.submitted_at else "",
            proposal.id,
        ]


def _units(minor: int | None) -> Any:
    return None if minor is None else (minor // 100 if minor % 100 == 0 else minor / 100)
