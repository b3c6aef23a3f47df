"""Real elections in the demonstration: files of pabulib.org that somebody has downloaded; none is part of the repository."""

from pathlib import Path

from sqlalchemy.orm import Session

from pbplatform.charter.roles import operator
from pbplatform.foundation.i18n import Currency
from pbplatform.municipalities import operations, queries
from pbplatform.municipalities.models import Country
from pbplatform.municipalities.operations import MunicipalityPlan

ADDRESS = "past-elections"


def place(session: Session) -> str:
    """The address of the page under which real elections of any country stand; it is made when first needed."""
    if queries.by_slug(session, ADDRESS) is None:
        plan = MunicipalityPlan(
            slug=ADDRESS,
            names={"ka": "წარსული კენჭისყრები", "bg": "Минали гласувания", "en": "Past elections"},
            country=Country.OTHER,
            languages=("en", "ka", "bg"),
            currency=Currency.EUR,
            zone="Europe/Sofia",
            population=0,
        )
        operations.found(operator(), session, plan)
    return ADDRESS


def files(given: tuple[Path, ...], folder: str) -> list[Path]:
    """The files named on the command line, and every .pb file of a folder."""
    return [*given, *(sorted(Path(folder).glob("*.pb")) if folder else ())]
