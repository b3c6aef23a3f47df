"""What happens between proposing and the ballot, through the pages: support, paper, merging, the counter, many at once."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from pbplatform.charter.phases import Phase
from pbplatform.charter.roles import Role
from pbplatform.door import House
from pbplatform.foundation import clock
from pbplatform.foundation.mail import Letter
from pbplatform.municipalities.models import Municipality
from pbplatform.notices.models import Happening, News
from pbplatform.proposals.models import Entry, Proposal, ProposalState
from pbplatform.screening.criteria import FormalCriterion
from pbplatform.screening.models import Assessment, ConflictState, Merge, MergeState, ProposalConflict
from tests.proposals.test_support import NUMBERS, a_roll, claim
from tests.support.pages import PageClient
from tests.support.people import a_municipality, an_account
from tests.support.proposals import TEXT, a_standing_proposal, some_words
from tests.support.rounds import a_round
from tests.support.screening import an_office, send_to

Browser = Callable[..., PageClient]
BASE = "/en/rustavi/rounds/spring"


@pytest.fixture
def place(session: Session) -> Municipality:
    return a_municipality(session)


def _sent(
    browser: PageClient, address: str, data: dict[str, object], seen: str | None = None
) -> TestResponse:
    """Send a form of a page; without one of its own, with the token that the reader's account page carries."""
    page = browser.get(seen or address).get_data(as_text=True)
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, f"no form on {seen or address}"
    return browser.post(address, data={"csrf_token": found[1], **data})


def _done(browser: PageClient, address: str, seen: str | None = None, **data: object) -> str:
    answer = _sent(browser, address, data, seen)
    assert answer.status_code == 302, (address, answer.status_code, answer.get_data(as_text=True)[-1500:])
    return browser.get(answer.location).get_data(as_text=True)


def test_a_proposal_gathers_support_online_and_on_paper(
    session: Session, house: House, place: Municipality, signed_in: Browser, client: PageClient
) -> None:
    round_ = a_round(session, place, Phase.SUPPORT, slug="spring")
    author, clerk = an_account(session, place, name="Author"), an_account(session, place, Role.OFFICER)
    proposal = a_standing_proposal(session, place, round_, author)
    entries = a_roll(session, house, place)
    resident, stranger = an_account(session, place), an_account(session, place)
    claim(session, place, resident, entries[0])
    session.commit()
    page = f"{BASE}/proposals/{proposal.id}"
    assert "/support" in signed_in(resident).get(page).get_data(as_text=True)

    for _again in range(2):
        _done(signed_in(resident), f"{page}/support", page)
    assert _sent(signed_in(stranger), f"{page}/support", {}, page).status_code == 403, (
        "only verified residents count"
    )

    made = _sent(signed_in(author), f"{page}/sheets/new", {}, page)
    code = made.location.rsplit("/", 1)[1]
    sheet = signed_in(author).get(made.location).get_data(as_text=True)
    assert code in sheet
    assert proposal.title in sheet
    desk = signed_in(clerk)
    _done(desk, f"{page}/sheets/{code}/received", f"{page}/sheets")
    typed = "\n".join([NUMBERS[0], NUMBERS[1], NUMBERS[2], "01001099999"])
    said = _done(desk, f"{page}/sheets", code=code, numbers=typed, unreadable="1")
    assert "2 counted, 1 had signed before, 1 not on the roll, 1 unreadable" in said
    again = _sent(desk, f"{page}/sheets", {"code": code, "numbers": typed, "unreadable": "0"})
    assert again.status_code == 422, "a sheet is entered once"
    assert typed.splitlines()[1] in again.get_data(as_text=True), "what was typed is given back"
    with house.database.read() as looking:
        assert looking.get_one(Proposal, proposal.id).support == 3
    assert NUMBERS[1] not in client.get(page).get_data(as_text=True)


