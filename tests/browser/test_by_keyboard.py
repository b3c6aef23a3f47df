"""A hand that has only a keyboard, in a browser that runs no script: supporting, screening, joining, ruling, appealing."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from pbplatform.accounts.models import Account, Membership
from pbplatform.charter.phases import Phase
from pbplatform.charter.roles import Role
from pbplatform.consultation.models import Round
from pbplatform.deliberation.models import Comment, CommentState
from pbplatform.demo.votes import national_id
from pbplatform.foundation import clock
from pbplatform.foundation.database import Database
from pbplatform.foundation.i18n import LANGUAGES
from pbplatform.moderation.models import Ruling, RulingState
from pbplatform.municipalities import queries as municipalities
from pbplatform.municipalities.models import Municipality
from pbplatform.proposals.models import Proposal, ProposalState, SignatureSheet
from pbplatform.roll import verification
from pbplatform.roll.ids import normal_id
from pbplatform.roll.models import Means, RollEntry
from pbplatform.roll.operations import issue_code
from pbplatform.roll.pepper import first_pepper
from pbplatform.screening import queries as screening
from pbplatform.screening.models import Merge, MergeState, ScreeningState, Verdict
from tests.browser.conftest import Demo
from tests.support.letters import last_letter

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

PHONE = 360
FARTHEST = 300
"""So many stops of the Tab key are more than any page has; whoever needs more has lost the way."""
BORN = date(1971, 3, 9)
NUMBERS = tuple(national_id("yambol", 9_000 + number) for number in range(3))
Open = Callable[..., BrowserContext]


class Hand:
    """Tab, arrows, space, enter and letters: nothing else ever touches the page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def at(self, selector: str) -> "Hand":
        """Move on until the element has the focus, and can be seen to have it."""
        for _step in range(FARTHEST):
            if self.page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
                return self
            self.page.keyboard.press("Tab")
        raise AssertionError(f"no way by keyboard to {selector} on {self.page.url}")

    def enter(self, selector: str) -> None:
        """Follow a link or press a button."""
        self.at(selector)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def write(self, selector: str, text: str) -> None:
        self.at(selector)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def tick(self, selector: str) -> None:
        self.at(selector)
        self.page.keyboard.press("Space")
        assert self.page.locator(selector).is_checked()

    def choose(self, group: str, value: str) -> None:
        """One of several round buttons: the space bar takes the first, the arrows go on."""
        self.at(group)
        self.page.keyboard.press("Space")
        for _step in range(12):
            if self.page.evaluate("document.activeElement.value") == value:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{group} has no {value}")


def hand(visit: Open, role: str, address: str) -> Hand:
    page = visit(role, width=PHONE, java_script_enabled=False).new_page()
    page.goto(address)
    return Hand(page)


def a_place(demo: Demo, slug: str) -> tuple[Database, Municipality]:
    database: Database = demo.app.extensions["house"].database
    with database.read() as session:
        place = municipalities.by_slug(session, slug)
        assert place is not None
        return database, place


def on_the_roll(demo: Demo, database: Database, place: Municipality) -> str:
    """Three people more on the roll; returns the code that the desk printed for the first."""

    with database.transaction() as session:
        pepper = first_pepper(session, demo.app.extensions["house"].secrets)
        entries = [
            RollEntry(
                municipality_id=place.id,
                id_hash=pepper.of_id(place.id, normal_id(number, place.country)),
                name="Жител",
                birth_date=BORN,
                language="bg",
            )
            for number in NUMBERS
        ]
        session.add_all(entries)
        session.flush()
        return issue_code(session, pepper, entries[0].id, place.id, Means.DESK)


