"""Draft a migration from the difference between models and schema: `python scripts/draft_migration.py 0042_bridges "Add bridges"`.

The draft is written to migrations/versions/ and must be read, named constraints and all, before it is committed.
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from alembic import command

from pbplatform.foundation import migrations
from pbplatform.foundation.engines import make_engine


def main(revision: str, message: str) -> None:
    """Migrate an empty database to the present head and write down what the models say beyond it."""
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{folder}/draft.sqlite")
        migrations.upgrade(engine)
        config = migrations.settings()
        config.set_main_option("file_template", revision)
        with engine.execution_options(sqlite_begin="IMMEDIATE").connect() as connection:
            config.attributes["connection"] = connection
            command.revision(config, message, autogenerate=True, rev_id=revision)
        engine.dispose()


if __name__ == "__main__":
    main(*sys.argv[1:3])
