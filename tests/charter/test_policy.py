"""The charter's table: its two readers agree, staff need their second factor, nobody reaches into another municipality."""

from hypothesis import given
from hypothesis import strategies as st

from pbplatform.charter.actions import Action
from pbplatform.charter.phases import Phase
from pbplatform.charter.policy import POLICY, Refusal, Subject, decide, may_enter, states_open_to
from pbplatform.charter.roles import GUARDED, Actor, Role

STATES = sorted(
    {state for grants in POLICY.values() for grant in grants for state in grant.states or ()} | {"other"}
)

actors = st.builds(
    Actor,
    account_id=st.one_of(st.none(), st.integers(1, 3)),
    municipality_id=st.integers(1, 2),
    roles=st.frozensets(st.sampled_from(Role)).map(lambda roles: roles | {Role.VISITOR}),
    second_factor=st.booleans(),
    blocked=st.booleans(),
)
subjects = st.builds(
    Subject,
    municipality_id=st.integers(1, 2),
    phase=st.one_of(st.none(), st.sampled_from(Phase)),
    state=st.sampled_from(STATES),
    owners=st.frozensets(st.integers(1, 3), max_size=2),
)
actions = st.sampled_from(Action)


def test_every_action_stands_in_the_table() -> None:
    assert set(POLICY) == set(Action)
    assert all(POLICY.values()), "an action that nobody may do is no action"


@given(actors, actions, subjects)
def test_deciding_and_listing_agree(actor: Actor, action: Action, subject: Subject) -> None:
    if subject.municipality_id != actor.municipality_id:
        return
    own = actor.account_id in subject.owners
    open_states = states_open_to(actor, action, subject.phase, own=own)
    listed = open_states is None or subject.state in open_states
    assert listed == (decide(actor, action, subject) is None)


@given(actors, actions, subjects)
def test_whoever_may_act_was_let_through_the_door(actor: Actor, action: Action, subject: Subject) -> None:
    if decide(actor, action, subject) is None:
        assert may_enter(actor, action) is None


@given(actors, actions, subjects)
def test_staff_do_nothing_as_staff_without_their_second_factor(
    actor: Actor, action: Action, subject: Subject
) -> None:
    bare = Actor(
        actor.account_id, actor.municipality_id, actor.roles, second_factor=False, blocked=actor.blocked
    )
    plain = Actor(actor.account_id, actor.municipality_id, actor.roles - GUARDED, False, actor.blocked)
    assert (decide(bare, action, subject) is None) == (decide(plain, action, subject) is None)


@given(actors, actions, subjects)
def test_nothing_is_open_in_another_municipality_but_what_is_open_to_everybody(
    actor: Actor, action: Action, subject: Subject
) -> None:
    if subject.municipality_id == actor.municipality_id or Role.OPERATOR in actor.roles:
        return
    if not any(Role.VISITOR in grant.to for grant in POLICY[action]):
        assert decide(actor, action, subject) is not None


@given(actors, actions, subjects)
def test_a_refusal_is_always_a_reason(actor: Actor, action: Action, subject: Subject) -> None:
    answer = decide(actor, action, subject)
    assert answer is None or isinstance(answer, Refusal)


def test_a_visitor_is_asked_to_sign_in_rather_than_sent_away() -> None:
    assert may_enter(Actor(), Action.KEEP_OWN_ACCOUNT) is Refusal.SIGN_IN