def test_a_citizen_confirms_themselves_supports_and_the_clerk_enters_a_sheet(demo: Demo, visit: Open) -> None:
    database, place = a_place(demo, "yambol")
    code = on_the_roll(demo, database, place)
    with database.read() as session:
        proposal = session.scalars(
            select(Proposal)
            .where(
                Proposal.municipality_id == place.id,
                Proposal.state == ProposalState.SUBMITTED,
                Proposal.hidden_at.is_(None),
                Proposal.author_id.is_not(None),
            )
            .order_by(Proposal.id)
        ).first()
        assert proposal is not None
        before = proposal.support
    address = f"{demo.url}/bg/yambol/rounds/youth-budget/proposals/{proposal.id}"

    def supporters() -> int:
        with database.read() as session:
            return session.get_one(Proposal, proposal.id).support

    me = hand(visit, "citizen14@yambol", address)
    me.enter("main a[href*='/residence']")
    me.write("#national_id", NUMBERS[0])
    me.write("#birth_date", "09.03.1971")
    me.write("#code", "AAAA-BBBB-CCCC")
    me.enter("main form button")
    expect(me.page.locator(".govuk-error-summary")).to_be_visible()
    me.write("#code", code)
    me.enter("main form button")
    assert me.page.url == address, "back to the proposal"
    me.enter("form[action$='/support'] button")
    assert supporters() == before + 1
    me.enter("form[action$='/support-no-longer'] button")
    assert supporters() == before
    me.enter("form[action$='/support'] button")

    clerk = hand(visit, "officer@yambol", address)
    clerk.enter("form[action$='/sheets/new'] button")
    expect(clerk.page.locator("h1")).to_be_visible()
    with database.read() as session:
        sheet = session.scalars(select(SignatureSheet).order_by(SignatureSheet.id.desc())).first()
    assert sheet is not None
    clerk.page.goto(address)
    clerk.enter("main a[href$='/sheets']")
    clerk.enter(f"form[action*='/{sheet.code}/'] button")
    clerk.write("#code", sheet.code)
    clerk.write("#numbers", "\n".join(NUMBERS))
    clerk.enter("form:has(#numbers) button")
    assert supporters() == before + 3, "two signatures more; the first had supported online already"


@pytest.mark.parametrize("language", ["ka", "bg", "en"])
def test_a_code_by_mail_confirms_a_resident_in_every_language(demo: Demo, visit: Open, language: str) -> None:
    database, place = a_place(demo, "yambol")
    turn = LANGUAGES.index(language)
    number, mailbox = national_id("yambol", 9_100 + turn), f"{language}-resident@example.org"
    person = f"citizen{11 + turn}@yambol"
    with database.transaction() as session:
        # The demonstration has confirmed them already.
        account = session.scalars(select(Account).where(Account.email == f"{person}.example.org")).one()
        verification.end_claims(session, account.id)
        pepper = first_pepper(session, demo.app.extensions["house"].secrets)
        session.add(
            RollEntry(
                municipality_id=place.id,
                id_hash=pepper.of_id(place.id, normal_id(number, place.country)),
                name="Жител",
                birth_date=BORN,
                email=mailbox,
                language=language,
            )
        )
    me = hand(visit, person, f"{demo.url}/{language}/yambol/residence")
    me.enter("main form button")
    expect(me.page.locator(".govuk-error-summary")).to_be_visible()
    me.enter("main a[href$='/residence/message']")
    me.write("#national_id", number)
    me.write("#birth_date", "09.03.1971")
    me.choose("input[name='means']", "email")
    me.enter("main form button")
    code = re.findall(r"\b\d{6}\b", last_letter(database, mailbox).body)[0]
    me.write("#code", f"{(int(code) + 1) % 1_000_000:06d}")
    me.enter("main form button")
    expect(me.page.locator(".govuk-error-summary")).to_be_visible()
    me.write("#code", code)
    me.enter("main form button")
    assert me.page.url == f"{demo.url}/{language}/yambol/"
    me.page.goto(f"{demo.url}/{language}/yambol/residence")
    assert me.page.locator("main form").count() == 0, "it is confirmed and asked no more"


