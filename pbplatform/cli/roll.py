"""`pbplatform roll import`: a voter roll from a file straight into the database, with progress and the bad lines listed."""

from collections.abc import Callable
from pathlib import Path

import click

from pbplatform.charter.roles import operator
from pbplatform.cli import setting
from pbplatform.foundation.crypto import SecretFolder
from pbplatform.foundation.errors import Invalid
from pbplatform.municipalities import queries as municipalities
from pbplatform.roll import operations, queries, reading
from pbplatform.roll.reading import NEEDED, Column

MOST_SHOWN = 20
COLUMNS = ", ".join(column.value for column in Column)


@click.group()
def roll() -> None:
    """The voter roll of a municipality."""


@roll.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--municipality", required=True, metavar="SLUG")
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="NUMBER=MEANING",
    help=f"columns from 1; meanings: {COLUMNS}",
)
@click.option("--complete", is_flag=True, help="the file is the whole roll: whoever is not in it has left")
def import_roll(file: Path, municipality: str, columns: tuple[str, ...], complete: bool) -> None:
    """Read a CSV or XLSX FILE into the roll. Good lines are taken, bad ones listed; repeating it changes nothing."""
    config, database = setting.config(), setting.database()
    try:
        headers = reading.headers(file)
    except reading.Unreadable:
        raise click.ClickException(f"{file.name} cannot be read: save it as CSV or XLSX") from None
    chosen = _chosen(columns, headers)
    for number, meaning in chosen.items():
        click.echo(f"column {int(number) + 1} ({headers[int(number)]}): {meaning}")
    with database.transaction() as session:
        place = municipalities.by_slug(session, municipality)
        if place is None:
            raise click.ClickException(f"there is no municipality {municipality!r}")
        try:
            waiting = operations.begin_import(
                operator(place.id), session, file.name, headers, complete=complete
            )
        except Invalid:
            raise click.ClickException(f"{file.name} has no line of headings: put one above it") from None
        place_id, import_id = place.id, waiting.id
    counts = operations.import_file(
        database,
        SecretFolder(config.secrets_dir),
        file,
        place_id,
        chosen,
        import_id,
        complete=complete,
        tell=_telling(),
    )
    click.echo("\r" + ", ".join(f"{name} {number:,}" for name, number in counts.items()))
    with database.read() as session:
        done = queries.roll_import(session, place_id, import_id)
        told = done.counts or {} if done else {}
        if told.get("broken"):
            click.echo("the file could not be read to its end; what was read has been taken", err=True)
        if told.get("nobody_removed"):
            click.echo(
                "nobody was taken off the roll: the file does not tell who has left, because some of its lines "
                "have no personal number or a wrong one, or it has no lines at all",
                err=True,
            )
        for fault in queries.faults(session, import_id, most=MOST_SHOWN):
            click.echo(f"line {fault.line}: {fault.cause.value}", err=True)
    if counts["bad"] > MOST_SHOWN:
        click.echo(
            f"and {counts['bad'] - MOST_SHOWN:,} more; the page of import {import_id} lists them", err=True
        )


def _chosen(columns: tuple[str, ...], headers: list[str]) -> dict[str, str]:
    """What each column holds: as told, else as its heading says."""
    found = {} if columns else reading.guess(headers)
    for said in columns:
        number, _, meaning = said.partition("=")
        if not (number.isdecimal() and 1 <= int(number) <= len(headers)):
            raise click.ClickException(f"{said!r}: the file has the columns 1 to {len(headers)}")
        if meaning not in set(Column) or meaning in found.values():
            raise click.ClickException(f"{said!r}: each of these can be given once: {COLUMNS}")
        found[str(int(number) - 1)] = meaning
    lacking = [needed.value for needed in NEEDED if needed.value not in found.values()]
    if lacking:
        raise click.ClickException(
            f"say which column holds {' and '.join(lacking)}, such as --column 1={lacking[0]}"
        )
    return found


def _telling() -> Callable[[int], None]:
    def tell(done: int) -> None:
        click.echo(f"\r{done:,} lines", nl=False)

    return tell
