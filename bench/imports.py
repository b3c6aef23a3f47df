"""`python -m bench.imports [WORD …]`: every real election (or those whose file name holds a word) goes the whole way.

Each is imported, counted, counted again, explained in three languages, exported and checked by Pabulib's own checker; a
line each tells the seconds of the processor, the rule, and whether the outcome is the organisers'. It ends with status 1
when a ballot is lost, a recount differs, a project has no reason, the checker finds an error, or an import takes
longer than ten seconds.
"""

import contextlib
import io
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from flask import Flask
from flask_babel import force_locale
from pabulib.checker import Checker
from sqlalchemy.orm import Session

from pbplatform.app import create_app
from pbplatform.charter.roles import operator
from pbplatform.config import read_config
from pbplatform.consultation import queries as consultation
from pbplatform.consultation.models import Round
from pbplatform.foundation import migrations
from pbplatform.foundation.i18n import LANGUAGES
from pbplatform.results import exporting, official, operations, queries, showing
from pbplatform.results.imports import Source, import_election
from pbplatform.results.models import Count, CountState
from pbplatform.results.reasons import Part, Story
from pbplatform.tally.pabulib import read
from tests.support.marks import SHARED
from tests.support.people import a_municipality

LONGEST_IMPORT = 10.0

Done = TypeVar("Done")


class Clock:
    """Seconds of the processor that each step took."""

    def __init__(self) -> None:
        self.took: dict[str, float] = {}

    def __call__(self, name: str, work: Callable[[], Done]) -> Done:
        begun = time.process_time()
        done = work()
        self.took[name] = time.process_time() - begun
        return done


def explain(app: Flask, session: Session, found: Round, row: Count) -> list[str]:
    """Projects that some language has no reason for."""
    silent = []
    for language in LANGUAGES:
        with app.test_request_context(), force_locale(language):
            for part in showing.show(session, found, row, language, str):
                silent += [
                    line.project.code for line in part.lines if line.story and not _reasoned(line.story)
                ]
    return silent


def _reasoned(story: Story) -> bool:
    """Whether a story says more than how many chose the project."""
    return any(sentence.part not in (Part.VOTES, Part.POINTS) for sentence in story.sentences)


def cause(compared: official.Official, declared: bool, remarks: dict[str, str]) -> str:
    """What can be shown of why the organisers' outcome is another."""
    if not declared:
        return f"the file's rule is “{remarks.get('rule', 'none')}”, see its comment"
    if compared.left_out:
        return f"the same without {', '.join(compared.left_out)}"
    return "not known"


def checked(content: bytes) -> dict[str, Any]:
    """What Pabulib's checker says of a file; it talks while it works."""
    with contextlib.redirect_stdout(io.StringIO()):
        report: dict[str, Any] = Checker().process_files([content.decode()])
    return report


def one(app: Flask, path: Path) -> str:
    """One file through the whole path; gives what went wrong, or nothing."""
    content, clock = path.read_bytes(), Clock()
    with app.extensions["house"].database.transaction() as session:
        place = a_municipality(session, slug=f"town-{abs(hash(path.name)) % 10**9}")
        source = Source(path.name, content, "en")
        found = clock("import", lambda: import_election(operator(place.id), session, place, source))
        row = clock("count twice", lambda: operations.count_past_election(operator(place.id), session, found))
        silent = clock("explain", lambda: explain(app, session, found, row))
        (envelope,) = consultation.envelopes(session, found.id)
        pieces = clock("export", lambda: b"".join(exporting.pabulib(session, found, envelope, row)))
        result = queries.envelope_results(session, row)[envelope.id]
        past = queries.past_election(session, found)
        assert past is not None
        compared = official.compare(past, result.outcome, result.figures)
        remarks = official.remarks(past)
        method = row.recount_method
    report = clock("check", lambda: checked(pieces))
    wrong = []
    if row.state is not CountState.RECOUNTED:
        wrong.append("the recount differs")
    if read(pieces).election.digest != read(content).election.digest:
        wrong.append("the export differs")
    if silent:
        wrong.append(f"no reason for {', '.join(silent[:3])}")
    if report["metadata"]["invalid"]:
        before = checked(content)
        # A file that its publisher has not kept to the format is told apart from one that the export has spoiled.
        wrong += [] if before["metadata"]["invalid"] else ["the checker finds errors"]
    if clock.took["import"] > LONGEST_IMPORT:
        wrong.append("the import takes too long")
    same = (
        "-"
        if compared is None
        else ("same" if compared.equal else f"differs: {cause(compared, past.declared, remarks)}")
    )
    rule = result.outcome["options"]["rule"] + ("" if past.declared else " (not declared)")
    seconds = " ".join(f"{clock.took[step]:7.2f}" for step in clock.took)
    print(f"{path.stem[:44]:44} {row.ballots:6} {seconds} {method or '-':8} {rule:27} {same:8} {', '.join(wrong)}", flush=True)  # fmt: skip
    return ", ".join(wrong)


def main(words: list[str]) -> int:
    """All of them, or some."""
    warnings.simplefilter("ignore")
    files = [
        path
        for path in sorted((SHARED / "pabulib").glob("*.pb"))
        if not words or any(word in path.name for word in words)
    ]
    print(f"{'election':44} {'ballots':>6} " + " ".join(f"{step:>7}" for step in ("import", "count×2", "explain", "export", "check")) + " recount  rule                        outcome")  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(read_config({"PB_MODE": "test", "PB_DATA_DIR": folder, "PB_JOBS": "immediate"}))
        database = app.extensions["house"].database
        migrations.upgrade(database.engine)
        faults = [name for path in files if (name := one(app, path))]
        database.dispose()
    print(f"{len(files)} files, {len(faults)} with faults")
    return 1 if faults or not files else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
