"""`make bench-entrance`: whether the answer's time tells if a mailbox has an account.

Registration, sign-in with a wrong password and the request for a new password are posted in turn for mailboxes that have
an account and for such that have none, with the real costs of hashing, through the whole application. Printed are the mean
and the median of both and by how much they differ, beside how much the same mailbox differs from itself.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from pbplatform.accounts import operations
from pbplatform.accounts.models import Account
from pbplatform.accounts.passwords import Passwords
from pbplatform.app import create_app
from pbplatform.config import read_config
from pbplatform.foundation import migrations

PASSWORD = "violet-harbour-candle-77"
WAYS = {
    "registration": ("/en/register", {"name": "Nino", "password": PASSWORD, "home": "0", "terms": "y"}),
    "sign-in": ("/en/sign-in", {"password": "another-wrong-password-5"}),
    "reset": ("/en/password/forgotten", {}),
}


def application(folder: Path, people: int) -> Flask:
    """The application with real hashing costs and as many accounts as are needed."""
    environment = {
        "PB_MODE": "development",
        "PB_DATA_DIR": str(folder),
        "PB_JOBS": "immediate",
        "PB_LOG_LEVEL": "ERROR",
    }
    app = create_app(read_config(environment))
    app.config["WTF_CSRF_ENABLED"] = False
    database = app.extensions["house"].database
    migrations.upgrade(database.engine)
    with database.transaction() as session:
        hashed = Passwords().hash(PASSWORD)
        for number in range(people):
            operations.create_account(
                session,
                Passwords(cheap=True),
                email=f"known{number}@example.org",
                name="Nino",
                language="en",
                password=None,
                confirmed=True,
            )
        session.execute(update(Account).values(password_hash=hashed))
    return app


def seconds(client: FlaskClient, way: str, email: str, number: int) -> tuple[float, int, int]:
    """How long one answer takes, its status and its length."""
    path, fields = WAYS[way]
    # Every request comes from a network of its own, because a real crowd's requests do and the limits must not end this.
    network = {"REMOTE_ADDR": f"10.{number // 65536}.{number // 256 % 256}.{number % 256}"}
    started = time.perf_counter()
    answer = client.post(path, data={**fields, "email": email}, environ_overrides=network)
    return time.perf_counter() - started, answer.status_code, len(answer.get_data())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tries", type=int, default=60, help="how many of each kind")
    tries = parser.parse_args().tries
    with tempfile.TemporaryDirectory(prefix="pbentrance") as folder:
        app = application(Path(folder), tries)
        client = app.test_client(use_cookies=False)
        number = 0
        print(f"{'':<14}{'known ms':>18}{'unknown ms':>18}{'difference':>12}{'noise':>8}  status, bytes")
        print(f"{'':<14}{'mean   median':>18}{'mean   median':>18}")
        for way in WAYS:
            times: dict[str, list[float]] = {"known": [], "strange": []}
            answers: dict[str, set[tuple[int, int]]] = {"known": set(), "strange": set()}
            for turn in range(-3, tries):
                for kind in ("known", "strange") if turn % 2 else ("strange", "known"):
                    number += 1
                    taken, status, length = seconds(client, way, f"{kind}{turn % tries}@example.org", number)
                    # The first answers pay for words and templates that are read once.
                    if turn >= 0:
                        times[kind].append(taken * 1000)
                        answers[kind].add((status, length - len(kind) * (way == "sign-in")))
            known, strange = times["known"], times["strange"]
            apart = statistics.median(known) / statistics.median(strange) - 1
            noise = abs(statistics.median(known[::2]) / statistics.median(known[1::2]) - 1)
            alike = "alike" if answers["known"] == answers["strange"] else f"NOT ALIKE: {answers}"
            row = "".join(
                f"{statistics.mean(t):>10.1f}{statistics.median(t):>8.1f}" for t in (known, strange)
            )
            print(f"{way:<14}{row}{apart:>12.1%}{noise:>8.1%}  {alike}")
        app.extensions["house"].database.dispose()


if __name__ == "__main__":
    main()
