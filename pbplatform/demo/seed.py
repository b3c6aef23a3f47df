"""Builds the demonstration data, one module a feature, each on what the earlier ones made; the same seed gives the same data."""

import random
from collections.abc import Callable

from pbplatform.app import create_app
from pbplatform.config import Config
from pbplatform.demo import (
    albums,
    ballots,
    budget,
    chronicle,
    delivery,
    people,
    places,
    proposals,
    results,
    rounds,
    screening,
    talk,
    votes,
)
from pbplatform.demo.stage import Stage
from pbplatform.foundation import migrations

SEED = 2026

ACTS: tuple[Callable[[Stage], None], ...] = (
    places.build,
    people.build,
    rounds.build,
    proposals.build,
    albums.build,
    screening.build,
    talk.build,
    votes.build,
    votes.cast,
    ballots.build,
    results.build,
    budget.build,
    delivery.build,
    rounds.finish,
    chronicle.build,
)
"""In order; each runs in a transaction of its own."""


def build(config: Config, acts: tuple[Callable[[Stage], None], ...] = ACTS) -> None:
    """Migrate the configured database and fill it."""
    app = create_app(config)
    database = app.extensions["house"].database
    migrations.upgrade(database.engine)
    stage = Stage(app, database.write(), random.Random(SEED), {}, {})  # noqa: S311 (dice for a demonstration)
    with app.app_context():
        for act in acts:
            with database.write() as session, session.begin():
                stage.session = session
                act(stage)
    database.dispose()


def sign_in_details() -> str:
    """What a newcomer needs to look around in every role."""
    lines = ["", f"Sign in with any of these; the password is always: {people.PASSWORD}", ""]
    lines += [f"  {email:<38} {what}" for email, what in people.sign_ins()]
    lines += [
        "",
        "Staff also need a second factor: here the page that asks for it shows the code.",
    ]
    lines += ["", *votes.how_to_try()]
    return "\n".join([*lines, ""])
