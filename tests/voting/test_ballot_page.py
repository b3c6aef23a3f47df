"""What one voter sees: projects in an order of their own, limits in words, choices that stay, a receipt to take away."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.consultation.models import BallotFormat, Envelope
from pbplatform.door import House
from pbplatform.foundation.crypto import digest
from pbplatform.voting import keys
from tests.support import voting
from tests.support.pages import PageClient
from tests.support.voters import Voter, hidden, shown_receipt
from tests.voting.test_ballots import with_rules_of_the_plot

CODES = ("P1.1", "P1.2", "P1.3", "P1.4")


def order_on(page: str) -> tuple[str, ...]:
    """The projects of the city's part in the order of the page."""
    return tuple(sorted(CODES, key=lambda code: page.index(f'value="{code}"')))


def test_every_voter_has_an_order_of_their_own_that_no_copy_of_the_database_tells(
    session: Session, house: House, client: PageClient
) -> None:
    """The same at every visit and in every browser; made from nothing that stands beside a name on the roll."""
    town = voting.an_open_vote(session, house, voters=24)
    orders = []
    for number in range(24):
        shown = []
        for _browser in range(2):
            voter = Voter(client.application.test_client(), town, number)
            voter.prove()
            shown.append(order_on(voter.client.get(f"{town.base}/ballot").get_data(as_text=True)))
        assert shown[0] == shown[1]
        orders.append(shown[0])
    # Twenty-four fair draws out of twenty-four orders.
    assert len(set(orders)) > 8
    for known in ("id", "id_hash", "name", "email"):
        guessed = [
            tuple(sorted(CODES, key=lambda code: digest(f"order|{getattr(entry, known)}|{code}")))
            for entry in town.entries
        ]
        assert guessed != orders, known


def with_limits(session: Session, house: House, ballot_format: BallotFormat, **limits: object) -> voting.Town:
    """An open vote whose city part has other limits than the usual ones."""
    town = voting.a_town(session, house, voters=1, ballot_format=ballot_format, with_districts=False)
    envelope = session.scalars(select(Envelope).where(Envelope.round_id == town.round.id)).one()
    for name, value in limits.items():
        setattr(envelope, name, value)
    voting.open_vote(session, house, town)
    return town


@pytest.mark.parametrize(
    ("ballot_format", "limits", "bad", "sentence", "good", "payload"),
    [
        (
            BallotFormat.APPROVAL,
            {"fewest_choices": 2, "most_choices": 3},
            {"choice-1": ["P1.1"]},
            "You chose 1 here, and at least 2 are needed.",
            {"choice-1": ["P1.1", "P1.2"]},
            '{"1":["P1.1","P1.2"]}',
        ),
        (
            BallotFormat.POINTS,
            {"points": 5, "points_each": True},
            {"points-1-1": "6"},
            "A project can get at most 5 points here, and you gave one 6.",
            {"points-1-1": "5", "points-1-2": "5", "points-1-3": "5"},
            '{"1":[["P1.1",5],["P1.2",5],["P1.3",5]]}',
        ),
    ],
    ids=["too few", "points for each"],
)
def test_limits_that_few_votes_have_are_told_and_held(
    session: Session,
    house: House,
    client: PageClient,
    ballot_format: BallotFormat,
    limits: dict[str, object],
    bad: dict[str, object],
    sentence: str,
    good: dict[str, object],
    payload: str,
) -> None:
    town = with_limits(session, house, ballot_format, **limits)
    voter = Voter(client, town, 0)
    voter.prove()
    answer = voter.post(bad)
    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)
    assert voting.said(house, town) == []
    voter.vote(good)
    assert [said.payload for said in voting.said(house, town)] == [payload]


@pytest.mark.parametrize("go", ["cast", "review"])
def test_a_word_of_forty_letters_is_taken_and_a_longer_one_said_once(
    session: Session, house: House, client: PageClient, go: str
) -> None:
    town = voting.an_open_vote(session, house, voters=1)
    voter = Voter(client, town, 0)
    voter.prove()
    answer = voter.post({"choice-1": ["P1.1"], "word": "წ" * 41}, go=go)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    # In the summary above the form and beside the field.
    assert page.count("The word may have at most 40 letters.") == 2
    assert 'name="choice-1" value="P1.1"' in page
    assert voting.said(house, town) == []
    voter.vote({"choice-1": ["P1.1"], "word": "წ" * 40})
    assert len(voting.said(house, town)) == 1


