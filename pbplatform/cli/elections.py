"""`pbplatform import-election` and `pbplatform export-election`: past elections in, any public round out."""

from collections.abc import Iterator
from pathlib import Path

import click

from pbplatform.charter.roles import operator
from pbplatform.cli import setting
from pbplatform.consultation import queries as consultation
from pbplatform.foundation.database import Database
from pbplatform.foundation.errors import Conflict, Invalid
from pbplatform.municipalities import queries as municipalities
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
    with database.transaction() as session:
        place = municipalities.by_slug(session, municipality)
        if place is None:
            raise click.ClickException(f"there is no municipality {municipality!r}")
        actor = operator(place.id)
        try:
            found = bring_in(actor, session, place, Source(file.name, file.read_bytes(), language, groups))
        except FileFaults as faults:
            raise click.ClickException(f"{file.name}: nothing was imported\n{faults}") from None
        except (Conflict, Invalid) as problem:
            values = problem.values if isinstance(problem, Invalid) else {}
            sentence = SENTENCES[ImportProblem(str(problem.reason))] % values
            raise click.ClickException(f"{file.name}: {sentence}; nothing was imported") from None
        row = operations.count_past_election(actor, session, found)
        result = next(iter(queries.envelope_results(session, row).values()))
        past = queries.past_election(session, found)
        assert past is not None
        said = f"{municipality}/{found.slug}: {row.ballots} ballots counted, {len(result.outcome['funded'])} projects funded, "
        said += (
            f"recount {row.state.value}; {_compared(official.compare(past, result.outcome, result.figures))}"
        )
        return (
            said
            if past.declared
            else f"{said} (the file declares no rule that can be applied: counted by votes)"
        )


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
        pieces: Iterator[bytes] = {
            "pabulib": lambda: exporting.pabulib(session, found, chosen, row),
            "csv": lambda: exporting.projects_csv(session, found, row),
            "json": lambda: iter([exporting.round_json(session, found, row)]),
        }[kind]()
        with click.open_file(str(output) if output else "-", "wb") as file:
            for piece in pieces:
                file.write(piece)
