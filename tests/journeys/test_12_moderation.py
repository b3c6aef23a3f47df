"""Scenario 12: three reports, hidden with rule and reason in the author's language, the appeal decided by another moderator."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.charter.phases import Phase
from pbplatform.consultation.settings import RoundSettings
from pbplatform.foundation.mail import Letter
from pbplatform.moderation.models import Ruling
from pbplatform.notices import operations as notices
from pbplatform.notices.models import News, Topic
from pbplatform.proposals import operations as proposals
from tests.support.pages import PageClient
from tests.support.people import an_account
from tests.support.proposals import a_draft, a_proposal
from tests.support.rounds import a_round
from tests.support.talk import a_scene

REASON = "ეს შეურაცხყოფს მეზობელს, აზრის გამოთქმა სხვაგვარადაც შეიძლება."
JOKE = "ხუმრობა წესს არ არღვევს."


@pytest.fixture(autouse=True)
def _no_tokens(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False


@pytest.mark.parametrize("target", ["comment", "proposal"])
def test_from_three_reports_to_the_appeal(
    app: Flask, session: Session, signed_in: Callable[..., PageClient], client: PageClient, target: str
) -> None:
    scene = a_scene(session)
    words = "შენ სულელი ხარ"
    said = scene.comment(session, words)
    scene.proposal.title = "სულელების სკვერი"
    number, shown = (said.id, words) if target == "comment" else (scene.proposal.id, scene.proposal.title)
    reporters = [scene.reader, an_account(session, scene.place), an_account(session, scene.place)]
    scene.author.language = "ka"
    notices.follow_own(session, scene.place.id, scene.reader.id, Topic.ROUND, scene.round.id)
    proposals.tell(session, scene.round, scene.proposal, News.PROPOSAL_SUBMITTED)
    session.commit()
    address = f"/ka/rustavi/rounds/2027/proposals/{scene.proposal.id}"
    copies = [
        "/ka/rustavi/",
        "/ka/rustavi/rounds/2027/",
        "/ka/rustavi/feed.atom",
        f"/ka/rustavi/feeds/round/{scene.round.id}.atom",
        "/ka/rustavi/notices",
    ]
    follower = signed_in(scene.reader)
    for reporter in reporters:
        answer = signed_in(reporter).post(f"/en/rustavi/report/{target}/{number}", data={"rule": "insult"})
        assert answer.status_code == 302
    moderator, author, colleague = (signed_in(one) for one in (scene.officer, scene.author, scene.colleague))
    assert shown in moderator.get("/ka/rustavi/desk/moderation").get_data(as_text=True)
    if target == "proposal":
        assert [shown in follower.get(copy).get_data(as_text=True) for copy in copies] == [True] * len(copies)

    case = f"/en/rustavi/desk/moderation/{target}/{number}"
    without = {"decision": "hide", "rule": "insult", "reason": "", "block_days": "0"}
    assert moderator.post(case, data=without).status_code == 422
    assert moderator.post(case, data=without | {"reason": REASON}).status_code == 302
    hidden = client.get(address)
    assert shown not in hidden.get_data(as_text=True)
    assert hidden.status_code == (200 if target == "comment" else 410)
    for page in (*copies, f"{address}/discussion"):
        assert shown not in follower.get(page).get_data(as_text=True), page

    with app.extensions["house"].database.read() as reading:
        letter = reading.scalars(select(Letter)).one()
        ruling = reading.scalars(select(Ruling)).one()
    assert (letter.recipient, letter.language) == (scene.author.email, "ka")
    assert REASON in letter.body
    assert "insults" not in letter.body, "the rule is told in the author's language"
    page = f"/ka/rustavi/rulings/{ruling.id}"
    assert page in letter.body
    assert signed_in(scene.reader).get(page).status_code == 404
    if target == "proposal":
        assert page in author.get(address).get_data(as_text=True), (
            "the author finds the ruling on the page too"
        )

    assert author.post(page, data={"text": "ეს ხუმრობა იყო, არავის შეურაცხყოფა."}).status_code == 302
    desk = f"/ka/rustavi/desk/appeals/{ruling.id}"
    choice = {"decision": "overturned", "reason": JOKE}
    assert moderator.post(desk, data=choice).status_code == 403, "nobody decides on their own ruling"
    assert colleague.post(desk, data=choice).status_code == 302
    assert colleague.post(desk, data=choice).status_code in (403, 409), "an appeal is decided once"
    assert shown in client.get(address).get_data(as_text=True)
    if target == "proposal":
        assert [shown in follower.get(copy).get_data(as_text=True) for copy in copies] == [True] * len(copies)

    seen = author.get(page).get_data(as_text=True)
    assert REASON in seen
    assert JOKE in seen
    log = moderator.get("/en/rustavi/desk/moderation/log.csv").get_data(as_text=True)
    assert f"{target}," in log
    assert scene.author.name not in log
    assert "Undone on appeal" in client.get("/en/rustavi/moderation").get_data(as_text=True)


@pytest.mark.parametrize("first", [False, True], ids=["after_reports", "before_publication"])
def test_what_is_hidden_is_read_nowhere_and_answered_by_nobody(
    session: Session, signed_in: Callable[..., PageClient], client: PageClient, first: bool
) -> None:
    """A proposal's number can be counted up, and so can the numbers of comments."""
    scene = a_scene(session)
    said = scene.comment(session, "გიორგი ასე ცხოვრობს")
    round_, proposal = scene.round, scene.proposal
    if first:
        own = RoundSettings(moderation_before_publication=True)
        round_ = a_round(session, scene.place, Phase.SUBMISSION, slug="careful", own=own)
        proposal = a_proposal(session, scene.place, round_, scene.author)
    else:
        proposal.hidden_at = proposal.changed_at
    elsewhere = a_round(session, scene.place, Phase.SUBMISSION, slug="drafts")
    draft = a_draft(session, scene.place, elsewhere, scene.author)
    session.commit()
    town = "/en/rustavi"
    base = f"{town}/rounds/{round_.slug}"
    pages = [
        f"{base}/proposals/{proposal.id}",
        f"{base}/proposals/{proposal.id}/discussion",
        f"{base}/proposals/{proposal.id}/history",
        f"{base}/proposals/{proposal.id}/withdraw",
        f"{town}/report/proposal/{proposal.id}",
    ]
    talk = [f"{town}/rounds/2027/comments/{said.id}/wordings", f"{town}/report/comment/{said.id}"]
    reader, moderator, author = (signed_in(one) for one in (scene.reader, scene.officer, scene.author))
    for address in (*pages, *([] if first else talk), f"{town}/report/proposal/{draft.id}"):
        for browser in (client, reader):
            answer = browser.get(address)
            page = answer.get_data(as_text=True)
            assert answer.status_code in (302, 403, 404, 410), address
            assert not [words for words in (proposal.title, draft.title, said.text) if words in page], address
    assert moderator.get(f"{town}/desk/moderation/proposal/{draft.id}").status_code == 404

    for inside in (moderator, author):
        thread = inside.get(pages[1])
        assert (thread.status_code, 'name="text"' in thread.get_data(as_text=True)) == (200, False)
    words = {"side": "for", "text": "კარგი აზრია, მომწონს."}
    assert reader.post(pages[1], data=words).status_code == 404
    assert author.post(pages[1], data=words).status_code == 409, "what nobody may read, nobody talks about"
    if not first:
        endorsing = f"{base}/comments/{said.id}/endorse"
        assert reader.post(endorsing).status_code == 404
        assert author.post(f"{base}/comments/{said.id}/delete").status_code == 302, (
            "one's own words can be taken back everywhere"
        )


