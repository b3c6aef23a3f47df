"""A finished round with its result in Rustavi and one in Burgas: generated ballots, sealed, counted twice, declared.

The ballots come from dice, so the vote is not cast one by one; the seal is written in the form that the real one has, and
everything after it is the platform's own work: the count, the second count, the declaration.
"""

import json
from hashlib import sha256

from sqlalchemy import insert

from pbplatform.charter.phases import Phase
from pbplatform.charter.roles import operator
from pbplatform.consultation import queries as consultation
from pbplatform.consultation.models import BallotFormat, Envelope, Round
from pbplatform.demo.stage import Stage
from pbplatform.demo.votes import BURGAS, RUSTAVI, Idea, Plan
from pbplatform.foundation import clock
from pbplatform.results import counting, operations
from pbplatform.voting import canon, rules
from pbplatform.voting.models import Channel, Project, RoundSeal, SealedBallot

BALLOTS = 400
PAPER = 40


def build(stage: Stage) -> None:
    """Both towns."""
    for plan in (RUSTAVI, BURGAS):
        found = next(
            round_
            for (slug, _), round_ in sorted(stage.rounds.items())
            if slug == plan.slug and round_.phase is Phase.RESULTS
        )
        _finish(stage, found, plan)


def _finish(stage: Stage, found: Round, plan: Plan) -> None:
    session, actor = stage.session, operator(found.municipality_id)
    found = session.get_one(Round, found.id)
    projects: list[Project] = []
    for envelope in consultation.envelopes(session, found.id):
        envelope.rule = "equal-shares"
        envelope.rule_options = {"completion": "add-one-greedy"}
        envelope.ballot_format, envelope.most_choices, envelope.points = BallotFormat.APPROVAL, 3, None
        ideas = plan.district_ideas if envelope.district_id else plan.ideas
        projects += _projects(stage, envelope, ideas)
    session.flush()
    _seal(stage, found, projects, _ballots(stage, projects))
    # The rounds of the demonstration were walked to their phases; the declaration walks the last step once more.
    found.phase = Phase.COUNTING
    session.flush()
    row = operations.order_count(actor, session, found)
    counting.keep(session, row, counting.count_round(session, found))
    counting.recount(session, row)
    operations.declare(actor, session, found, row)


def _projects(stage: Stage, envelope: Envelope, ideas: tuple[Idea, ...]) -> list[Project]:
    """The ideas at costs that make the money of this envelope a little short."""
    scale = envelope.amount * 2 / sum(idea.cost for idea in ideas)
    made = []
    for number, idea in enumerate(ideas, start=1):
        made.append(
            Project(
                municipality_id=envelope.municipality_id,
                round_id=envelope.round_id,
                envelope_id=envelope.id,
                proposal_id=None,
                code=f"{envelope.position}.{number}",
                number=number,
                titles=idea.titles,
                summaries=idea.summaries,
                cost=max(int(idea.cost * scale) // 10_000 * 10_000, 10_000),
                category_id=None,
                latitude=None,
                longitude=None,
                conflict_group=None,
                withdrawn_at=None,
                details={},
            )
        )
    stage.session.add_all(made)
    return made


def _ballots(stage: Stage, projects: list[Project]) -> list[str]:
    """Payloads by dice: everybody has a favourite theme, so that the two rules differ."""
    by_position: dict[int, list[str]] = {}
    for project in projects:
        by_position.setdefault(int(project.code.partition(".")[0]), []).append(project.code)
    payloads = []
    for _ in range(BALLOTS):
        choices = {}
        for position, codes in by_position.items():
            weights = [len(codes) - place for place in range(len(codes))]
            picked = {stage.dice.choices(codes, weights)[0] for _ in range(stage.dice.randint(1, 3))}
            choices[position] = sorted(picked)
        payloads.append(canon.canonical_payload(choices))
    return payloads


def _seal(stage: Stage, found: Round, projects: list[Project], payloads: list[str]) -> None:
    session = stage.session
    now = clock.now()
    envelopes = consultation.envelopes(session, found.id)
    name = counting.round_name(session, found)
    seed = sha256(f"demo|{name}".encode()).hexdigest()
    text = rules.write(
        name,
        found,
        envelopes,
        consultation.categories(session, found.id),
        projects,
        opens_at=now,
        closes_at=now,
        tie_commitment=canon.tie_commitment(seed),
        beacon="",
        challenge_days=0,
        receipt_key="0" * 64,
        snapshot_hash="0" * 64,
    )
    rules_hash = canon.sha256(text)
    online = []
    for place, payload in enumerate(payloads[PAPER:]):
        nonce = sha256(f"{seed}|{place}".encode()).hexdigest()[:32]
        word = canon.word_hash("")
        online.append((canon.tracker(name, rules_hash, nonce, word, payload), nonce, word, payload))
    online.sort()
    paper = sorted(payloads[:PAPER])
    rows = [
        {"tracker": tracker, "nonce": nonce, "word_hash": word, "payload": payload, "channel": Channel.ONLINE}
        for tracker, nonce, word, payload in online
    ] + [
        {"tracker": None, "nonce": None, "word_hash": None, "payload": payload, "channel": Channel.PAPER}
        for payload in paper
    ]
    session.execute(
        insert(SealedBallot),
        [
            {"round_id": found.id, "position": n, "municipality_id": found.municipality_id, **row}
            for n, row in enumerate(rows, start=1)
        ],
    )
    session.add(_seal_row(found, projects, text, seed, [row[0] for row in online], paper, payloads))
    session.flush()


def _seal_row(
    found: Round,
    projects: list[Project],
    text: str,
    seed: str,
    trackers: list[str],
    paper: list[str],
    payloads: list[str],
) -> RoundSeal:
    by_position: dict[str, list[str]] = {}
    for project in projects:
        by_position.setdefault(project.code.partition(".")[0], []).append(project.code)
    said = [json.loads(payload) for payload in payloads]
    choices = {
        position: [canon.canonical(one[position]) for one in said if position in one]
        for position in by_position
    }
    roots = canon.roots(trackers, paper, choices)
    root = canon.final_root(roots)
    counts = {"cast": len(payloads), "counted": len(payloads), "superseded": 0, "annulled": 0}
    manifest = {"round": found.slug, "final_root": root, "counts": counts}
    return RoundSeal(
        round_id=found.id,
        municipality_id=found.municipality_id,
        rules=text,
        rules_hash=canon.sha256(text),
        roots=roots,
        final_root=root,
        counts=counts,
        tie_commitment=canon.tie_commitment(seed),
        tie_seed=seed,
        beacon="",
        tie_orders={
            position: canon.tie_order(seed, root, "", int(position), codes)
            for position, codes in by_position.items()
        },
        publication=dict.fromkeys(by_position, "open"),
        manifest={**manifest, "manifest_hash": canon.sha256(canon.canonical(manifest))},
        sealed_at=clock.now(),
        key_destroyed_at=clock.now(),
    )
