"""`pbplatform import-election` and `pbplatform export-election`: past elections in, any public round out."""

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import IO

import click
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from pbplatform.charter.roles import operator
from pbplatform.cli import setting
from pbplatform.consultation import queries as consultation
from pbplatform.foundation.database import Database
from pbplatform.foundation.errors import Conflict, Invalid
from pbplatform.foundation.files import whole
from pbplatform.municipalities import queries as municipalities
from pbplatform.municipalities.models import Municipality
from pbplatform.results import exporting, official, operations, queries
from pbplatform.results.imports import Source
from pbplatform.results.imports import import_election as bring_in
from pbplatform.results.models import ImportProblem
from pbplatform.tally.faults import FileFaults

SENTENCES = {
    ImportProblem.TWICE: "this election is there already",
    ImportProblem.TOO_FINE: "its amounts have more than two decimal places",
    ImportProblem.CODE_TOO_LONG: "the project id %(project)s… is too long",
    ImportProblem.UNKNOWN_PROJECT: "there is no project %(project)s to exclude",
}


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--municipality", required=True, metavar="SLUG")
@click.option("--language", help="the language of its texts, when the file does not say")
@click.option(
    "--exclusive", multiple=True, metavar="A,B", help="projects that exclude each other; may be repeated"
)
def import_election(file: Path, municipality: str, language: str | None, exclusive: tuple[str, ...]) -> None:
    """Make a past election of a Pabulib FILE a round of a municipality, count it and compare with its outcome."""
    groups = tuple(tuple(code.strip() for code in group.split(",")) for group in exclusive)
    click.echo(brought_in(setting.database(), file, municipality, language, groups))


def brought_in(
    database: Database,
    file: Path,
    municipality: str,
    language: str | None = None,
    groups: tuple[tuple[str, ...], ...] = (),
) -> str:
    """Import and count one file in a transaction of its own; a sentence that says what came out."""
    try:
        with database.transaction() as session:
            place = municipalities.by_slug(session, municipality)
            if place is None:
                raise click.ClickException(f"there is no municipality {municipality!r}")
            return _imported(session, place, Source(file.name, file.read_bytes(), language, groups))
    except FileFaults as faults:
        raise click.ClickException(f"{file.name}: nothing was imported\n{faults}") from None
    except (Conflict, Invalid) as problem:
        values = problem.values if isinstance(problem, Invalid) else {}
        sentence = SENTENCES[ImportProblem(str(problem.reason))] % values
        raise click.ClickException(f"{file.name}: {sentence}; nothing was imported") from None
    except IntegrityError:
        sentence = "it was imported at the same moment elsewhere"
        raise click.ClickException(f"{file.name}: {sentence}; nothing was imported") from None
    except DBAPIError as problem:
        reason = f"the database did not take it ({problem.orig})"
        raise click.ClickException(f"{file.name}: {reason}; nothing was imported") from None


def _imported(session: Session, place: Municipality, source: Source) -> str:
    actor = operator(place.id)
    found = bring_in(actor, session, place, source)
    row = operations.count_past_election(actor, session, found)
    result = next(iter(queries.envelope_results(session, row).values()))
    past = queries.past_election(session, found)
    assert past is not None
    said = f"{place.slug}/{found.slug}: {row.ballots} ballots counted, {len(result.outcome['funded'])} projects funded, "
    said += f"recount {row.state.value}; {_compared(official.compare(past, result.outcome, result.figures))}"
    if past.declared:
        return said
    return f"{said} (the file declares no rule that can be applied: counted by votes)"


def _compared(with_theirs: official.Official | None) -> str:
    if with_theirs is None:
        return "the file tells no official outcome"
    if with_theirs.equal:
        return "the same as the official outcome"
    if with_theirs.left_out:
        return f"the same as the official outcome when {', '.join(with_theirs.left_out)} is left out"
    ours, theirs = ", ".join(with_theirs.only_ours), ", ".join(with_theirs.only_theirs)
    return f"only here: {ours or 'none'}; only in the official outcome: {theirs or 'none'}"


@click.command()
@click.argument("municipality")
@click.argument("round_slug", metavar="ROUND")
@click.option(
    "--format", "kind", type=click.Choice(["pabulib", "csv", "json"]), default="pabulib", show_default=True
)
@click.option(
    "--envelope", type=click.IntRange(1), default=1, show_default=True, help="its position on the ballot"
)
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="a file; standard output without it"
)
def export_election(
    municipality: str, round_slug: str, kind: str, envelope: int, output: Path | None
) -> None:
    """Write a round of a municipality whose result is public, as Pabulib, CSV (projects) or JSON."""
    with setting.database().read() as session:
        place = municipalities.by_slug(session, municipality)
        found = consultation.by_slug(session, place.id, round_slug) if place else None
        row = queries.public_count(session, found) if found else None
        if found is None or row is None:
            raise click.ClickException(f"{municipality}/{round_slug} is no round with a public result")
        chosen = next((e for e in consultation.envelopes(session, found.id) if e.position == envelope), None)
        if chosen is None:
            raise click.ClickException(f"the round has no envelope {envelope}")
        if kind == "pabulib" and not exporting.ballots_public(session, found, chosen):
            raise click.ClickException("so few voted there that only totals are published")
        if kind == "pabulib":
            pieces = exporting.pabulib(session, found, chosen, row)
        elif kind == "csv":
            pieces = exporting.projects_csv(session, found, row)
        else:
            pieces = iter([exporting.round_json(session, found, row)])
        _send(pieces, output)


def _send(pieces: Iterator[bytes], output: Path | None) -> None:
    """Write the pieces to a file, whole or not at all, or to standard output."""
    place: AbstractContextManager[IO[bytes]] = nullcontext(sys.stdout.buffer)
    if output is not None:
        place = whole(output)
    try:
        with place as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
    except BrokenPipeError:
        raise  # Who reads only the beginning wants no sentence.
    except OSError as problem:
        left = "nothing was kept" if output else "what was written breaks off"
        raise click.ClickException(f"the export could not be written: {problem.strerror}; {left}") from None
