"""The officer's editor and what everybody reads about a round, through the browser."""

import re
from datetime import timedelta

import pytest
from flask import Flask, request
from icalendar import Calendar
from sqlalchemy.orm import Session

from pbplatform.charter.phases import Obstacle, Phase
from pbplatform.charter.roles import Role
from pbplatform.consultation import queries, rulebook
from pbplatform.consultation.due import walk_due
from pbplatform.consultation.models import Round
from pbplatform.foundation import clock
from pbplatform.foundation.database import Database
from tests.support.marks import on_both_databases
from tests.support.pages import PageClient
from tests.support.people import a_municipality, an_account
from tests.support.rounds import a_round, set_windows

SECTIONS = (
    "plan",
    "plan/texts",
    "plan/dates",
    "plan/settings",
    "plan/categories",
    "plan/envelopes/new",
    "cancel",
)


@pytest.fixture
def officer(session: Session, signed_in) -> PageClient:
    """An officer's browser in Rustavi."""
    place = a_municipality(session)
    account = an_account(session, place, Role.OFFICER)
    session.commit()
    return signed_in(account)


def _place(session: Session):
    from pbplatform.municipalities.queries import by_slug

    return by_slug(session, "rustavi")


def _token(client: PageClient, address: str) -> str:
    page = client.get(address).get_data(as_text=True)
    return page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]


def _post(client: PageClient, address: str, data: dict[str, str], form_at: str | None = None):
    return client.post(address, data={"csrf_token": _token(client, form_at or address), **data})


@pytest.mark.parametrize("language", ["ka", "bg", "en"])
def test_every_page_of_the_editor_opens_in_every_language(
    officer: PageClient, session: Session, language: str
) -> None:
    found = a_round(session, _place(session), Phase.DRAFT, slug="parks")
    session.commit()
    envelope = queries.envelopes(session, found.id)[0]
    session.rollback()
    for section in (*SECTIONS, f"plan/envelopes/{envelope.id}", "rules"):
        assert officer.get(f"/{language}/rustavi/rounds/parks/{section}").status_code == 200, section
    assert officer.get(f"/{language}/rustavi/rounds/").status_code == 200
    assert officer.get(f"/{language}/rustavi/rounds/new").status_code == 200


def test_citizens_do_not_come_into_the_editor(session: Session, signed_in, client: PageClient) -> None:
    place = a_municipality(session)
    a_round(session, place, Phase.SUBMISSION, slug="parks")
    citizen = an_account(session, place)
    session.commit()
    for section in SECTIONS:
        assert signed_in(citizen).get(f"/en/rustavi/rounds/parks/{section}").status_code == 403, section
        assert client.get(f"/en/rustavi/rounds/parks/{section}").status_code == 302, section


@on_both_databases
def test_an_officer_plans_a_round_from_nothing_to_the_announcement(
    officer: PageClient, session: Session, client: PageClient
) -> None:
    base = "/en/rustavi/rounds"
    texts = {"title_ka": "პარკები", "title_en": "Parks"}
    assert _post(officer, f"{base}/new", {"slug": "parks", **texts}).status_code == 302
    empty = officer.get(f"{base}/parks/plan").get_data(as_text=True)
    assert "It can be announced as soon as" in empty
    assert f"{base}/parks/plan/announce" not in empty
    whole = texts | {f"{name}_{lang}": "Words" for name in ("summary", "text") for lang in ("ka", "en")}
    preview = _post(officer, f"{base}/parks/plan/texts", {**whole, "preview": "1"}).get_data(as_text=True)
    assert "Nothing is saved yet" in preview
    assert _post(officer, f"{base}/parks/plan/texts", whole).status_code == 302
    dates = {}
    for number, phase in enumerate(("submission", "review", "discussion", "voting")):
        dates[f"{phase}_opens"] = f"2030-0{number + 1}-01T09:00"
        dates[f"{phase}_closes"] = f"2030-0{number + 2}-01T09:00"
    assert _post(officer, f"{base}/parks/plan/dates", dates).status_code == 302
    envelope = {
        "name_en": "City",
        "amount": "12 400,50",
        "ballot_format": "knapsack",
        "most_choices": "",
        "rule": "equal-shares",
        "utility": "cost",
        "completion": "greedy",
        "publication": "automatic",
    }
    assert _post(officer, f"{base}/parks/plan/envelopes/new", envelope).status_code == 302
    answer = _post(officer, f"{base}/parks/plan/announce", {}, f"{base}/parks/plan")
    assert answer.location == f"{base}/parks/"
    found = queries.by_slug(session, _place(session).id, "parks")
    assert found is not None
    windows = queries.windows(session, found.id)
    assert windows[0].opens_at.isoformat() == "2030-01-01T05:00:00+00:00"
    kept = queries.envelopes(session, found.id)[0]
    assert (kept.amount, kept.rule_options) == (1_240_050, {"utility": "cost", "completion": "greedy"})
    public = client.get(f"{base}/parks/rules").get_data(as_text=True)
    assert "12,400.50" in public
    assert "The lot was committed in advance" in public


