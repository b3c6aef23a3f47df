"""Moderation: every ruling has rule and reason, nobody decides their own case, appeals go to somebody else."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from pbplatform.charter.policy import Refusal, Refused
from pbplatform.deliberation.models import CommentState
from pbplatform.foundation import clock
from pbplatform.foundation.database import Database
from pbplatform.foundation.errors import Conflict, Invalid
from pbplatform.foundation.mail import Letter
from pbplatform.moderation import operations, queries
from pbplatform.moderation.models import AppealDecision, Decision, Report, RuleBroken, Ruling, Target
from pbplatform.moderation.targets import Case, case
from tests.support.marks import on_both_databases
from tests.support.pages import PageClient
from tests.support.people import an_account
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


def test_a_pause_ends_by_itself(session: Session, scene: Scene) -> None:
    _hide(session, scene, _reported(session, scene), block_days=3)
    with time_machine.travel(clock.now() + timedelta(days=3, minutes=1)):
        assert not queries.is_blocked(session, scene.author.id, scene.place.id)


def test_a_waiting_comment_is_published_by_a_ruling(session: Session) -> None:
    scene = a_scene(session, "gori", moderated=True)
    said = scene.comment(session)
    about = case(session, scene.place.id, Target.COMMENT, said.id)
    assert [found.waiting for found in queries.queue(session, scene.place.id)] == [True]
    operations.rule(scene.as_officer(scene.officer), session, about, Decision.KEEP)
    assert said.state is CommentState.VISIBLE
    assert queries.queue(session, scene.place.id) == []


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


def test_from_report_to_appeal_in_the_browser(
    app: Flask, session: Session, scene: Scene, signed_in: Callable[..., PageClient]
) -> None:
    """Three reports, hidden with rule and reason in the author's language, the appeal decided by another moderator."""
    app.config["WTF_CSRF_ENABLED"] = False
    said = scene.comment(session, "შენ სულელი ხარ")
    reporters = [scene.reader, an_account(session, scene.place), an_account(session, scene.place)]
    scene.author.language = "ka"
    session.commit()
    for reporter in reporters:
        answer = signed_in(reporter).post(f"/en/rustavi/report/comment/{said.id}", data={"rule": "insult"})
        assert answer.status_code == 302
    moderator, author, colleague = (
        signed_in(scene.officer),
        signed_in(scene.author),
        signed_in(scene.colleague),
    )
    assert "შენ სულელი ხარ" in moderator.get("/ka/rustavi/desk/moderation").get_data(as_text=True)
    decided = moderator.post(
        f"/en/rustavi/desk/moderation/comment/{said.id}",
        data={"decision": "hide", "rule": "insult", "reason": REASON, "block_days": "0"},
    )
    assert decided.status_code == 302
    with app.extensions["house"].database.read() as reading:
        letter = reading.scalars(select(Letter)).one()
        ruling = reading.scalars(select(Ruling)).one()
    assert (letter.recipient, letter.language) == (scene.author.email, "ka")
    assert REASON in letter.body
    assert "insults" not in letter.body, "the rule is told in the author's language"
    assert f"/ka/rustavi/rulings/{ruling.id}" in letter.body
    page = f"/ka/rustavi/rulings/{ruling.id}"
    assert signed_in(scene.reader).get(page).status_code == 404
    assert author.post(page, data={"text": "ეს ხუმრობა იყო, არავის შეურაცხყოფა."}).status_code == 302
    desk = f"/ka/rustavi/desk/appeals/{ruling.id}"
    choice = {"decision": "overturned", "reason": "ხუმრობა წესს არ არღვევს."}
    assert moderator.post(desk, data=choice).status_code == 403
    assert colleague.post(desk, data=choice).status_code == 302
    seen = author.get(page).get_data(as_text=True)
    assert REASON in seen
    assert "ხუმრობა წესს არ არღვევს." in seen
    log = moderator.get("/en/rustavi/desk/moderation/log.csv").get_data(as_text=True)
    assert "insult" in log
    assert scene.author.name not in log
    table = signed_in(scene.reader).get("/en/rustavi/moderation").get_data(as_text=True)
    assert "Undone on appeal" in table


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
