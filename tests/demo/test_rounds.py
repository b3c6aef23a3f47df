"""The demonstration is a town one can look around in: every phase in Georgian and in Bulgarian, each with its life in it."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pbplatform.charter.phases import Phase
from pbplatform.consultation import queries as rounds
from pbplatform.consultation.models import Envelope, Round
from pbplatform.deliberation.models import Comment, CommentState
from pbplatform.delivery import queries as delivery
from pbplatform.delivery import told
from pbplatform.delivery.overview import overview
from pbplatform.delivery.status import Status
from pbplatform.demo.rounds import PHASES, PLAYS, Moment
from pbplatform.foundation import clock
from pbplatform.moderation import queries as moderation
from pbplatform.municipalities.models import Municipality
from pbplatform.proposals.models import BallotDraw, Proposal, ProposalState
from pbplatform.results.models import Count
from pbplatform.screening import queries as screening
from pbplatform.uploads.models import Upload
from pbplatform.uploads.operations import key
from pbplatform.voting.models import Ballot, Project, RoundSeal, SealedBallot
from tests.support.demo import a_demonstration

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    app = a_demonstration(tmp_path_factory)
    yield app
    app.extensions["house"].database.dispose()


@pytest.fixture
def look(seeded: Flask) -> Iterator[Session]:
    with seeded.extensions["house"].database.read() as session:
        yield session


def _rounds(session: Session, moment: Moment) -> list[tuple[Municipality, Round]]:
    return [
        (place, found)
        for play in PLAYS
        if play.moment is moment
        for place, found in session.execute(
            select(Municipality, Round)
            .join(Round, Round.municipality_id == Municipality.id)
            .where(Municipality.slug == play.town, Round.slug == play.address)
        )
    ]


@pytest.mark.parametrize("moment", Moment)
def test_every_moment_of_a_round_is_there_in_georgian_and_in_bulgarian(look: Session, moment: Moment) -> None:
    found = _rounds(look, moment)
    assert {place.languages[0] for place, _ in found} == {"ka", "bg"}
    expected = {Moment.VOTING: Phase.VOTING, Moment.CANCELLED: Phase.CANCELLED}.get(moment, PHASES[moment])
    for place, one in found:
        assert one.phase is expected
        assert (one.announced_at is None) is (moment is Moment.DRAFT)
        for texts in (one.titles, one.summaries, one.texts):
            assert set(texts) == set(place.languages)
    if moment is Moment.CANCELLED:
        assert all(one.cancel_reasons for _, one in found)


def test_no_town_shows_the_same_round_twice(look: Session) -> None:
    titles = [
        (one.municipality_id, language, title)
        for one in look.scalars(select(Round))
        for language, title in one.titles.items()
    ]
    assert not [title for title, number in Counter(titles).items() if number > 1]


def test_what_stands_on_a_ballot_was_proposed_and_admitted(look: Session) -> None:
    for moment in (Moment.VOTING, Moment.COUNTING, Moment.RESULTS, Moment.IMPLEMENTATION, Moment.CLOSED):
        for _, one in _rounds(look, moment):
            projects = look.scalars(select(Project).where(Project.round_id == one.id)).all()
            admitted = look.scalars(
                select(Proposal.id).where(
                    Proposal.round_id == one.id, Proposal.state == ProposalState.ADMITTED
                )
            ).all()
            assert projects
            assert {project.proposal_id for project in projects} == set(admitted)
            for envelope in look.scalars(select(Envelope).where(Envelope.round_id == one.id)):
                asked = sum(project.cost for project in projects if project.envelope_id == envelope.id)
                assert asked > envelope.amount, "a vote in which everything is funded shows nothing"


def test_votes_have_ballots(look: Session) -> None:
    for _, one in _rounds(look, Moment.VOTING):
        assert look.scalar(select(func.count()).where(Ballot.round_id == one.id))
    for moment in (Moment.COUNTING, Moment.RESULTS, Moment.IMPLEMENTATION, Moment.CLOSED):
        for _, one in _rounds(look, moment):
            seal = look.get_one(RoundSeal, one.id)
            # The page of the vote for officers shows these; a seal of the demonstration has what a real one has.
            assert {"cast", "counted", "superseded", "annulled", "by_channel", "by_envelope"} < set(
                seal.counts
            )
            assert sum(seal.counts["by_channel"].values()) == look.scalar(
                select(func.count()).where(SealedBallot.round_id == one.id)
            )
            assert look.scalar(select(func.count()).where(SealedBallot.round_id == one.id))


def test_the_desks_have_something_to_do(look: Session) -> None:
    for _, one in _rounds(look, Moment.SCREENING):
        assert screening.undecided(look, one.id) >= 40
    for _, one in _rounds(look, Moment.APPEALS):
        assert screening.open_appeals(look, one.id)
        assert screening.open_conflicts(look, one.id)
    for _, one in _rounds(look, Moment.LISTED):
        assert look.get(BallotDraw, one.id) is not None
    for place in {
        place for moment in (Moment.PROPOSALS, Moment.APPEALS) for place, _ in _rounds(look, moment)
    }:
        assert moderation.queue(look, place.id)
        assert moderation.appeals(look, place.id)


def test_people_talk(look: Session) -> None:
    for moment in set(Moment) - {Moment.DRAFT, Moment.ANNOUNCED}:
        for _, one in _rounds(look, moment):
            said = look.scalars(
                select(Comment).where(Comment.round_id == one.id, Comment.state == CommentState.VISIBLE)
            ).all()
            assert said, one.slug
            assert all(comment.posted_at >= one.announced_at for comment in said if one.announced_at)


@pytest.mark.parametrize("town", ["rustavi", "burgas"])
def test_projects_stand_in_every_state_of_delivery_and_one_round_is_finished(
    look: Session, town: str
) -> None:
    place = look.scalars(select(Municipality).where(Municipality.slug == town)).one()
    board = delivery.several(look, place, [one.line_id for one in overview(look, place)])
    phases = {found.id: found.phase for found in look.scalars(select(Round))}
    running = [one for one in board if phases[one.line.round_id] is Phase.IMPLEMENTATION]
    closed = [one for one in board if phases[one.line.round_id] is Phase.CLOSED]
    assert {one.status for one in running} == set(Status)
    assert {bool(late.delay_reasons) for one in running for late in one.missed} == {True, False}
    assert {one.status for one in closed} == {Status.DELIVERED, Status.ABANDONED}
    assert all(one.paid == one.contracted > 0 for one in closed if one.status is Status.DELIVERED)
    assert all(one.ending.reasons for one in board if one.status is Status.ABANDONED and one.ending)
    assert {one.line.amount == one.project.cost for one in board} == {True}
    assert all(one.project.proposal_id for one in board)
    spoken = [told.about(look, one.line) for one in board]
    for kind in ("photos", "updates", "corrections"):
        assert any(getattr(one, kind) for one in spoken), kind
    assert any(contract.procurement_id for one in board for contract in one.contracts)


def test_most_proposals_that_one_can_picture_have_a_described_picture(seeded: Flask, look: Session) -> None:
    files = seeded.extensions["house"].files
    for language in ("ka", "bg"):
        readable = [
            one
            for one in look.scalars(select(Proposal).where(Proposal.language == language, Proposal.listed))
            if one.hidden_at is None
        ]
        pictured = [one for one in readable if one.cover]
        assert len(pictured) > len(readable) // 3
        for one in pictured[:20]:
            upload = look.scalars(select(Upload).where(Upload.token == one.cover)).one()
            assert upload.published
            assert upload.alt
            assert upload.language == language
            assert files.get(key(upload, small=True))


def test_results_were_declared_after_their_vote_and_before_today(look: Session) -> None:
    for moment in (Moment.RESULTS, Moment.IMPLEMENTATION, Moment.CLOSED):
        for _, one in _rounds(look, moment):
            (declared,) = look.scalars(select(Count.declared_at).where(Count.round_id == one.id))
            ends = {window.phase: window.closes_at for window in rounds.windows(look, one.id)}
            assert ends[Phase.VOTING] < declared < clock.now() - timedelta(days=7)
