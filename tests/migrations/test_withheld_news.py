"""News of before: what moderation had hidden already is withheld with its title, and going back loses none of it."""

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from pbplatform.foundation import clock, migrations
from pbplatform.foundation.database import Database
from pbplatform.notices import queries
from pbplatform.notices.models import Happening, News
from pbplatform.proposals import operations as proposals
from tests.support.marks import on_both_databases
from tests.support.proposals import a_standing_proposal
from tests.support.talk import a_scene

BEFORE = "0140_withheld_news-1"


@on_both_databases
def test_news_of_hidden_proposals_are_withheld_by_the_upgrade(database: Database, session: Session) -> None:
    scene = a_scene(session)
    place_id, shown = scene.place.id, a_standing_proposal(session, scene.place, scene.round)
    for proposal in (scene.proposal, shown):
        proposals.tell(session, scene.round, proposal, News.PROPOSAL_SUBMITTED)
    scene.proposal.hidden_at = clock.now()
    title = shown.title
    session.commit()
    session.close()
    migrations.downgrade(database.engine, BEFORE)
    with database.engine.connect() as connection:
        assert connection.execute(text("select count(*) from happening")).scalar_one() == 2
    migrations.upgrade(database.engine)
    migrations.check(database.engine)
    with database.read() as look:
        (told,) = queries.public_happenings(look, place_id)
        assert list(told.titles.values()) == [title]
        assert len(look.scalars(select(Happening)).all()) == 2
