"""Rounds for tests, made through the models: with windows around now, one city-wide envelope and one category."""

from datetime import datetime, timedelta
from itertools import count

from sqlalchemy.orm import Session

from pbplatform.charter.phases import Kind, Phase
from pbplatform.consultation import settings
from pbplatform.consultation.models import BallotFormat, Category, Envelope, Round, Window
from pbplatform.consultation.settings import RoundSettings
from pbplatform.consultation.timeline import planned_phases
from pbplatform.foundation import clock
from pbplatform.municipalities.models import District, Municipality

_numbers = count(1)


def a_round(
    session: Session,
    place: Municipality,
    phase: Phase = Phase.SUBMISSION,
    *,
    slug: str | None = None,
    now: datetime | None = None,
    own: RoundSettings | None = None,
) -> Round:
    """A budgeting round in a phase that began ten days ago and lasts twenty days more; a draft opens tomorrow."""
    own = own or RoundSettings(support_phase=phase is Phase.SUPPORT)
    number = next(_numbers)
    found = Round(
        municipality_id=place.id,
        slug=slug or f"round-{number}",
        kind=Kind.BUDGETING,
        phase=phase,
        titles={language: f"Round {number} {language}" for language in place.languages},
        summaries={language: f"Summary {language}" for language in place.languages},
        texts={language: f"Text {language}" for language in place.languages},
        settings=settings.write(own),
        announced_at=None,
        cancel_reasons={},
        imported_from=None,
        created_at=clock.now(),
    )
    session.add(found)
    session.flush()
    set_windows(session, found, own, now or clock.now())
    an_envelope(session, found, place)
    session.add(
        Category(
            municipality_id=place.id,
            round_id=found.id,
            code="parks",
            names=dict.fromkeys(place.languages, "Parks"),
            most_choices=None,
        )
    )
    session.flush()
    return found


def set_windows(session: Session, found: Round, own: RoundSettings, now: datetime) -> None:
    """Thirty days for every planned phase, so that the present one began ten days before `now`."""
    phases = planned_phases(found.kind, own)
    if found.phase in phases:
        start = now - timedelta(days=10 + 30 * phases.index(found.phase))
    elif found.phase is Phase.DRAFT:
        start = now + timedelta(days=1)
    else:
        start = now - timedelta(days=10 + 30 * len(phases))
    for number, phase in enumerate(phases):
        session.add(
            Window(
                municipality_id=found.municipality_id,
                round_id=found.id,
                phase=phase,
                opens_at=start + timedelta(days=30 * number),
                closes_at=start + timedelta(days=30 * (number + 1)),
            )
        )
    session.flush()


def an_envelope(
    session: Session,
    found: Round,
    place: Municipality,
    district: District | None = None,
    amount: int = 10_000_000,
    ballot_format: BallotFormat = BallotFormat.APPROVAL,
    position: int = 1,
) -> Envelope:
    """An envelope of a round, city-wide unless a district is given; approval of up to five by default."""
    envelope = Envelope(
        municipality_id=place.id,
        round_id=found.id,
        district_id=district.id if district else None,
        position=position,
        names=dict.fromkeys(place.languages, "District" if district else "Whole town"),
        amount=amount,
        currency=place.currency,
        lowest_cost=0,
        highest_cost=None,
        ballot_format=ballot_format,
        fewest_choices=1,
        most_choices=5 if ballot_format is BallotFormat.APPROVAL else None,
        points=10 if ballot_format is BallotFormat.POINTS else None,
        rule_options={},
        threshold=None,
        support_threshold=None,
    )
    session.add(envelope)
    session.flush()
    return envelope