def test_in_a_round_that_looks_first_a_proposal_waits_for_its_moderator(
    app: Flask, session: Session, signed_in: Callable[..., PageClient], client: PageClient
) -> None:
    scene = a_scene(session)
    own = RoundSettings(moderation_before_publication=True)
    round_ = a_round(session, scene.place, Phase.SUBMISSION, slug="careful", own=own)
    draft = a_draft(session, scene.place, round_, scene.author)
    scene.author.language = "ka"
    session.commit()
    author, moderator = signed_in(scene.author), signed_in(scene.officer)
    address = f"/en/rustavi/rounds/careful/proposals/{draft.id}"
    assert author.post(f"{address}/check").status_code == 302

    assert draft.title not in client.get("/en/rustavi/rounds/careful/proposals/").get_data(as_text=True)
    assert client.get(address).status_code == 410
    assert "looks at every proposal before" in author.get(address).get_data(as_text=True)
    assert draft.title in moderator.get("/en/rustavi/desk/moderation").get_data(as_text=True)
    case = f"/en/rustavi/desk/moderation/proposal/{draft.id}"
    assert case in moderator.get(address).get_data(as_text=True), "who rules can read it in its place"
    assert signed_in(scene.reader).get(address).status_code == 410

    assert moderator.post(case, data={"decision": "keep", "rule": "", "block_days": "0"}).status_code == 302
    assert draft.title in client.get(address).get_data(as_text=True)
    assert draft.title in client.get("/en/rustavi/rounds/careful/proposals/").get_data(as_text=True)
    with app.extensions["house"].database.read() as reading:
        letter = reading.scalars(select(Letter).where(Letter.recipient == scene.author.email)).one()
    assert letter.language == "ka"
    assert f"/ka/rustavi/rounds/careful/proposals/{draft.id}" in letter.body
    late = moderator.post(case, data={"decision": "keep", "rule": "", "block_days": "0"})
    assert late.status_code == 409, "the second decision finds that the first was faster"
