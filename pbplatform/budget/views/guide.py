"""What the citizens' guide to the budget says, the same on the page and on paper."""

from typing import Any

from flask import g, request

from pbplatform import door
from pbplatform.budget import queries, showing
from pbplatform.budget.models import Axis, Side
from pbplatform.budget.words import MEASURES
from pbplatform.door import found


def guide_of(year: int) -> dict[str, Any]:
    """Everything the guide's templates need; 404 where the year has no published version."""
    session, town = door.session(), g.municipality
    versions = queries.published(session, town.id)
    version = found(queries.choose(versions, year, request.args.get("version", "")))
    measure = queries.measure_of(version, request.args.get("measure", ""))
    programmes = queries.programmes(session, town.id)
    namer = showing.Namer(town.languages[0], programmes, {}, {}, queries.code_names(session, town.id))
    tops = queries.tops(session, version.id)
    sums: dict[str, list[showing.Part]] = {}
    for side, axis in (
        (Side.REVENUE, Axis.ECONOMIC),
        (Side.EXPENDITURE, Axis.FUNCTION),
        (Side.EXPENDITURE, Axis.PROGRAMME),
    ):
        name = f"{side.value}_{axis.value}"
        sums[name] = []
        if (side, axis) in tops:
            here, below = tops[side, axis]
            whole: int = getattr(here, measure) or 0
            sums[name] = showing.parts(below, axis, measure, whole, version.population, namer)
    return {
        "version": version,
        "measure": MEASURES[measure],
        "sums": sums,
        "areas": showing.treemap(sums["expenditure_function"]),
        "totals": {side: int(amounts.get(measure, 0)) for side, amounts in version.totals.items()},
        "programmes": programmes,
        "project_lines": queries.project_lines(session, town.id, year=year),
    }
