"""`pbplatform journal …`: verify the hash chains."""

import click

from pbplatform.cli import setting
from pbplatform.journal.operations import verify as walk


@click.group()
def journal() -> None:
    """The public record of decisions."""


@journal.command()
def verify() -> None:
    """Walk every chain; exit 1 and name the entries when something was changed, removed, added or swapped."""
    with setting.database().read() as session:
        faults = list(walk(session))
    for fault in faults:
        click.echo(f"chain {fault.scope}, entry {fault.number}: {fault.fault}")
    if faults:
        raise SystemExit(1)
    click.echo("Every chain is whole.")
