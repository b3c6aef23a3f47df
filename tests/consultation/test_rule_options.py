"""Every option of a counting rule can be chosen in the editor, only where it means something, and the rule book says it."""

from collections.abc import Callable
from html import unescape

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from pbplatform.charter.phases import Phase
from pbplatform.charter.roles import Role
from pbplatform.consultation import blueprints, planning, queries
from pbplatform.consultation.models import BallotFormat, Round
from pbplatform.consultation.plans import EnvelopePlan, PlanProblem
from pbplatform.foundation.errors import Conflict, Invalid
from pbplatform.municipalities.models import Municipality
from pbplatform.tally.rules import CATALOGUE, Rule, RuleSpec
from tests.support.pages import PageClient
from tests.support.people import a_municipality, an_account, as_actor
from tests.support.rounds import a_round, an_envelope

TYPED = {
    "name_en": "Whole town",
    "name_ka": "მთელი ქალაქი",
    "amount": "100000",
    "fewest_choices": "1",
    "most_choices": "5",
    "ballot_format": "approval",
    "publication": "automatic",
    "utility": "cost",
    "borda": "ballot-length",
    "endowment": "exact",
    "completion": "none",
    "stop": "overspend",
    "comparison": "none",
    "order": "votes",
    "skip": "y",
}
"""What the form sends when nobody touches the finer choices; an unticked box sends nothing."""


@pytest.fixture
def place(session: Session) -> Municipality:
    return a_municipality(session)


@pytest.fixture
def officer(
    app: Flask, session: Session, signed_in: Callable[..., PageClient], place: Municipality
) -> PageClient:
    app.config["WTF_CSRF_ENABLED"] = False
    account = an_account(session, place, Role.OFFICER)
    session.commit()
    return signed_in(account)


@pytest.fixture
def draft(session: Session, place: Municipality) -> Round:
    found = a_round(session, place, Phase.DRAFT, slug="parks")
    session.commit()
    return found


def _save(officer: PageClient, session: Session, draft: Round, **typed: str | None) -> tuple[int, str]:
    envelope = queries.envelopes(session, draft.id)[0].id
    session.rollback()
    data = {name: value for name, value in (TYPED | typed).items() if value is not None}
    answer = officer.post(f"/en/rustavi/rounds/parks/plan/envelopes/{envelope}", data=data)
    return answer.status_code, unescape(answer.get_data(as_text=True))


@pytest.mark.parametrize(
    ("typed", "options", "said"),
    [
        ({"rule": "greedy", "order": "votes-per-cost"}, {"order": "votes-per-cost"}, "votes for their cost"),
        (
            {"rule": "greedy", "skip": None, "extra_percent": "80"},
            {"skip": False, "extra_percent": 80},
            "at least 80 percent of its cost",
        ),
        ({"rule": "greedy", "leftover": "y"}, {"leftover": True}, "counted a second time"),
        (
            {"rule": "greedy", "order": "points", "ballot_format": "points", "points": "10"},
            {"order": "points"},
            "The projects with the most points win",
        ),
        (
            {"rule": "equal-shares", "utility": "borda", "borda": "max-length", "ballot_format": "ranking"},
            {"utility": "borda", "borda": "max-length", "completion": "none"},
            "the longest allowed ranking",
        ),
        (
            {"rule": "equal-shares", "utility": "points", "ballot_format": "points", "points": "10"},
            {"utility": "points", "completion": "none"},
            "worth the points it was given",
        ),
        (
            {"rule": "equal-shares", "completion": "add-one", "stop": "exhaustive", "increment": "2.50"},
            {"utility": "cost", "completion": "add-one", "stop": "exhaustive", "increment": 250},
            "Each step adds ₾2.50 to every share.",
        ),
        (
            {"rule": "equal-shares", "endowment": "floor"},
            {"utility": "cost", "completion": "none", "endowment": "floor"},
            "rounded down to a whole unit",
        ),
        (
            {"rule": "equal-shares", "comparison": "represented", "switch": "y"},
            {"utility": "cost", "completion": "none", "comparison": "represented", "switch": True},
            "that result stands",
        ),
        # What the other rule reads, and what another choice leaves without meaning, is not kept.
        (
            {
                "rule": "equal-shares",
                "skip": None,
                "stop": "exhaustive",
                "increment": "3",
                "borda": "max-length",
            },
            {"utility": "cost", "completion": "none"},
            "Method of Equal Shares",
        ),
    ],
)
def test_what_an_officer_chooses_is_kept_and_printed(
    officer: PageClient, session: Session, draft: Round, typed: dict[str, str], options: object, said: str
) -> None:
    status, page = _save(officer, session, draft, **typed)
    assert status == 302, page
    kept = queries.envelopes(session, draft.id)[0]
    assert kept.rule == typed["rule"]
    assert kept.rule_options == options
    RuleSpec.from_dict({"rule": kept.rule, **kept.rule_options})
    shown = officer.get(f"/en/rustavi/rounds/parks/plan/envelopes/{kept.id}").get_data(as_text=True)
    session.rollback()
    assert said in unescape(officer.get("/en/rustavi/rounds/parks/rules").get_data(as_text=True))
    for name, value in typed.items():
        if name not in ("rule", "increment", "points") and value not in (None, "y") and name in str(options):
            assert f'selected value="{value}"' in shown or f'value="{value}"' in shown


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"rule": "equal-shares", "utility": "points"}, "points need a ballot with points"),
        ({"rule": "equal-shares", "utility": "borda"}, "ranks need a ranking"),
        ({"rule": "greedy", "order": "points"}, "Only a ballot with points can be ranked by points."),
        ({"rule": "greedy", "extra_percent": "80"}, "Give a percentage from 1 to 100"),
        ({"rule": "greedy", "skip": None, "extra_percent": "101"}, "Give a percentage from 1 to 100"),
        ({"rule": "equal-shares", "switch": "y"}, "Only a comparison can change the result"),
    ],
)
def test_choices_that_contradict_each_other_are_refused_with_a_sentence(
    officer: PageClient, session: Session, draft: Round, typed: dict[str, str], sentence: str
) -> None:
    status, page = _save(officer, session, draft, **typed)
    assert status == 422
    assert sentence in page
    assert queries.envelopes(session, draft.id)[0].rule_options == {}