def test_a_proposal_is_checked_routed_assessed_returned_and_signed(demo: Demo, visit: Open) -> None:
    database, place = a_place(demo, "burgas")
    with database.read() as session:
        made = session.scalars(
            select(Proposal)
            .where(Proposal.municipality_id == place.id, Proposal.state == ProposalState.SUBMITTED)
            .order_by(Proposal.id)
        ).all()
        number = next(
            one.id
            for one in made
            if (row := screening.screening(session, one.id)) is not None
            and row.state is ScreeningState.CHECKED
        )
    case = f"{demo.url}/bg/burgas/rounds/green-courtyards/screening/{number}"
    officer = hand(visit, "officer@burgas", case)
    for criterion in officer.page.locator("form[action$='/check'] fieldset input").all():
        if criterion.get_attribute("value") == "yes":
            officer.choose(f"form[action$='/check'] input[name='{criterion.get_attribute('name')}']", "yes")
    officer.enter("form[action$='/check'] button")
    officer.tick("form[action$='/route'] #departments-0")
    due = clock.now().date() + timedelta(days=9)
    officer.at("#due_on")
    # A date field takes day, month and year as they are typed.
    officer.page.keyboard.type(f"{due:%m%d%Y}")
    officer.enter("form[action$='/route'] button")
    with database.read() as session:
        [asked] = screening.assessments(session, number)
    reviewer = "parks" if asked.department == screening_name(database, place, "parks") else "roads"

    theirs = hand(visit, f"{reviewer}@burgas", case)
    names = dict.fromkeys(
        one.get_attribute("name") or ""
        for one in theirs.page.locator("form[action$='/assess'] input[type=radio]").all()
    )
    for name in names:
        group = f"form[action$='/assess'] input[name='{name}']"
        theirs.choose(group, "feasible" if name.endswith("verdict") else "met")
    theirs.write("form[action$='/assess'] [name$='cost']", "2 800")
    theirs.write("form[action$='/assess'] [name$='legal_ground']", "Закон за общинската собственост, чл. 3")
    theirs.write("form[action$='/assess'] [name$='reason']", "Теренът е общински и поддръжката е осигурена.")
    theirs.enter("form[action$='/assess'] button")

    officer.page.goto(case)
    officer.at("details:has(form[action*='/send-back/']) summary")
    officer.page.keyboard.press("Enter")
    officer.write("form[action*='/send-back/'] textarea", "Моля, проверете и сянката през лятото.")
    officer.enter("form[action*='/send-back/'] button")
    theirs.page.goto(case)
    expect(theirs.page.locator("main")).to_contain_text("сянката през лятото")
    theirs.enter("form[action$='/assess'] button")

    officer.page.goto(case)
    expect(officer.page.locator(".assessment .criteria")).to_be_visible()
    officer.choose("form[action$='/sign'] input[name$='verdict']", "feasible")
    officer.write("form[action$='/sign'] [name$='cost']", "2 800")
    officer.write("form[action$='/sign'] [name$='reason']", "Може да се осъществи през следващата година.")
    officer.enter("form[action$='/sign'] button")
    with database.read() as session:
        row = screening.screening(session, number)
    assert row is not None
    assert (row.state, row.verdict, row.cost) == (ScreeningState.SIGNED, Verdict.FEASIBLE, 280_000)


def screening_name(database: Database, place: Municipality, login: str) -> str:
    """What the department of somebody is called."""

    with database.read() as session:
        return session.scalars(
            select(Membership.department)
            .join(Account, Account.id == Membership.account_id)
            .where(
                Account.email == f"{login}@{place.slug}.example.org",
                Membership.municipality_id == place.id,
                Membership.role == Role.REVIEWER,
            )
        ).one()


