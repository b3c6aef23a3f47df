"""`pbplatform …`: the group of all commands. Each is imported only when it is called, so that `pbplatform tally` starts fast."""

from importlib import import_module

import click

COMMANDS = {
    "serve": "pbplatform.cli.serving:serve",
    "demo": "pbplatform.cli.serving:demo",
    "demo-code": "pbplatform.cli.people:demo_code",
    "member": "pbplatform.cli.people:member",
    "worker": "pbplatform.cli.serving:worker",
    "duties": "pbplatform.cli.serving:duties",
    "backup": "pbplatform.cli.safety:backup",
    "restore": "pbplatform.cli.safety:restore",
    "database": "pbplatform.cli.database:database",
    "journal": "pbplatform.cli.journal:journal",
    "municipality": "pbplatform.cli.people:municipality",
    "administrator": "pbplatform.cli.people:administrator",
    "roll": "pbplatform.cli.roll:roll",
    "import-election": "pbplatform.cli.elections:import_election",
    "export-election": "pbplatform.cli.elections:export_election",
    "tally": "pbplatform.cli.tally:tally",
    "pabulib": "pbplatform.cli.tally:pabulib",
}


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports them when called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command's name."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.command(cls=LazyGroup)
@click.version_option(package_name=None, version="0.1.0")
def main() -> None:
    """Participatory budgeting and e-consultation for municipalities."""


if __name__ == "__main__":
    main(prog_name="pbplatform")