def test_the_form_has_a_field_for_every_option_of_the_catalogue(
    officer: PageClient, session: Session, draft: Round
) -> None:
    envelope = queries.envelopes(session, draft.id)[0].id
    session.rollback()
    page = officer.get(f"/en/rustavi/rounds/parks/plan/envelopes/{envelope}").get_data(as_text=True)
    # Ties are always decided by the committed lot, so there is nothing to choose.
    for rule in Rule:
        for option in set(CATALOGUE[rule].options) - {"ties"}:
            assert f'name="{option}"' in page, option


def test_envelopes_change_their_places_until_the_list_is_made(session: Session, place: Municipality) -> None:
    officer = as_actor(an_account(session, place, Role.OFFICER), place, Role.OFFICER)
    found = a_round(session, place, Phase.DRAFT, slug="parks")
    for position in (2, 3):
        an_envelope(session, found, place, position=position, amount=position * 1_000_000)
    first, second, third = queries.envelopes(session, found.id)

    def order() -> list[int]:
        return [one.id for one in queries.envelopes(session, found.id)]

    def move(envelope: object, position: int) -> None:
        planning.change_envelope(
            officer,
            session,
            found,
            envelope,
            planning.plan_of(envelope),
            position=position,
            reason="The districts first",
        )

    move(third, 1)
    assert order() == [third.id, first.id, second.id]
    move(third, 3)
    assert order() == [first.id, second.id, third.id]
    assert [one.position for one in queries.envelopes(session, found.id)] == [1, 2, 3]
    found.phase = Phase.DISCUSSION
    with pytest.raises(Conflict):
        move(third, 1)


def test_only_who_made_a_blueprint_renames_it_or_throws_it_away(
    app: Flask,
    session: Session,
    officer: PageClient,
    draft: Round,
    place: Municipality,
    signed_in: Callable[..., PageClient],
) -> None:
    actor = as_actor(an_account(session, place, Role.OFFICER), place, Role.OFFICER)
    draft = session.get_one(Round, draft.id)
    kept = blueprints.save(actor, session, draft, {"en": "Yearly"}, shared=False)
    elsewhere = a_municipality(session, "gori")
    stranger = an_account(session, elsewhere, Role.OFFICER)
    session.commit()
    address = "/en/rustavi/rounds/blueprints"
    assert "Yearly" in officer.get(address).get_data(as_text=True)
    empty = officer.post(address, data={"blueprint": kept.id, f"b{kept.id}-name_en": " "})
    assert empty.status_code == 422
    renamed = officer.post(address, data={"blueprint": kept.id, f"b{kept.id}-name_en": "Every year"})
    assert renamed.status_code == 302
    assert "Every year" in officer.get(address).get_data(as_text=True)
    foreign = signed_in(stranger).post(
        "/en/gori/rounds/blueprints", data={"blueprint": kept.id, "remove": "1", f"b{kept.id}-name_en": "x"}
    )
    assert foreign.status_code == 404
    assert officer.post(address, data={"blueprint": kept.id, "remove": "1"}).status_code == 302
    assert "Every year" not in officer.get(address).get_data(as_text=True)


def test_a_plan_is_checked_wherever_it_comes_from() -> None:
    plan = EnvelopePlan({"en": "Town"}, 1_000, rule_options={"utility": "borda"})
    with pytest.raises(Invalid) as refused:
        plan.check()
    assert refused.value.reason is PlanProblem.UTILITY_FORMAT
    EnvelopePlan(
        {"en": "Town"}, 1_000, ballot_format=BallotFormat.RANKING, rule_options={"utility": "borda"}
    ).check()
