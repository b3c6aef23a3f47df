"""`make bench-roll`: a voter roll of half a million lines into each database: seconds, processor, memory at its height.

python -m bench.roll            100,000 lines
python -m bench.roll 500000     as many as told
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pbplatform.foundation import migrations
from pbplatform.foundation.database import Database
from tests.support import postgres
from tests.support.people import a_municipality

COMMAND = [sys.executable, "-m", "pbplatform.cli.main", "roll", "import"]


def write(path: Path, lines: int) -> None:
    """A made-up roll with everything that a line can have."""
    with path.open("w", encoding="utf-8") as file:
        file.write("Personal number;Name;Date of birth;Phone;E-mail;Address\n")
        for number in range(lines):
            file.write(
                f"{35_000_000_000 + number * 7:011d};ნინო მაგალითაძე {number};{1 + number % 28:02d}.05.{1940 + number % 65};"
                f"+9955{number:08d};voter{number}@example.org;მშვიდობის ქუჩა {number % 300}\n"
            )


def measure(name: str, url: str, folder: Path, path: Path, lines: int) -> None:
    """One database: into an empty roll, and the same file again."""
    database = Database(url)
    migrations.upgrade(database.engine)
    with database.transaction() as session:
        a_municipality(session)
    env = {
        **os.environ,
        "PB_MODE": "test",
        "PB_DATA_DIR": str(folder / "var"),
        "PB_DATABASE_URL": url,
        "PB_MAIL_URL": f"file:{folder / 'mail'}",
    }
    for turn in ("new", "again"):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        began = time.monotonic()
        subprocess.run(
            [*COMMAND, str(path), "--municipality", "rustavi"], env=env, check=True, stdout=subprocess.DEVNULL
        )
        took = time.monotonic() - began
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        print(
            f"{name:<11}{turn:<6}{lines:>8,} lines  {took:6.1f} s  cpu {cpu:6.1f} s  memory at most {after.ru_maxrss / 1024:5.0f} MB",
            flush=True,
        )
    database.dispose()


def main() -> None:
    """Both databases."""
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory(prefix="pb-roll-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        path = folder / "roll.csv"
        write(path, lines)
        measure("SQLite", f"sqlite:///{folder / 'pb.sqlite'}", folder / "sqlite", path, lines)
        (folder / "pg").mkdir()
        with postgres.server_in(folder / "pg", durable=True) as url:
            measure("PostgreSQL", f"{url}/postgres", folder / "postgresql", path, lines)


if __name__ == "__main__":
    main()
