"""Bad ballots on the real pages: the right 4xx with a plain sentence, the choices kept, nothing written."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pbplatform.consultation.models import BallotFormat, Category, Envelope
from pbplatform.door import House
from pbplatform.foundation import clock
from pbplatform.voting.models import Ballot, Project
from tests.support import voting
from tests.support.pages import PageClient
from tests.support.voters import Voter

APPROVAL, KNAPSACK, POINTS, RANKING, ONE = (
    BallotFormat.APPROVAL,
    BallotFormat.KNAPSACK,
    BallotFormat.POINTS,
    BallotFormat.RANKING,
    BallotFormat.CHOOSE_ONE,
)

DIGITS = "000001" + "7" * 5_000
"""More than Python reads as a number."""

BAD = [
    (APPROVAL, {}, "have not chosen anything"),
    (APPROVAL, {"choice-1": ["P1.1", "P1.2", "P1.3"]}, "At most 2 are possible"),
    (APPROVAL, {"choice-1": ["P1.1", "P1.1"]}, "marked twice"),
    (APPROVAL, {"choice-1": ["P9.9"]}, "not on this ballot"),
    (APPROVAL, {"choice-1": ["P2.1"]}, "not on this ballot"),
    (APPROVAL, {"choice-1": ["P1.1"], "choice-3": ["P3.1"]}, "belongs to another district"),
    (KNAPSACK, {"choice-1": ["P1.2", "P1.3", "P1.4"]}, "more than there is"),
    (ONE, {"choice-1": ["P1.1", "P1.2"]}, "only one project"),
    (POINTS, {"points-1-1": "6", "points-1-2": "5"}, "gave 11 points"),
    (POINTS, {"points-1-1": "-1"}, "whole number"),
    (POINTS, {"points-1-1": "1.5"}, "whole number"),
    (POINTS, {"points-1-1": "٣"}, "whole number"),
    (POINTS, {"points-1-9": "3"}, "not on this ballot"),
    (RANKING, {"rank-1-1": "1", "rank-1-2": "1"}, "Place 1 is given twice"),
    (RANKING, {"rank-1-1": "2"}, "Place 1 is empty"),
    (RANKING, {"rank-1-1": "3"}, "not one that can be given"),
    (RANKING, {"rank-1-1": DIGITS}, "not one that can be given"),
    (RANKING, {f"rank-{DIGITS}-1": "1"}, "belongs to another district"),
    (POINTS, {"points-1-1": DIGITS}, "whole number"),
    (APPROVAL, {f"choice-{DIGITS}": ["P1.1"]}, "belongs to another district"),
]


@pytest.mark.parametrize(("ballot_format", "choices", "sentence"), BAD)
def test_a_bad_ballot_is_explained_and_kept(
    session: Session,
    house: House,
    client: PageClient,
    ballot_format: BallotFormat,
    choices: dict[str, object],
    sentence: str,
) -> None:
    town = voting.an_open_vote(session, house, voters=1, ballot_format=ballot_format)
    voter = Voter(client, town, 0)
    voter.prove()
    answer = voter.post(choices)
    html = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert sentence in html
    for values in choices.values():
        for value in values if isinstance(values, list) else [values]:
            shown = value[:20]
            assert shown in html or "not on this ballot" in sentence or "another district" in sentence
    with house.database.read() as look:
        assert look.scalar(select(func.count()).select_from(Ballot)) == 0


GOOD = [
    (KNAPSACK, {"choice-1": ["P1.2", "P1.4"]}, '{"1":["P1.2","P1.4"]}'),
    (ONE, {"choice-1": ["P1.3"]}, '{"1":["P1.3"]}'),
    (POINTS, {"points-1-2": "7", "points-1-1": "3", "points-1-3": "0"}, '{"1":[["P1.1",3],["P1.2",7]]}'),
    (RANKING, {"rank-1-4": "1", "rank-1-1": "2"}, '{"1":["P1.4","P1.1"]}'),
]


@pytest.mark.parametrize(("ballot_format", "choices", "payload"), GOOD)
def test_every_format_is_kept_as_it_was_meant(
    session: Session,
    house: House,
    client: PageClient,
    ballot_format: BallotFormat,
    choices: dict[str, object],
    payload: str,
) -> None:
    town = voting.an_open_vote(session, house, voters=1, ballot_format=ballot_format)
    voter = Voter(client, town, 0)
    voter.prove()
    voter.vote(choices)
    assert [one.payload for one in voting.said(house, town)] == [payload]


def test_the_guide_goes_on_back_and_measures_without_javascript(
    session: Session, house: House, client: PageClient
) -> None:
    town = voting.an_open_vote(session, house, voters=1, ballot_format=KNAPSACK)
    voter = Voter(client, town, 0)
    voter.prove()
    html = voter.post({"choice-1": ["P1.1"]}, go="stay").get_data(as_text=True)
    assert "Chosen: GEL 3,000" in html or "3,000" in html
    html = voter.post({"choice-1": ["P1.1"]}, go="2").get_data(as_text=True)
    assert 'type="hidden" name="choice-1" value="P1.1"' in html
    html = voter.post({"choice-1": ["P1.1"], "choice-2": ["P2.1"]}, go="review").get_data(as_text=True)
    assert "Project 1.1" in html
    assert "Project 2.1" in html
    with house.database.read() as look:
        assert look.scalar(select(func.count()).select_from(Ballot)) == 0


def test_wrong_spent_and_foreign_codes_get_one_and_the_same_answer(
    session: Session, house: House, client: PageClient
) -> None:
    """26: status, sentence and length are alike whatever was wrong; a code of an earlier vote is spent, and any stops
    after ten tries."""
    town = voting.an_open_vote(session, house, voters=4)
    voting.spend_code(session, town, 3)
    voter = Voter(client, town, 0)
    unknown = {"national_id": voting.national_id(99), "code": town.codes[0]}
    foreign = {"code": town.codes[1]}
    born = {"birth_date": "1990-01-01"}
    nonsense = {"code": "0000-0000-0000"}
    answers = [voter.prove(**wrong) for wrong in (unknown, foreign, born, nonsense)]
    answers.append(Voter(client, town, 3).prove(code=town.codes[3]))
    assert {answer.status_code for answer in answers} == {422}
    pages = [answer.get_data(as_text=True) for answer in answers]
    assert all("do not fit together" in page for page in pages)
    other = Voter(client, town, 2)
    for _ in range(10):
        assert other.prove(**nonsense).status_code == 422
    assert other.prove(code=town.codes[2]).status_code == 422


def test_somebody_elses_session_is_no_pass(
    session: Session, house: House, client: PageClient, app: object
) -> None:
    town = voting.an_open_vote(session, house, voters=2)
    voter = Voter(client, town, 0)
    voter.prove()
    fields = voter.open_ballot()
    stranger = client.application.test_client()
    assert stranger.post(f"{town.base}/ballot", data={**fields, "go": "cast"}).status_code == 400
    assert stranger.get(f"{town.base}/ballot").status_code == 302


def with_rules_of_the_plot(session: Session, house: House) -> voting.Town:
    """A town where 1 and 2 exclude each other, 3 and 4 are of a category with room for one, and 5 was withdrawn."""
    town = voting.a_town(session, house, voters=1, with_districts=False)
    envelope = session.scalars(select(Envelope).where(Envelope.round_id == town.round.id)).one()
    envelope.most_choices = 3
    parks = Category(
        municipality_id=town.place.id,
        round_id=town.round.id,
        code="green",
        names={"en": "Parks"},
        most_choices=1,
    )
    session.add(parks)
    session.flush()
    session.add(
        Project(
            municipality_id=town.place.id,
            round_id=town.round.id,
            envelope_id=envelope.id,
            code="P1.5",
            number=5,
            titles={"en": "Project 1.5"},
            summaries={},
            cost=1,
            withdrawn_at=clock.now(),
            details={},
        )
    )
    for project in session.scalars(select(Project).where(Project.envelope_id == envelope.id)):
        project.conflict_group = "one plot" if project.number < 3 else None
        project.category_id = parks.id if project.number in (3, 4) else None
    voting.open_vote(session, house, town)
    return town


@pytest.mark.parametrize(
    ("codes", "sentence"),
    [
        (["P1.1", "P1.2"], "exclude each other"),
        (["P1.3", "P1.4"], "Too many projects of “Parks” are chosen. At most: 1."),
        (["P1.5"], "not on this ballot"),
    ],
)
def test_limits_between_projects_are_told_before_and_held(
    session: Session, house: House, client: PageClient, codes: list[str], sentence: str
) -> None:
    town = with_rules_of_the_plot(session, house)
    voter = Voter(client, town, 0)
    voter.prove()
    page = client.get(f"{town.base}/ballot").get_data(as_text=True)
    assert "From “Parks” you can choose at most 1." in page
    assert page.count("Cannot be chosen together with") == 2
    assert "Project 1.5" not in page
    answer = voter.post({"choice-1": codes})
    html = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert sentence in html
    assert all(f'value="{code}"' in html for code in codes if code != "P1.5"), "the choices are kept"
    assert voting.said(house, town) == []


def test_points_of_nought_are_no_points(session: Session, house: House, client: PageClient) -> None:
    town = voting.an_open_vote(session, house, voters=1, ballot_format=POINTS)
    voter = Voter(client, town, 0)
    voter.prove()
    answer = voter.post({"points-1-1": "0", "points-1-2": "0"})
    assert answer.status_code == 422
    assert "have not chosen anything" in answer.get_data(as_text=True)
    voter.vote({"points-1-1": "0", "points-1-2": "10"})
    assert [said.payload for said in voting.said(house, town)] == ['{"1":[["P1.2",10]]}']
