"""The list on the ballot: a seed committed in advance draws the numbers, then nothing on the list changes.

The number of a project is its place when the envelope's proposals are sorted by SHA-256 of ``seed ‖ ":" ‖ id``, the
seed in hexadecimal digits; anybody can recompute it once the seed is published with the list. The commitment is the
SHA-256 of the seed's 32 bytes (`consultation.operations.commit_lot`).
"""

import json

from sqlalchemy.orm import Session

from pbplatform.charter.actions import Action
from pbplatform.charter.policy import Subject, require
from pbplatform.charter.roles import Actor
from pbplatform.consultation import operations as rounds
from pbplatform.consultation import settings
from pbplatform.consultation.models import Round
from pbplatform.foundation import clock
from pbplatform.foundation.crypto import KeyMissing, SecretFolder, digest
from pbplatform.foundation.errors import Conflict, Invalid
from pbplatform.journal.operations import record
from pbplatform.proposals import operations as changes
from pbplatform.proposals import queries as proposals
from pbplatform.proposals.models import BallotDraw, Proposal
from pbplatform.screening import appeals, queries
from pbplatform.screening.problems import ScreeningProblem


def freeze(actor: Actor, session: Session, secrets: SecretFolder, round_: Round) -> BallotDraw:
    """Fix the list: draw the numbers by the committed seed, publish seed and list. It cannot be undone."""
    require(actor, Action.FREEZE_BALLOT_LIST, Subject(round_.municipality_id, round_.phase))
    if changes.list_is_fixed(session, round_):
        raise Conflict
    own = settings.read(round_.settings)
    if not own.number_commitment:
        raise Invalid(ScreeningProblem.NO_COMMITMENT)
    if queries.open_appeals(session, round_.id):
        raise Invalid(ScreeningProblem.OPEN_APPEALS)
    if appeals.possible_until(session, round_) is not None:
        raise Invalid(ScreeningProblem.APPEALS_POSSIBLE)
    if queries.open_conflicts(session, round_.id):
        raise Invalid(ScreeningProblem.OPEN_CONFLICTS)
    listed = list(proposals.admitted(session, round_.id))
    if not listed:
        raise Invalid(ScreeningProblem.EMPTY_LIST)
    kept = secrets.read(rounds.seed_name(round_, rounds.Draw.NUMBERS))
    if digest(kept) != own.number_commitment:
        # Another seed than the committed one must never draw anything.
        raise KeyMissing(rounds.seed_name(round_, rounds.Draw.NUMBERS))
    seed = kept.hex()
    for proposal, number in drawn(listed, seed).items():
        proposal.ballot_number = number
    draw = BallotDraw(
        round_id=round_.id,
        municipality_id=round_.municipality_id,
        commitment=own.number_commitment,
        seed=seed,
        frozen_at=clock.now(),
        frozen_by=actor.account_id,
        list_hash=list_hash(listed),
    )
    session.add(draw)
    record(
        actor,
        session,
        round_.municipality_id,
        Action.FREEZE_BALLOT_LIST,
        "round",
        round_.id,
        seed=seed,
        list_hash=draw.list_hash,
        projects=len(listed),
    )
    session.flush()
    return draw


def drawn(listed: list[Proposal], seed: str) -> dict[Proposal, int]:
    """Each proposal's number within its envelope, from 1."""
    numbers: dict[Proposal, int] = {}
    for envelope_id in {proposal.envelope_id for proposal in listed}:
        within = [proposal for proposal in listed if proposal.envelope_id == envelope_id]
        within.sort(key=lambda proposal: digest(f"{seed}:{proposal.id}"))
        numbers |= {proposal: place for place, proposal in enumerate(within, start=1)}
    return numbers


def list_hash(listed: list[Proposal]) -> str:
    """SHA-256 over the canonical JSON of the list: envelope, number, id, title, cost, group."""
    lines = sorted(
        [one.envelope_id, one.ballot_number, one.id, one.title, one.admitted_cost, one.conflict_group or ""]
        for one in listed
    )
    return digest(json.dumps(lines, separators=(",", ":"), ensure_ascii=False))
