"""The proposals of a round as data: those that its list shows."""

from collections.abc import Iterator
from dataclasses import replace

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.consultation.models import Category, Envelope
from pbplatform.consultation.publishing import (
    CURRENCY,
    LATITUDE,
    LONGITUDE,
    Asked,
    Field,
    Holds,
    Resource,
    Row,
    page,
)
from pbplatform.municipalities.models import District
from pbplatform.proposals.models import LISTED_STATES, Proposal


def _proposals(session: Session, asked: Asked) -> Iterator[Row]:
    statement = (
        select(Proposal, Category.code, Envelope.position, Envelope.currency, District.code)
        .outerjoin(Category, Category.id == Proposal.category_id)
        .outerjoin(Envelope, Envelope.id == Proposal.envelope_id)
        .outerjoin(District, District.id == Proposal.district_id)
        .where(
            Proposal.municipality_id == asked.municipality.id,
            Proposal.round_id == asked.found.id,
            Proposal.listed,
        )
    )
    for proposal, category, envelope, currency, district in page(session, statement, Proposal.id, asked):
        yield (
            proposal.id,
            {
                "proposal": proposal.id,
                "state": proposal.state.value,
                "title": proposal.title,
                "text": proposal.text,
                "language": proposal.language,
                "author": proposal.author_name,
                "beneficiaries": proposal.beneficiaries,
                "category": category,
                "envelope": envelope,
                "district": district,
                "address": proposal.address,
                "latitude": proposal.latitude,
                "longitude": proposal.longitude,
                "cost_estimate": proposal.cost_estimate,
                "admitted_cost": proposal.admitted_cost,
                "currency": currency,
                "ballot_number": proposal.ballot_number,
                "merged_into": proposal.merged_into_id,
                "support": proposal.support,
                "submitted_at": proposal.submitted_at,
            },
        )


PROPOSALS = Resource(
    name="proposals",
    title=_l("Proposals"),
    about=_l("What citizens proposed, in their own words, and what became of it."),
    public_when=_l(
        "From the moment a proposal is submitted. Drafts, withdrawn proposals and those hidden by moderators are never here."
    ),
    fields=(
        Field("proposal", Holds.WHOLE, _l("The number of the proposal; it stands in its address."), 42),
        Field(
            "state",
            Holds.TEXT,
            _l("Where the proposal stands."),
            "admitted",
            among=tuple(sorted(LISTED_STATES)),
        ),
        Field("title", Holds.TEXT, _l("The title as its author wrote it."), "A playground for Vake"),
        Field("text", Holds.TEXT, _l("The text, in Markdown."), "Our courtyard has no place to play …"),
        Field("language", Holds.TEXT, _l("The language that it is written in."), "en"),
        Field("author", Holds.TEXT, _l("The author’s name as shown on the page."), "N. B."),
        Field("beneficiaries", Holds.TEXT, _l("For whom it is."), "Families"),
        Field("category", Holds.TEXT, _l("The code of its category."), "parks", empty=True),
        Field("envelope", Holds.WHOLE, _l("The envelope whose money it asks for."), 1, empty=True),
        Field(
            "district", Holds.TEXT, _l("The code of the district that it lies in."), "old-town", empty=True
        ),
        Field("address", Holds.TEXT, _l("The place in words."), "Chavchavadze Avenue 5"),
        LATITUDE,
        LONGITUDE,
        Field("cost_estimate", Holds.MONEY, _l("The author’s own estimate."), 1_200_000, empty=True),
        Field("admitted_cost", Holds.MONEY, _l("The cost as assessed."), 1_350_000, empty=True),
        replace(CURRENCY, empty=True),
        Field("ballot_number", Holds.WHOLE, _l("The number on the ballot."), 7, empty=True),
        Field(
            "merged_into", Holds.WHOLE, _l("The proposal that this one was merged into."), None, empty=True
        ),
        Field("support", Holds.WHOLE, _l("How many people support it."), 118),
        Field(
            "submitted_at",
            Holds.MOMENT,
            _l("When it was submitted."),
            "2026-03-02T14:05:00+00:00",
            empty=True,
        ),
    ),
    rows=_proposals,
)

RESOURCES = (PROPOSALS,)
