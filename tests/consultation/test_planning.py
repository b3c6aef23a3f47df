"""A plan can be changed until something depends on it; a public plan never changes silently."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from pbplatform.charter.phases import Obstacle, Phase
from pbplatform.charter.policy import Refused
from pbplatform.charter.roles import Actor, Role
from pbplatform.consultation import blueprints, operations, planning, queries, rulebook, settings
from pbplatform.consultation.models import Envelope, Round
from pbplatform.consultation.plans import CategoryPlan, EnvelopePlan, PlanProblem, WindowPlan, plan_of
from pbplatform.foundation import clock
from pbplatform.foundation.crypto import SecretFolder, digest
from pbplatform.foundation.errors import Conflict, Invalid
from pbplatform.municipalities.models import Municipality
from pbplatform.notices import queries as notices
from pbplatform.voting import keys, opening
from tests.support.marks import on_both_databases
from tests.support.people import a_municipality, an_account, as_actor
from tests.support.rounds import a_round, an_envelope

REASON = "The council raised the amount."


def _arranged(session: Session, phase: Phase) -> tuple[Actor, Municipality, Round, Envelope]:
    place = a_municipality(session)
    found = a_round(session, place, phase)
    officer = as_actor(an_account(session, place, Role.OFFICER), place, Role.OFFICER)
    return officer, place, found, queries.envelopes(session, found.id)[0]


@on_both_databases
def test_a_public_plan_changes_only_with_a_reason_and_the_rule_book_keeps_both_versions(
    session: Session,
) -> None:
    officer, place, found, envelope = _arranged(session, Phase.DRAFT)
    operations.announce(officer, session, found)
    more = replace(plan_of(envelope), amount=20_000_000)
    with pytest.raises(Invalid) as silent:
        planning.change_envelope(officer, session, found, envelope, more)
    assert silent.value.reason is PlanProblem.REASON_MISSING
    planning.change_envelope(officer, session, found, envelope, more, reason=REASON)
    second, first = rulebook.books(session, found.id)
    assert (first.number, second.number) == (1, 2)
    assert first.content["envelopes"][str(envelope.id)]["amount"] == 10_000_000
    assert second.content["envelopes"][str(envelope.id)]["amount"] == 20_000_000
    assert second.reason == REASON
    news = [happening.news for happening in notices.public_happenings(session, place.id)]
    assert news == ["rules_changed", "round_announced"]


@pytest.mark.parametrize(
    ("phase", "change", "frozen"),
    [
        (Phase.SUBMISSION, {"amount": 9_000_000}, False),
        (Phase.SUBMISSION, {"highest_cost": 5_000_000}, True),
        (Phase.DISCUSSION, {"rule": "greedy", "rule_options": {}}, False),
        (Phase.VOTING, {"amount": 9_000_000}, True),
        (Phase.VOTING, {"rule": "greedy", "rule_options": {}}, True),
        (Phase.VOTING, {"most_choices": 4}, True),
        (Phase.VOTING, {"names": {"en": "Better name"}}, False),
    ],
)
def test_what_the_present_phase_depends_on_cannot_change(
    session: Session, phase: Phase, change: dict[str, object], frozen: bool
) -> None:
    officer, _, found, envelope = _arranged(session, phase)
    plan = replace(plan_of(envelope), **change)
    if frozen:
        with pytest.raises(Conflict):
            planning.change_envelope(officer, session, found, envelope, plan, reason=REASON)
        assert plan_of(envelope) != plan
    else:
        planning.change_envelope(officer, session, found, envelope, plan, reason=REASON)
        assert plan_of(envelope) == plan


def test_past_dates_stand_fast_and_the_open_phase_can_only_end_in_the_future(session: Session) -> None:
    officer, _, found, _ = _arranged(session, Phase.REVIEW)
    plans = [WindowPlan(w.phase, w.opens_at, w.closes_at) for w in queries.windows(session, found.id)]
    submission, review, *later = plans
    moved = replace(submission, opens_at=submission.opens_at - timedelta(days=1))
    with pytest.raises(Conflict):
        planning.set_windows(officer, session, found, [moved, review, *later], reason=REASON)
    over = replace(review, closes_at=clock.now() - timedelta(days=1))
    with pytest.raises(Invalid) as past:
        planning.set_windows(officer, session, found, [submission, over, *later], reason=REASON)
    assert past.value.reason is PlanProblem.WINDOW_IN_PAST
    shorter = replace(review, closes_at=review.closes_at - timedelta(days=1))
    planning.set_windows(officer, session, found, [submission, shorter, *later], reason=REASON)
    assert queries.windows(session, found.id)[1].closes_at == shorter.closes_at


def test_the_end_of_an_open_vote_is_not_moved_here(session: Session) -> None:
    officer, _, found, _ = _arranged(session, Phase.VOTING)
    *earlier, voting = [
        WindowPlan(w.phase, w.opens_at, w.closes_at) for w in queries.windows(session, found.id)
    ]
    longer = replace(voting, closes_at=voting.closes_at + timedelta(days=1))
    with pytest.raises(Conflict):
        planning.set_windows(officer, session, found, [*earlier, longer], reason=REASON)


def test_overlapping_phases_are_refused(session: Session) -> None:
    officer, _, found, _ = _arranged(session, Phase.DRAFT)
    plans = [WindowPlan(w.phase, w.opens_at, w.closes_at) for w in queries.windows(session, found.id)]
    plans[1] = replace(plans[1], opens_at=plans[0].closes_at - timedelta(minutes=1))
    with pytest.raises(Invalid) as overlap:
        planning.set_windows(officer, session, found, plans)
    assert overlap.value.reason is PlanProblem.WINDOWS_OVERLAP


def test_whoever_saw_an_older_plan_changes_nothing(session: Session) -> None:
    officer, _, found, envelope = _arranged(session, Phase.DRAFT)
    seen = found.version
    planning.change_envelope(
        officer, session, found, envelope, replace(plan_of(envelope), amount=1_000), seen=seen
    )
    with pytest.raises(Conflict):
        planning.change_envelope(
            officer, session, found, envelope, replace(plan_of(envelope), amount=2_000), seen=seen
        )
    assert envelope.amount == 1_000


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"amount": 0}, PlanProblem.AMOUNT),
        ({"lowest_cost": 10, "highest_cost": 5}, PlanProblem.COSTS),
        ({"fewest_choices": 6}, PlanProblem.CHOICES),
        ({"points": 5}, PlanProblem.POINTS),
        ({"rule": "lottery"}, PlanProblem.RULE),
        ({"rule_options": {"completion": "magic"}}, PlanProblem.RULE),
        ({"threshold": -1}, PlanProblem.THRESHOLD),
        ({"names": {}}, PlanProblem.NAME_MISSING),
    ],
)
def test_an_envelope_that_no_vote_could_be_held_with_is_refused(
    wrong: dict[str, object], problem: PlanProblem
) -> None:
    plan = EnvelopePlan({"en": "City"}, 1_000)
    plan.check()
    with pytest.raises(Invalid) as refused:
        replace(plan, **wrong).check()
    assert refused.value.reason is problem


def test_another_municipalitys_district_is_refused(session: Session) -> None:
    officer, _place, found, _ = _arranged(session, Phase.DRAFT)
    other = a_municipality(session, "burgas", ("bg", "en"))
    from pbplatform.municipalities.models import District

    district = District(municipality_id=other.id, code="x", names={"bg": "Х"}, outline=None)
    session.add(district)
    session.flush()
    with pytest.raises(Invalid):
        planning.add_envelope(
            officer, session, found, EnvelopePlan({"en": "X"}, 1_000, district_id=district.id)
        )


def test_a_citizen_and_another_municipalitys_officer_plan_nothing(session: Session) -> None:
    _, place, found, _ = _arranged(session, Phase.DRAFT)
    other = a_municipality(session, "burgas", ("bg", "en"))
    stranger = as_actor(an_account(session, other, Role.OFFICER), other, Role.OFFICER)
    for actor in (as_actor(an_account(session, place), place), stranger):
        with pytest.raises(Refused):
            planning.write_texts(actor, session, found, {"en": "Mine"}, {}, {})


def test_a_plan_with_holes_is_not_announced(session: Session) -> None:
    officer, _place, found, envelope = _arranged(session, Phase.DRAFT)
    found.texts = {"en": "English only"}
    planning.remove_envelope(officer, session, found, envelope)
    with pytest.raises(operations.Blocked) as blocked:
        operations.announce(officer, session, found)
    assert set(blocked.value.obstacles) == {Obstacle.NO_TEXTS, Obstacle.NO_ENVELOPE}


def test_a_round_begun_from_a_blueprint_has_the_same_plan_on_other_days(session: Session) -> None:
    officer, place, found, _ = _arranged(session, Phase.VOTING)
    an_envelope(session, found, place, position=2)
    blueprint = blueprints.save(officer, session, found, {"en": "Yearly"}, shared=False)
    opens_at = clock.now() + timedelta(days=100)
    clone = blueprints.begin_from(
        officer, session, place, blueprint.content, "next-year", {"en": "Next year"}, opens_at
    )
    assert clone.phase is Phase.DRAFT
    assert [plan_of(e) for e in queries.envelopes(session, clone.id)] == [
        plan_of(e) for e in queries.envelopes(session, found.id)
    ]
    old, new = queries.windows(session, found.id), queries.windows(session, clone.id)
    assert new[0].opens_at == opens_at
    assert [w.closes_at - w.opens_at for w in new] == [w.closes_at - w.opens_at for w in old]


def test_a_lot_is_committed_once_and_its_seed_lies_outside_the_database(session: Session, tmp_path) -> None:
    officer, _, found, _ = _arranged(session, Phase.DRAFT)
    secrets = SecretFolder(tmp_path)
    first = operations.commit_lot(officer, session, secrets, found, operations.Draw.TIES)
    assert operations.commit_lot(officer, session, secrets, found, operations.Draw.TIES) == first
    assert digest(secrets.read(operations.seed_name(found, operations.Draw.TIES)).hex()) == first
    # The vote's opening finds the same seed; a commitment that was printed in the rules is never replaced.
    assert opening.commit_lot(session, secrets, found) == first
    assert keys.seed(secrets, found.id, first) == secrets.read(f"round-{found.id}.seed").hex()
    assert settings.read(found.settings).tie_commitment == first


def test_cancelling_needs_a_reason_for_everybody(session: Session) -> None:
    officer, _, found, _ = _arranged(session, Phase.REVIEW)
    with pytest.raises(operations.Blocked):
        operations.cancel(officer, session, found, {"en": "  "})
    operations.cancel(officer, session, found, {"en": "The council took the money back."})
    assert found.phase is Phase.CANCELLED
    assert found.cancel_reasons == {"en": "The council took the money back."}


def test_categories_in_use_may_be_renamed_but_do_not_go(session: Session) -> None:
    officer, _, found, _ = _arranged(session, Phase.SUBMISSION)
    planning.set_categories(officer, session, found, [CategoryPlan("parks", {"en": "Green"})], reason=REASON)
    with pytest.raises(Conflict):
        planning.set_categories(officer, session, found, [], reason=REASON)
