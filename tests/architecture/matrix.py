"""`python -m tests.architecture.matrix`: write the route × role matrix anew, one file a blueprint, to be read before it is committed."""

import csv
import tempfile
from pathlib import Path

from pbplatform.app import create_app
from pbplatform.charter.roles import Role
from pbplatform.config import read_config
from tests.architecture.test_routes import MATRIX, _answers


def main() -> None:
    """Write every file of the matrix."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(read_config({"PB_MODE": "test", "PB_DATA_DIR": folder, "PB_JOBS": "immediate"}))
        answers = _answers(app)
    MATRIX.mkdir(exist_ok=True)
    for old in MATRIX.glob("*.csv"):
        old.unlink()
    by_blueprint: dict[str, list[dict[str, str]]] = {}
    for route, row in sorted(answers.items()):
        by_blueprint.setdefault(row["endpoint"].split(".")[0], []).append({"route": route, **row})
    for blueprint, rows in by_blueprint.items():
        with (Path(MATRIX) / f"{blueprint}.csv").open("w", newline="") as file:
            writer = csv.DictWriter(
                file, ["route", "endpoint", "action", *(role.value for role in Role)], lineterminator="\n"
            )
            writer.writeheader()
            writer.writerows(rows)


if __name__ == "__main__":
    main()
