"""A town with an open vote in a database of its own, and a signed cookie for each of its voters."""

from pathlib import Path

from flask.sessions import SecureCookieSessionInterface

from pbplatform.app import create_app
from pbplatform.config import read_config
from pbplatform.door import House
from pbplatform.foundation import migrations
from pbplatform.foundation.database import make_engine
from pbplatform.roll import verification
from pbplatform.roll.models import Means
from tests.support import voting

SECRET = "a-secret-for-tests-only-0123456789abcdef"


class Scene:
    """Everything a burst needs."""

    def __init__(self, folder: Path, database_url: str, voters: int) -> None:
        self.env = {
            "PB_MODE": "test",
            "PB_DATA_DIR": str(folder / "var"),
            "PB_DATABASE_URL": database_url,
            "PB_SECRET_KEY": SECRET,
            "PB_BASE_URL": "http://localhost",
            "PB_MAIL_URL": f"file:{folder / 'mail'}",
            "PB_JOBS": "worker",
            "PB_LOG_LEVEL": "CRITICAL",
        }
        engine = make_engine(database_url)
        migrations.upgrade(engine)
        engine.dispose()
        app = create_app(read_config(self.env))
        self.house: House = app.extensions["house"]
        with self.house.database.write() as session:
            self.town = voting.a_town(session, self.house, voters=voters, with_districts=False)
            voting.open_vote(session, self.house, self.town)
            passes = [verification.give_pass(session, entry, Means.LETTER) for entry in self.town.entries]
            session.commit()
        signer = SecureCookieSessionInterface().get_signing_serializer(app)
        assert signer is not None
        self.cookies = [f"pb={signer.dumps({'voter_pass': secret})}; pb_language=en" for secret in passes]
        self.base = self.town.base
        self.round_id = self.town.round.id
