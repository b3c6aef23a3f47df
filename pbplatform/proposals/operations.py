"""Writing, submitting, editing and withdrawing proposals."""

import secrets
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from pbplatform.charter.actions import Action
from pbplatform.charter.phases import Phase
from pbplatform.charter.policy import Subject, require
from pbplatform.charter.roles import Actor
from pbplatform.consultation import queries as rounds
from pbplatform.consultation import settings
from pbplatform.consultation.models import Envelope, Round
from pbplatform.foundation import clock, geometry
from pbplatform.foundation.database import database_now
from pbplatform.foundation.errors import Invalid
from pbplatform.foundation.files import Files
from pbplatform.foundation.i18n import LANGUAGES, searchable
from pbplatform.foundation.richtext import plain
from pbplatform.foundation.words import Amount
from pbplatform.journal.operations import record
from pbplatform.municipalities import queries as municipalities
from pbplatform.municipalities.models import District
from pbplatform.notices import operations as notices
from pbplatform.notices.models import News, Topic
from pbplatform.proposals import queries
from pbplatform.proposals.models import (
    CoAuthor,
    Entry,
    Proposal,
    ProposalFile,
    ProposalState,
    ProposalVersion,
)
from pbplatform.proposals.problems import ProposalProblem
from pbplatform.uploads import operations as uploads

SHORTEST_TITLE, LONGEST_TITLE = 5, 120
SHORTEST_TEXT, LONGEST_TEXT = 40, 10_000
LONGEST_NOTE = 2_000
LONGEST_ADDRESS = 200
MOST_DRAFTS = 10
SHUFFLE_BITS = 31
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


def begin(actor: Actor, session: Session, round_: Round, language: str, author_name: str) -> Proposal:
    """An empty draft of the actor's own; an empty one that lies there already is taken up again."""
    require(actor, Action.START_PROPOSAL, Subject(round_.municipality_id, round_.phase))
    require_open(session, round_)
    if language not in LANGUAGES:
        raise Invalid(ProposalProblem.LANGUAGE_UNKNOWN)
    assert actor.account_id is not None
    untouched = session.scalar(
        select(Proposal).where(
            Proposal.round_id == round_.id,
            Proposal.author_id == actor.account_id,
            Proposal.state == ProposalState.DRAFT,
            Proposal.title == "",
            Proposal.text == "",
        )
    )
    if untouched is not None:
        return untouched
    if queries.count_of(session, round_.id, actor.account_id, drafts=True) >= MOST_DRAFTS:
        raise Invalid(ProposalProblem.TOO_MANY_DRAFTS, most=MOST_DRAFTS)
    return _add(session, round_, language, author_name, author_id=actor.account_id)


def begin_for_citizen(actor: Actor, session: Session, round_: Round, language: str, name: str) -> Proposal:
    """A draft that an officer types in for somebody at the counter."""
    # What is begun here is answered for by the officer who types it in.
    typist = frozenset({actor.account_id} if actor.account_id is not None else set())
    require(actor, Action.ENTER_FOR_CITIZEN, Subject(round_.municipality_id, round_.phase, owners=typist))
    require_open(session, round_)
    shown = " ".join(name.split())[:100]
    if len(shown) < 2:
        raise Invalid(ProposalProblem.NAME_MISSING, "name")
    return _add(session, round_, language, shown, entry=Entry.COUNTER, entered_by=actor.account_id)


def _add(
    session: Session,
    round_: Round,
    language: str,
    author_name: str,
    *,
    author_id: int | None = None,
    entry: Entry = Entry.ONLINE,
    entered_by: int | None = None,
) -> Proposal:
    proposal = Proposal(
        municipality_id=round_.municipality_id,
        round_id=round_.id,
        language=language,
        author_id=author_id,
        author_name=author_name,
        entry=entry,
        entered_by=entered_by,
        shuffle=secrets.randbits(SHUFFLE_BITS),
        changed_at=clock.now(),
    )
    session.add(proposal)
    session.flush()
    return proposal


def write(actor: Actor, session: Session, round_: Round, proposal: Proposal, words: Words) -> None:
    """Keep a draft as far as it is; only what could never be kept is refused."""
    require_editable(actor, session, round_, proposal)
    put(session, round_, proposal, words)
    session.flush()


def submit(actor: Actor, session: Session, round_: Round, proposal: Proposal) -> None:
    """Hand a complete draft in; from now on it is public, unless the round looks at proposals first."""
    require_editable(actor, session, round_, proposal)
    check(session, round_, proposal)
    rules = settings.read(round_.settings)
    if proposal.state is ProposalState.DRAFT and proposal.author_id is not None:
        limit = rules.most_proposals_each
        if (
            limit is not None
            and queries.count_of(session, round_.id, proposal.author_id, drafts=False) >= limit
        ):
            raise Invalid(ProposalProblem.TOO_MANY_PROPOSALS, most=limit)
    if proposal.author_id is not None and len(queries.owners(session, proposal)) <= rules.fewest_co_authors:
        raise Invalid(ProposalProblem.TOO_FEW_CO_AUTHORS, least=rules.fewest_co_authors)
    proposal.changed_at = database_now(session)
    if proposal.submitted_at is None:
        proposal.submitted_at = proposal.changed_at
        proposal.hidden_at = proposal.changed_at if rules.moderation_before_publication else None
    proposal.state = ProposalState.SUBMITTED
    proposal.correction_until = None
    _publish_files(session, proposal)
    keep_version(actor, session, proposal, "")
    record(
        actor,
        session,
        proposal.municipality_id,
        Action.SUBMIT_PROPOSAL,
        "proposal",
        proposal.id,
        version=latest_number(session, proposal.id),
    )
    for account_id in queries.owners(session, proposal):
        notices.follow_own(session, proposal.municipality_id, account_id, Topic.PROPOSAL, proposal.id)
    tell(session, round_, proposal, News.PROPOSAL_SUBMITTED)
    session.flush()


