"""Numbers of voters in groups. Every such number, on a page, in a file or in the interface, comes from here, and has passed
the one rule about small numbers (`smallcells`)."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from pbplatform.consultation.models import Round
from pbplatform.foundation.smallcells import Cell, suppress
from pbplatform.municipalities import queries as municipalities
from pbplatform.results import queries

GROUPINGS = ("channel", "district")
NO_DISTRICT = ""


def hidden(row: Mapping[str, int]) -> dict[str, int | None]:
    """A row of numbers of voters with the small ones hidden, as plain data."""
    return {name: cell.value for name, cell in suppress(row).items()}


def turnout(session: Session, found: Round) -> dict[str, dict[str, Cell]]:
    """The final turnout by channel, and by district where the districts are known; small numbers hidden."""
    rows = {"channel": suppress(queries.turnout(session, found))}
    figures = queries.turnout_by_district(session, found)
    if figures.get("by_district"):
        codes = {str(d.id): d.code for d in municipalities.districts(session, found.municipality_id)}
        # Figures of the close have passed the rule. Earlier ones are whole tens: a nought may be up to nine people and is
        # hidden; the tens leave room enough for every other number that nothing can be found by subtraction.
        final = figures.get("final", False)
        rows["district"] = {
            codes.get(number, NO_DISTRICT): Cell(voters if final else voters or None)
            for number, voters in figures["by_district"].items()
        }
    return rows
