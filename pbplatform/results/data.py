"""Projects on the ballot, results and turnout as data. Counts stand here from the declaration on, as on the pages."""

from collections.abc import Iterator
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.charter.phases import Phase
from pbplatform.consultation import queries as consultation
from pbplatform.consultation.models import Category, Envelope, Round
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
    slice_of,
)
from pbplatform.results import queries, statistics
from pbplatform.results.models import Count, EnvelopeResult
from pbplatform.voting.models import Project

ON_THE_BALLOT = frozenset({Phase.VOTING, Phase.COUNTING, Phase.RESULTS, Phase.IMPLEMENTATION, Phase.CLOSED})


def on_the_ballot(found: Round) -> bool:
    """Whether the list of projects is public: from the opening of the vote on."""
    return found.phase in ON_THE_BALLOT or found.imported_from is not None


def _projects(session: Session, asked: Asked) -> Iterator[Row]:
    if not on_the_ballot(asked.found):
        return
    row = queries.public_count(session, asked.found)
    results = queries.envelope_results(session, row) if row else {}
    places = {
        envelope_id: {code: place for place, code in enumerate(result.outcome["funded"], 1)}
        for envelope_id, result in results.items()
    }
    statement = (
        select(Project, Envelope.position, Envelope.currency, Category.code)
        .join(Envelope, Envelope.id == Project.envelope_id)
        .outerjoin(Category, Category.id == Project.category_id)
        .where(Project.municipality_id == asked.municipality.id, Project.round_id == asked.found.id)
    )
    for project, position, currency, category in page(session, statement, Project.id, asked):
        result = results.get(project.envelope_id)
        figures: Any = result.figures if result else {"votes": {}, "points": {}}
        place = places.get(project.envelope_id, {}).get(project.code)
        yield (
            project.id,
            {
                "envelope": position,
                "project": project.code,
                "number": project.number,
                "proposal": project.proposal_id,
                "titles": project.titles,
                "summaries": project.summaries,
                "category": category or next(iter(project.details.get("categories") or []), None),
                "cost": project.cost,
                "currency": currency,
                "latitude": project.latitude,
                "longitude": project.longitude,
                "withdrawn": project.withdrawn_at is not None,
                "votes": figures["votes"].get(project.code),
                "points": figures["points"].get(project.code),
                "funded": (place is not None) if result else None,
                "place": place,
            },
        )


PROJECTS = Resource(
    name="projects",
    title=_l("Projects"),
    about=_l("The projects on the ballot, with their cost and, once it is declared, their result."),
    public_when=_l("The list from the opening of the vote, votes and results from the declaration on."),
    fields=(
        Field("envelope", Holds.WHOLE, _l("The envelope whose money it asks for."), 1),
        Field(
            "project",
            Holds.TEXT,
            _l("The code of the project in ballots and files; unique in its envelope."),
            "1.7",
        ),
        Field("number", Holds.WHOLE, _l("The number on the ballot."), 7),
        Field("proposal", Holds.WHOLE, _l("The proposal that it came from."), 42, empty=True),
        Field("titles", Holds.TEXTS, _l("The title in each language."), {"en": "A playground for Vake"}),
        Field("summaries", Holds.TEXTS, _l("What it is about, in a few words."), {"en": "A safe place"}),
        Field("category", Holds.TEXT, _l("The code of its category."), "parks", empty=True),
        Field("cost", Holds.MONEY, _l("What it costs."), 1_350_000),
        CURRENCY,
        LATITUDE,
        LONGITUDE,
        Field(
            "withdrawn",
            Holds.YES_NO,
            _l("Whether it was withdrawn after the list was fixed, and so not counted."),
            False,
        ),
        Field("votes", Holds.WHOLE, _l("On how many ballots it stands."), 412, empty=True),
        Field(
            "points",
            Holds.WHOLE,
            _l("How many points it received, where voters give points or ranks."),
            412,
            empty=True,
        ),
        Field("funded", Holds.YES_NO, _l("Whether it won."), True, empty=True),
        Field("place", Holds.WHOLE, _l("Its place in the order of winning, from 1."), 3, empty=True),
    ),
    rows=_projects,
)


