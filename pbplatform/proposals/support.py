"""Support in its own phase: one per resident and proposal, online or on a signature sheet. Nobody is ever listed."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from pbplatform.charter.actions import Action
from pbplatform.charter.phases import Phase
from pbplatform.charter.policy import require
from pbplatform.charter.roles import Actor
from pbplatform.consultation import queries as rounds
from pbplatform.consultation.models import Envelope, Round
from pbplatform.foundation import clock
from pbplatform.foundation.crypto import SecretFolder
from pbplatform.foundation.database import insert_new
from pbplatform.foundation.errors import Conflict, Invalid
from pbplatform.journal.operations import record
from pbplatform.municipalities.models import Municipality
from pbplatform.notices.models import News
from pbplatform.proposals import operations, queries
from pbplatform.proposals.models import Proposal, ProposalSupport, SignatureSheet, SupportChannel
from pbplatform.proposals.problems import ProposalProblem
from pbplatform.roll import queries as roll
from pbplatform.roll.ids import BadId, normal_id
from pbplatform.roll.models import RollEntry
from pbplatform.roll.pepper import pepper

MOST_SIGNATURES = 200
CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True)
class SheetOutcome:
    """What came of a sheet's lines."""

    accepted: int
    duplicates: int
    unknown: int
    unreadable: int


def give(actor: Actor, session: Session, round_: Round, proposal: Proposal) -> bool:
    """Support a proposal; however often it is sent, it counts once. Returns whether it was new."""
    _require_open(actor, session, Action.SUPPORT_PROPOSAL, round_, proposal)
    assert actor.account_id is not None
    entry = roll.claimed_entry(session, actor.account_id, proposal.municipality_id)
    if entry is None:
        raise Invalid(ProposalProblem.NOT_RESIDENT)
    new = _add(session, proposal, entry, SupportChannel.ONLINE, actor.account_id, None)
    _tell_when_reached(session, round_, proposal, int(new))
    return new


def take_back(actor: Actor, session: Session, round_: Round, proposal: Proposal) -> None:
    """Support no longer; a signature on paper stays."""
    _require_open(actor, session, Action.SUPPORT_PROPOSAL, round_, proposal)
    gone = session.execute(
        delete(ProposalSupport)
        .where(
            ProposalSupport.proposal_id == proposal.id,
            ProposalSupport.account_id == actor.account_id,
            ProposalSupport.channel == SupportChannel.ONLINE,
        )
        .returning(ProposalSupport.resident)
    )
    _count(session, proposal, -len(gone.all()))


def print_sheet(actor: Actor, session: Session, round_: Round, proposal: Proposal) -> SignatureSheet:
    """A new sheet with a code of its own."""
    owners = queries.owners(session, proposal)
    require(actor, Action.PRINT_SIGNATURE_SHEET, queries.subject(proposal, round_, owners))
    sheet = SignatureSheet(
        municipality_id=proposal.municipality_id,
        proposal_id=proposal.id,
        code="".join(secrets.choice(CODE_LETTERS) for _ in range(8)),
        printed_at=clock.now(),
    )
    session.add(sheet)
    session.flush()
    return sheet


def receive_sheet(
    actor: Actor, session: Session, round_: Round, proposal: Proposal, sheet: SignatureSheet
) -> None:
    """Note that a sheet was brought in time; it must be entered before the phase can end."""
    require(actor, Action.ENTER_SIGNATURE_SHEET, queries.subject(proposal, round_, frozenset()))
    if sheet.received_at is None:
        sheet.received_at = clock.now()
    session.flush()


def enter_sheet(
    actor: Actor,
    session: Session,
    kept: SecretFolder,
    round_: Round,
    proposal: Proposal,
    sheet: SignatureSheet,
    numbers: Sequence[str],
    unreadable: int,
) -> SheetOutcome:
    """Enter a sheet's personal numbers: each is looked up on the roll and then forgotten."""
    require(actor, Action.ENTER_SIGNATURE_SHEET, queries.subject(proposal, round_, frozenset()))
    if sheet.proposal_id != proposal.id or sheet.entered_at is not None:
        raise Invalid(ProposalProblem.ALREADY_ENTERED)
    typed = [line.strip() for line in numbers if line.strip()]
    if not typed and not unreadable:
        raise Invalid(ProposalProblem.NOTHING_TO_ENTER, "numbers")
    if len(typed) > MOST_SIGNATURES:
        raise Invalid(ProposalProblem.TOO_MANY_SIGNATURES, "numbers", most=MOST_SIGNATURES)
    place = session.get_one(Municipality, proposal.municipality_id)
    pepper_ = pepper(kept)
    accepted = duplicates = unknown = 0
    for line in typed:
        try:
            hashed = pepper_.of_id(place.id, normal_id(line, place.country))
        except BadId:
            unreadable += 1
            continue
        entry = session.scalar(
            select(RollEntry.id).where(
                RollEntry.municipality_id == place.id,
                RollEntry.id_hash == hashed,
                RollEntry.removed_at.is_(None),
            )
        )
        if entry is None:
            unknown += 1
        elif _add(session, proposal, entry, SupportChannel.SHEET, None, sheet.id):
            accepted += 1
        else:
            duplicates += 1
    sheet.accepted, sheet.duplicates = accepted, duplicates
    sheet.unknown, sheet.unreadable = unknown, unreadable
    sheet.entered_by, sheet.entered_at = actor.account_id, clock.now()
    sheet.received_at = sheet.received_at or sheet.entered_at
    record(
        actor,
        session,
        place.id,
        Action.ENTER_SIGNATURE_SHEET,
        "proposal",
        proposal.id,
        accepted=accepted,
        duplicates=duplicates,
        unknown=unknown,
        unreadable=unreadable,
    )
    _tell_when_reached(session, round_, proposal, accepted)
    session.flush()
    return SheetOutcome(accepted, duplicates, unknown, unreadable)


def _require_open(actor: Actor, session: Session, action: Action, round_: Round, proposal: Proposal) -> None:
    require(actor, action, queries.subject(proposal, round_, frozenset()))
    if proposal.hidden_at is not None:
        raise Conflict
    if not rounds.is_open(session, round_, Phase.SUPPORT):
        raise Invalid(ProposalProblem.CLOSED)


def _add(
    session: Session,
    proposal: Proposal,
    entry: int,
    channel: SupportChannel,
    account_id: int | None,
    sheet_id: int | None,
) -> bool:
    new = insert_new(
        session,
        ProposalSupport,
        proposal_id=proposal.id,
        resident=str(entry),
        account_id=account_id,
        channel=channel,
        sheet_id=sheet_id,
    )
    if new:
        _count(session, proposal, 1)
    return new


def _count(session: Session, proposal: Proposal, by: int) -> None:
    """Move the counter in the database itself, so that fifty at once lose nothing."""
    session.execute(update(Proposal).where(Proposal.id == proposal.id).values(support=Proposal.support + by))
    session.refresh(proposal, ["support"])


def _tell_when_reached(session: Session, round_: Round, proposal: Proposal, added: int) -> None:
    envelope = session.get(Envelope, proposal.envelope_id)
    needed = envelope.support_threshold if envelope is not None else None
    if needed is None or not proposal.support - added < needed <= proposal.support:
        return
    operations.tell(session, round_, proposal, News.SUPPORT_REACHED, support=proposal.support, needed=needed)
