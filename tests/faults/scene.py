"""A town with an open vote in a database of its own, and a signed cookie for each of its voters."""

from datetime import timedelta
from pathlib import Path
from secrets import token_hex

from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from pbplatform.app import create_app
from pbplatform.config import read_config
from pbplatform.door import House
from pbplatform.foundation import clock, migrations
from pbplatform.foundation.crypto import digest, token
from pbplatform.foundation.engines import make_engine
from pbplatform.roll.models import Means, RollEntry, VoterPass
from pbplatform.roll.pepper import first_pepper
from pbplatform.voting import canon, keys
from pbplatform.voting.models import BallotBox
from tests.support import voting

SECRET = "a-secret-for-tests-only-0123456789abcdef"


class Scene:
    """Everything a burst needs."""

    def __init__(
        self,
        folder: Path,
        database_url: str,
        voters: int,
        *,
        in_bulk: bool = False,
        production: bool = False,
    ) -> None:
        self.env = {
            "PB_MODE": "production" if production else "test",
            "PB_DATA_DIR": str(folder / "var"),
            "PB_DATABASE_URL": database_url,
            "PB_SECRET_KEY": SECRET,
            "PB_BASE_URL": "https://localhost" if production else "http://localhost",
            "PB_MAIL_URL": f"file:{folder / 'mail'}",
            "PB_JOBS": "inprocess",
            "PB_LOG_LEVEL": "CRITICAL",
        }
        engine = make_engine(database_url)
        migrations.upgrade(engine)
        engine.dispose()
        app = create_app(read_config(self.env))
        self.house: House = app.extensions["house"]
        with self.house.database.write() as session:
            self.town = voting.a_town(
                session, self.house, voters=0 if in_bulk else voters, with_districts=False
            )
            if in_bulk:
                _many(session, self.house, self.town, voters)
            voting.open_vote(session, self.house, self.town)
            passes = _passes(session, self.town)
            session.commit()
        self._passes = passes
        self._cookie_name = app.config["SESSION_COOKIE_NAME"]
        self._signer = SecureCookieSessionInterface().get_signing_serializer(app)
        self.cookies = [self._cookie(voter_pass=secret) for secret in passes]
        self.base = self.town.base
        self.round_id = self.town.round.id
        self.restored_at: float | None = None
        """When a backup was brought back, by the clock of the client's log."""

    def _cookie(self, **values: str) -> str:
        assert self._signer is not None
        return f"{self._cookie_name}={self._signer.dumps(values)}; pb_language=en"

    def posts(self) -> list[tuple[str, dict[str, str]]]:
        """For each voter the cookie and the hidden fields of their ballot page, made without asking for the page."""
        with self.house.database.read() as session:
            box = session.get_one(BallotBox, self.round_id)
        key = keys.round_key(self.house.secrets, self.round_id, box.key_commit)
        tokens = URLSafeTimedSerializer(SECRET, salt="wtf-csrf-token")
        found = []
        for secret, entry in zip(self._passes, self.town.entries, strict=True):
            raw = token_hex(20)
            cookie = self._cookie(voter_pass=secret, csrf_token=raw)
            mark = canon.page_mark(key, canon.ballot_id(key, self.round_id, entry.id))
            fields = {"csrf_token": str(tokens.dumps(raw)), "rules": box.rules_hash, "voter": mark}
            found.append((cookie, fields))
        return found


def _many(session: Session, house: House, town: voting.Town, how_many: int) -> None:
    """So many people on the roll in one statement, without codes."""
    seasoning = first_pepper(session, house.secrets)
    session.execute(
        insert(RollEntry),
        [
            {
                "municipality_id": town.place.id,
                "id_hash": seasoning.of_id(town.place.id, voting.national_id(number)),
                "name": f"Voter {number}",
                "birth_date": voting.BORN,
                "language": "ka",
            }
            for number in range(how_many)
        ],
    )
    found = select(RollEntry).where(RollEntry.municipality_id == town.place.id).order_by(RollEntry.id)
    town.entries += session.scalars(found)


def _passes(session: Session, town: voting.Town) -> list[str]:
    """A pass for everybody, as `verification.give_pass` makes it, in one statement."""
    secrets = [token() for _ in town.entries]
    session.execute(
        insert(VoterPass),
        [
            {
                "token_hash": digest(secret),
                "municipality_id": town.place.id,
                "roll_entry_id": entry.id,
                "means": Means.LETTER,
                "expires_at": clock.now() + timedelta(hours=3),
            }
            for secret, entry in zip(secrets, town.entries, strict=True)
        ],
    )
    return secrets
