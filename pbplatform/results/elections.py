"""What is to be counted: the frozen projects, the sealed ballots, the rule in force of every envelope.

Ballots are grouped by the text of their payload in SQL, before anything is parsed: voters with the same ballot are one
class. `contests.py` makes elections of them. Pages read this too, so nothing here loads the arrays of the tally.

Who counts as a voter of an envelope: for the whole municipality's money everybody whose ballot was counted, also those
who left it blank, because the money is theirs too; for a district's money those who chose something in it, because the
sealed ballots say nothing else of who lives there.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pbplatform.consultation import queries as consultation
from pbplatform.consultation.models import BallotFormat, Envelope, Round
from pbplatform.municipalities.models import District, Municipality
from pbplatform.results import framing, queries
from pbplatform.results.models import PastElection
from pbplatform.tally import kinds as tally
from pbplatform.tally.rules import Rule, RuleSpec, TieKind, options_of
from pbplatform.voting.models import Project, RoundSeal, SealedBallot

RESULT_FORMAT = "pbplatform-result/1"
"""The format of result.json."""

SCALE = 100
"""Money is kept in hundredths, so a unit of the currency is a hundred."""

FORMATS: Mapping[BallotFormat, tally.BallotFormat] = {
    BallotFormat.APPROVAL: tally.BallotFormat.APPROVAL,
    BallotFormat.CHOOSE_ONE: tally.BallotFormat.CHOOSE_ONE,
    BallotFormat.KNAPSACK: tally.BallotFormat.KNAPSACK,
    BallotFormat.POINTS: tally.BallotFormat.POINTS,
    BallotFormat.RANKING: tally.BallotFormat.RANKING,
}

Classes = Iterable[tuple[str, int]]
"""Payloads with the number of ballots that say just that."""


@dataclass(frozen=True)
class Frame:
    """Everything of an envelope but its ballots, as plain data: what the bundle publishes as count.json."""

    envelope: Envelope
    projects: Sequence[Project]
    election: dict[str, Any]
    options: dict[str, Any]
    blank_counts: bool


def counting_order(envelopes: Sequence[Envelope]) -> list[Envelope]:
    """Districts before the whole municipality, each in ballot order."""
    return sorted(envelopes, key=lambda e: (e.district_id is None, e.position))


def projects_of(session: Session, envelope: Envelope) -> Sequence[Project]:
    """The projects of an envelope in ballot order, the withdrawn ones among them."""
    return session.scalars(
        select(Project)
        .where(Project.municipality_id == envelope.municipality_id, Project.envelope_id == envelope.id)
        .order_by(Project.number)
    ).all()


def classes(session: Session, found: Round) -> Classes:
    """The different payloads of a round's sealed ballots with their numbers, streamed."""
    rows = session.execute(
        select(SealedBallot.payload, func.count())
        .where(SealedBallot.round_id == found.id)
        .group_by(SealedBallot.payload)
        .execution_options(yield_per=10_000)
    )
    yield from ((row[0], row[1]) for row in rows)


def ballots_of(session: Session, found: Round) -> int:
    """How many ballots were counted in a round."""
    return session.scalar(select(func.count()).where(SealedBallot.round_id == found.id)) or 0


def frames(session: Session, found: Round) -> list[Frame]:
    """The envelopes of a round in counting order, with everything the count needs but the ballots."""
    seal = queries.seal(session, found)
    envelopes = counting_order(consultation.envelopes(session, found.id))
    if seal is None:
        past = queries.past_election(session, found)
        return [_of_file(session, envelope, past) for envelope in envelopes]
    rules = json.loads(seal.rules)
    codes = {
        d.id: d.code
        for d in session.scalars(select(District).where(District.municipality_id == found.municipality_id))
    }
    return [_of_rules(session, envelope, seal, rules, codes) for envelope in envelopes]


def _of_rules(
    session: Session, envelope: Envelope, seal: RoundSeal, rules: Mapping[str, Any], codes: Mapping[int, str]
) -> Frame:
    """What the frozen rules say, whatever stands in the tables of envelopes and projects by now."""
    order = seal.tie_orders.get(str(envelope.position)) or []
    plan = framing.frame(rules, envelope.position, order)
    district = codes[envelope.district_id] if envelope.district_id else ""
    for project in plan["election"]["projects"]:
        project["district"] = district
    spec = RuleSpec.from_dict(plan["options"])
    return Frame(
        envelope, projects_of(session, envelope), plan["election"], spec.to_dict(), plan["blank_counts"]
    )


def _of_file(session: Session, envelope: Envelope, past: PastElection | None) -> Frame:
    """What the file of a past election said."""
    listed = projects_of(session, envelope)
    standing = [project for project in listed if project.withdrawn_at is None]
    groups: dict[str, list[str]] = {}
    for project in standing:
        if project.conflict_group:
            groups.setdefault(project.conflict_group, []).append(project.code)
    options = dict(envelope.rule_options)
    limits = options.pop("limits", [])
    election = {
        "budget": envelope.amount,
        "exclusive": sorted(sorted(group) for group in groups.values() if len(group) > 1),
        "format": FORMATS[envelope.ballot_format].value,
        "limits": sorted(limits, key=lambda limit: (limit["kind"], limit["name"], limit["amount"])),
        "max_length": envelope.most_choices,
        "points_scale": past.points_scale if past is not None else 1,
        "projects": [
            {
                "categories": list(project.details.get("categories") or []),
                "cost": project.cost,
                "district": project.details.get("district", ""),
                "id": project.code,
            }
            for project in standing
        ],
        "scale": SCALE,
    }
    return Frame(envelope, listed, election, _rule_of(envelope, options).to_dict(), True)


def _rule_of(envelope: Envelope, options: Mapping[str, Any]) -> RuleSpec:
    """The rule of a file with its options; raise RuleError when they mean no rule."""
    known = set(options_of(Rule(envelope.rule)))
    data = {"rule": envelope.rule, **{name: value for name, value in options.items() if name in known}}
    if "ties" not in data:
        data["ties"] = {"kind": TieKind.VOTES_COST.value}
    return RuleSpec.from_dict(data)


def round_name(session: Session, found: Round) -> str:
    """What a round is called in trackers and bundles: "municipality/round"."""
    place = session.get_one(Municipality, found.municipality_id)
    return f"{place.slug}/{found.slug}"
