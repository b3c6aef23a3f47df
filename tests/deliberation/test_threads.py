"""Comments: said once, counted once, changed in the open, taken back with a mark."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event, func, select, update
from sqlalchemy.orm import Session

from pbplatform.accounts.models import Account
from pbplatform.charter.phases import Phase
from pbplatform.charter.policy import Refusal, Refused
from pbplatform.deliberation import operations, queries
from pbplatform.deliberation.models import Comment, CommentEndorsement, CommentState, Side
from pbplatform.deliberation.queries import Sort
from pbplatform.foundation import clock
from pbplatform.foundation.database import Database
from pbplatform.foundation.errors import Invalid
from pbplatform.notices import operations as notices
from pbplatform.notices import queries as notice_queries
from pbplatform.notices.models import Follow, Happening, News, Topic
from tests.support.marks import on_both_databases
from tests.support.pages import PageClient
from tests.support.talk import Scene, a_scene


@pytest.fixture
def scene(session: Session) -> Scene:
    """The usual scene, visible to the application."""
    made = a_scene(session)
    session.commit()
    return made


@on_both_databases
def test_fifty_endorsements_of_one_person_at_once_are_one(
    database: Database, scene: Scene, session: Session
) -> None:
    said = scene.comment(session)
    session.commit()
    actor = scene.citizen(scene.reader)

    def endorse() -> None:
        with database.transaction() as own:
            operations.endorse(actor, own, own.merge(scene.round), own.get_one(Comment, said.id))

    threads = [threading.Thread(target=endorse) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as reading:
        assert reading.scalar(select(func.count()).select_from(CommentEndorsement)) == 1
        assert reading.get_one(Comment, said.id).endorsements == 1


@on_both_databases
def test_endorsements_are_taken_back_once(session: Session, scene: Scene) -> None:
    said = scene.comment(session)
    actor = scene.citizen(scene.reader)
    assert operations.endorse(actor, session, scene.round, said)
    assert operations.unendorse(actor, session, scene.round, said)
    assert not operations.unendorse(actor, session, scene.round, said)
    assert said.endorsements == 0


def test_nobody_endorses_their_own_comment(session: Session, scene: Scene) -> None:
    said = scene.comment(session)
    with pytest.raises(Refused) as refused:
        operations.endorse(scene.citizen(scene.author), session, scene.round, said)
    assert refused.value.refusal is Refusal.OWN_CASE


def test_an_edit_keeps_the_earlier_words_readable(session: Session, scene: Scene, client: PageClient) -> None:
    said = scene.comment(session, "პირველი სიტყვები")
    operations.edit(scene.citizen(scene.author), session, scene.round, said, "მეორე სიტყვები")
    session.commit()
    page = client.get(f"/en/rustavi/rounds/2027/comments/{said.id}/wordings").get_data(as_text=True)
    assert "პირველი სიტყვები" in page
    assert "მეორე სიტყვები" in page
    thread = client.get(f"/en/rustavi/rounds/2027/proposals/{scene.proposal.id}/discussion").get_data(
        as_text=True
    )
    assert "edited" in thread
    assert "პირველი" not in thread


def test_a_deleted_comment_leaves_a_mark_and_no_words(
    session: Session, scene: Scene, client: PageClient
) -> None:
    said = scene.comment(session, "წასაშლელი სიტყვები")
    operations.edit(scene.citizen(scene.author), session, scene.round, said, "სხვა წასაშლელი სიტყვები")
    operations.remove(scene.citizen(scene.author), session, scene.round, said)
    session.commit()
    page = client.get(f"/en/rustavi/rounds/2027/proposals/{scene.proposal.id}/discussion").get_data(
        as_text=True
    )
    assert "The author has deleted this comment." in page
    assert "წასაშლელი" not in page
    assert client.get(f"/en/rustavi/rounds/2027/comments/{said.id}/wordings").status_code == 404


def test_a_moderated_round_shows_a_comment_only_to_its_author_until_somebody_has_looked(
    session: Session, client: PageClient, signed_in: Callable[..., PageClient]
) -> None:
    scene = a_scene(session, moderated=True)
    said = scene.comment(session, "მოლოდინში მყოფი")
    session.commit()
    assert said.state is CommentState.WAITING
    path = f"/en/rustavi/rounds/2027/proposals/{scene.proposal.id}/discussion"
    assert "მოლოდინში" not in client.get(path).get_data(as_text=True)
    assert "მოლოდინში" not in signed_in(scene.reader).get(path).get_data(as_text=True)
    assert "მოლოდინში" in signed_in(scene.author).get(path).get_data(as_text=True)


@on_both_databases
def test_in_a_moderated_round_changed_words_wait_like_new_ones_and_unread_words_are_kept_nowhere(
    session: Session,
) -> None:
    scene = a_scene(session, moderated=True)
    said, author = scene.comment(session, "წაუკითხავი სიტყვები"), scene.citizen(scene.author)
    operations.edit(author, session, scene.round, said, "წაკითხული სიტყვები")
    operations.publish(session, scene.round, said)
    assert (said.state, said.edited_at) == (CommentState.VISIBLE, None)
    operations.edit(author, session, scene.round, said, "ახალი, ჯერ წაუკითხავი")
    assert said.state is CommentState.WAITING
    operations.edit(author, session, scene.round, said, "საბოლოო სიტყვები")
    operations.publish(session, scene.round, said)
    earlier = [wording.text for wording in queries.wordings(session, said.id)]
    assert earlier == ["წაკითხული სიტყვები"], "only what a moderator let through can be read again"
    answer = operations.answer_officially(
        scene.as_officer(scene.officer), session, scene.round, scene.proposal, text="პასუხი", language="ka"
    )
    operations.edit(scene.citizen(scene.officer), session, scene.round, answer, "სრული პასუხი")
    assert answer.state is CommentState.VISIBLE, "what the municipality says waits for nobody"


def test_who_changes_a_comment_in_a_moderated_round_is_told_that_it_waits(
    app: Flask, session: Session, signed_in: Callable[..., PageClient], client: PageClient
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    scene = a_scene(session, moderated=True)
    said = scene.comment(session, "პირველი სიტყვები")
    operations.publish(session, scene.round, said)
    session.commit()
    author, path = signed_in(scene.author), f"/en/rustavi/rounds/2027/comments/{said.id}/edit"
    assert "before it is published" in author.get(path).get_data(as_text=True)
    assert author.post(path, data={"text": "შეურაცხმყოფელი სიტყვები"}).status_code == 302
    thread = f"/en/rustavi/rounds/2027/proposals/{scene.proposal.id}/discussion"
    assert "A moderator looks at your comment" in author.get(thread).get_data(as_text=True)
    assert "შეურაცხმყოფელი" not in client.get(thread).get_data(as_text=True)


@pytest.mark.parametrize("phase", [Phase.COUNTING, Phase.RESULTS, Phase.CLOSED])
def test_after_the_vote_a_thread_is_only_read(session: Session, scene: Scene, phase: Phase) -> None:
    scene.round.phase = phase
    with pytest.raises(Refused) as refused:
        scene.comment(session)
    assert refused.value.refusal is Refusal.WRONG_PHASE


def test_a_blocked_account_cannot_comment(session: Session, scene: Scene) -> None:
    with pytest.raises(Refused) as refused:
        operations.comment(
            scene.citizen(scene.reader, blocked=True),
            session,
            scene.round,
            scene.proposal,
            text="ტექსტი",
            language="ka",
        )
    assert refused.value.refusal is Refusal.BLOCKED


def test_a_comment_quotes_only_from_its_own_thread(session: Session, scene: Scene) -> None:
    elsewhere = a_scene(session, "telavi")
    foreign = elsewhere.comment(session)
    with pytest.raises(Invalid):
        operations.comment(
            scene.citizen(scene.reader),
            session,
            scene.round,
            scene.proposal,
            text="პასუხი",
            language="ka",
            quotes=foreign,
        )


def test_an_officer_answers_for_the_municipality_above_all_comments(
    session: Session, scene: Scene, client: PageClient
) -> None:
    scene.comment(session, "შეკითხვა მერიას")
    operations.answer_officially(
        scene.as_officer(scene.officer),
        session,
        scene.round,
        scene.proposal,
        text="პასუხი მერიისგან",
        language="ka",
    )
    session.commit()
    page = client.get(f"/en/rustavi/rounds/2027/proposals/{scene.proposal.id}/discussion").get_data(
        as_text=True
    )
    assert page.index("პასუხი მერიისგან") < page.index("შეკითხვა მერიას")
    with pytest.raises(Refused):
        operations.answer_officially(
            scene.citizen(scene.reader),
            session,
            scene.round,
            scene.proposal,
            text="მე მერია ვარ",
            language="ka",
        )


def test_a_thread_costs_two_statements_however_long_it_is(
    session: Session, scene: Scene, database: Database
) -> None:
    for number in range(45):
        scene.comment(session, f"კომენტარი ნომერი {number}", by=scene.reader)
    session.commit()
    statements: list[str] = []
    event.listen(
        database.engine,
        "before_cursor_execute",
        lambda *a: a[2].startswith("SELECT") and statements.append(a[2]),
    )
    with database.read() as reading:
        page = queries.thread(
            reading, scene.proposal.id, scene.author.id, sort=Sort.NEWEST, side=None, page=2
        )
    assert len(statements) == 2
    assert (page.total, page.pages, len(page.comments)) == (45, 2, 15)


def test_a_thread_can_be_read_by_side(session: Session, scene: Scene) -> None:
    for side in (Side.FOR, Side.FOR, Side.AGAINST):
        operations.comment(
            scene.citizen(scene.reader),
            session,
            scene.round,
            scene.proposal,
            text="აზრი",
            language="ka",
            side=side,
        )
    page = queries.thread(session, scene.proposal.id, None, sort=Sort.OLDEST, side=Side.FOR, page=1)
    assert [said.comment.side for said in page.comments] == [Side.FOR, Side.FOR]
    assert page.counts == {Side.FOR: 2, Side.AGAINST: 1, Side.NEUTRAL: 0}


def test_what_was_typed_is_given_back_when_the_discussion_has_closed_meanwhile(
    session: Session, scene: Scene, signed_in: Callable[..., PageClient], app: object
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    browser = signed_in(scene.reader)
    path = f"/en/rustavi/rounds/2027/proposals/{scene.proposal.id}/discussion"
    answer = browser.post(path, data={"side": "for", "text": "x" * 4001})
    assert answer.status_code == 422
    assert "x" * 4001 in answer.get_data(as_text=True)


def test_markup_in_a_comment_is_words_and_nothing_more(
    session: Session, scene: Scene, client: PageClient
) -> None:
    scene.comment(session, "<script>alert(1)</script> <svg onload=alert(1)> [x](javascript:alert(1)) **ok**")
    session.commit()
    page = client.get(f"/en/rustavi/rounds/2027/proposals/{scene.proposal.id}/discussion").get_data(
        as_text=True
    )
    assert "<script>alert" not in page
    assert "<svg onload" not in page
    assert 'href="javascript' not in page
    assert "<strong>ok</strong>" in page


def _yesterday(session: Session) -> None:
    """Put everything that was followed and told two days back."""
    before = clock.now() - timedelta(days=2)
    session.execute(update(Follow).values(followed_at=before - timedelta(days=1)))
    session.execute(update(Happening).values(at=before))


@on_both_databases
def test_followers_hear_of_every_official_answer_and_once_a_day_that_there_are_comments(
    session: Session, scene: Scene
) -> None:
    about = (Topic.PROPOSAL, scene.proposal.id)
    notices.follow_own(session, scene.place.id, scene.reader.id, *about)
    notices.follow_own(session, scene.place.id, scene.officer.id, Topic.ROUND, scene.round.id)
    for _ in range(3):
        scene.comment(session)
    for _ in range(2):
        operations.answer_officially(
            scene.as_officer(scene.officer),
            session,
            scene.round,
            scene.proposal,
            text="ვიწყებთ მაისში.",
            language="ka",
        )

    def heard(account: Account) -> list[str]:
        return [one.news for one in notice_queries.happenings_for(session, scene.place.id, account.id)]

    assert heard(scene.reader) == [News.OFFICIAL_ANSWER, News.OFFICIAL_ANSWER, News.COMMENT_ADDED]
    assert heard(scene.officer) == [News.OFFICIAL_ANSWER] * 2, "a round has too many comments to tell of each"
    public = notice_queries.public_happenings(session, scene.place.id)
    assert News.COMMENT_ADDED not in [one.news for one in public]
    _yesterday(session)
    scene.comment(session)
    assert heard(scene.reader)[0] == News.COMMENT_ADDED, "on another day it is news again"


def test_a_comment_that_waits_for_a_moderator_is_news_when_it_is_published(session: Session) -> None:
    scene = a_scene(session, moderated=True)
    notices.follow_own(session, scene.place.id, scene.reader.id, Topic.PROPOSAL, scene.proposal.id)
    said = scene.comment(session)
    assert not notice_queries.happenings_for(session, scene.place.id, scene.reader.id)
    operations.publish(session, scene.round, said)
    (news,) = notice_queries.happenings_for(session, scene.place.id, scene.reader.id)
    assert news.news == News.COMMENT_ADDED
    operations.hide(session, said)
    _yesterday(session)
    operations.publish(session, scene.round, said)
    assert len(notice_queries.happenings_for(session, scene.place.id, scene.reader.id)) == 1
