"""Bad input: refused with a sentence, never a 500, nothing half-written."""

import io
import re
import struct
import threading
import zipfile
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pbplatform.charter.phases import Phase
from pbplatform.charter.roles import Role
from pbplatform.door import House
from pbplatform.foundation import clock, sheets
from pbplatform.proposals import importing, tables
from pbplatform.proposals.models import Entry, Proposal, ProposalState
from pbplatform.screening.models import Screening
from pbplatform.uploads.models import Upload
from tests.support.marks import on_both_databases
from tests.support.pages import PageClient
from tests.support.people import a_municipality, an_account, as_actor
from tests.support.proposals import TEXT, a_draft, a_proposal, a_standing_proposal, some_words
from tests.support.rounds import a_round

Browser = Callable[..., PageClient]
SCRIPT = "<script>alert(1)</script>{{7*7}}"


def token(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, "no form"
    return found[1]


@on_both_databases
@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"title": "x" * 1_000_000}, (413, 422)),
        ({"title": "x" * 130}, (422,)),
        ({"text": "x" * 200_000}, (422,)),
        ({"category_id": "999999999999999999999999"}, (422,)),
        ({"envelope_id": "-1"}, (422,)),
        ({"envelope_id": "x"}, (422,)),
        ({"cost_estimate": "-5"}, (422,)),
        ({"cost_estimate": "1e9"}, (422,)),
        ({"cost_estimate": "0"}, (422,)),
        ({"latitude": "nan", "longitude": "inf"}, (302,)),
        ({"latitude": "1e999", "longitude": "7"}, (302,)),
        ({"title": "a\0b"}, (400,)),
    ],
)
def test_a_form_takes_nothing_that_could_not_be_kept(
    session: Session, signed_in: Browser, changed: dict[str, str], status: tuple[int, ...]
) -> None:
    place = a_municipality(session)
    round_ = a_round(session, place, slug="spring")
    author = an_account(session, place)
    draft = a_draft(session, place, round_, author)
    words = some_words(session, round_)
    session.commit()
    mine = signed_in(author)
    address = f"/en/rustavi/rounds/spring/proposals/{draft.id}/write"
    page = mine.get(address).get_data(as_text=True)
    whole = {
        "csrf_token": token(page),
        "title": "A title",
        "text": TEXT,
        "category_id": str(words.category_id),
        "envelope_id": str(words.envelope_id),
        "cost_estimate": "100",
        "then": "stay",
    }
    answer = mine.post(address, data=whole | changed)
    assert answer.status_code in status, answer.get_data(as_text=True)[-1500:]