def test_two_proposals_join_only_when_both_authors_agree(
    session: Session, house: House, place: Municipality, signed_in: Browser, client: PageClient
) -> None:
    round_ = a_round(session, place, Phase.REVIEW, slug="spring")
    one, other = an_account(session, place, name="One"), an_account(session, place, name="Other")
    source = a_standing_proposal(session, place, round_, one)
    target = a_standing_proposal(session, place, round_, other)
    office = an_office(session, place)
    session.commit()
    officer = signed_in(office.coordinator)
    case = f"{BASE}/screening/{source.id}"
    reason = "Both ask for swings in the same yard, together they are cheaper."
    _done(officer, f"{case}/merge", case, target=str(target.id), reason=reason)
    with house.database.read() as looking:
        merge = looking.scalars(select(Merge)).one()
        asked = {letter.recipient for letter in looking.scalars(select(Letter))}
    assert asked == {one.email, other.email}
    answer = f"{BASE}/merges/{merge.id}"
    assert _sent(officer, answer, {"answer": "yes", "version": "1"}, case).status_code == 404, (
        "nobody else answers"
    )
    mine = signed_in(one)
    assert reason in mine.get(answer).get_data(as_text=True)
    _done(mine, answer, answer="yes", version=str(merge.version))
    with house.database.read() as looking:
        assert looking.get_one(Proposal, source.id).state is ProposalState.SUBMITTED, "one yes is not enough"
        version = looking.get_one(Merge, merge.id).version
    stale = _sent(signed_in(other), answer, {"answer": "yes", "version": str(version - 1)})
    assert stale.status_code == 409
    _done(signed_in(other), answer, answer="yes", version=str(version))
    with house.database.read() as looking:
        assert looking.get_one(Proposal, source.id).merged_into_id == target.id
    old = client.get(f"{BASE}/proposals/{source.id}").get_data(as_text=True)
    assert f"{BASE}/proposals/{target.id}" in old, "old links lead on"
    joined = client.get(f"{BASE}/proposals/{target.id}").get_data(as_text=True)
    assert "One" in joined, "whose proposal joined stands beside it from now on"


def test_a_no_to_joining_is_told_to_the_other_side_and_to_who_suggested_it(
    session: Session, house: House, place: Municipality, signed_in: Browser
) -> None:
    round_ = a_round(session, place, Phase.REVIEW, slug="spring")
    one, other = an_account(session, place, name="One"), an_account(session, place, name="Other")
    source = a_standing_proposal(session, place, round_, one, title="Swings for the yard")
    target = a_standing_proposal(session, place, round_, other, title="Play garden")
    office = an_office(session, place)
    one.language = "ka"
    session.commit()
    case = f"{BASE}/screening/{source.id}"
    reason = "Both ask for swings in the same yard, together they are cheaper."
    _done(signed_in(office.coordinator), f"{case}/merge", case, target=str(target.id), reason=reason)
    with house.database.read() as looking:
        answer = f"{BASE}/merges/{looking.scalars(select(Merge.id)).one()}"
    _done(signed_in(one), answer, answer="yes", version="1")
    unsaid = _sent(signed_in(other), answer, {"version": "2"})
    assert unsaid.status_code == 422, "what is neither yes nor no is no answer"
    _done(signed_in(other), answer, answer="no", version="2")
    with house.database.read() as looking:
        assert looking.scalars(select(Merge)).one().state is MergeState.DECLINED
        told = looking.scalars(select(Happening).where(Happening.news == News.MERGE_DECLINED)).all()
    assert {row.recipient_id for row in told} == {one.id, office.coordinator.id}, "who said no knows it"
    mine = signed_in(one).get("/ka/rustavi/notices").get_data(as_text=True)
    assert "Swings for the yard" in mine
    assert "ცალ-ცალკე" in mine
    assert f"/proposals/{source.id}" in mine
    desk = signed_in(office.coordinator).get("/en/rustavi/notices").get_data(as_text=True)
    assert f"/screening/{source.id}" in desk
    assert "Play garden" in desk