def edit(
    actor: Actor, session: Session, round_: Round, proposal: Proposal, words: Words, note: str = ""
) -> None:
    """Change a submitted proposal while that is open: the former words stay in its history."""
    require_editable(actor, session, round_, proposal)
    before = queries.said_by(proposal)
    put(session, round_, proposal, words)
    check(session, round_, proposal)
    if queries.said_by(proposal) == before:
        return
    keep_version(actor, session, proposal, note)
    record(
        actor,
        session,
        proposal.municipality_id,
        Action.EDIT_PROPOSAL,
        "proposal",
        proposal.id,
        version=latest_number(session, proposal.id),
    )
    tell(session, round_, proposal, News.PROPOSAL_CHANGED)
    session.flush()


def withdraw(actor: Actor, session: Session, round_: Round, proposal: Proposal) -> None:
    """Take a proposal back. Its page stays with a mark, because others may have linked and discussed it."""
    owned = queries.owners(session, proposal)
    require(actor, Action.WITHDRAW_PROPOSAL, queries.subject(proposal, round_, owned))
    if queries.draw_of(session, round_.id) is not None:
        raise Invalid(ProposalProblem.CLOSED)
    was_public = queries.is_public(proposal)
    proposal.state = ProposalState.WITHDRAWN
    proposal.changed_at = clock.now()
    _publish_files(session, proposal)
    if was_public:
        if proposal.hidden_at is None:
            tell(session, round_, proposal, News.PROPOSAL_WITHDRAWN)
        record(actor, session, proposal.municipality_id, Action.WITHDRAW_PROPOSAL, "proposal", proposal.id)
    session.flush()


def discard(actor: Actor, session: Session, files: Files, round_: Round, proposal: Proposal) -> None:
    """Throw a draft away with everything that hangs on it; nobody else has ever seen it."""
    owned = queries.owners(session, proposal)
    if proposal.entered_by is not None:
        owned |= {proposal.entered_by}
    require(actor, Action.DISCARD_DRAFT, queries.subject(proposal, round_, owned))
    throw_away(session, files, proposal)


def throw_away(session: Session, files: Files, proposal: Proposal) -> None:
    """Delete a draft with everything that hangs on it."""
    for upload in queries.uploads_of(session, proposal.id):
        session.execute(delete(ProposalFile).where(ProposalFile.upload_id == upload.id))
        uploads.forget(session, files, upload)
    session.execute(delete(CoAuthor).where(CoAuthor.proposal_id == proposal.id))
    session.execute(delete(ProposalVersion).where(ProposalVersion.proposal_id == proposal.id))
    session.delete(proposal)
    session.flush()


def tell(session: Session, round_: Round, proposal: Proposal, news: News, **values: Any) -> None:
    """Let followers know, unless the proposal is hidden."""
    if proposal.hidden_at is None:
        notices.tell(
            session,
            proposal.municipality_id,
            news,
            queries.topics(proposal),
            {proposal.language: proposal.title},
            queries.path(round_, proposal),
            **values,
        )


def require_editable(actor: Actor, session: Session, round_: Round, proposal: Proposal) -> None:
    """Raise unless this actor may change the words of this proposal at this moment by the database's clock."""
    if proposal.entered_by is not None and proposal.entered_by == actor.account_id:
        owners = frozenset({proposal.entered_by})
        require(actor, Action.ENTER_FOR_CITIZEN, queries.subject(proposal, round_, owners))
    else:
        require(
            actor, Action.EDIT_PROPOSAL, queries.subject(proposal, round_, queries.owners(session, proposal))
        )
    if proposal.state is ProposalState.RETURNED:
        if proposal.correction_until is None or database_now(session) >= proposal.correction_until:
            raise Invalid(ProposalProblem.CLOSED)
    else:
        require_open(session, round_)


def require_open(session: Session, round_: Round) -> None:
    """Raise Invalid unless proposals are taken at this moment: by the stored phase and by the database's clock."""
    if not rounds.is_open(session, round_, Phase.SUBMISSION):
        raise Invalid(ProposalProblem.CLOSED)


def set_hidden(session: Session, proposal: Proposal, *, hidden: bool) -> None:
    """Hide a proposal behind a mark, or show it again; moderation has decided it."""
    proposal.hidden_at = clock.now() if hidden else None
    proposal.changed_at = clock.now()
    _publish_files(session, proposal)
    session.flush()


def _publish_files(session: Session, proposal: Proposal) -> None:
    """Files can be fetched by everybody exactly as long as their proposal can be read."""
    visible = queries.is_readable(proposal)
    for upload in queries.uploads_of(session, proposal.id):
        uploads.publish(session, upload, visible=visible)


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


def keep_version(actor: Actor, session: Session, proposal: Proposal, note: str) -> None:
    """Add what the proposal says now to its history."""
    session.add(
        ProposalVersion(
            municipality_id=proposal.municipality_id,
            proposal_id=proposal.id,
            number=latest_number(session, proposal.id) + 1,
            said=queries.said_by(proposal),
            changed_by=actor.account_id,
            note=" ".join(note.split())[:300],
            made_at=clock.now(),
        )
    )
    session.flush()


def latest_number(session: Session, proposal_id: int) -> int:
    """The number of the newest version, 0 before the first."""
    return (
        session.scalar(
            select(func.max(ProposalVersion.number)).where(ProposalVersion.proposal_id == proposal_id)
        )
        or 0
    )
