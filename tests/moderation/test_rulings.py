"""Moderation: every ruling has rule and reason, nobody decides their own case, appeals go to somebody else."""

import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask, g
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from pbplatform.accounts.models import Account
from pbplatform.charter.phases import Phase
from pbplatform.charter.policy import Refusal, Refused
from pbplatform.consultation.models import Round
from pbplatform.consultation.settings import RoundSettings
from pbplatform.deliberation import operations as discussion
from pbplatform.deliberation.models import CommentState
from pbplatform.foundation import clock
from pbplatform.foundation.database import Database
from pbplatform.foundation.errors import Conflict, Invalid
from pbplatform.moderation import letters, operations, queries
from pbplatform.moderation.models import AppealDecision, Decision, Report, RuleBroken, Ruling, Target
from pbplatform.moderation.targets import Case, case
from pbplatform.notices import queries as notices
from pbplatform.notices.models import News
from pbplatform.proposals import operations as proposals
from pbplatform.proposals import queries as proposal_queries
from pbplatform.proposals.models import CoAuthor, CoAuthorState, Entry, Proposal
from tests.support.letters import last_letter
from tests.support.marks import on_both_databases
from tests.support.pages import PageClient
from tests.support.people import an_account
from tests.support.proposals import a_proposal, some_words
from tests.support.rounds import a_round
from tests.support.talk import Scene, a_scene

REASON = "ეს შეურაცხყოფს მეზობელს, აზრის გამოთქმა სხვაგვარადაც შეიძლება."


@pytest.fixture
def scene(session: Session) -> Scene:
    """The usual scene."""
    return a_scene(session)


def _reported(session: Session, scene: Scene) -> Case:
    said = scene.comment(session, "შენ სულელი ხარ")
    about = case(session, scene.place.id, Target.COMMENT, said.id)
    operations.report(scene.citizen(scene.reader), session, about, RuleBroken.INSULT)
    return about


def _hide(session: Session, scene: Scene, about: Case, **more: int) -> Ruling:
    return operations.rule(
        scene.as_officer(scene.officer),
        session,
        about,
        Decision.HIDE,
        broken=RuleBroken.INSULT,
        reason=REASON,
        **more,
    )


def test_hiding_without_rule_or_reason_is_refused(session: Session, scene: Scene) -> None:
    about = _reported(session, scene)
    officer = scene.as_officer(scene.officer)
    with pytest.raises(Invalid):
        operations.rule(officer, session, about, Decision.HIDE, broken=None, reason=REASON)
    with pytest.raises(Invalid):
        operations.rule(officer, session, about, Decision.HIDE, broken=RuleBroken.INSULT, reason=" ")


def test_nobody_reports_twice_or_their_own_words(session: Session, scene: Scene) -> None:
    about = _reported(session, scene)
    with pytest.raises(Invalid):
        operations.report(scene.citizen(scene.reader), session, about, RuleBroken.THREAT)
    with pytest.raises(Refused):
        operations.report(scene.citizen(scene.author), session, about, RuleBroken.INSULT)


def test_an_officer_who_reported_or_wrote_it_does_not_rule(session: Session, scene: Scene) -> None:
    about = _reported(session, scene)
    operations.report(scene.citizen(scene.officer), session, about, RuleBroken.INSULT)
    with pytest.raises(Refused) as refused:
        _hide(session, scene, about)
    assert refused.value.refusal is Refusal.OWN_CASE
    own = case(
        session, scene.place.id, Target.COMMENT, scene.comment(session, "ჩემი აზრი", by=scene.colleague).id
    )
    operations.report(scene.citizen(scene.reader), session, own, RuleBroken.OFF_TOPIC)
    with pytest.raises(Refused):
        operations.rule(scene.as_officer(scene.colleague), session, own, Decision.KEEP)


