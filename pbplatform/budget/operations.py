"""Bringing in, mapping and publishing a budget; explaining its programmes."""

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.budget import guessing, layout, mapping, work
from pbplatform.budget.models import (
    Axis,
    BudgetImport,
    BudgetMapping,
    BudgetVersion,
    CodeName,
    ImportState,
    Programme,
    Side,
    Stage,
)
from pbplatform.charter.actions import Action
from pbplatform.charter.policy import Subject, require
from pbplatform.charter.roles import Actor
from pbplatform.foundation import clock
from pbplatform.foundation.crypto import digest, token
from pbplatform.foundation.errors import Conflict, Invalid
from pbplatform.foundation.files import Files
from pbplatform.foundation.i18n import Currency
from pbplatform.foundation.jobs import Jobs
from pbplatform.foundation.sheets import LARGEST_FILE, SheetProblem
from pbplatform.journal.operations import record
from pbplatform.municipalities.models import Municipality


class BudgetProblem(StrEnum):
    """Why a decision on the budget cannot stand."""

    QUARTER_NEEDED = "quarter_needed"
    QUARTER_ONLY_FOR_EXECUTION = "quarter_only_for_execution"
    NO_AMOUNT = "no_amount"
    COLUMN_TWICE = "column_twice"
    NO_SORTING = "no_sorting"
    EXPLANATION_NEEDED = "explanation_needed"


@dataclass(frozen=True)
class ImportPlan:
    """What the officer says of a file when bringing it in; declared totals are minor units."""

    file_name: str
    content: bytes
    year: int
    stage: Stage
    quarter: int | None
    currency: Currency
    declared_revenue: int | None = None
    declared_expenditure: int | None = None