@on_both_databases
def test_a_lone_surrogate_is_refused_at_the_edge(session: Session, signed_in: Browser) -> None:
    place = a_municipality(session)
    round_ = a_round(session, place, slug="spring")
    author = an_account(session, place)
    draft = a_draft(session, place, round_, author)
    session.commit()
    mine = signed_in(author)
    address = f"/en/rustavi/rounds/spring/proposals/{draft.id}/write"
    page = mine.get(address).get_data(as_text=True)
    body = f"csrf_token={token(page)}&title=%ED%A0%80abc&then=stay"
    answer = mine.post(address, data=body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code in (302, 400), "replaced or refused, never kept as it was"
    session.expire_all()
    assert "\ud800" not in session.get_one(Proposal, draft.id).title


def test_scripts_are_words_wherever_they_are_typed(session: Session, client: PageClient) -> None:
    place = a_municipality(session)
    round_ = a_round(session, place, slug="spring")
    author = an_account(session, place, name="<svg onload=alert(1)>")
    found = a_proposal(
        session,
        place,
        round_,
        author,
        title=SCRIPT,
        text=f"{TEXT} {SCRIPT} [x](javascript:alert(1))",
        beneficiaries=SCRIPT,
        address=SCRIPT,
        cost_reasoning=SCRIPT,
    )
    session.commit()
    base = "/en/rustavi/rounds/spring/proposals"
    for page in (
        "/",
        f"/{found.id}",
        f"/{found.id}/history",
        f"/{found.id}/print",
        "/similar?title=script+alert",
        f"/?q={SCRIPT}",
    ):
        part = {"HX-Request-Type": "partial"} if page.startswith("/similar") else {}
        shown = client.get(f"{base}{page}", headers=part).get_data(as_text=True)
        assert "<script>alert" not in shown, page
        assert "<svg onload" not in shown, page
        assert 'href="javascript:' not in shown, page
        assert "49" not in re.findall(r"alert\(1\)[^<]{0,20}(49)", shown), page


@on_both_databases
@pytest.mark.parametrize("place_on_earth", ["inf", "-inf", "nan", "1e999", "x", ""])
def test_a_place_that_is_nowhere_is_near_to_nothing(
    session: Session, client: PageClient, place_on_earth: str
) -> None:
    place = a_municipality(session)
    round_ = a_round(session, place, slug="spring")
    there = {"latitude": 41.7, "longitude": 44.8}
    found = a_proposal(session, place, round_, an_account(session, place), title="Swings for a yard", **there)
    session.commit()
    address = "/en/rustavi/rounds/spring/proposals/similar"
    for asked in (
        {"latitude": place_on_earth, "longitude": "1"},
        {"latitude": "1", "longitude": place_on_earth},
    ):
        answer = client.get(
            address, query_string={"title": found.title, **asked}, headers={"HX-Request-Type": "partial"}
        )
        assert answer.status_code == 200
        assert found.title in answer.get_data(as_text=True), "the words alone find it"


@on_both_databases
def test_what_is_not_asked_for_is_not_set(session: Session, signed_in: Browser) -> None:
    place = a_municipality(session)
    round_ = a_round(session, place, slug="spring")
    author = an_account(session, place)
    draft = a_draft(session, place, round_, author)
    session.commit()
    mine = signed_in(author)
    address = f"/en/rustavi/rounds/spring/proposals/{draft.id}/write"
    page = mine.get(address).get_data(as_text=True)
    mass = {
        "state": "admitted",
        "author_id": "1",
        "admitted_cost": "5",
        "round_id": "99",
        "support": "1000",
        "municipality_id": "99",
        "ballot_number": "1",
        "hidden_at": "x",
        "submitted_at": "2020-01-01",
    }
    mine.post(address, data={"csrf_token": token(page), "title": "Only the title", **mass})
    session.expire_all()
    kept = session.get_one(Proposal, draft.id)
    assert kept.title == "Only the title"
    assert (kept.state, kept.author_id, kept.support, kept.round_id) == (
        ProposalState.DRAFT,
        author.id,
        0,
        round_.id,
    )
    assert kept.admitted_cost is kept.ballot_number is kept.submitted_at is None


@on_both_databases
def test_drafts_and_other_towns_things_do_not_exist_for_others(
    session: Session, signed_in: Browser, client: PageClient
) -> None:
    place, elsewhere = a_municipality(session), a_municipality(session, "burgas", ("bg", "en"))
    round_ = a_round(session, place, slug="spring")
    a_round(session, elsewhere, slug="spring")
    author, stranger = an_account(session, place), an_account(session, elsewhere, Role.OFFICER)
    draft = a_draft(session, place, round_, author)
    public = a_proposal(session, place, round_, author)
    session.commit()
    other = signed_in(stranger)
    for reader in (client, other):
        for page in ("", "/history", "/print", "/qr.svg", "/share.png"):
            assert reader.get(f"/en/rustavi/rounds/spring/proposals/{draft.id}{page}").status_code == 404, (
                page
            )
        assert reader.get(f"/en/burgas/rounds/spring/proposals/{public.id}").status_code == 404
    assert other.get(f"/en/burgas/rounds/spring/screening/{public.id}").status_code == 404
    assert other.get(f"/en/rustavi/rounds/spring/screening/{public.id}").status_code in (403, 404)
    assert f"/{draft.id}" not in client.get("/en/rustavi/rounds/spring/proposals/map.geojson").get_data(
        as_text=True
    )
    listed = client.get("/en/rustavi/rounds/spring/proposals/proposals.csv").get_data(as_text=True)
    assert draft.title not in listed
    assert public.title in listed


def test_a_table_goes_out_harmless_and_comes_in_unchanged(session: Session) -> None:
    place = a_municipality(session)
    round_ = a_round(session, place, slug="spring")
    author, officer = an_account(session, place), an_account(session, place, Role.OFFICER)
    a_proposal(
        session, place, round_, author, title="=HYPERLINK(evil) and more", address="@here", beneficiaries="+1"
    )
    csv = sheets.write_csv(tables.rows(session, round_)).decode("utf-8-sig")
    assert "'=HYPERLINK" in csv
    assert ",@here" not in csv
    clerk = as_actor(officer, place, Role.OFFICER)
    head = "code,title,text,beneficiaries,category,address,cost,author\n"
    good = f'A1,Brought in,"{TEXT}",All,parks,Here 1,1200,Nino B\n'
    bad = f'A2,Bad category,"{TEXT}",All,nowhere,Here 1,1200,Nino B\nA3,Bad cost,"{TEXT}",All,parks,Here 1,much,Nino B\n'
    first = importing.bring(clerk, session, round_, (head + good + bad).encode())
    assert (first.added, [line for line, _cause in first.faults]) == (1, [3, 4])
    again = importing.bring(clerk, session, round_, (head + good).encode())
    assert (again.added, again.changed, again.same) == (0, 0, 1)
    changed = importing.bring(clerk, session, round_, (head + good.replace("1200", "1300")).encode())
    assert (changed.added, changed.changed) == (0, 1)
    assert session.scalar(select(func.count()).select_from(Proposal)) == 2


@pytest.mark.parametrize("state", ["merged", "withdrawn", "refused", "admitted", "unsupported"])
def test_who_typed_a_proposal_in_does_not_bring_it_back(
    session: Session, signed_in: Browser, state: str
) -> None:
    place = a_municipality(session)
    round_ = a_round(session, place, slug="spring")
    clerk = an_account(session, place, Role.OFFICER)
    words = some_words(session, round_)
    entered = {"entered_by": clerk.id, "entry": Entry.COUNTER}
    open_still = a_standing_proposal(session, place, round_, **entered)
    joined_to = open_still.id if state == "merged" else None
    ended = a_standing_proposal(
        session, place, round_, state=ProposalState(state), merged_into_id=joined_to, **entered
    )
    session.commit()
    desk, base = signed_in(clerk), "/en/rustavi/rounds/spring/proposals"
    changed = {
        "title": "Something else",
        "text": TEXT,
        "beneficiaries": "Everybody who waits",
        "category_id": str(words.category_id),
        "envelope_id": str(words.envelope_id),
        "address": "Garden Street 5",
        "cost_estimate": "12000",
    }
    for proposal, status in ((open_still, 302), (ended, 422)):
        csrf = {"csrf_token": token(desk.get(f"{base}/{proposal.id}/write").get_data(as_text=True))}
        assert desk.post(f"{base}/{proposal.id}/write", data=changed | csrf).status_code == status
        assert desk.post(f"{base}/{proposal.id}/check", data=csrf).status_code == status
    before = ended.title
    session.expire_all()
    assert (ended.state, ended.title) == (state, before)
    assert open_still.title == "Something else"


def test_who_typed_a_returned_proposal_in_corrects_it(session: Session, signed_in: Browser) -> None:
    place = a_municipality(session)
    round_ = a_round(session, place, Phase.REVIEW, slug="spring")
    clerk = an_account(session, place, Role.OFFICER)
    returned = a_standing_proposal(
        session,
        place,
        round_,
        state=ProposalState.RETURNED,
        entered_by=clerk.id,
        entry=Entry.COUNTER,
        correction_until=clock.now() + timedelta(days=3),
    )
    session.commit()
    desk, address = signed_in(clerk), f"/en/rustavi/rounds/spring/proposals/{returned.id}"
    csrf = {"csrf_token": token(desk.get(f"{address}/check").get_data(as_text=True))}
    assert desk.post(f"{address}/check", data=csrf).status_code == 302
    session.expire_all()
    assert returned.state is ProposalState.SUBMITTED


@on_both_databases
def test_two_officers_at_once_one_wins(session: Session, signed_in: Browser) -> None:
    place = a_municipality(session)
    round_ = a_round(session, place, Phase.REVIEW, slug="spring")
    found = a_standing_proposal(session, place, round_, an_account(session, place))
    one, other = (
        signed_in_later
        for signed_in_later in (
            an_account(session, place, Role.OFFICER),
            an_account(session, place, Role.OFFICER),
        )
    )
    session.commit()
    first, second = signed_in(one), signed_in(other)
    case = f"/en/rustavi/rounds/spring/screening/{found.id}"
    pages = [browser.get(case).get_data(as_text=True) for browser in (first, second)]
    finding = {
        "verdict": "infeasible",
        "reason": "The plot is private and its owner refuses.",
        "version": "0",
    }
    assert first.post(f"{case}/sign", data={"csrf_token": token(pages[0]), **finding}).status_code == 302
    late = second.post(
        f"{case}/sign",
        data={"csrf_token": token(pages[1]), **finding, "reason": "Another reason, which comes too late."},
    )
    assert late.status_code == 409
    shown = late.get_data(as_text=True)
    assert "Somebody has decided here in the meantime" in shown
    assert "The plot is private and its owner refuses." in shown, "the other sees the newer state"
    assert "Another reason, which comes too late." in shown, "and what they wrote"
    assert "comes too late" not in second.get(case).get_data(as_text=True)


def squeezed(content: bytes) -> bytes:
    """A workbook whose one sheet unpacks to much more than it weighs."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(sheets.write_xlsx([("s", [["a"], [1]])]))) as sound,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bomb,
    ):
        for name in sound.namelist():
            bomb.writestr(name, content if name == "xl/worksheets/sheet1.xml" else sound.read(name))
    return packed.getvalue()


@on_both_databases
def test_hostile_files_come_back_with_a_sentence_and_leave_nothing(
    session: Session, signed_in: Browser, house: House
) -> None:
    place = a_municipality(session)
    round_ = a_round(session, place, slug="spring")
    author, officer = an_account(session, place), an_account(session, place, Role.OFFICER)
    draft = a_draft(session, place, round_, author)
    session.commit()
    base = "/en/rustavi/rounds/spring/proposals"
    picture = io.BytesIO()
    Image.new("RGB", (10, 10)).save(picture, "PNG")
    giant = bytearray(picture.getvalue())
    giant[16:24] = struct.pack(">II", 60_000, 60_000)
    giant[29:33] = struct.pack(">I", zlib.crc32(bytes(giant[12:29])))
    bomb = squeezed(b" " * 60_000_000)
    assert len(bomb) < 100_000
    svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    hostile = [
        (author, f"{base}/{draft.id}/files", "one.svg", svg),
        (author, f"{base}/{draft.id}/files", "giant.png", bytes(giant)),
        (author, f"{base}/{draft.id}/files", "two.png", picture.getvalue() + bomb),
        (author, f"{base}/{draft.id}/files", "bomb.pdf", bomb),
        (officer, f"{base}/bring", "bomb.xlsx", bomb),
        (officer, f"{base}/bring", "page.csv", svg),
    ]
    browsers = {person.id: signed_in(person) for person in (author, officer)}
    for person, address, name, content in hostile:
        browser = browsers[person.id]
        fields = {"csrf_token": token(browser.get(address).text), "alt": "A tree"}
        answer = browser.post(address, data={**fields, "file": (io.BytesIO(content), name)})
        assert answer.status_code == 422, name
        assert "govuk-error-summary" in answer.text or "govuk-error-message" in answer.text, name
    session.expire_all()
    assert session.scalars(select(Upload)).all() == []
    assert session.scalars(select(Proposal.id)).all() == [draft.id]
    assert not [path for path in (house.config.data_dir / "files").rglob("*") if path.is_file()]


@on_both_databases
def test_of_two_signatures_in_the_same_moment_one_stands_and_the_other_is_told(
    session: Session, signed_in: Browser
) -> None:
    place = a_municipality(session)
    round_ = a_round(session, place, Phase.REVIEW, slug="spring")
    found = [
        a_standing_proposal(session, place, round_, an_account(session, place)).id for _number in range(4)
    ]
    officers = [an_account(session, place, Role.OFFICER) for _number in range(2)]
    session.commit()
    desks = [signed_in(officer) for officer in officers]
    tokens = [token(desk.get(f"/en/rustavi/rounds/spring/screening/{found[0]}").text) for desk in desks]
    start = threading.Barrier(2)

    def sign(which: int, proposal_id: int) -> int:
        finding = {
            "csrf_token": tokens[which],
            "verdict": "infeasible",
            "reason": f"The plot is private and its owner refuses officer {which}.",
            "version": "0",
        }
        start.wait()
        return (
            desks[which]
            .post(f"/en/rustavi/rounds/spring/screening/{proposal_id}/sign", data=finding)
            .status_code
        )

    for proposal_id in found:
        with ThreadPoolExecutor(2) as pair:
            answers = list(pair.map(sign, (0, 1), (proposal_id, proposal_id)))
        assert sorted(answers) == [302, 409]
        session.expire_all()
        kept = session.scalars(select(Screening).where(Screening.proposal_id == proposal_id)).one()
        winner = answers.index(302)
        assert (kept.signed_by, f"officer {winner}" in kept.reason) == (officers[winner].id, True)
        session.commit()


def test_an_officer_decides_nothing_on_their_own_or_where_they_have_an_interest(
    session: Session, signed_in: Browser
) -> None:
    place = a_municipality(session)
    round_ = a_round(session, place, Phase.REVIEW, slug="spring")
    officer = an_account(session, place, Role.OFFICER)
    own = a_standing_proposal(session, place, round_, officer)
    cousins = a_standing_proposal(session, place, round_, an_account(session, place))
    session.commit()
    desk = signed_in(officer)
    finding = {
        "verdict": "infeasible",
        "reason": "The plot is private and its owner refuses.",
        "version": "0",
    }
    for proposal in (own, cousins):
        case = f"/en/rustavi/rounds/spring/screening/{proposal.id}"
        page = desk.get(case).get_data(as_text=True)
        if proposal is cousins:
            told = desk.post(
                f"{case}/interest",
                data={"csrf_token": token(page), "interest-text": "The author is my cousin."},
            )
            assert told.status_code == 302
        assert desk.post(f"{case}/sign", data={"csrf_token": token(page), **finding}).status_code == 403
