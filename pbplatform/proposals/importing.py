"""Bringing proposals in from a table: the very columns of the export, checked like everything that is typed.

Good rows are taken, bad rows listed with line and cause; a row with a known code changes the proposal that it made
before, so repeating an import changes only what changed.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.charter.actions import Action
from pbplatform.charter.policy import Subject, require
from pbplatform.charter.roles import Actor
from pbplatform.consultation import queries as rounds
from pbplatform.consultation.models import Round
from pbplatform.foundation import clock
from pbplatform.foundation.database import database_now
from pbplatform.foundation.errors import Invalid
from pbplatform.foundation.forms import minor_units
from pbplatform.foundation.i18n import LANGUAGES
from pbplatform.foundation.sheets import Cell, read_table
from pbplatform.journal.operations import record
from pbplatform.municipalities import queries as municipalities
from pbplatform.municipalities.models import Municipality
from pbplatform.proposals import history, operations, queries, wording
from pbplatform.proposals.models import Entry, Proposal, ProposalState
from pbplatform.proposals.operations import SHUFFLE_BITS
from pbplatform.proposals.problems import ProposalProblem
from pbplatform.proposals.wording import Words

NEEDED = ("title", "text", "cost")
MOST_ROWS = 5_000


@dataclass
class Brought:
    """What came of an import: numbers, and the lines that were not taken with their cause."""

    added: int = 0
    changed: int = 0
    same: int = 0
    faults: list[tuple[int, Invalid]] = field(default_factory=list)


@dataclass(frozen=True)
class _Names:
    """Choices by the code or number that a table names them with."""

    categories: Mapping[str, int]
    envelopes: Mapping[str, int]
    districts: Mapping[str, int]
    languages: Sequence[str]


def bring(actor: Actor, session: Session, round_: Round, content: bytes) -> Brought:
    """Take the rows of a CSV or XLSX file as submitted proposals of the round."""
    require(actor, Action.IMPORT_PROPOSALS, Subject(round_.municipality_id, round_.phase))
    operations.require_open(session, round_)
    rows = read_table(content).sheets[0].rows
    head = [_text(cell).casefold() for cell in rows[0]]
    missing = [name for name in NEEDED if name not in head]
    if missing:
        raise Invalid(ProposalProblem.COLUMNS_MISSING, "file", columns=", ".join(missing))
    if len(rows) > MOST_ROWS + 1:
        raise Invalid(ProposalProblem.TOO_MANY_ROWS, "file", most=MOST_ROWS)
    names = _names(session, round_)
    brought = Brought()
    for line, row in enumerate(rows[1:], start=2):
        said = {name: _text(cell) for name, cell in zip(head, row, strict=False)}
        if not any(said.values()):
            continue
        try:
            with session.begin_nested():
                _take(actor, session, round_, said, names, brought)
        except Invalid as problem:
            brought.faults.append((line, problem))
    record(
        actor,
        session,
        round_.municipality_id,
        Action.IMPORT_PROPOSALS,
        "round",
        round_.id,
        added=brought.added,
        changed=brought.changed,
        refused=len(brought.faults),
    )
    session.flush()
    return brought


def _names(session: Session, round_: Round) -> _Names:
    place = session.get_one(Municipality, round_.municipality_id)
    return _Names(
        {category.code: category.id for category in rounds.categories(session, round_.id)},
        {str(envelope.position): envelope.id for envelope in rounds.envelopes(session, round_.id)},
        {district.code: district.id for district in municipalities.districts(session, place.id)},
        place.languages,
    )


def _take(
    actor: Actor, session: Session, round_: Round, said: Mapping[str, str], names: _Names, brought: Brought
) -> None:
    words = _words(said, names)
    code = said.get("code", "")[:60] or None
    known = (
        session.scalar(
            select(Proposal).where(
                Proposal.round_id == round_.id,
                Proposal.imported_code == code,
                Proposal.entry == Entry.IMPORT,
                Proposal.state == ProposalState.SUBMITTED,
            )
        )
        if code
        else None
    )
    before = queries.said_by(known) if known is not None else None
    language = said.get("language") or names.languages[0]
    if language not in LANGUAGES:
        raise Invalid(ProposalProblem.LANGUAGE_UNKNOWN, "language")
    author = " ".join(said.get("author", "").split())[:100]
    if len(author) < 2:
        raise Invalid(ProposalProblem.NAME_MISSING, "author")
    proposal = known or Proposal(
        municipality_id=round_.municipality_id,
        round_id=round_.id,
        entry=Entry.IMPORT,
        entered_by=actor.account_id,
        imported_code=code,
        author_name=author,
        language=language,
        shuffle=secrets.randbits(SHUFFLE_BITS),
        changed_at=clock.now(),
    )
    session.add(proposal)
    wording.put(session, round_, proposal, words)
    wording.check(session, round_, proposal)
    if before == queries.said_by(proposal):
        brought.same += 1
        return
    proposal.submitted_at = proposal.submitted_at or database_now(session)
    proposal.state = ProposalState.SUBMITTED
    session.flush()
    history.keep(actor, session, proposal)
    if known is None:
        brought.added += 1
    else:
        brought.changed += 1


def _words(said: Mapping[str, str], names: _Names) -> Words:
    cost = minor_units(said.get("cost", ""))
    if cost is None:
        raise Invalid(ProposalProblem.COST_BAD, "cost")
    latitude, longitude = _degrees(said.get("latitude", "")), _degrees(said.get("longitude", ""))
    envelope = said.get("envelope", "") or (next(iter(names.envelopes)) if len(names.envelopes) == 1 else "")
    return Words(
        title=said.get("title", ""),
        text=said.get("text", ""),
        beneficiaries=said.get("beneficiaries", ""),
        category_id=_choice(names.categories, said.get("category", ""), "category"),
        envelope_id=_choice(names.envelopes, envelope, "envelope"),
        district_id=_choice(names.districts, said.get("district", ""), "district"),
        address=said.get("address", ""),
        latitude=latitude if longitude is not None else None,
        longitude=longitude if latitude is not None else None,
        cost_estimate=cost,
        cost_reasoning=said.get("cost_reasoning", ""),
    )


def _choice(known: Mapping[str, int], code: str, field_: str) -> int | None:
    if code and code not in known:
        raise Invalid(ProposalProblem.UNKNOWN_CHOICE, field_)
    return known.get(code)


def _degrees(value: str) -> float | None:
    try:
        return float(value.replace(",", ".")) if value else None
    except ValueError:
        raise Invalid(ProposalProblem.PLACE_OUTSIDE, "latitude") from None


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    return cell.isoformat() if isinstance(cell, date) else str(cell).strip()