def _results(session: Session, asked: Asked) -> Iterator[Row]:
    row = queries.public_count(session, asked.found)
    if row is None:
        return
    results = queries.envelope_results(session, row)
    yield from slice_of(
        (
            _result(envelope, results[envelope.id], row)
            for envelope in consultation.envelopes(session, asked.found.id)
            if envelope.id in results
        ),
        asked,
    )


def _result(envelope: Envelope, result: EnvelopeResult, row: Count) -> dict[str, Any]:
    outcome = result.outcome
    shares = statistics.hidden({key: int(number) for key, number in result.figures["shares"].items()})
    return {
        "envelope": envelope.position,
        "names": envelope.names,
        "rule": outcome["options"]["rule"],
        "rule_options": {name: value for name, value in outcome["options"].items() if name != "rule"},
        "ballots": outcome["ballots"],
        "budget": envelope.amount,
        "spent": outcome["cost"],
        "currency": envelope.currency,
        "funded": outcome["funded"],
        "not_funded": [
            {"project": why["project"], "reason": why["reason"], "have": why["have"], "need": why["need"]}
            for why in outcome["unfunded"]
        ],
        "voters_by_won_choices": shares,
        "count": row.number,
        "result_hash": row.result_hash,
        "declared_at": row.declared_at,
    }


RESULTS = Resource(
    name="results",
    title=_l("Results"),
    about=_l("What was decided with each envelope, by which rule, and why the others did not win."),
    public_when=_l("From the declaration of the result on."),
    fields=(
        Field("envelope", Holds.WHOLE, _l("The place of the envelope on the ballot, from 1."), 1),
        Field("names", Holds.TEXTS, _l("The name in each language."), {"en": "The whole city"}),
        Field("rule", Holds.TEXT, _l("The rule of counting."), "equal-shares"),
        Field("rule_options", Holds.DATA, _l("Its options in this count."), {"completion": "add-one"}),
        Field("ballots", Holds.WHOLE, _l("How many voters share this money."), 12_480),
        Field("budget", Holds.MONEY, _l("The sum of money."), 50_000_000),
        Field("spent", Holds.MONEY, _l("What the projects that won cost together."), 48_700_000),
        CURRENCY,
        Field("funded", Holds.CODES, _l("The projects that won, in the order of winning."), ["1.7", "1.2"]),
        Field(
            "not_funded",
            Holds.DATA,
            _l("Each other project, with the reason and what it had of what it needed (exact fractions)."),
            [{"project": "1.3", "reason": "supporters-money", "have": "91000/1", "need": "120000"}],
        ),
        Field(
            "voters_by_won_choices",
            Holds.DATA,
            _l("How many voters have so many winning projects; numbers below ten are hidden (null)."),
            {"0": 1200, "1": 5000, "2": 6280},
        ),
        Field("count", Holds.WHOLE, _l("The number of the count; a correction has the next one."), 1),
        Field("result_hash", Holds.TEXT, _l("The fingerprint (SHA-256) of result.json."), "9f86d081…"),
        Field(
            "declared_at",
            Holds.MOMENT,
            _l("When it was declared; empty for a past election."),
            "2026-10-20T09:00:00+00:00",
            empty=True,
        ),
    ),
    rows=_results,
)


def _turnout(session: Session, asked: Asked) -> Iterator[Row]:
    if queries.public_count(session, asked.found) is None:
        return
    yield from slice_of(
        (
            {"by": by, "group": name, "voters": cell.value}
            for by, cells in statistics.turnout(session, asked.found).items()
            for name, cell in cells.items()
        ),
        asked,
    )


TURNOUT = Resource(
    name="turnout",
    title=_l("Turnout"),
    about=_l("How many people voted, by channel and by district."),
    public_when=_l("From the declaration of the result on. Numbers of people below ten are hidden."),
    fields=(
        Field(
            "by",
            Holds.TEXT,
            _l("How the voters are grouped."),
            "channel",
            among=tuple(statistics.GROUPINGS),
        ),
        Field("group", Holds.TEXT, _l("The channel, or the code of the district."), "online"),
        Field(
            "voters",
            Holds.WHOLE,
            _l("How many voted; null where the number is hidden."),
            11_204,
            empty=True,
        ),
    ),
    rows=_turnout,
)

RESOURCES = (PROJECTS, RESULTS, TURNOUT)
