"""`pbplatform serve | demo | worker | duties`: the running application and its background work."""

import os
import secrets
import shutil
from pathlib import Path

import click
import waitress

from pbplatform.cli import setting
from pbplatform.config import Config, JobsMode, Mode, read_config
from pbplatform.door import House
from pbplatform.foundation import memory
from pbplatform.foundation.database import Database


@click.command()
@click.option("--host", default="127.0.0.1")
@click.option("--port", type=int, default=8000)
@click.option("--threads", type=click.IntRange(1, 64), default=8)
def serve(host: str, port: int, threads: int) -> None:
    """Serve the platform with waitress, one process."""
    _serve(setting.config(), host, port, threads)


def _serve(config: Config, host: str, port: int, threads: int) -> None:
    setting.require_current(Database(config.database_url))
    app = setting.application(config)
    house: House = app.extensions["house"]
    if config.jobs is JobsMode.INPROCESS:
        house.jobs.start_in_process()
    memory.settle()
    click.echo(f"Serving at http://{host}:{port} (Ctrl-C ends it)")
    try:
        waitress.serve(
            app,
            host=host,
            port=port,
            threads=threads,
            ident=None,
            # With proxies of ours in front, the application itself believes as many of their headers as there are proxies.
            clear_untrusted_proxy_headers=not config.proxies,
        )
    finally:
        house.jobs.stop()


@click.command()
@click.option("--host", default="127.0.0.1")
@click.option("--port", type=int, default=8000)
@click.option("--fresh", is_flag=True, help="begin again with new demonstration data")
@click.option(
    "--election",
    "elections",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="a real election to show: a .pb file of pabulib.org; may be repeated",
)
def demo(host: str, port: int, fresh: bool, elections: tuple[Path, ...]) -> None:
    """Serve the platform with demonstration data on SQLite.

    PB_DEMO_ELECTIONS may name a folder of .pb files, to be shown like those of --election.
    """
    from pbplatform.demo import seed

    folder = Path(os.environ.get("PB_DATA_DIR", "var/demo")).resolve()
    if fresh and (folder / "seeded").exists():  # Only what a demonstration made is ever thrown away.
        shutil.rmtree(folder)
    config = _demo_config(folder, port)
    if not (folder / "seeded").exists():
        click.echo("Making the demonstration data; this takes a minute the first time.")
        seed.build(config)
        (folder / "seeded").write_text("yes\n")
    _bring_in(config, elections)
    click.echo(seed.sign_in_details())
    _serve(config, host, port, 8)


def _bring_in(config: Config, given: tuple[Path, ...]) -> None:
    """Add real elections to the demonstration; one that is there already, or has faults, is told and left out."""
    from pbplatform.cli.elections import brought_in
    from pbplatform.demo import elections

    files = elections.files(given, os.environ.get("PB_DEMO_ELECTIONS", ""))
    if not files:
        return
    database = Database(config.database_url)
    with database.transaction() as session:
        place = elections.place(session)
    for file in files:
        try:
            click.echo(brought_in(database, file, place))
        except click.ClickException as problem:
            click.echo(problem.message, err=True)
    click.echo(f"real elections stand at {config.base_url}/en/{place}/rounds")
    database.dispose()


def _demo_config(folder: Path, port: int) -> Config:
    folder.mkdir(parents=True, exist_ok=True)
    key = folder / "secret-key"
    if not key.exists():
        key.write_text(secrets.token_urlsafe(48))
        key.chmod(0o600)
    return read_config(
        {
            "PB_MODE": Mode.DEVELOPMENT,
            "PB_DATA_DIR": str(folder),
            "PB_SECRET_KEY": key.read_text(),
            "PB_BASE_URL": f"http://127.0.0.1:{port}",
            "PB_LOG_LEVEL": os.environ.get("PB_LOG_LEVEL", "WARNING"),
        }
    )


@click.command()
@click.option("--workers", type=click.IntRange(1, 16), default=2)
def worker(workers: int) -> None:
    """Do the background work of an installation whose web processes run elsewhere (PB_JOBS=worker)."""
    from huey.consumer import Consumer

    house: House = setting.application().extensions["house"]
    # A service manager stops with SIGTERM: the task in hand is finished first.
    Consumer(
        house.jobs.huey, workers=workers, worker_type="thread", periodic=True, graceful_signal="TERM"
    ).run()


@click.group()
def duties() -> None:
    """The periodic duties, by hand when the worker is down."""


@duties.command("list")
def list_duties() -> None:
    """Name every duty."""
    for name in sorted(setting.application().extensions["house"].jobs.duties):
        click.echo(name)


@duties.command()
@click.argument("name", required=False)
def run(name: str | None) -> None:
    """Do one duty, or all of them, now."""
    known = setting.application().extensions["house"].jobs.duties
    if name is not None and name not in known:
        raise click.ClickException(f"there is no duty {name!r}; there are: {', '.join(sorted(known))}")
    for found in sorted(known) if name is None else [name]:
        known[found]()
        click.echo(f"done: {found}")
