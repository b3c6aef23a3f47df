"""The rounds, envelopes and districts of a municipality as data."""

from collections.abc import Iterator
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from pbplatform.charter.phases import Kind, Phase
from pbplatform.consultation import queries
from pbplatform.consultation.models import BallotFormat, Envelope, Round
from pbplatform.consultation.publishing import CURRENCY, Asked, Field, Holds, Resource, Row, page
from pbplatform.municipalities.models import District

_TITLES = {"en": "Participatory budget 2026", "ka": "მონაწილეობითი ბიუჯეტი 2026"}


def _rounds(session: Session, asked: Asked) -> Iterator[Row]:
    statement = select(Round).where(
        Round.municipality_id == asked.municipality.id,
        or_(Round.phase != Phase.DRAFT, Round.announced_at.is_not(None)),
    )
    shown = [found for (found,) in page(session, statement, Round.id, asked)]
    windows = queries.windows_of(session, asked.municipality.id, [found.id for found in shown])
    for found in shown:
        yield (
            found.id,
            {
                "round": found.slug,
                "kind": found.kind.value,
                "phase": found.phase.value,
                "titles": found.titles,
                "summaries": found.summaries,
                "windows": [
                    {
                        "phase": w.phase.value,
                        "opens_at": w.opens_at.isoformat(),
                        "closes_at": w.closes_at.isoformat(),
                    }
                    for w in windows[found.id]
                ],
                "past_election": found.imported_from is not None,
                "cancel_reasons": found.cancel_reasons,
                "created_at": found.created_at,
            },
        )


ROUNDS = Resource(
    name="rounds",
    title=_l("Rounds"),
    about=_l("Every participatory budget and every consultation, with its phase and its dates."),
    public_when=_l("From the day on which the municipality announces a round."),
    of_round=False,
    fields=(
        Field("round", Holds.TEXT, _l("The short name of the round; it stands in addresses."), "budget-2026"),
        Field(
            "kind",
            Holds.TEXT,
            _l("Whether citizens decide on money or are asked about a text."),
            "budgeting",
            among=tuple(Kind),
        ),
        Field("phase", Holds.TEXT, _l("What is open now."), "voting", among=tuple(Phase)),
        Field("titles", Holds.TEXTS, _l("The title in each language."), _TITLES),
        Field("summaries", Holds.TEXTS, _l("What it is about, in a few words."), {"en": "Ideas for parks"}),
        Field(
            "windows",
            Holds.DATA,
            _l("The planned dates of each phase, in coordinated universal time."),
            [
                {
                    "phase": "voting",
                    "opens_at": "2026-10-01T06:00:00+00:00",
                    "closes_at": "2026-10-14T20:00:00+00:00",
                }
            ],
        ),
        Field(
            "past_election",
            Holds.YES_NO,
            _l("Whether the round was brought in from the published file of a past election."),
            False,
        ),
        Field(
            "cancel_reasons",
            Holds.TEXTS,
            _l("Why the round was cancelled; empty while it was not."),
            {},
        ),
        Field("created_at", Holds.MOMENT, _l("When the round was set up."), "2026-01-15T08:00:00+00:00"),
    ),
    rows=_rounds,
)


def _envelopes(session: Session, asked: Asked) -> Iterator[Row]:
    statement = (
        select(Envelope, District.code)
        .outerjoin(District, District.id == Envelope.district_id)
        .where(Envelope.municipality_id == asked.municipality.id, Envelope.round_id == asked.found.id)
    )
    for envelope, district in page(session, statement, Envelope.position, asked):
        yield (
            envelope.position,
            {
                "envelope": envelope.position,
                "names": envelope.names,
                "district": district,
                "amount": envelope.amount,
                "currency": envelope.currency,
                "ballot_format": envelope.ballot_format.value,
                "fewest_choices": envelope.fewest_choices,
                "most_choices": envelope.most_choices,
                "points": envelope.points,
                "rule": envelope.rule,
                "rule_options": _options(envelope),
            },
        )


def _options(envelope: Envelope) -> dict[str, Any]:
    """The declared options; an announced order for ties is told with the result, where it can be checked."""
    return {name: value for name, value in envelope.rule_options.items() if name != "ties"}


ENVELOPES = Resource(
    name="envelopes",
    title=_l("Envelopes"),
    about=_l("The sums of money of a round, each with its ballot and its rule of counting."),
    public_when=_l("From the day on which the municipality announces a round."),
    fields=(
        Field("envelope", Holds.WHOLE, _l("The place of the envelope on the ballot, from 1."), 1),
        Field("names", Holds.TEXTS, _l("The name in each language."), {"en": "The whole city"}),
        Field(
            "district",
            Holds.TEXT,
            _l("The code of the district; empty for the whole municipality."),
            None,
            empty=True,
        ),
        Field("amount", Holds.MONEY, _l("The sum of money."), 50_000_000),
        CURRENCY,
        Field(
            "ballot_format",
            Holds.TEXT,
            _l("How voters say what they want."),
            "approval",
            among=tuple(BallotFormat),
        ),
        Field("fewest_choices", Holds.WHOLE, _l("How many projects a voter must choose at least."), 1),
        Field(
            "most_choices", Holds.WHOLE, _l("How many projects a voter may choose at most."), 5, empty=True
        ),
        Field("points", Holds.WHOLE, _l("How many points a voter may give."), None, empty=True),
        Field("rule", Holds.TEXT, _l("The rule of counting."), "equal-shares"),
        Field(
            "rule_options",
            Holds.DATA,
            _l("The options of the rule that were announced."),
            {"completion": "add-one"},
        ),
    ),
    rows=_envelopes,
)


def _districts(session: Session, asked: Asked) -> Iterator[Row]:
    statement = select(District).where(District.municipality_id == asked.municipality.id)
    for (district,) in page(session, statement, District.id, asked):
        yield (
            district.id,
            {
                "district": district.code,
                "names": district.names,
                "population": district.population,
                "outline": district.outline,
            },
        )


DISTRICTS = Resource(
    name="districts",
    title=_l("Districts"),
    about=_l("The parts of the municipality, with their outlines."),
    public_when=_l("Always."),
    of_round=False,
    outline="outline",
    fields=(
        Field("district", Holds.TEXT, _l("The code of the district."), "old-town"),
        Field("names", Holds.TEXTS, _l("The name in each language."), {"en": "Old Town"}),
        Field("population", Holds.WHOLE, _l("Residents."), 12_400),
        Field(
            "outline",
            Holds.DATA,
            _l("The outline as a GeoJSON geometry, longitude before latitude (WGS 84)."),
            None,
            empty=True,
        ),
    ),
    rows=_districts,
)

RESOURCES = (ROUNDS, ENVELOPES, DISTRICTS)
