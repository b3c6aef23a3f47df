"""From results to budget: `adopt` gives every funded project its line under the participatory programme.

When a declared result is corrected afterwards, the lines do not follow by themselves: money is being spent on them.
`amend` lets them follow, with a public reason: who wins now gets a line, and the money of who no longer does is taken
back, so that its delivery must be ended in public.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.budget import queries
from pbplatform.budget.models import LineAmendment, ProjectLine
from pbplatform.charter.actions import Action
from pbplatform.charter.phases import RoundFacts, Step
from pbplatform.charter.policy import Subject, require
from pbplatform.charter.roles import Actor
from pbplatform.consultation import operations as rounds
from pbplatform.consultation import queries as rounds_queries
from pbplatform.consultation.models import Round
from pbplatform.consultation.steps import Walker
from pbplatform.foundation.clock import local
from pbplatform.foundation.database import database_now
from pbplatform.foundation.errors import Conflict, Invalid
from pbplatform.foundation.i18n import Currency
from pbplatform.journal.operations import record
from pbplatform.municipalities.models import Municipality
from pbplatform.results import queries as results
from pbplatform.voting.models import Project

PROGRAMME = "participatory"
"""The code of the lines' programme until officers say which of the budget's programmes pays for citizens' projects."""
FUNCTION = "06.2"
"""Community development."""


def funded(session: Session, found: Round) -> list[Project]:
    """The projects that the declared count funds; none before a declaration."""
    count = results.public_count(session, found)
    if count is None:
        return []
    codes = {
        envelope_id: set(result.outcome["funded"])
        for envelope_id, result in results.envelope_results(session, count).items()
    }
    projects = session.scalars(
        select(Project)
        .where(Project.municipality_id == found.municipality_id, Project.round_id == found.id)
        .order_by(Project.id)
    )
    return [project for project in projects if project.code in codes.get(project.envelope_id, ())]


def facts(session: Session, found: Round) -> RoundFacts:
    """What keeps the round from its delivery: no declared result. The lines themselves are made by the step."""
    undeclared = results.public_count(session, found) is None
    return replace(rounds_queries.facts_for(session, found, Step.ADOPT), missing_budget_lines=int(undeclared))


def adopt(actor: Actor | None, session: Session, found: Round) -> None:
    """Make one line per funded project, equal to its allocation, and walk the round into its delivery.

    Lines that are there already stay as they are; a line that differs from the declared result stops the step.
    """
    found = rounds.lock(session, found)
    winners = funded(session, found)
    kept = {line.project_id: line for line in lines_of(session, found)}
    maker = _Maker(session, found)
    for project in winners:
        if project.id not in kept:
            kept[project.id] = maker.line(project)
    session.flush()
    wrong = sum(kept[project.id].amount != project.cost for project in winners)
    known = facts(session, found)
    checked = replace(known, missing_budget_lines=known.missing_budget_lines + wrong)
    rounds.walk(actor, session, found, Step.ADOPT, checked)


class _Maker:
    """Makes the lines of one round."""

    def __init__(self, session: Session, found: Round) -> None:
        self.session, self.found = session, found
        self.now: datetime = database_now(session)
        place = session.get_one(Municipality, found.municipality_id)
        self.year = local(self.now, place.zone).year
        programme = queries.participatory_programme(session, found.municipality_id)
        self.programme = programme.code if programme else PROGRAMME
        self.currencies = {row.id: row.currency for row in rounds_queries.envelopes(session, found.id)}

    def line(self, project: Project) -> ProjectLine:
        """The line of a project, equal to its allocation."""
        made = ProjectLine(
            municipality_id=self.found.municipality_id,
            round_id=self.found.id,
            envelope_id=project.envelope_id,
            project_id=project.id,
            year=self.year,
            programme=self.programme,
            function=FUNCTION,
            amount=project.cost,
            currency=Currency(self.currencies[project.envelope_id]),
            adopted_at=self.now,
        )
        self.session.add(made)
        self.session.flush()
        return made


class AdoptionProblem(StrEnum):
    """Why the lines cannot follow a corrected result."""

    NOTHING_TO_AMEND = "nothing_to_amend"
    AMENDMENT_REASON_MISSING = "amendment_reason_missing"


@dataclass(frozen=True)
class Differences:
    """Where the lines of a round differ from the declared result."""

    missing: list[Project]
    """Funded now, without money on a line."""
    surplus: list[ProjectLine]
    """With money, though no longer funded."""

    def __bool__(self) -> bool:
        return bool(self.missing or self.surplus)


def differences(session: Session, found: Round) -> Differences:
    """What `amend` would change."""
    winners = {project.id: project for project in funded(session, found)}
    lines = {line.project_id: line for line in lines_of(session, found) if line.amount}
    return Differences(
        [project for key, project in winners.items() if key not in lines],
        [line for key, line in lines.items() if key not in winners],
    )


def amend(actor: Actor, session: Session, found: Round, reasons: Mapping[str, str]) -> list[LineAmendment]:
    """Let the lines follow a result that was corrected after the adoption; raise Conflict when they agree already."""
    require(actor, Action.AMEND_LINES, Subject(found.municipality_id, found.phase))
    found = rounds.lock(session, found)
    differing = differences(session, found)
    if not differing:
        raise Conflict(AdoptionProblem.NOTHING_TO_AMEND)
    place = session.get_one(Municipality, found.municipality_id)
    said = place.texts(**{language: text.strip() for language, text in reasons.items()})
    missing = next((language for language in place.languages if language not in said), None)
    if missing is not None:
        raise Invalid(AdoptionProblem.AMENDMENT_REASON_MISSING, f"reason_{missing}")
    maker = _Maker(session, found)
    kept = {line.project_id: line for line in lines_of(session, found)}
    changes: list[tuple[ProjectLine, int, int]] = []
    for project in differing.missing:
        line = kept.get(project.id) or maker.line(project)
        line.amount = project.cost
        changes.append((line, 0, project.cost))
    for line in differing.surplus:
        changes.append((line, line.amount, 0))
        line.amount = 0
    made = [
        LineAmendment(
            municipality_id=found.municipality_id,
            line_id=line.id,
            amount_before=before,
            amount_after=after,
            reasons=said,
            made_by=actor.account_id,
            made_at=maker.now,
        )
        for line, before, after in changes
    ]
    session.add_all(made)
    session.flush()
    record(
        actor,
        session,
        found.municipality_id,
        Action.AMEND_LINES,
        "round",
        found.id,
        lines={str(line.project_id): [before, after] for line, before, after in changes},
        reasons=said,
    )
    return made


def lines_of(session: Session, found: Round) -> list[ProjectLine]:
    """The lines of a round's projects."""
    return list(
        session.scalars(
            select(ProjectLine).where(
                ProjectLine.municipality_id == found.municipality_id, ProjectLine.round_id == found.id
            )
        )
    )


WALKERS = {Step.ADOPT: Walker(facts, adopt, automatic=False)}
"""The council's adoption is a decision of people; the clock never walks it."""