def test_an_author_finds_the_question_and_lets_two_proposals_join(demo: Demo, visit: Open) -> None:
    database, place = a_place(demo, "burgas")
    with database.read() as session:
        merge = session.scalars(
            select(Merge).where(Merge.municipality_id == place.id, Merge.state == MergeState.SUGGESTED)
        ).one()
    assert merge.target_consent_by is None
    author = hand(visit, "citizen1@burgas", f"{demo.url}/bg/burgas/mine")
    author.enter(f"main a[href$='/merges/{merge.id}']")
    expect(author.page.locator("main ol").last).to_contain_text("авторите му са съгласни")
    author.enter("button[value=yes]")
    with database.read() as session:
        assert session.get_one(Merge, merge.id).state is MergeState.MERGED
        assert session.get_one(Proposal, merge.source_id).state is ProposalState.MERGED
    author.page.goto(f"{demo.url}/bg/burgas/mine")
    assert author.page.locator(f"main a[href$='/merges/{merge.id}']").count() == 0
    author.page.goto(f"{demo.url}/bg/burgas/rounds/green-courtyards/proposals/{merge.target_id}")
    author.enter(f"main .govuk-inset-text a[href$='/proposals/{merge.source_id}']")
    author.enter(f"main .govuk-inset-text a[href$='/proposals/{merge.target_id}']")


def test_a_comment_is_reported_hidden_appealed_and_given_back(demo: Demo, visit: Open) -> None:
    database, place = a_place(demo, "burgas")
    with database.read() as session:
        author = session.scalars(select(Account).where(Account.email == "citizen6@burgas.example.org")).one()
        comment = session.scalars(
            select(Comment)
            .join(Proposal, Proposal.id == Comment.proposal_id)
            .where(
                Comment.author_id == author.id,
                Comment.state == CommentState.VISIBLE,
                Comment.official.is_(False),
                Proposal.round_id.in_(open_rounds(database, place)),
            )
            .order_by(Comment.id)
        ).first()
    assert comment is not None
    reader = hand(visit, "citizen9@burgas", f"{demo.url}/bg/burgas/report/comment/{comment.id}")
    reader.choose("input[name=rule]", "advertising")
    reader.enter("form:has([name=rule]) button")

    moderator = hand(visit, "officer@burgas", f"{demo.url}/bg/burgas/desk/moderation")
    moderator.enter(f"main a[href$='/moderation/comment/{comment.id}']")
    moderator.choose("input[name=decision]", "hide")
    moderator.at("select[name=rule]")
    moderator.page.keyboard.press("End")
    moderator.write("#reason", "Повтаря една и съща реклама.")
    moderator.enter("form:has(#reason) button")
    with database.read() as session:
        assert session.get_one(Comment, comment.id).state is CommentState.HIDDEN

    mine = hand(visit, "citizen6@burgas", f"{demo.url}/bg/burgas/mine")
    mine.enter("main a[href*='/rulings/']")
    mine.write("#text", "Това не е реклама, а мое мнение за пейките.")
    mine.enter("form:has(#text) button")
    with database.read() as session:
        ruling = session.scalars(
            select(Ruling).where(Ruling.author_id == author.id).order_by(Ruling.id.desc())
        ).first()
    assert ruling is not None
    assert ruling.state is RulingState.APPEALED

    first = hand(visit, "officer@burgas", f"{demo.url}/bg/burgas/desk/appeals/{ruling.id}")
    assert first.page.locator("form:has(#reason)").count() == 0, "nobody decides about their own ruling"
    other = hand(visit, "officer2@burgas", f"{demo.url}/bg/burgas/desk")
    other.enter(f"main a[href$='/appeals/{ruling.id}']")
    other.choose("input[name=decision]", "overturned")
    other.write("#reason", "Авторът е прав: това е мнение.")
    other.enter("form:has(#reason) button")
    with database.read() as session:
        assert session.get_one(Comment, comment.id).state is CommentState.VISIBLE


def open_rounds(database: Database, place: Municipality) -> list[int]:
    """The rounds of a town in which people talk now."""

    talking = (Phase.SUBMISSION, Phase.REVIEW, Phase.DISCUSSION, Phase.VOTING)
    with database.read() as session:
        return list(
            session.scalars(
                select(Round.id).where(Round.municipality_id == place.id, Round.phase.in_(talking))
            )
        )
