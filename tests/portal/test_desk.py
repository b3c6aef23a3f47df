"""The desk shows what waits, with deadlines; several steps are taken at once; the front page says what one can do."""

from datetime import timedelta

from sqlalchemy.orm import Session

from pbplatform.charter.phases import Phase
from pbplatform.charter.roles import Role
from pbplatform.consultation import queries
from pbplatform.consultation.models import Round
from pbplatform.consultation.settings import RoundSettings
from pbplatform.foundation import clock
from tests.support.marks import on_both_databases
from tests.support.pages import PageClient
from tests.support.people import a_municipality, an_account
from tests.support.proposals import a_proposal
from tests.support.rounds import a_round, set_windows


def _due_draft(session: Session, place, slug: str) -> Round:
    found = a_round(session, place, Phase.DRAFT, slug=slug)
    for window in queries.windows(session, found.id):
        session.delete(window)
    session.flush()
    set_windows(session, found, RoundSettings(), clock.now() - timedelta(days=2))
    found.announced_at = clock.now()
    return found


def _browser(signed_in, session: Session, account) -> PageClient:
    session.commit()
    return signed_in(account)


@on_both_databases
def test_an_officer_takes_several_due_steps_at_once(session: Session, signed_in) -> None:
    place = a_municipality(session)
    first, second = _due_draft(session, place, "first"), _due_draft(session, place, "second")
    later = a_round(session, place, Phase.DRAFT, slug="later")
    later.announced_at = clock.now()
    officer = _browser(signed_in, session, an_account(session, place, Role.OFFICER))
    page = officer.get("/en/rustavi/desk").get_data(as_text=True)
    assert "Steps that can be taken now" in page
    assert 'value="first"' in page
    assert 'value="later"' not in page
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    officer.post(
        "/en/rustavi/rounds/steps", data={"csrf_token": token, "round": ["first", "second", "later", "none"]}
    )
    session.expire_all()
    assert first.phase is Phase.SUBMISSION
    assert second.phase is Phase.SUBMISSION
    assert later.phase is Phase.DRAFT


def test_queues_of_several_rounds_say_which_round_they_belong_to(session: Session, signed_in) -> None:
    place = a_municipality(session)
    author = an_account(session, place)
    for slug in ("yards", "streets"):
        found = a_round(session, place, Phase.SUBMISSION, slug=slug)
        found.titles = {"en": f"The {slug} of the town", "ka": slug}
        a_proposal(session, place, found, author)
    officer = _browser(signed_in, session, an_account(session, place, Role.OFFICER))
    page = officer.get("/en/rustavi/desk").get_data(as_text=True)
    for slug in ("yards", "streets"):
        assert f">The {slug} of the town</p>" in page
    assert "Deadline" not in page, "a column without a single deadline is noise"


def test_a_citizen_has_no_desk_but_a_page_of_their_own(session: Session, signed_in) -> None:
    place = a_municipality(session)
    citizen = _browser(signed_in, session, an_account(session, place))
    assert citizen.get("/en/rustavi/desk").status_code == 403
    assert "You have not begun yet." in citizen.get("/en/rustavi/mine").get_data(as_text=True)


def test_the_front_page_says_what_one_can_do_now_and_until_when(client: PageClient, session: Session) -> None:
    place = a_municipality(session)
    a_round(session, place, Phase.SUBMISSION, slug="open")
    a_round(session, place, Phase.REVIEW, slug="work")
    session.commit()
    page = client.get("/en/rustavi/").get_data(as_text=True)
    now, work = page.index("What you can do now"), page.index("What is being worked on")
    assert now < page.index("You can propose what should be done") < work
    assert "Open until" in page[now:work]
    assert page.index("The departments are at work") > work
