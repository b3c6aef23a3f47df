"""Documents of before that said null in JSON are none for statements too, so that a vote still closes by itself."""

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from pbplatform.door import House
from pbplatform.foundation import migrations
from pbplatform.voting.models import BallotBox
from tests.support import voting
from tests.support.marks import on_both_databases


@on_both_databases
def test_a_box_of_before_is_found_without_its_manifest(session: Session, house: House) -> None:
    town = voting.an_open_vote(session, house, voters=1)
    session.commit()
    missing = select(BallotBox.round_id).where(BallotBox.close_manifest.is_(None))
    assert session.scalar(missing) == town.round.id
    session.close()
    engine = house.database.engine
    migrations.downgrade(engine, "0141_no_json_null-1")
    with engine.begin() as connection:
        connection.execute(text("update ballot_box set close_manifest = 'null'"))
        assert connection.scalar(missing) is None
    migrations.upgrade(engine)
    with house.database.read() as look:
        assert look.scalar(missing) == town.round.id
