"""What a proposal says: how words get into it, and what it lacks before it can be handed in."""

from dataclasses import asdict, dataclass, replace

from sqlalchemy.orm import Session

from pbplatform.consultation import queries as rounds
from pbplatform.consultation.models import Envelope, Round
from pbplatform.foundation import clock, geometry
from pbplatform.foundation.errors import Invalid
from pbplatform.foundation.i18n import searchable
from pbplatform.foundation.richtext import plain
from pbplatform.foundation.words import Amount
from pbplatform.municipalities import queries as municipalities
from pbplatform.municipalities.models import District
from pbplatform.proposals.models import Proposal
from pbplatform.proposals.problems import ProposalProblem

SHORTEST_TITLE, LONGEST_TITLE = 5, 120
SHORTEST_TEXT, LONGEST_TEXT = 40, 10_000
LONGEST_NOTE = 2_000
LONGEST_ADDRESS = 200
HIGHEST_COST = 10**13


@dataclass(frozen=True)
class Words:
    """What a person says in a proposal. Money is in minor units."""

    title: str = ""
    text: str = ""
    beneficiaries: str = ""
    category_id: int | None = None
    envelope_id: int | None = None
    district_id: int | None = None
    address: str = ""
    latitude: float | None = None
    longitude: float | None = None
    cost_estimate: int | None = None
    cost_reasoning: str = ""


def put(session: Session, round_: Round, proposal: Proposal, words: Words) -> None:
    """Write the words into the row; raise Invalid for what could never stand."""
    _check_lengths(words)
    words = replace(words, title=" ".join(words.title.split()), address=" ".join(words.address.split()))
    envelopes = {envelope.id: envelope for envelope in rounds.envelopes(session, round_.id)}
    categories = {category.id for category in rounds.categories(session, round_.id)}
    districts = {place.id: place for place in municipalities.districts(session, round_.municipality_id)}
    for value, known, field in (
        (words.envelope_id, envelopes, "envelope_id"),
        (words.category_id, categories, "category_id"),
        (words.district_id, districts, "district_id"),
    ):
        if value is not None and value not in known:
            raise Invalid(ProposalProblem.UNKNOWN_CHOICE, field)
    if words.cost_estimate is not None and not 0 < words.cost_estimate <= HIGHEST_COST:
        raise Invalid(ProposalProblem.COST_BAD, "cost_estimate")
    words = replace(words, district_id=_district(words, districts))
    for name, value in asdict(words).items():
        setattr(proposal, name, value)
    proposal.search = searchable(words.title, words.address, plain(words.text), words.beneficiaries)
    proposal.changed_at = clock.now()


def _check_lengths(words: Words) -> None:
    for value, most, field, problem in (
        (words.title, LONGEST_TITLE, "title", ProposalProblem.TITLE_LENGTH),
        (words.text, LONGEST_TEXT, "text", ProposalProblem.TEXT_TOO_LONG),
        (words.beneficiaries, LONGEST_NOTE, "beneficiaries", ProposalProblem.BENEFICIARIES_TOO_LONG),
        (words.cost_reasoning, LONGEST_NOTE, "cost_reasoning", ProposalProblem.REASONING_TOO_LONG),
        (words.address, LONGEST_ADDRESS, "address", ProposalProblem.ADDRESS_TOO_LONG),
    ):
        if len(value) > most:
            raise Invalid(problem, field, most=most)


def _district(words: Words, districts: dict[int, District]) -> int | None:
    """The district of the point on the map; without a point, or without outlines, the chosen one."""
    if words.latitude is None or words.longitude is None:
        return words.district_id
    if not (-90 <= words.latitude <= 90 and -180 <= words.longitude <= 180):
        raise Invalid(ProposalProblem.PLACE_OUTSIDE, "address")
    drawn = [place for place in districts.values() if place.outline]
    for place in drawn:
        if geometry.inside(place.outline, words.latitude, words.longitude):
            return place.id
    if drawn and len(drawn) == len(districts):
        raise Invalid(ProposalProblem.PLACE_OUTSIDE, "address")
    return words.district_id


def check(session: Session, round_: Round, proposal: Proposal) -> None:
    """Raise Invalid for the first thing that a proposal lacks before it can be handed in."""
    found = lacking(session, round_, proposal)
    if found:
        raise found[0]


def lacking(session: Session, round_: Round, proposal: Proposal) -> list[Invalid]:
    """Everything that a proposal lacks, each with the field it belongs to."""
    found: list[Invalid] = []
    if len(proposal.title) < SHORTEST_TITLE:
        found.append(Invalid(ProposalProblem.TITLE_MISSING, "title", least=SHORTEST_TITLE))
    if len(plain(proposal.text)) < SHORTEST_TEXT:
        found.append(Invalid(ProposalProblem.TEXT_LENGTH, "text", least=SHORTEST_TEXT))
    if not proposal.beneficiaries.strip():
        found.append(Invalid(ProposalProblem.BENEFICIARIES_MISSING, "beneficiaries"))
    if proposal.category_id is None and rounds.categories(session, round_.id):
        found.append(Invalid(ProposalProblem.CATEGORY_MISSING, "category_id"))
    envelopes = {envelope.id: envelope for envelope in rounds.envelopes(session, round_.id)}
    envelope = envelopes.get(proposal.envelope_id) if proposal.envelope_id is not None else None
    if envelope is None:
        found.append(Invalid(ProposalProblem.ENVELOPE_MISSING, "envelope_id"))
    found += _lacking_place(proposal, envelope) + _lacking_cost(proposal, envelope)
    return found


def _lacking_place(proposal: Proposal, envelope: Envelope | None) -> list[Invalid]:
    if not proposal.address and proposal.latitude is None:
        return [Invalid(ProposalProblem.PLACE_MISSING, "address")]
    if envelope is not None and envelope.district_id not in (None, proposal.district_id):
        return [Invalid(ProposalProblem.PLACE_ELSEWHERE, "district_id")]
    return []


def _lacking_cost(proposal: Proposal, envelope: Envelope | None) -> list[Invalid]:
    if proposal.cost_estimate is None:
        return [Invalid(ProposalProblem.COST_MISSING, "cost_estimate")]
    if envelope is None:
        return []
    if proposal.cost_estimate < envelope.lowest_cost:
        return [Invalid(ProposalProblem.COST_TOO_LOW, "cost_estimate", least=envelope.lowest_cost // 100)]
    highest = min(envelope.highest_cost or envelope.amount, envelope.amount)
    if proposal.cost_estimate > highest:
        return [Invalid(ProposalProblem.COST_TOO_HIGH, "cost_estimate", most=Amount(highest // 100))]
    return []
