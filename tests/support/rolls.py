"""Roll files read into a municipality."""

from pathlib import Path

from pbplatform.door import House
from pbplatform.foundation import clock
from pbplatform.municipalities.models import Municipality
from pbplatform.roll import operations, reading
from pbplatform.roll.models import RollImport


def an_import(house: House, place: Municipality, path: Path) -> int:
    """The number of an import that waits for its file to be read."""
    with house.database.transaction() as session:
        waiting = RollImport(
            municipality_id=place.id,
            account_id=None,
            file_name=path.name,
            file_key=None,
            columns={"headers": [], "guess": {}},
            uploaded_at=clock.now(),
            ended_at=None,
            counts=None,
        )
        session.add(waiting)
        session.flush()
        return waiting.id


def read(house: House, place: Municipality, path: Path, *, complete: bool = False) -> dict[str, int]:
    """Import a file by its guessed columns."""
    columns = reading.guess(reading.headers(path))
    number = an_import(house, place, path)
    return operations.import_file(
        house.database, house.secrets, path, place.id, columns, number, complete=complete
    )
