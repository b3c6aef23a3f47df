"""`python -m bench.results`: 200,000 ballots of five choices from PostgreSQL to the outcome: seconds and memory."""

import random
import resource
import time

from sqlalchemy import create_engine, insert, text
from sqlalchemy.orm import Session

from pbplatform.charter.phases import Kind, Phase
from pbplatform.consultation.models import BallotFormat, Envelope, Round
from pbplatform.foundation import clock, migrations
from pbplatform.foundation.database import Database
from pbplatform.results import counting
from pbplatform.voting.canon import canonical_payload
from pbplatform.voting.models import Channel, Project, SealedBallot
from tests.support import postgres
from tests.support.people import a_municipality

BALLOTS, PROJECTS, CHOICES = 200_000, 100, 5


def fill(session: Session) -> Round:
    """A round of one envelope, whose ballots come from dice."""
    dice = random.Random(2026)
    place = a_municipality(session)
    found = Round(municipality_id=place.id, slug="large", kind=Kind.BUDGETING, phase=Phase.COUNTING, titles={"en": "Large"}, summaries={}, texts={}, settings={}, created_at=clock.now())  # fmt: skip
    session.add(found)
    session.flush()
    envelope = Envelope(municipality_id=place.id, round_id=found.id, position=1, names={"en": "All"}, amount=100_000_000, currency="GEL", ballot_format=BallotFormat.APPROVAL, rule="equal-shares", rule_options={"completion": "greedy"})  # fmt: skip
    session.add(envelope)
    session.flush()
    for number in range(1, PROJECTS + 1):
        session.add(Project(municipality_id=place.id, round_id=found.id, envelope_id=envelope.id, code=str(number), number=number, titles={"en": str(number)}, summaries={}, cost=dice.randint(5, 100) * 100_000, details={}))  # fmt: skip
    session.flush()
    codes = [str(number) for number in range(1, PROJECTS + 1)]
    for start in range(0, BALLOTS, 10_000):
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


def main() -> None:
    """Fill a database and count it."""
    with postgres.server() as url:
        server = create_engine(f"{url}/postgres".replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")  # fmt: skip
        with server.connect() as connection:
            connection.execute(text("create database bench_results"))
        server.dispose()
        database = Database(f"{url}/bench_results")
        migrations.upgrade(database.engine)
        with database.transaction() as session:
            found = fill(session)
        with database.read() as session:
            started = time.perf_counter()
            counted = counting.count_round(session, found)
            seconds = time.perf_counter() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{counted.ballots} ballots, {len(counted.outcomes[0].funded)} funded: {seconds:.2f} s, peak {peak:.0f} MB (with the filling)"
        )
        database.dispose()


if __name__ == "__main__":
    main()