def test_an_appeal_is_decided_by_another_moderator_and_undoes_everything(
    session: Session, scene: Scene
) -> None:
    about = _reported(session, scene)
    ruling = _hide(session, scene, about, block_days=7)
    assert about.state == "hidden"
    assert queries.is_blocked(session, scene.author.id, scene.place.id)
    operations.appeal(scene.citizen(scene.author), session, ruling, "ეს ხუმრობა იყო და არავის ეხებოდა.")
    with pytest.raises(Refused) as refused:
        operations.decide_appeal(
            scene.as_officer(scene.officer), session, ruling, AppealDecision.UPHELD, REASON
        )
    assert refused.value.refusal is Refusal.OWN_CASE
    operations.decide_appeal(
        scene.as_officer(scene.colleague),
        session,
        ruling,
        AppealDecision.OVERTURNED,
        "ხუმრობა წესს არ არღვევს.",
    )
    assert about.state == "visible"
    assert not queries.is_blocked(session, scene.author.id, scene.place.id)
    with pytest.raises(Refused):
        operations.appeal(scene.citizen(scene.author), session, ruling, "კიდევ ერთხელ ვასაჩივრებ.")


@on_both_databases
def test_the_database_itself_refuses_a_judge_in_their_own_case(session: Session, scene: Scene) -> None:
    ruling = _hide(session, scene, _reported(session, scene))
    session.commit()
    ruling.moderator_id = ruling.author_id
    with pytest.raises(DBAPIError):
        session.commit()


