"""A round that was planned in leva says leva wherever it speaks of money, though its town counts in euro now."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.charter.phases import Phase
from pbplatform.charter.roles import operator
from pbplatform.consultation import blueprints, planning, queries
from pbplatform.consultation.models import Envelope, Round
from pbplatform.consultation.plans import EnvelopePlan
from pbplatform.foundation import clock
from pbplatform.foundation.i18n import Currency
from pbplatform.municipalities.models import Municipality
from pbplatform.proposals import tables
from pbplatform.proposals.models import Proposal, ProposalState
from tests.support.marks import on_both_databases
from tests.support.pages import PageClient
from tests.support.people import a_municipality
from tests.support.proposals import a_standing_proposal
from tests.support.rounds import a_round

EURO = re.compile(r"[0-9]\N{NO-BREAK SPACE}?€|€\N{NO-BREAK SPACE}?[0-9]")


@pytest.fixture
def place(session: Session) -> Municipality:
    return a_municipality(session, "burgas", ("bg", "en"))


def in_leva(session: Session, place: Municipality, phase: Phase) -> Round:
    found = a_round(session, place, phase)
    envelope = session.scalars(select(Envelope).where(Envelope.round_id == found.id)).one()
    envelope.currency = Currency.BGN
    session.flush()
    return found


def said(client: PageClient, address: str) -> str:
    """The words of a page, without the worth in euro that may stand in brackets after leva."""
    text = re.sub(r"<[^>]+>", " ", client.get(address).get_data(as_text=True))
    return re.sub(r"\([^()]*€[^()]*\)", "", text)


def test_what_was_said_in_leva_is_shown_in_leva(
    session: Session, place: Municipality, client: PageClient
) -> None:
    found = in_leva(session, place, Phase.DISCUSSION)
    proposal: Proposal = a_standing_proposal(session, place, found, state=ProposalState.ADMITTED)
    session.commit()
    base = f"/bg/burgas/rounds/{found.slug}"
    own = f"{base}/proposals/{proposal.id}"
    pages = {
        address: said(client, address)
        for address in (f"{base}/", f"{base}/proposals/", own, f"{own}/print", f"{base}/ballot-list")
    }
    assert {address for address, text in pages.items() if EURO.search(text)} == set()
    assert {address for address, text in pages.items() if "лева" not in text} == set()
    # The worth stands beside it, with the law's rate: 12,500 leva.
    whole = client.get(own).get_data(as_text=True)
    space = "\N{NO-BREAK SPACE}"
    assert f"12{space}500{space}лева (6{space}391,15{space}€)" in whole
    assert "1,95583" in whole
    head, row = list(tables.rows(session, found))
    assert dict(zip(head, row, strict=True))["currency"] == "BGN"


def test_a_round_in_the_towns_currency_says_nothing_of_leva(
    session: Session, place: Municipality, client: PageClient
) -> None:
    found = a_round(session, place, Phase.DISCUSSION)
    session.commit()
    page = client.get(f"/bg/burgas/rounds/{found.slug}/").get_data(as_text=True)
    assert "€" in page
    assert "лева" not in page
    assert "95583" not in page


@on_both_databases
def test_an_envelope_added_later_has_the_currency_of_its_round(session: Session, place: Municipality) -> None:
    found = in_leva(session, place, Phase.DRAFT)
    added = planning.add_envelope(operator(place.id), session, found, EnvelopePlan({"bg": "Втори"}, 1_000))
    assert added.currency == "BGN"
    assert queries.currency(session, found) == "BGN"


@on_both_databases
def test_a_plan_in_leva_begins_a_round_in_euro_with_the_same_money(
    session: Session, place: Municipality
) -> None:
    found = in_leva(session, place, Phase.CLOSED)
    envelope = session.scalars(select(Envelope).where(Envelope.round_id == found.id)).one()
    envelope.amount, envelope.lowest_cost, envelope.highest_cost = 19_558_300, 195_583, 9_779_150
    session.flush()
    content = blueprints.describe(session, found)
    clone = blueprints.begin_from(
        operator(place.id), session, place, content, "next", {"bg": "Нов"}, clock.now() + timedelta(days=30)
    )
    (copied,) = queries.envelopes(session, clone.id)
    assert copied.currency == "EUR"
    assert (copied.amount, copied.lowest_cost, copied.highest_cost) == (10_000_000, 100_000, 5_000_000)
