"""Counting a whole round: from the ballots in the database to result.json, and the recount that must give the same bytes."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from pbplatform.consultation.models import Round
from pbplatform.foundation.crypto import digest
from pbplatform.foundation.database import database_now
from pbplatform.results import elections, official, publication, queries
from pbplatform.results.contests import Contest, contests_of
from pbplatform.results.elections import RESULT_FORMAT
from pbplatform.results.figures import figures
from pbplatform.results.models import Count, CountState, EnvelopeResult, RecountMethod
from pbplatform.tally import count as tally_count
from pbplatform.tally import plain
from pbplatform.tally.canonical import canonical
from pbplatform.tally.outcome import Outcome
from pbplatform.tally.rules import Rule

PLAIN_WORK = 6_000_000
"""Up to this much estimated work (classes × projects × runs) the recount is made in the plain way."""

Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Counted:
    """The outcomes of a round's envelopes, how much of each is told, and the bytes of result.json."""

    contests: list[Contest]
    outcomes: list[Outcome]
    ways: list[str]
    ballots: int
    result: bytes


def count_round(session: Session, found: Round, tell: Tell = lambda _done, _total: None) -> Counted:
    """Count all envelopes of a round, districts first; `tell` hears how many are done."""
    contests = contests_of(elections.frames(session, found), elections.classes(session, found))
    outcomes = []
    tell(0, len(contests))
    for done, contest in enumerate(contests, start=1):
        outcomes.append(tally_count.count(contest.election, contest.spec))
        tell(done, len(contests))
    ballots = elections.ballots_of(session, found)
    name = elections.round_name(session, found)
    seal = queries.seal(session, found)
    ways = [publication.way(seal, contest.envelope.position) for contest in contests]
    pairs = [
        (contest.envelope.position, publication.told_outcome(outcome.to_dict(), way))
        for contest, outcome, way in zip(contests, outcomes, ways, strict=True)
    ]
    return Counted(contests, outcomes, ways, ballots, result_bytes(name, ballots, pairs))


def result_bytes(name: str, ballots: int, outcomes: list[tuple[int, dict[str, Any]]]) -> bytes:
    """The file result.json: canonical JSON of the outcomes by envelope position, in ballot order."""
    return canonical(
        {
            "ballots": ballots,
            "envelopes": [
                {"outcome": outcome, "position": position}
                for position, outcome in sorted(outcomes, key=lambda pair: pair[0])
            ],
            "format": RESULT_FORMAT,
            "round": name,
        }
    )


def keep(session: Session, row: Count, counted: Counted) -> None:
    """Write what was counted into its row, with one result for every envelope."""
    session.execute(delete(EnvelopeResult).where(EnvelopeResult.count_id == row.id))
    for contest, outcome, way in zip(counted.contests, counted.outcomes, counted.ways, strict=True):
        session.add(
            EnvelopeResult(
                municipality_id=row.municipality_id,
                count_id=row.id,
                envelope_id=contest.envelope.id,
                outcome=publication.told_outcome(outcome.to_dict(), way),
                figures=publication.told_figures(figures(contest, outcome), way),
            )
        )
    row.result = counted.result.decode()
    row.result_hash = digest(counted.result)
    row.ballots = counted.ballots
    row.counted_at = database_now(session)
    row.state = CountState.COUNTED
    session.flush()


def note_left_out(session: Session, found: Round, row: Count, contests: Sequence[Contest]) -> None:
    """Keep beside a past election's count which projects, left out, make it the official outcome, where that is so."""
    past = queries.past_election(session, found)
    results = queries.envelope_results(session, row)
    for contest in contests:
        result = results[contest.envelope.id]
        compared = official.compare(past, result.outcome) if past is not None and past.declared else None
        if compared is None or compared.equal or not compared.only_ours:
            continue
        theirs = {*result.outcome["funded"], *compared.only_theirs} - {*compared.only_ours}
        left_out = _left_out(contest, compared.only_ours, theirs)
        if left_out:
            result.figures = {**result.figures, "left_out": left_out}
    session.flush()


def _left_out(contest: Contest, candidates: Sequence[str], theirs: set[str]) -> list[str]:
    """As few of the candidates as possible without which the count funds theirs; none if no number of them does.

    What wins only because another was funded before it falls away again: no project stays that is not needed.
    """

    def gives_theirs(codes: Sequence[str]) -> bool:
        return set(tally_count.count(contest.election.without(*codes), contest.spec).funded) == theirs

    kept = list(candidates)
    if not gives_theirs(kept):
        return []
    for code in candidates:
        fewer = [other for other in kept if other != code]
        if fewer and gives_theirs(fewer):
            kept = fewer
    return kept


@dataclass(frozen=True)
class Second:
    """What the second count gave, and the way in which it was made."""

    fingerprint: str
    method: RecountMethod


def second_count(session: Session, row: Count) -> Second:
    """Count once more in another way."""
    found = session.scalars(select(Round).where(Round.id == row.round_id)).one()
    seal = queries.seal(session, found)
    frames = elections.frames(session, found)
    ballots = list(elections.classes(session, found))
    random.Random(row.id).shuffle(ballots)  # noqa: S311 (any other order will do)
    contests = contests_of(frames, ballots)
    work = sum(_work(contest) for contest in contests)
    method = RecountMethod.PLAIN if work <= PLAIN_WORK else RecountMethod.SHUFFLED
    pairs = []
    for contest in contests:
        if method is RecountMethod.PLAIN:
            outcome = plain.count(contest.election.to_dict(), contest.spec.to_dict())
        else:
            outcome = tally_count.count(contest.election, contest.spec).to_dict()
        way = publication.way(seal, contest.envelope.position)
        pairs.append((contest.envelope.position, publication.told_outcome(outcome, way)))
    again = result_bytes(elections.round_name(session, found), sum(number for _, number in ballots), pairs)
    return Second(digest(again), method)


def note_second(session: Session, row: Count, again: Second) -> None:
    """Note whether the bytes are the same."""
    row.recount_hash = again.fingerprint
    row.recount_method = again.method
    row.recounted_at = database_now(session)
    row.state = CountState.RECOUNTED if row.recount_hash == row.result_hash else CountState.DIFFERENT
    session.flush()


def _work(contest: Contest) -> int:
    """A rough measure of the plain way's work: every run of Equal Shares looks at every class for every project."""
    size = (contest.election.profile.classes + 1) * (len(contest.election.projects) + 1)
    if contest.spec.rule is Rule.GREEDY:
        return size // 100
    runs = 200 if contest.spec.completion.adds else 1
    return size * runs