def test_a_public_plan_shows_its_older_rules_beside_the_new_ones(
    officer: PageClient, session: Session, client: PageClient
) -> None:
    found = a_round(session, _place(session), Phase.SUBMISSION, slug="parks")
    rulebook.publish(session, found)
    session.commit()
    settings = {"appeal_days": "14", "challenge_days": "3"}
    address = "/en/rustavi/rounds/parks/plan/settings"
    silent = _post(officer, address, settings)
    assert silent.status_code == 422
    assert "write for everybody why" in silent.get_data(as_text=True)
    assert _post(officer, address, {**settings, "reason": "Seven days were too few."}).status_code == 302
    page = client.get("/en/rustavi/rounds/parks/rules").get_data(as_text=True)
    assert "Seven days were too few." in page
    assert "<del>An author may appeal within 7 days" in page
    assert "<ins>An author may appeal within 14 days" in page


def test_what_was_typed_wrong_is_given_back_with_a_sentence(officer: PageClient, session: Session) -> None:
    a_round(session, _place(session), Phase.DRAFT, slug="parks")
    session.commit()
    address = "/en/rustavi/rounds/parks/plan/envelopes/new"
    wrong = {
        "name_en": "City",
        "amount": "much",
        "ballot_format": "approval",
        "rule": "greedy",
        "publication": "open",
    }
    answer = _post(officer, address, {**wrong, "utility": "cost", "completion": "none"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Write an amount like" in page
    assert 'value="much"' in page


def test_two_officers_at_once_the_second_sees_a_conflict(officer: PageClient, session: Session) -> None:
    found = a_round(session, _place(session), Phase.DRAFT, slug="parks")
    seen = str(found.version)
    session.commit()
    address = "/en/rustavi/rounds/parks/plan/settings"
    assert _post(officer, address, {"appeal_days": "9", "version": seen}).status_code == 302
    assert _post(officer, address, {"appeal_days": "5", "version": seen}).status_code == 409
    assert _post(officer, address, {"appeal_days": "5", "version": "9" * 5000}).status_code == 409


def test_a_plan_that_leaves_no_time_to_appeal_says_until_when_the_list_waits(
    officer: PageClient, session: Session
) -> None:
    found = a_round(session, _place(session), Phase.DRAFT, slug="parks")
    windows = {window.phase: window for window in queries.windows(session, found.id)}
    windows[Phase.VOTING].opens_at = windows[Phase.DISCUSSION].opens_at + timedelta(days=6)
    session.commit()
    address, warning = "/en/rustavi/rounds/parks/plan", "only then can the list for the ballot be fixed"
    assert warning in officer.get(address).get_data(as_text=True)
    windows[Phase.VOTING].opens_at += timedelta(days=1)
    session.commit()
    assert warning not in officer.get(address).get_data(as_text=True)


def test_a_blocked_step_says_in_words_what_is_in_the_way(officer: PageClient, session: Session) -> None:
    a_round(session, _place(session), Phase.DRAFT, slug="parks")
    session.commit()
    page = officer.get("/en/rustavi/rounds/parks/plan").get_data(as_text=True)
    assert "The planned date has not come yet." in page
    _post(officer, "/en/rustavi/rounds/parks/steps/open_submission", {}, "/en/rustavi/rounds/parks/plan")
    assert "The planned date has not come yet." in officer.get("/en/rustavi/").get_data(as_text=True)
    assert session.query(Round).one().phase is Phase.DRAFT


NOT_ON_A_PAGE = {
    Obstacle.KEY_MISSING: "the operator restores it",
    Obstacle.NO_CANCEL_REASON: "the form of the cancellation asks for it",
    Obstacle.UNDER_LEGAL_MINIMUM: "consultations", Obstacle.SHORT_WITHOUT_REASON: "consultations",
    Obstacle.NO_DRAFT: "consultations", Obstacle.UNANSWERED_CONTRIBUTIONS: "consultations",
}  # fmt: skip


@pytest.mark.parametrize("obstacle", sorted(set(Obstacle) - set(NOT_ON_A_PAGE)))
def test_what_is_in_the_way_leads_to_the_page_on_which_it_is_cleared(
    app: Flask, officer: PageClient, session: Session, obstacle: Obstacle
) -> None:
    met_in = {
        Obstacle.NOT_COUNTED: Phase.COUNTING,
        Obstacle.NOT_RECOUNTED: Phase.COUNTING,
        Obstacle.NO_BUDGET_LINES: Phase.COUNTING,
        Obstacle.UNDELIVERED_PROJECTS: Phase.IMPLEMENTATION,
    }
    found = a_round(session, _place(session), met_in.get(obstacle, Phase.REVIEW), slug="parks")
    session.commit()
    with app.test_request_context("/en/rustavi/rounds/parks/"):
        app.preprocess_request()
        pieces = app.jinja_env.get_template("planning/_obstacles.html").make_module({"request": request})
        shown = pieces.obstacle_list([obstacle], found)
    address = re.search(r'href="([^"]+)"', str(shown))
    assert address is not None
    assert officer.get(address[1]).status_code == 200


@on_both_databases
def test_due_steps_are_walked_by_themselves_even_after_a_pause(
    session: Session, app, database: Database
) -> None:
    place = a_municipality(session)
    found = a_round(session, place, Phase.DRAFT, slug="parks")
    hidden = a_round(session, place, Phase.DRAFT, slug="hidden")
    for one in (found, hidden):
        for window in queries.windows(session, one.id):
            session.delete(window)
        session.flush()
        from pbplatform.consultation.settings import RoundSettings

        set_windows(session, one, RoundSettings(), clock.now() - timedelta(days=2))
    found.announced_at = clock.now()
    session.commit()
    assert walk_due(database) >= 1
    session.expire_all()
    assert found.phase is not Phase.DRAFT
    assert hidden.phase is Phase.DRAFT
    session.rollback()
    assert walk_due(database) == 0


def test_the_dates_can_be_put_into_a_calendar(client: PageClient, session: Session) -> None:
    found = a_round(session, a_municipality(session), Phase.REVIEW, slug="parks")
    session.commit()
    windows = queries.windows(session, found.id)
    calendar = Calendar.from_ical(client.get("/en/rustavi/rounds/parks/dates.ics").data)
    events = calendar.walk("VEVENT")
    assert len(events) == len(windows) == 4
    assert [event.decoded("dtstart").replace(microsecond=0) for event in events] == [
        window.opens_at.replace(microsecond=0) for window in windows
    ]


def test_cancelling_shows_the_reason_to_everybody(
    officer: PageClient, session: Session, client: PageClient
) -> None:
    a_round(session, _place(session), Phase.REVIEW, slug="parks")
    session.commit()
    address = "/en/rustavi/rounds/parks/cancel"
    assert _post(officer, address, {}).status_code == 422
    assert _post(officer, address, {"reason_en": "The money is gone."}).status_code == 302
    assert "The money is gone." in client.get("/en/rustavi/rounds/parks/").get_data(as_text=True)


@pytest.mark.parametrize("bad", ["\x00", "1" * 400, "-5", "1e9", "NaN"])
def test_odd_numbers_are_refused_with_a_sentence(officer: PageClient, session: Session, bad: str) -> None:
    a_round(session, _place(session), Phase.DRAFT, slug="parks")
    session.commit()
    answer = _post(officer, "/en/rustavi/rounds/parks/plan/settings", {"appeal_days": bad})
    assert answer.status_code in (400, 422)
