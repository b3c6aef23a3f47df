"""`python -m bench.results`: 200,000 ballots of five choices from PostgreSQL to the outcome; 250,000 rows out as files.

Each piece of work runs in a process of its own, so that its memory is its own too. `idle` is a process that has imported
everything, read one ballot, and done nothing: what the others need beyond it is the work's.
"""

import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable

from sqlalchemy import create_engine, insert, select, text
from sqlalchemy.orm import Session

from pbplatform.budget.data import BUDGET_LINES
from pbplatform.budget.models import BudgetLine, BudgetVersion, Side, Stage
from pbplatform.charter.phases import Kind, Phase
from pbplatform.consultation import formats
from pbplatform.consultation import queries as consultation
from pbplatform.consultation.models import BallotFormat, Envelope, Round
from pbplatform.consultation.publishing import Asked
from pbplatform.foundation import clock, migrations
from pbplatform.foundation.database import Database
from pbplatform.foundation.i18n import Currency
from pbplatform.municipalities.models import Municipality
from pbplatform.results import bundle, counting, exporting
from pbplatform.results.models import Count, CountState
from pbplatform.voting.canon import canonical_payload
from pbplatform.voting.models import Channel, Project, SealedBallot
from tests.support import postgres
from tests.support.people import a_municipality

COUNTED, EXPORTED, PROJECTS, CHOICES = 200_000, 250_000, 100, 5


def a_large_round(session: Session, place: Municipality, slug: str, ballots: int) -> Round:
    """A round of one envelope, whose ballots come from dice."""
    dice = random.Random(2026)
    found = Round(municipality_id=place.id, slug=slug, kind=Kind.BUDGETING, phase=Phase.COUNTING, titles={"en": "Large"}, summaries={}, texts={}, settings={}, created_at=clock.now())  # fmt: skip
    session.add(found)
    session.flush()
    envelope = Envelope(municipality_id=place.id, round_id=found.id, position=1, names={"en": "All"}, amount=100_000_000, currency="GEL", ballot_format=BallotFormat.APPROVAL, rule="equal-shares", rule_options={"completion": "greedy"})  # fmt: skip
    session.add(envelope)
    session.flush()
    for number in range(1, PROJECTS + 1):
        session.add(Project(municipality_id=place.id, round_id=found.id, envelope_id=envelope.id, code=str(number), number=number, titles={"en": str(number)}, summaries={}, cost=dice.randint(5, 100) * 100_000, details={}))  # fmt: skip
    session.flush()
    codes = [str(number) for number in range(1, PROJECTS + 1)]
    for start in range(0, ballots, 10_000):
        rows = [
            {
                "round_id": found.id,
                "position": position,
                "municipality_id": place.id,
                "payload": canonical_payload({1: dice.sample(codes, CHOICES)}),
                "channel": Channel.ONLINE,
            }
            for position in range(start + 1, start + 10_001)
        ]
        session.execute(insert(SealedBallot), rows)
    return found


def a_large_budget(session: Session, place: Municipality) -> None:
    """A published budget of as many lines."""
    version = BudgetVersion(municipality_id=place.id, year=2026, number=1, stage=Stage.ADOPTED, currency=Currency.GEL, file_name="b.csv", file_hash="0" * 64, lines=EXPORTED, totals={}, explanations={}, axes=[], declared={}, population=1, made_at=clock.now(), published_at=clock.now())  # fmt: skip
    session.add(version)
    session.flush()
    same = {"municipality_id": place.id, "version_id": version.id, "side": Side.EXPENDITURE, "function": "04.5", "programme": "2.1", "economic": "31", "unit": "", "district": "", "title": "ქუჩების შეკეთება", "words": ""}  # fmt: skip
    for start in range(0, EXPORTED, 10_000):
        session.execute(
            insert(BudgetLine),
            [{**same, "row": row, "planned": row * 100} for row in range(start + 1, start + 10_001)],
        )


def _round(session: Session, slug: str) -> Round:
    return session.scalars(select(Round).where(Round.slug == slug)).one()


def _ballots(session: Session, write: Callable[..., Iterable[bytes]]) -> Iterable[bytes]:
    found = _round(session, "exported")
    (envelope,) = consultation.envelopes(session, found.id)
    return write(session, found, envelope)


def _lines(session: Session, kind: str) -> Iterable[bytes]:
    asked = Asked(session.scalars(select(Municipality)).one())
    return formats.stream(BUDGET_LINES, BUDGET_LINES.rows(session, asked), kind, "en")


def _bundle(session: Session) -> Iterable[bytes]:
    with bundle.build(session, _round(session, "exported"), session.scalars(select(Count)).one()) as archive:
        while piece := archive.read(65536):
            yield piece


def _idle(session: Session) -> Iterable[bytes]:
    yield str(session.scalar(select(SealedBallot.payload).limit(1))).encode()


def _count(session: Session) -> Iterable[bytes]:
    yield counting.count_round(session, _round(session, "counted")).result


WORK: dict[str, Callable[[Session], Iterable[bytes]]] = {
    "idle": _idle,
    f"count {COUNTED:,} ballots": _count,
    f"{EXPORTED:,} ballots as CSV": lambda s: _ballots(s, exporting.ballots_csv),
    f"{EXPORTED:,} ballots as Pabulib": lambda s: _ballots(
        s, lambda session, found, envelope: exporting.pabulib(session, found, envelope, None)
    ),
    f"{EXPORTED:,} ballots as bundle": _bundle,
    **{
        f"{EXPORTED:,} lines as {kind.upper()}": lambda s, kind=kind: _lines(s, kind)
        for kind in ("csv", "json", "xlsx")
    },
}


def measure(name: str, url: str) -> None:
    """One piece of work, in this process."""
    database = Database(url)
    with database.read() as session:
        started, busy = time.perf_counter(), time.process_time()
        size = sum(len(piece) for piece in WORK[name](session))
    seconds, own = time.perf_counter() - started, time.process_time() - busy
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name:32} {seconds:7.2f} s {own:7.2f} s CPU {size / 1e6:8.1f} MB out {peak:6.0f} MB peak")
    database.dispose()


def main() -> None:
    """Fill a database and do all the work."""
    if sys.argv[1:2] == ["measure"]:
        return measure(*sys.argv[2:])
    with postgres.server() as url:
        server = create_engine(f"{url}/postgres".replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")  # fmt: skip
        with server.connect() as connection:
            connection.execute(text("create database bench_results"))
        server.dispose()
        database = Database(f"{url}/bench_results")
        migrations.upgrade(database.engine)
        with database.transaction() as session:
            place = a_municipality(session)
            a_large_round(session, place, "counted", COUNTED)
            found = a_large_round(session, place, "exported", EXPORTED)
            found.imported_from = "0" * 64
            session.add(Count(municipality_id=place.id, round_id=found.id, number=1, state=CountState.COUNTED, reasons={}, ordered_at=clock.now(), ballots=EXPORTED, result="{}", result_hash="0" * 64))  # fmt: skip
            a_large_budget(session, place)
        database.dispose()
        for name in WORK:
            subprocess.run(
                [sys.executable, "-m", "bench.results", "measure", name, f"{url}/bench_results"], check=True
            )
    return None


if __name__ == "__main__":
    main()
