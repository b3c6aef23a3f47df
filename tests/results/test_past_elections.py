"""Past elections: a file becomes a counted, explained round; nothing of a broken file stays."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pbplatform.charter.roles import operator
from pbplatform.consultation import queries as consultation
from pbplatform.consultation.models import Round
from pbplatform.foundation.database import Database
from pbplatform.foundation.errors import Conflict
from pbplatform.foundation.sheets import read_table
from pbplatform.municipalities.models import Municipality
from pbplatform.results import exporting, official, operations, queries
from pbplatform.results.imports import Source, import_election
from pbplatform.results.models import Count, CountState, RecountMethod
from pbplatform.tally.faults import FileFaults
from pbplatform.voting.models import Project, SealedBallot
from tests.support.marks import on_both_databases, real_file
from tests.support.pages import PageClient
from tests.support.people import a_municipality


def real(name: str) -> bytes:
    """The bytes of a real election."""
    return real_file("pabulib", f"{name}.pb").read_bytes()


def brought_in(session: Session, name: str, **options: object) -> tuple[Municipality, Round, Count]:
    """A real election in a fresh municipality, counted."""
    place = a_municipality(session)
    found = import_election(
        operator(place.id),
        session,
        place,
        Source(f"{name}.pb", real(name), **options),
    )
    return place, found, operations.count_past_election(operator(place.id), session, found)


@on_both_databases
@pytest.mark.parametrize(
    "name", ["Netherlands_Assen_2024", "Poland_Katowice_2022_Koszutka", "Poland_Warszawa_2018_Rembertow"]
)
def test_a_past_election_is_counted_as_its_city_did(session: Session, name: str) -> None:
    _, found, row = brought_in(session, name)
    assert row.state is CountState.RECOUNTED
    assert row.recount_hash == row.result_hash
    (result,) = queries.envelope_results(session, row).values()
    past = queries.past_election(session, found)
    assert past is not None
    compared = official.compare(past, result.outcome)
    assert compared is not None
    assert compared.equal, compared


@on_both_databases
def test_small_elections_are_recounted_by_the_other_program(session: Session) -> None:
    _, _, row = brought_in(session, "Poland_Warszawa_2018_Rembertow")
    assert row.recount_method is RecountMethod.PLAIN


def test_conflicts_that_a_file_tells_only_in_a_comment_can_be_given(session: Session) -> None:
    _, found, row = brought_in(session, "Poland_Warszawa_2022_Bemowo", exclusive=(("773", "153"),))
    (result,) = queries.envelope_results(session, row).values()
    past = queries.past_election(session, found)
    assert past is not None
    compared = official.compare(past, result.outcome)
    assert compared is not None
    assert compared.equal
    assert any(u["reason"] == "excluded" for u in result.outcome["unfunded"])


@on_both_databases
def test_a_file_comes_in_once(session: Session) -> None:
    place, _, _ = brought_in(session, "Netherlands_Assen_2024")
    again = Source("again.pb", real("Netherlands_Assen_2024"))
    with pytest.raises(Conflict):
        import_election(operator(place.id), session, place, again)
    assert session.scalar(select(func.count()).select_from(Round)) == 1


@on_both_databases
def test_a_broken_file_leaves_nothing(session: Session) -> None:
    place = a_municipality(session)
    broken = (
        real("Netherlands_Assen_2024").replace(b"num_votes;84", b"num_votes;85").replace(b"4,13", b"4,99")
    )
    with pytest.raises(FileFaults) as problem:
        import_election(operator(place.id), session, place, Source("broken.pb", broken))
    assert {fault.line for fault in problem.value.listed} >= {8}
    assert any("99" in fault.message for fault in problem.value.listed)
    for model in (Round, SealedBallot, Count):
        assert session.scalar(select(func.count()).select_from(model)) == 0


@pytest.mark.parametrize(
    ("language", "won", "lost"),
    [
        ("en", "This project won.", "was missing"),
        ("ka", "ეს პროექტი გამარჯვებულია", "დააკლდა"),
        ("bg", "Този проект спечели", "не достигнаха"),
    ],
)
def test_every_project_says_why(
    database: Database, client: PageClient, language: str, won: str, lost: str
) -> None:
    with database.transaction() as session:
        _, found, row = brought_in(session, "Netherlands_Assen_2024")
        (result,) = queries.envelope_results(session, row).values()
        funded = result.outcome["funded"]
        slug = found.slug
    page = client.get(f"/{language}/rustavi/rounds/{slug}/results").get_data(as_text=True)
    assert "84" in page
    # Numbers on the ballot follow the file: 3 stands first, 8 third.
    assert funded[0] == "3"
    winner = client.get(f"/{language}/rustavi/rounds/{slug}/results/1/projects/1")
    loser = client.get(f"/{language}/rustavi/rounds/{slug}/results/1/projects/3")
    assert won in winner.get_data(as_text=True)
    assert lost in loser.get_data(as_text=True)


@pytest.mark.parametrize(
    "name",
    [
        "Poland_Zabrze_2020_Maciejow",
        "Poland_Gdynia_2020_Babie_Doly__small",
        "Switzerland_Zurich_S5",
        "Worldwide_Mechanical_Turk_Utilities_8",
        "Worldwide_Mechanical_Turk_Ranking_value_7",
        "Poland_Warszawa_2018_Rembertow",
    ],
)
def test_every_page_of_a_past_election_can_be_read(database: Database, client: PageClient, name: str) -> None:
    """Files say more or less of themselves: with and without remarks, a rule, an outcome, points or ranks."""
    with database.transaction() as session:
        place, found, _ = brought_in(session, name)
        base = f"/{place.slug}/rounds/{found.slug}/results"
        numbers = session.scalar(select(func.max(Project.number)).where(Project.round_id == found.id))
    for language in ("ka", "bg", "en"):
        for page in ("", "/check", "/protocol", "/1/card", f"/1/projects/{numbers}", "/1/projects/1"):
            answer = client.get(f"/{language}{base}{page}")
            assert answer.status_code == 200, (language, page)


ACTING = """META
key;value
description;A vote of tricksters
country;Georgia
unit;Example
instance;2026
num_projects;2
num_votes;2
budget;100
vote_type;approval
rule;greedy
date_begin;2026
date_end;2026
PROJECTS
project_id;cost;name
"P;=1+1";40;"Park;=cmd|'/C calc'!A0"
@2;60;პარკი
VOTES
voter_id;vote
1;"P;=1+1,@2"
2;@2
"""


def test_no_name_or_code_of_a_file_acts_in_a_spreadsheet_program(session: Session) -> None:
    """Neither in the list of projects, which councillors get too, nor in that of ballots, wherever lines are cut."""
    place = a_municipality(session)
    source = Source("acting.pb", ACTING.encode())
    found = import_election(operator(place.id), session, place, source)
    row = operations.count_past_election(operator(place.id), session, found)
    (envelope,) = consultation.envelopes(session, found.id)
    projects = b"".join(exporting.projects_csv(session, found, row))
    ballots = b"".join(exporting.ballots_csv(session, found, envelope))
    for content in (projects, ballots):
        for separator in ",;":
            for line in content.decode("utf-8-sig").splitlines():
                cells = [cell.lstrip('"') for cell in line.split(separator)]
                assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))], line
        assert content.startswith(b"\xef\xbb\xbf"), "without its mark Excel garbles Georgian"
    heading, *listed = read_table(projects).sheets[0].rows
    told = {row[heading.index("project_id")]: row[heading.index("title")] for row in listed}
    assert told == {"P;=1+1": "Park;=cmd|'/C calc'!A0", "@2": "პარკი"}
    assert [row[1] for row in read_table(ballots).sheets[0].rows[1:]] == ["@2,P;=1+1", "@2"]