def test_officers_find_the_other_proposal_by_words_or_number(
    session: Session, house: House, place: Municipality, signed_in: Browser
) -> None:
    round_ = a_round(session, place, Phase.REVIEW, slug="spring")
    author = an_account(session, place)
    named = ("სკამები ბაღში", "სკოლის ეზო", "სკვერი და სკამები", "გზა")
    benches, yard, square, _road = (
        a_standing_proposal(session, place, round_, author, title=title) for title in named
    )
    gone = a_standing_proposal(session, place, round_, author, ProposalState.REFUSED, title="ძველი სკამები")
    elsewhere = a_round(session, place, Phase.REVIEW, slug="autumn")
    foreign = a_standing_proposal(session, place, elsewhere, author, title="სკამები სხვაგან")
    office = an_office(session, place)
    session.commit()
    officer = signed_in(office.coordinator)

    def offered(address: str, name: str) -> list[int]:
        page = officer.get(address).get_data(as_text=True)
        return [int(number) for number in re.findall(rf'type="radio" name="{name}"[^>]* value="(\d+)"', page)]

    case = f"{BASE}/screening/{benches.id}"
    assert offered(case, "target") == []
    assert offered(f"{case}?join=სკამების", "target") == [square.id], "not itself, nor what no longer stands"
    assert offered(f"{case}?join={yard.id}", "target")[0] == yard.id
    assert offered(f"{case}?join={foreign.id}", "target") == offered(f"{case}?join={gone.id}", "target") == []
    again = _sent(officer, f"{case}/merge", {"join": "სკვერი", "reason": "Too alike to be apart."}, case)
    assert again.status_code == 422
    assert f'value="{square.id}"' in again.get_data(as_text=True), "what was found is still there"
    reason = "Both ask for benches at one place."
    _done(officer, f"{case}/merge", case, join="სკვერი", target=str(square.id), reason=reason)

    page = f"{BASE}/conflicts"
    both = f"{page}?first=სკოლის+ეზო&second=სკამ"
    assert offered(both, "one") == [yard.id]
    assert offered(both, "other") == [benches.id, square.id]
    _done(officer, page, both, one=str(yard.id), other=str(square.id))
    with house.database.read() as looking:
        pair = looking.scalars(select(ProposalConflict)).one()
        assert (pair.first_id, pair.second_id) == (yard.id, square.id)


def test_a_clerk_enters_a_proposal_for_somebody_at_the_counter(
    session: Session, house: House, place: Municipality, signed_in: Browser, client: PageClient
) -> None:
    round_ = a_round(session, place, slug="spring")
    clerk, citizen = an_account(session, place, Role.OFFICER), an_account(session, place)
    words = some_words(session, round_)
    session.commit()
    assert signed_in(citizen).get(f"{BASE}/proposals/counter").status_code == 403
    desk = signed_in(clerk)
    nameless = _sent(desk, f"{BASE}/proposals/counter", {"language": "ka", "name": " "})
    assert nameless.status_code == 422
    begun = _sent(desk, f"{BASE}/proposals/counter", {"language": "ka", "name": "Grandmother Lali"})
    write = begun.location
    typed = {
        "title": "A bench at the stop",
        "text": TEXT,
        "beneficiaries": "Everybody who waits",
        "category_id": str(words.category_id),
        "envelope_id": str(words.envelope_id),
        "address": "Garden Street 5",
        "cost_estimate": "12000",
        "then": "stay",
    }
    assert _sent(desk, write, typed).status_code == 302
    assert _sent(desk, re.sub("/write$", "/check", write), {}).status_code == 302
    with house.database.read() as looking:
        found = looking.scalars(select(Proposal)).one()
    assert (found.state, found.entry, found.author_id) == (ProposalState.SUBMITTED, Entry.COUNTER, None)
    public = client.get(f"{BASE}/proposals/{found.id}").get_data(as_text=True)
    assert "Grandmother Lali" in public


