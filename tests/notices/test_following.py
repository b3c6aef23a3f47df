"""People hear of what they follow from the moment they follow it, and of what concerns them alone."""

import pytest
from sqlalchemy.orm import Session

from pbplatform.charter.phases import Phase
from pbplatform.foundation.errors import Missing
from pbplatform.notices import operations, queries
from pbplatform.notices.models import News, Topic
from tests.support.marks import on_both_databases
from tests.support.people import a_municipality, an_account, as_actor
from tests.support.rounds import a_round


@on_both_databases
def test_followers_hear_of_what_came_after_and_nobody_else_does(session: Session, app) -> None:
    place = a_municipality(session)
    found = a_round(session, place, Phase.SUBMISSION)
    follower, other = an_account(session, place), an_account(session, place)
    about = [(Topic.ROUND, found.id)]
    operations.tell(session, place.id, News.ROUND_ANNOUNCED, about, found.titles, "rounds/x/")
    operations.follow(as_actor(follower, place), session, place.id, Topic.ROUND, found.id)
    operations.tell(
        session, place.id, News.PHASE_OPENED, about, found.titles, "rounds/x/", phase=Phase.REVIEW
    )
    operations.tell_person(session, place.id, other.id, News.CO_AUTHOR_ANSWERED, found.titles, "rounds/x/")
    heard = queries.happenings_for(session, place.id, follower.id)
    assert [(h.news, h.values) for h in heard] == [("phase_opened", {"phase": "review"})]
    assert [h.news for h in queries.happenings_for(session, place.id, other.id)] == ["co_author_answered"]
    assert "co_author_answered" not in [h.news for h in queries.public_happenings(session, place.id)]


def test_what_is_not_there_or_hidden_cannot_be_followed(session: Session, app) -> None:
    place = a_municipality(session)
    draft = a_round(session, place, Phase.DRAFT)
    actor = as_actor(an_account(session, place), place)
    for subject_id in (draft.id, 999):
        with pytest.raises(Missing):
            operations.follow(actor, session, place.id, Topic.ROUND, subject_id)


def test_following_twice_is_one_row(session: Session, app) -> None:
    place = a_municipality(session)
    found = a_round(session, place)
    account = an_account(session, place)
    for _ in range(2):
        operations.follow(as_actor(account, place), session, place.id, Topic.ROUND, found.id)
    assert queries.count_followers(session, place.id, Topic.ROUND, found.id) == 1
    for _ in range(2):
        operations.unfollow(as_actor(account, place), session, place.id, Topic.ROUND, found.id)
    assert queries.count_followers(session, place.id, Topic.ROUND, found.id) == 0