@on_both_databases
def test_two_moderators_at_once_one_decides_the_other_is_told(
    database: Database, session: Session, scene: Scene
) -> None:
    about = _reported(session, scene)
    session.commit()
    outcomes: list[str] = []

    def decide(account_id: int) -> None:
        try:
            with database.transaction() as own:
                mine = case(own, scene.place.id, Target.COMMENT, about.thing.id)
                actor = scene.as_officer(scene.officer if account_id == scene.officer.id else scene.colleague)
                operations.rule(actor, own, mine, Decision.HIDE, broken=RuleBroken.INSULT, reason=REASON)
            outcomes.append("decided")
        except (Conflict, Refused):
            outcomes.append("told")

    threads = [
        threading.Thread(target=decide, args=(account.id,)) for account in (scene.officer, scene.colleague)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["decided", "told"]
    with database.read() as reading:
        assert len(reading.scalars(select(Ruling)).all()) == 1


def test_words_that_change_while_a_moderator_reads_get_past_nobody(
    app: Flask, session: Session, signed_in: Callable[..., PageClient]
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    scene = a_scene(session, moderated=True)
    said = scene.comment(session, "კეთილი სიტყვები")
    session.commit()
    moderator, desk = signed_in(scene.officer), f"/en/rustavi/desk/moderation/comment/{said.id}"

    def seen() -> str:
        found = re.search(r'name="version"[^>]*value="(\d+)"', moderator.get(desk).get_data(as_text=True))
        assert found
        return found[1]

    keep = {"decision": "keep", "rule": "", "block_days": "0", "version": seen()}
    discussion.edit(scene.citizen(scene.author), session, scene.round, said, "ბოროტი სიტყვები")
    session.commit()
    answer = moderator.post(desk, data=keep)
    assert answer.status_code == 409
    assert "changed since you opened this page" in answer.get_data(as_text=True)
    assert moderator.post(desk, data=keep | {"version": seen()}).status_code == 302


def test_a_pause_ends_by_itself(session: Session, scene: Scene) -> None:
    _hide(session, scene, _reported(session, scene), block_days=3)
    with time_machine.travel(clock.now() + timedelta(days=3, minutes=1)):
        assert not queries.is_blocked(session, scene.author.id, scene.place.id)


@on_both_databases
def test_the_longest_pause_that_a_standing_ruling_sets_counts(session: Session, scene: Scene) -> None:
    """A shorter pause that comes later shortens nothing, and an appeal takes away only its own ruling's."""
    long, short = (_hide(session, scene, _reported(session, scene), block_days=days) for days in (90, 1))

    def paused_in(days: int) -> bool:
        with time_machine.travel(clock.now() + timedelta(days=days)):
            return queries.is_blocked(session, scene.author.id, scene.place.id)

    def overturn(ruling: Ruling) -> None:
        operations.appeal(scene.citizen(scene.author), session, ruling, "ეს არავის ეხებოდა, გადახედეთ.")
        operations.decide_appeal(
            scene.as_officer(scene.colleague), session, ruling, AppealDecision.OVERTURNED, REASON
        )

    assert paused_in(80)
    overturn(long)
    assert [paused_in(days) for days in (0, 2)] == [True, False]
    overturn(short)
    assert not paused_in(0)


def test_a_waiting_comment_is_published_by_a_ruling(session: Session) -> None:
    scene = a_scene(session, "gori", moderated=True)
    said = scene.comment(session)
    about = case(session, scene.place.id, Target.COMMENT, said.id)
    assert [found.waiting for found in queries.queue(session, scene.place.id)] == [True]
    operations.rule(scene.as_officer(scene.officer), session, about, Decision.KEEP)
    assert said.state is CommentState.VISIBLE
    assert queries.queue(session, scene.place.id) == []


def _submitted(session: Session, **changed: object) -> tuple[Scene, Proposal]:
    """A proposal that somebody hands in to a round that is moderated before publication."""
    scene = a_scene(session, "gori")
    round_ = a_round(
        session, scene.place, Phase.SUBMISSION, own=RoundSettings(moderation_before_publication=True)
    )
    return scene, a_proposal(session, scene.place, round_, scene.author, **changed)


@on_both_databases
def test_a_proposal_that_waits_to_be_published_is_offered_and_published_by_a_ruling(session: Session) -> None:
    scene, proposal = _submitted(session)
    assert not proposal.listed
    (queued,) = queries.queue(session, scene.place.id)
    assert queued.waiting
    assert (queued.case.thing, queued.since) == (proposal, proposal.submitted_at)
    assert queries.queue_length(session, scene.place.id) == 1
    told = len(notices.public_happenings(session, scene.place.id))
    operations.rule(scene.as_officer(scene.officer), session, queued.case, Decision.KEEP)
    session.refresh(proposal)
    assert proposal.listed
    assert queries.queue(session, scene.place.id) == []
    assert queries.queue_length(session, scene.place.id) == 0
    news = notices.public_happenings(session, scene.place.id)
    assert len(news) == told + 1, "followers hear of it when they can read it, not before"
    assert news[0].news == News.PROPOSAL_SUBMITTED


def test_the_history_of_a_proposal_begins_with_the_words_that_a_moderator_let_through(
    session: Session,
) -> None:
    scene, proposal = _submitted(session, title="Words that nobody has read")
    round_ = session.get_one(Round, proposal.round_id)
    for title in ("Other words that nobody has read", "Words that a moderator has read"):
        words = some_words(session, round_, title=title)
        proposals.edit(scene.citizen(scene.author), session, round_, proposal, words)
    about = case(session, scene.place.id, Target.PROPOSAL, proposal.id)
    operations.rule(scene.as_officer(scene.officer), session, about, Decision.KEEP)
    proposals.edit(
        scene.citizen(scene.author),
        session,
        round_,
        proposal,
        some_words(session, round_, title="Later words"),
    )
    told = [version.said["title"] for version in proposal_queries.versions(session, proposal.id)]
    assert told == ["Words that a moderator has read", "Later words"]


def test_a_waiting_proposal_may_be_hidden_for_good_and_comes_back_on_appeal(session: Session) -> None:
    scene, proposal = _submitted(session)
    about = case(session, scene.place.id, Target.PROPOSAL, proposal.id)
    ruling = _hide(session, scene, about)
    assert about.state == "hidden"
    assert queries.queue(session, scene.place.id) == [], "what a ruling has hidden waits for nobody"
    operations.appeal(scene.citizen(scene.author), session, ruling, "ეს არავის შეურაცხყოფს, გადახედეთ.")
    operations.decide_appeal(
        scene.as_officer(scene.colleague), session, ruling, AppealDecision.OVERTURNED, REASON
    )
    assert proposal.hidden_at is None


def test_who_stands_behind_a_proposal_does_not_rule_on_it(session: Session) -> None:
    scene, proposal = _submitted(session)
    session.add(
        CoAuthor(
            municipality_id=scene.place.id,
            proposal_id=proposal.id,
            account_id=scene.officer.id,
            state=CoAuthorState.ACCEPTED,
            invited_at=clock.now(),
        )
    )
    session.flush()
    about = case(session, scene.place.id, Target.PROPOSAL, proposal.id)
    with pytest.raises(Refused) as refused:
        operations.rule(scene.as_officer(scene.officer), session, about, Decision.KEEP)
    assert refused.value.refusal is Refusal.OWN_CASE


def test_the_officer_who_typed_a_proposal_in_answers_for_it(session: Session) -> None:
    scene, proposal = _submitted(session)
    proposal.author_id, proposal.entered_by, proposal.entry = None, scene.officer.id, Entry.COUNTER
    session.flush()
    about = case(session, scene.place.id, Target.PROPOSAL, proposal.id)
    with pytest.raises(Refused):
        operations.rule(scene.as_officer(scene.officer), session, about, Decision.KEEP)
    ruling = operations.rule(
        scene.as_officer(scene.colleague),
        session,
        about,
        Decision.HIDE,
        broken=RuleBroken.PRIVATE_DATA,
        reason=REASON,
    )
    assert ruling.author_id == scene.officer.id


def test_the_most_reported_thing_stands_first_and_a_foreign_one_nowhere(
    session: Session, scene: Scene
) -> None:
    once = _reported(session, scene)
    session.query(Report).update({"reported_at": clock.now() - timedelta(days=5)})
    twice = case(session, scene.place.id, Target.PROPOSAL, scene.proposal.id)
    for account in (scene.reader, an_account(session, scene.place)):
        operations.report(scene.citizen(account), session, twice, RuleBroken.ADVERTISING)
    elsewhere = a_scene(session, "telavi")
    _reported(session, elsewhere)
    queued = queries.queue(session, scene.place.id)
    assert [(found.case.target, found.reports) for found in queued] == [
        (Target.PROPOSAL, 2),
        (Target.COMMENT, 1),
    ]
    assert queued[1].case.thing is once.thing
    assert queries.queue_length(session, scene.place.id) == 2


@on_both_databases
def test_what_its_author_has_deleted_waits_for_no_moderator(session: Session, scene: Scene) -> None:
    about = _reported(session, scene)
    assert queries.queue_length(session, scene.place.id) == len(queries.queue(session, scene.place.id)) == 1
    discussion.remove(scene.citizen(scene.author), session, scene.round, about.thing)
    assert queries.queue(session, scene.place.id) == []
    assert queries.queue_length(session, scene.place.id) == 0


@on_both_databases
def test_a_reported_comment_that_waits_again_after_a_change_stands_in_the_queue_once(
    session: Session,
) -> None:
    scene = a_scene(session, moderated=True)
    said = scene.comment(session)
    discussion.publish(session, scene.round, said)
    about = case(session, scene.place.id, Target.COMMENT, said.id)
    operations.report(scene.citizen(scene.reader), session, about, RuleBroken.INSULT)
    discussion.edit(scene.citizen(scene.author), session, scene.round, said, "სხვა სიტყვები")
    (queued,) = queries.queue(session, scene.place.id)
    assert (queued.reports, queued.waiting, queries.queue_length(session, scene.place.id)) == (1, False, 1)
    operations.rule(scene.as_officer(scene.officer), session, queued.case, Decision.KEEP)
    assert said.state is CommentState.VISIBLE
    assert queries.queue_length(session, scene.place.id) == 0


def test_a_formula_in_a_reason_is_only_text_in_the_exported_log(
    session: Session, scene: Scene, signed_in: Callable[..., PageClient]
) -> None:
    about = _reported(session, scene)
    operations.rule(
        scene.as_officer(scene.officer),
        session,
        about,
        Decision.HIDE,
        broken=RuleBroken.INSULT,
        reason="=HYPERLINK(evil) და სხვა",
    )
    session.commit()
    log = signed_in(scene.officer).get("/en/rustavi/desk/moderation/log.csv").get_data(as_text=True)
    assert ",=HYPERLINK" not in log
    assert "HYPERLINK" in log


def test_an_author_is_told_in_their_own_language_down_to_the_date(
    app: Flask, session: Session, database: Database, scene: Scene
) -> None:
    """The moderator who decides reads another language than the author who is told."""
    ruling = _hide(session, scene, _reported(session, scene), block_days=7)
    author = session.get_one(Account, ruling.author_id)
    author.language = "bg"
    ruling.blocked_until = datetime(2026, 11, 30, 22, 30, tzinfo=UTC)
    with app.test_request_context("/ka/"):
        g.locale = "ka"
        letters.tell_ruling(session, author, ruling, "http://localhost/bg/rustavi/rulings/1")
    session.commit()
    letter = last_letter(database, author.email or "")
    assert "спрени до 1 декември 2026" in letter.body, "the date on the municipality's clock"
    assert "02:30" in letter.body
    assert REASON in letter.body
    assert letter.html is not None
    assert "a moderator" not in letter.html
