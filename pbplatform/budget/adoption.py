"""From results to budget: `adopt` gives every funded project its line under the participatory programme."""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.budget import queries
from pbplatform.budget.models import ProjectLine
from pbplatform.charter.phases import RoundFacts, Step
from pbplatform.charter.roles import Actor
from pbplatform.consultation import operations as rounds
from pbplatform.consultation import queries as rounds_queries
from pbplatform.consultation.models import Round
from pbplatform.consultation.steps import Walker
from pbplatform.foundation.database import database_now
from pbplatform.foundation.i18n import Currency
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
    programme = queries.participatory_programme(session, found.municipality_id)
    kept = {line.project_id: line for line in lines_of(session, found)}
    currencies = {row.id: row.currency for row in rounds_queries.envelopes(session, found.id)}
    now = database_now(session)
    for project in winners:
        if project.id in kept:
            continue
        line = ProjectLine(
            municipality_id=found.municipality_id,
            round_id=found.id,
            envelope_id=project.envelope_id,
            project_id=project.id,
            year=now.year,
            programme=programme.code if programme else PROGRAMME,
            function=FUNCTION,
            amount=project.cost,
            currency=Currency(currencies[project.envelope_id]),
            adopted_at=now,
        )
        session.add(line)
        kept[project.id] = line
    session.flush()
    wrong = sum(kept[project.id].amount != project.cost for project in winners)
    known = facts(session, found)
    checked = replace(known, missing_budget_lines=known.missing_budget_lines + wrong)
    rounds.walk(actor, session, found, Step.ADOPT, checked)


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