def bring(
    actor: Actor, session: Session, jobs: Jobs, files: Files, place: Municipality, plan: ImportPlan
) -> BudgetImport:
    """Take in a file and have it read in the background."""
    require(actor, Action.IMPORT_BUDGET, Subject(place.id))
    if (plan.stage is Stage.EXECUTED) != (plan.quarter is not None):
        problem = (
            BudgetProblem.QUARTER_NEEDED if plan.quarter is None else BudgetProblem.QUARTER_ONLY_FOR_EXECUTION
        )
        raise Invalid(problem, "quarter")
    if not plan.content:
        raise Invalid(SheetProblem.EMPTY, "file")
    if len(plan.content) > LARGEST_FILE:
        raise Invalid(SheetProblem.TOO_LARGE, "file", most=LARGEST_FILE // 1024 // 1024)
    key = f"budget/{place.id}/{token(12)}"
    files.put(key, plan.content)
    brought = BudgetImport(
        municipality_id=place.id,
        file_key=key,
        file_name=plan.file_name[:255] or "budget",
        file_hash=digest(plan.content),
        year=plan.year,
        stage=plan.stage,
        quarter=plan.quarter,
        currency=plan.currency,
        declared_revenue=plan.declared_revenue,
        declared_expenditure=plan.declared_expenditure,
        found={},
        mapping={},
        report={},
        brought_by=actor.account_id,
        brought_at=clock.now(),
    )
    session.add(brought)
    session.flush()
    job = jobs.enqueue(session, work.READ, {"import_id": brought.id}, place.id, actor.account_id)
    brought.job_id = job.id
    session.flush()
    return brought


def _hold(session: Session, brought: BudgetImport) -> None:
    """Of two officers who decide on an import at once, the second finds what the first has made of it."""
    session.flush()
    session.refresh(brought, with_for_update=True)


def choose_sheet(
    actor: Actor, session: Session, files: Files, brought: BudgetImport, sheet: int, header: int
) -> None:
    """Take another sheet of the file, or another row as its headings; what was said of the columns begins anew."""
    require(actor, Action.IMPORT_BUDGET, Subject(brought.municipality_id))
    _hold(session, brought)
    if brought.state in (ImportState.PUBLISHED, ImportState.DISCARDED, ImportState.CHECKING):
        raise Conflict
    workbook = work.unpack(files.get(work.rows_key(brought.file_key)))
    chosen = workbook.sheets[sheet]
    understood = layout.understand(chosen, min(header, len(chosen.rows) - 1))
    brought.found = layout.describe(understood, workbook, sheet)
    kept = work.remembered(session, brought.municipality_id, understood)
    brought.mapping = kept or guessing.first_guess(understood, chosen.rows)
    brought.state = ImportState.MAPPING
    session.flush()


def say_columns(
    actor: Actor, session: Session, jobs: Jobs, brought: BudgetImport, said: mapping.Mapping, *, final: bool
) -> None:
    """Keep what the columns mean, for this file and for the next with the same headings; when final, have it checked."""
    require(actor, Action.IMPORT_BUDGET, Subject(brought.municipality_id))
    _hold(session, brought)
    if brought.state in (ImportState.PUBLISHED, ImportState.DISCARDED, ImportState.CHECKING):
        raise Conflict
    if not any(said.column(meaning) is not None for meaning in mapping.MONEY):
        raise Invalid(BudgetProblem.NO_AMOUNT, "planned")
    used = list(said.columns.values())
    if len(used) != len(set(used)):
        twice = next(name for name, index in said.columns.items() if used.count(index) > 1)
        raise Invalid(BudgetProblem.COLUMN_TWICE, twice)
    if said.sort_by and said.sort_by not in said.columns:
        raise Invalid(BudgetProblem.NO_SORTING, "sort_by")
    brought.mapping = said.kept()
    _remember(session, brought, said)
    brought.state = ImportState.CHECKING if final else ImportState.MAPPING
    if final:
        job = jobs.enqueue(
            session, work.CHECK, {"import_id": brought.id}, brought.municipality_id, actor.account_id
        )
        brought.job_id = job.id
    session.flush()


def _remember(session: Session, brought: BudgetImport, said: mapping.Mapping) -> None:
    headings = brought.found["headings_hash"]
    kept = session.scalar(
        select(BudgetMapping).where(
            BudgetMapping.municipality_id == brought.municipality_id,
            BudgetMapping.headings_hash == headings,
        )
    )
    if kept is None:
        kept = BudgetMapping(municipality_id=brought.municipality_id, headings_hash=headings)
        session.add(kept)
    kept.mapping = said.kept()


def needs_explanation(brought: BudgetImport) -> bool:
    """Whether the public is owed a word: totals that differ, or amounts below zero."""
    return bool(
        brought.report.get("totals_differing") or brought.report.get("negatives") or differences(brought)
    )


def differences(brought: BudgetImport) -> dict[str, int]:
    """Side → what the declared total is more than the sum of the lines, where they differ."""
    found = {}
    for side, declared in brought.declared.items():
        summed = brought.report.get("totals", {}).get(side, {})
        total = int(summed.get("adjusted") or summed.get("planned") or 0)
        if brought.stage in (Stage.DRAFT, Stage.ADOPTED):
            total = int(summed.get("planned") or 0)
        if declared != total:
            found[side] = declared - total
    return found


def publish(
    actor: Actor, session: Session, brought: BudgetImport, explanations: MappingOf[str, str]
) -> BudgetVersion:
    """Publish the draft version of an import; what does not reconcile needs a public word in every language."""
    require(actor, Action.PUBLISH_BUDGET, Subject(brought.municipality_id))
    _hold(session, brought)
    if brought.state is not ImportState.READY or brought.version_id is None:
        raise Conflict
    place = session.get_one(Municipality, brought.municipality_id)
    said = place.texts(**explanations)
    if needs_explanation(brought) and len(said) < len(place.languages):
        missing = next(language for language in place.languages if language not in said)
        raise Invalid(BudgetProblem.EXPLANATION_NEEDED, f"explanation_{missing}")
    version = session.get_one(BudgetVersion, brought.version_id)
    version.explanations = said
    version.published_at, version.published_by = clock.now(), actor.account_id
    brought.state = ImportState.PUBLISHED
    session.flush()
    record(
        actor,
        session,
        place.id,
        Action.PUBLISH_BUDGET,
        "budget_version",
        version.id,
        year=version.year,
        number=version.number,
        stage=version.stage,
        file=version.file_hash,
        totals=version.totals,
        explained=bool(said),
    )
    return version


def discard(actor: Actor, session: Session, brought: BudgetImport) -> None:
    """Give up an import; its draft version goes."""
    require(actor, Action.IMPORT_BUDGET, Subject(brought.municipality_id))
    _hold(session, brought)
    if brought.state is ImportState.PUBLISHED:
        raise Conflict
    work.forget_draft(session, brought)
    brought.state = ImportState.DISCARDED
    session.flush()


def name_codes(
    actor: Actor,
    session: Session,
    place: Municipality,
    given: MappingOf[tuple[Side, Axis, str], MappingOf[str, str]],
) -> int:
    """Name economic codes and institutions in other languages than their file's; give how many names changed."""
    require(actor, Action.DESCRIBE_PROGRAMME, Subject(place.id))
    kept = {
        (row.side, row.axis, row.code): row
        for row in session.scalars(select(CodeName).where(CodeName.municipality_id == place.id))
    }
    changed = []
    for (side, axis, code), texts in given.items():
        names = place.texts(**texts)
        row = kept.get((side, axis, code))
        if names == (row.names if row else {}):
            continue
        if row is None:
            row = CodeName(municipality_id=place.id, side=side, axis=axis, code=code, names={})
            session.add(row)
        row.names = names
        changed.append(f"{side.value} {axis.value} {code}")
    session.flush()
    if changed:
        record(
            actor, session, place.id, Action.DESCRIBE_PROGRAMME, "budget_code_name", place.id, codes=changed
        )
    return len(changed)


def describe_programme(
    actor: Actor,
    session: Session,
    place: Municipality,
    code: str,
    titles: MappingOf[str, str],
    notes: MappingOf[str, str],
    *,
    participatory: bool,
) -> Programme:
    """Say in plain words what a programme does, and whether it pays for citizens' projects."""
    require(actor, Action.DESCRIBE_PROGRAMME, Subject(place.id))
    found = session.scalar(
        select(Programme).where(Programme.municipality_id == place.id, Programme.code == code)
    )
    if found is None:
        found = Programme(municipality_id=place.id, code=code, titles={}, notes={})
        session.add(found)
    found.titles, found.notes = place.texts(**titles), place.texts(**notes)
    if participatory:
        others = select(Programme).where(Programme.municipality_id == place.id, Programme.participatory)
        for other in session.scalars(others):
            other.participatory = False
    found.participatory = participatory
    session.flush()
    details: dict[str, Any] = {"code": code, "participatory": participatory}
    record(actor, session, place.id, Action.DESCRIBE_PROGRAMME, "budget_programme", found.id, **details)
    return found