@pytest.mark.parametrize(
    "strange",
    [{"choice-1": ["P1.1", "P9.9"]}, {"choice-3": ["P3.1"]}, {"choice-1": ["P1.1", "P1.5"]}],
    ids=str,
)
def test_beside_a_choice_that_cannot_be_the_others_stay(
    session: Session, house: House, client: PageClient, strange: dict[str, list[str]]
) -> None:
    """Unknown, of another district, withdrawn: the page has every other choice and can be cast once it is mended."""
    town = (
        with_rules_of_the_plot(session, house)
        if "P1.5" in str(strange)
        else voting.an_open_vote(session, house, voters=1)
    )
    voter = Voter(client, town, 0)
    voter.prove()
    answer = voter.post({"choice-1": ["P1.1"], **strange})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Project 1.1" in page
    review = hidden(page, "ballot")
    assert "P1.1" in review.getlist("choice-1")
    part = voter.post({}, review, go="1").get_data(as_text=True)
    assert part.count(" checked") == 1
    assert 'value="P1.1" data-cost="300000" checked' in part
    voter.vote({"choice-1": ["P1.1"]})
    assert [said.payload for said in voting.said(house, town)] == ['{"1":["P1.1"]}']


def test_whoever_changes_a_part_goes_straight_back_to_the_review(
    session: Session, house: House, client: PageClient
) -> None:
    """The first time each part leads to the next one."""
    town = voting.an_open_vote(session, house, voters=1)
    voter = Voter(client, town, 0)
    voter.prove()
    chosen = {"choice-1": ["P1.1"], "step": "review"}
    onward = '<button class="govuk-button" name="go" value="review">'
    assert onward not in client.get(f"{town.base}/ballot").get_data(as_text=True)
    assert onward in voter.post(chosen, go="1").get_data(as_text=True)


def test_too_many_marks_are_listed_with_a_way_to_each(
    session: Session, house: House, client: PageClient
) -> None:
    town = with_limits(session, house, BallotFormat.APPROVAL, most_choices=1)
    voter = Voter(client, town, 0)
    voter.prove()
    answer = voter.post({"choice-1": ["P1.1", "P1.3"], "step": "1"}, go="review")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "too many: 1." in page
    for target in ("project-1-1", "project-1-3"):
        assert f'<a href="#{target}">' in page
        assert f'id="{target}"' in page
    assert '<a href="#project-1-2">' not in page


def test_leaving_after_the_vote_says_once_more_that_it_is_recorded(
    session: Session, house: House, client: PageClient
) -> None:
    town = voting.an_open_vote(session, house, voters=1)
    voter = Voter(client, town, 0)
    voter.prove()
    token = {"csrf_token": hidden(client.get(f"{town.base}/ballot").get_data(as_text=True))["csrf_token"]}
    before = client.post(f"{town.base}/leave", data=token, follow_redirects=True).get_data(as_text=True)
    assert "You have left the ballot." in before
    assert "recorded" not in before
    voter.prove()
    receipt = voter.post({"choice-1": ["P1.1"]}).get_data(as_text=True)
    done = {**token, "voted": "1"}
    assert 'name="voted" value="1"' in receipt
    after = client.post(f"{town.base}/leave", data=done, follow_redirects=True).get_data(as_text=True)
    assert "Your vote is recorded, and you have left the ballot." in after
    assert client.get(f"{town.base}/ballot").status_code == 302


def test_a_receipt_is_saved_as_text_and_a_forged_one_is_not(
    session: Session, house: House, client: PageClient
) -> None:
    """The file has what the check asks for; it is made from the page, kept nowhere, and for no other code."""
    town = voting.an_open_vote(session, house, voters=1)
    voter = Voter(client, town, 0)
    voter.prove()
    page = voter.post({"choice-1": ["P1.1"]}).get_data(as_text=True)
    assert "data-print" in page
    receipt, fields = shown_receipt(page), hidden(page)
    sent = {"csrf_token": fields["csrf_token"], "tracker": receipt.tracker, "signature": receipt.signature}
    answer = client.post(f"{town.base}/receipt.txt", data=sent)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert answer.mimetype == "text/plain"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert receipt.tracker not in answer.headers["Content-Disposition"]
    box = voting.box(session, town)
    groups = " ".join(receipt.tracker[start : start + 4] for start in range(0, 16, 4))
    name = f"{town.place.slug}/{town.round.slug}"
    for line in (groups, name, box.rules_hash, receipt.signature, box.receipt_key, f"{town.base}/check"):
        assert line in text
    assert keys.is_receipt(box.receipt_key, name, box.rules_hash, receipt.tracker, receipt.signature)
    for forged in ({"tracker": "A" * 16}, {"signature": "0" * 128}, {"signature": ""}):
        assert client.post(f"{town.base}/receipt.txt", data={**sent, **forged}).status_code == 404
