"""Writing, finding and reading proposals through their pages."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from pbplatform.charter.phases import Phase
from pbplatform.foundation.database import Database
from pbplatform.proposals.models import Proposal, ProposalState
from tests.support.marks import on_both_databases
from tests.support.pages import PageClient
from tests.support.people import a_municipality, an_account
from tests.support.proposals import TEXT, a_draft, a_proposal, a_standing_proposal, some_words
from tests.support.rounds import a_round

Browser = Callable[..., PageClient]


def token(page: str) -> str:
    found = re.search(r'name="csrf_token" type="hidden" value="([^"]+)"', page) or re.search(
        r'name="csrf_token" value="([^"]+)"', page
    )
    assert found, "no form"
    return found[1]


@on_both_databases
def test_a_citizen_writes_a_draft_and_hands_it_in(
    session: Session, signed_in: Browser, client: PageClient
) -> None:
    place = a_municipality(session)
    round_ = a_round(session, place, slug="spring")
    author = an_account(session, place)
    words = some_words(session, round_)
    session.commit()
    mine = signed_in(author)
    base = "/en/rustavi/rounds/spring/proposals"

    page = mine.get(f"{base}/new").get_data(as_text=True)
    begun = mine.post(f"{base}/new", data={"csrf_token": token(page), "language": "ka"})
    assert begun.status_code == 302
    address = begun.location.removesuffix("/write")
    page = mine.get(begun.location).get_data(as_text=True)
    kept = mine.post(
        begun.location, data={"csrf_token": token(page), "title": "ახალი საქანელები", "then": "stay"}
    )
    assert kept.status_code == 302
    assert client.get(address).status_code == 404, "a draft is for its author only"

    check = mine.get(f"{address}/check").get_data(as_text=True)
    assert "Say who would benefit." in check
    refused = mine.post(f"{address}/check", data={"csrf_token": token(check)})
    assert refused.status_code == 422

    whole = {
        "csrf_token": token(page),
        "title": "ახალი საქანელები",
        "text": TEXT,
        "beneficiaries": "ბავშვები",
        "category_id": str(words.category_id),
        "envelope_id": str(words.envelope_id),
        "address": "ბაღის ქუჩა 5",
        "cost_estimate": "12 500,50",
        "then": "files",
    }
    assert mine.post(begun.location, data=whole).location.endswith("/files")
    done = mine.post(f"{address}/check", data={"csrf_token": token(check)})
    assert done.status_code == 302, done.get_data(as_text=True)

    session.rollback()
    proposal = session.scalars(select(Proposal)).one()
    assert proposal.state is ProposalState.SUBMITTED
    assert proposal.cost_estimate == 1_250_050
    shown = client.get(f"{base}/").get_data(as_text=True)
    assert "ახალი საქანელები" in shown
    detail = client.get(address).get_data(as_text=True)
    assert "GEL" not in detail
    assert "12,500.50" in detail
    assert client.get(f"{address}/history").status_code == 200
    assert client.get(f"{address}/print").status_code == 200
    assert client.get(f"{address}/qr.svg").mimetype == "image/svg+xml"
    assert client.get(f"{address}/share.png").data.startswith(b"\x89PNG")


@pytest.mark.parametrize("language", ["ka", "bg", "en"])
def test_every_page_of_writing_is_whole_in_every_language(
    session: Session, signed_in: Browser, language: str
) -> None:
    place = a_municipality(session)
    round_ = a_round(session, place, slug="spring")
    author = an_account(session, place)
    draft = a_draft(session, place, round_, author)
    a_proposal(session, place, round_, an_account(session, place), title=draft.title)
    session.commit()
    mine = signed_in(author)
    base = f"/{language}/rustavi/rounds/spring/proposals"
    for page in ("", "/write", "/files", "/co-authors", "/check", "/discard", "/history"):
        answer = mine.get(f"{base}/{draft.id}{page}")
        assert answer.status_code == 200, page
    assert mine.get(f"/{language}/rustavi/my-proposals").status_code == 200
    assert f"/proposals/{draft.id + 1}" in mine.get(f"{base}/{draft.id}/check").get_data(as_text=True), (
        "the resembling proposal is shown"
    )


@on_both_databases
def test_the_list_finds_bent_words_and_filters(session: Session, client: PageClient) -> None:
    place = a_municipality(session)
    round_ = a_round(session, place, slug="spring")
    author = an_account(session, place)
    for title in ("საბავშვო მოედანი ვაკეში", "Нова детска площадка в парка", "Bicycle stands at the library"):
        a_proposal(session, place, round_, author, title=title, text=TEXT + " " + title)
    session.commit()
    base = "/en/rustavi/rounds/spring/proposals/"
    for question, title in (
        ("მოედანზე", "საბავშვო მოედანი"),
        ("площадката", "детска площадка"),
        ("BICYCLE", "Bicycle stands"),
        ("სა", "საბავშვო მოედანი"),
    ):
        page = client.get(base, query_string={"q": question}).get_data(as_text=True)
        assert title in page, question
        assert "1 proposal" in page
    assert "No proposal fits" in client.get(base, query_string={"q": "მეტრო"}).get_data(as_text=True)
    for nonsense in (
        {"page": "10000000000"},
        {"sort": "password"},
        {"category": "x"},
        {"q": "%_\"'"},
        {"state": "draft"},
    ):
        assert client.get(base, query_string=nonsense).status_code == 200, nonsense


@on_both_databases
def test_each_visitor_has_a_stable_order_of_their_own(session: Session, client: PageClient) -> None:
    place = a_municipality(session)
    round_ = a_round(session, place, Phase.REVIEW, slug="spring")
    for _number in range(45):
        a_standing_proposal(session, place, round_)
    session.commit()
    base = "/en/rustavi/rounds/spring/proposals/"

    def order(seed: int) -> list[str]:
        pages = [
            client.get(base, query_string={"seed": seed, "page": page}).get_data(as_text=True)
            for page in (1, 2, 3)
        ]
        return [number for page in pages for number in re.findall(r'title"><a href="[^"]+/(\d+)"', page)]

    assert len(set(order(5))) == 45
    assert order(5) == order(5)
    assert order(5) != order(6)


@on_both_databases
@pytest.mark.parametrize("narrowed", [{}, {"sort": "newest"}, {"q": "bench"}, {"q": "be"}])
def test_any_page_of_the_list_asks_little_and_beyond_the_last_stands_the_last(
    session: Session, client: PageClient, database: Database, narrowed: dict[str, str]
) -> None:
    place = a_municipality(session)
    round_ = a_round(session, place, Phase.REVIEW, slug="spring")
    for number in range(45):
        a_standing_proposal(session, place, round_, title=f"A bench under tree {number}")
    session.commit()
    asked: list[str] = []
    event.listen(
        database.engine,
        "before_cursor_execute",
        lambda *given: given[2].lower().startswith(("select", "with")) and asked.append(given[2]),
    )

    def shown(page: int, seed: int) -> list[str]:
        asked.clear()
        html = client.get(
            "/en/rustavi/rounds/spring/proposals/", query_string={"page": page, "seed": seed, **narrowed}
        ).get_data(as_text=True)
        # Whether an older copy was put over the data is asked once in a while, not by a page.
        own = [statement for statement in asked if "installation.generation" not in statement]
        assert 0 < len(own) <= 6, own
        assert "45 proposals" in html
        return re.findall(r'title"><a href="[^"]+/(\d+)"', html)

    for seed in range(6):
        pages = [shown(page, seed) for page in (1, 2, 3, 99)]
        assert [len(page) for page in pages] == [20, 20, 5, 5]
        assert len({number for page in pages[:3] for number in page}) == 45
        assert pages[3] == pages[2], "beyond the last page stands the last"