def test_many_checked_proposals_go_to_their_departments_at_once(
    session: Session, house: House, place: Municipality, signed_in: Browser
) -> None:
    round_ = a_round(session, place, Phase.REVIEW, slug="spring")
    author = an_account(session, place)
    office = an_office(session, place)
    made = [a_standing_proposal(session, place, round_, author) for _ in range(3)]
    foreign = a_standing_proposal(session, place, a_round(session, place, Phase.REVIEW, slug="other"), author)
    session.commit()
    officer = signed_in(office.coordinator)
    for proposal in made:
        _done(
            officer,
            f"{BASE}/screening/{proposal.id}/check",
            f"{BASE}/screening/{proposal.id}",
            **dict.fromkeys(FormalCriterion, "yes"),
        )
    queue = officer.get(f"{BASE}/screening?state=checked").get_data(as_text=True)
    assert queue.count('name="proposal"') == 3
    data = {
        "proposal": [str(proposal.id) for proposal in made],
        "departments": ["parks", "roads"],
        "due_on": (clock.now() + timedelta(days=9)).date().isoformat(),
    }
    assert "Sent to departments: 3." in _done(
        officer, f"{BASE}/screening/route-many", f"{BASE}/screening", **data
    )
    beside = _sent(
        officer, f"{BASE}/screening/route-many", {**data, "proposal": [str(foreign.id)]}, f"{BASE}/screening"
    )
    assert beside.status_code == 404, "a proposal of another round is not of this desk"
    with house.database.read() as looking:
        assert len(looking.scalars(select(Assessment)).all()) == 6
        told = looking.scalars(select(Happening).where(Happening.recipient_id == office.parks.id)).all()
        letters = looking.scalars(select(Letter).where(Letter.recipient == office.parks.email)).all()
    assert [one.news for one in told] == [News.ASSESSMENT_ASKED] * 3
    assert not letters, "three at once come as one digest, not as three letters"
    assert made[0].title in signed_in(office.parks).get("/en/rustavi/my-assessments").get_data(as_text=True)


def test_a_pair_on_one_plot_is_decided_on_its_page_with_a_public_reason(
    session: Session, house: House, place: Municipality, signed_in: Browser, client: PageClient
) -> None:
    round_ = a_round(session, place, Phase.DISCUSSION, slug="spring")
    author = an_account(session, place)
    for east in (45.0, 45.0001):
        a_standing_proposal(
            session, place, round_, author, ProposalState.ADMITTED, latitude=41.55, longitude=east
        )
    office = an_office(session, place)
    session.commit()
    officer = signed_in(office.coordinator)
    page = f"{BASE}/conflicts"
    _done(officer, page, do="find")
    with house.database.read() as looking:
        pair = looking.scalars(select(ProposalConflict)).one()
    reason = "Both need the whole square, so only one of them can be built."
    without = _sent(officer, f"{page}/{pair.id}", {"state": "exclusive", "reason": ""})
    assert without.status_code == 422
    _done(officer, f"{page}/{pair.id}", state="exclusive", reason=reason)
    with house.database.read() as looking:
        assert looking.get_one(ProposalConflict, pair.id).state is ConflictState.EXCLUSIVE
    assert reason in client.get(f"{BASE}/ballot-list").get_data(as_text=True)


def test_whoever_declared_an_interest_no_longer_routes_or_signs(
    session: Session, place: Municipality, signed_in: Browser
) -> None:
    round_ = a_round(session, place, Phase.REVIEW, slug="spring")
    office = an_office(session, place)
    proposal = a_standing_proposal(session, place, round_, an_account(session, place))
    send_to(session, place, office, round_, proposal, "parks")
    session.commit()
    officer = signed_in(office.coordinator)
    case = f"{BASE}/screening/{proposal.id}"
    _done(
        officer,
        f"{case}/interest",
        case,
        **{"interest-text": "My brother owns the firm that would build it."},
    )
    refused = _sent(
        officer,
        f"{case}/sign",
        {"verdict": "infeasible", "reason": "It cannot be built there at all.", "version": "1"},
        case,
    )
    assert refused.status_code == 403
