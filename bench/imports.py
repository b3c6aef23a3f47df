"""`python -m bench.imports`: every real election is imported, counted, counted again, explained, exported and compared.

Prints a line for each; ends with status 1 when a ballot is lost, a recount differs or a project has no reason.
"""

import sys
import tempfile
import time
from pathlib import Path

from pbplatform.charter.roles import operator
from pbplatform.consultation import queries as consultation
from pbplatform.foundation import migrations
from pbplatform.foundation.database import Database
from pbplatform.results import exporting, operations, queries
from pbplatform.results.imports import Source, import_election
from pbplatform.results.models import CountState
from pbplatform.results.reasons import stories
from pbplatform.tally.pabulib import read
from tests.support.marks import SHARED
from tests.support.people import a_municipality


def one(database: Database, path: Path) -> str:
    """One file through the whole path; gives what went wrong, or nothing."""
    content = path.read_bytes()
    with database.transaction() as session:
        place = a_municipality(session, slug=f"town-{abs(hash(path.name)) % 10**9}")
        started = time.perf_counter()
        found = import_election(operator(place.id), session, place, Source(path.name, content, "en"))
        imported = time.perf_counter() - started
        started = time.perf_counter()
        row = operations.count_past_election(operator(place.id), session, found)
        counted = time.perf_counter() - started
        (envelope,) = consultation.envelopes(session, found.id)
        result = queries.envelope_results(session, row)[envelope.id]
        past = queries.past_election(session, found)
        assert past is not None
        official = queries.official_comparison(past, result.outcome)
        costs = {item["id"]: item["cost"] for item in exporting.project_items(session, found, row)}
        told = stories(result.outcome, result.figures, costs)
        again = read(b"".join(exporting.pabulib(session, found, envelope, row)))
    wrong = []
    if row.state is not CountState.RECOUNTED:
        wrong.append("the recount differs")
    if again.election.digest != read(content).election.digest:
        wrong.append("the export differs")
    if any(len(story.sentences) < 2 for story in told.values()):
        wrong.append("a project has no reason")
    same = "-" if official is None else ("same" if official["equal"] else "differs")
    rule = result.outcome["options"]["rule"] + ("" if past.declared else " (not declared)")
    print(
        f"{path.stem[:60]:60} {row.ballots:6} {imported:6.2f} s {counted:6.2f} s {rule:24} {same:8} {', '.join(wrong)}"
    )
    return ", ".join(wrong)


def main() -> int:
    """All of them."""
    files = sorted((SHARED / "pabulib").glob("*.pb"))
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/bench.sqlite")
        migrations.upgrade(database.engine)
        faults = [name for path in files if (name := one(database, path))]
        database.dispose()
    print(f"{len(files)} files, {len(faults)} with faults")
    return 1 if faults or not files else 0


if __name__ == "__main__":
    sys.exit(main())
