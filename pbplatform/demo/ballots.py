"""The votes of the demonstration that are over: ballots by dice, sealed in the form that the real seal has.

Every ballot carries the choices for the whole city and for one district, as a real one does. What comes after the seal
(the count, the second count, the declaration) is the platform's own work and belongs to the act of the results.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import insert

from pbplatform.charter.phases import Phase
from pbplatform.consultation import queries as consultation
from pbplatform.consultation.models import BallotFormat, Envelope, Round, Window
from pbplatform.demo.rounds import VOTED, at
from pbplatform.demo.stage import Stage
from pbplatform.municipalities import queries as municipalities
from pbplatform.results import elections
from pbplatform.voting import canon, listing, queries, rules
from pbplatform.voting.models import (
    BallotBox,
    BoxState,
    Channel,
    Project,
    RoundSeal,
    SealedBallot,
    Turnout,
)

BALLOTS = 560
PAPER = 60
ELECTORS = 2_400
RECEIPT_KEY = sha256(b"the demonstration gives no receipts for votes that are over").hexdigest()


@dataclass(frozen=True)
class Vote:
    """One closed vote: its round, what stood on the ballot, and what people said."""

    round: Round
    name: str
    seed: str
    projects: Mapping[Envelope, Sequence[Project]]
    payloads: Sequence[str]


def build(stage: Stage) -> None:
    """Let every round vote whose vote is over."""
    for found in at(stage, *VOTED):
        listing.take_list(stage.session, found)
        _seal(stage, _vote(stage, found))


def _vote(stage: Stage, found: Round) -> Vote:
    session = stage.session
    name = elections.round_name(session, found)
    listed = queries.projects(session, found.municipality_id, found.id)
    projects = {
        envelope: [one for one in listed if one.envelope_id == envelope.id]
        for envelope in consultation.envelopes(session, found.id)
    }
    return Vote(
        found, name, sha256(f"demo|{name}".encode()).hexdigest(), projects, _payloads(stage, projects)
    )


def _payloads(stage: Stage, projects: Mapping[Envelope, Sequence[Project]]) -> list[str]:
    """What people said. Everybody leans to one theme, so that minorities exist and the two rules differ."""
    local = [envelope for envelope in projects if envelope.district_id is not None]
    themes = sorted({one.category_id or 0 for listed in projects.values() for one in listed})
    payloads = []
    for number in range(BALLOTS):
        theme = stage.dice.choice(themes)
        choices = {}
        for envelope, listed in projects.items():
            if not listed or (envelope in local and envelope is not local[number % len(local)]):
                continue
            choices[envelope.position] = _choices(stage, envelope, listed, theme)
        payloads.append(canon.canonical_payload(choices))
    return payloads


def _choices(stage: Stage, envelope: Envelope, listed: Sequence[Project], theme: int) -> list[str]:
    weights = [
        (4.0 if one.category_id == theme else 1.0) * (1 + len(listed) - place / 2)
        for place, one in enumerate(listed)
    ]
    wanted = stage.dice.randint(1, min(envelope.most_choices or 4, len(listed)))
    picked = {one.code: one for one in stage.dice.choices(listed, weights, k=wanted)}
    if envelope.ballot_format is BallotFormat.KNAPSACK:
        spent, fitting = 0, []
        for code, one in picked.items():
            if spent + one.cost <= envelope.amount:
                spent += one.cost
                fitting.append(code)
        return fitting
    return list(picked)


def _seal(stage: Stage, vote: Vote) -> None:
    session, found = stage.session, vote.round
    window = next(one for one in consultation.windows(session, found.id) if one.phase is Phase.VOTING)
    text = rules.write(
        vote.name,
        found,
        list(vote.projects),
        consultation.categories(session, found.id),
        [project for listed in vote.projects.values() for project in listed],
        opens_at=window.opens_at,
        closes_at=window.closes_at,
        tie_commitment=canon.tie_commitment(vote.seed),
        beacon="",
        challenge_days=0,
        receipt_key=RECEIPT_KEY,
        snapshot_hash=canon.sha256(vote.name),
    )
    rules_hash, word = canon.sha256(text), canon.word_hash("")
    online = []
    for place, payload in enumerate(vote.payloads[PAPER:]):
        nonce = sha256(f"{vote.seed}|{place}".encode()).hexdigest()[:32]
        online.append((canon.tracker(vote.name, rules_hash, nonce, word, payload), nonce, payload))
    online.sort()
    paper = sorted(vote.payloads[:PAPER])
    rows = [
        {"tracker": tracker, "nonce": nonce, "word_hash": word, "payload": payload, "channel": Channel.ONLINE}
        for tracker, nonce, payload in online
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
    trackers = [tracker for tracker, _, _ in online]
    close = _close(text, trackers)
    session.add(_box(vote, text, window, close))
    session.flush()
    session.add(_turnout(stage, vote, window.closes_at))
    row = _seal_row(vote, text, trackers, paper, close, window.closes_at)
    row.sealed_at = row.key_destroyed_at = window.closes_at + timedelta(days=1)
    session.add(row)
    session.flush()


def _box(vote: Vote, text: str, window: Window, close: dict[str, Any]) -> BallotBox:
    """The emptied box: its key is destroyed."""
    return BallotBox(
        round_id=vote.round.id,
        municipality_id=vote.round.municipality_id,
        state=BoxState.CLEARED,
        rules=text,
        rules_hash=canon.sha256(text),
        key_commit=canon.sha256(vote.seed),
        receipt_key=RECEIPT_KEY,
        tie_commitment=canon.tie_commitment(vote.seed),
        snapshot_hash=canon.sha256(vote.name),
        electors=ELECTORS,
        opened_at=window.opens_at,
        closes_at=window.closes_at,
        high_water=window.closes_at,
        challenge_days=0,
        closed_at=window.closes_at,
        challenge_ends_at=window.closes_at,
        close_manifest=close,
    )


def _turnout(stage: Stage, vote: Vote, closed_at: datetime) -> Turnout:
    """How many voted: everybody lives in one district, and votes on its money where it has any."""
    everywhere = municipalities.districts(stage.session, vote.round.municipality_id)
    own = [str(envelope.district_id) for envelope in vote.projects if envelope.district_id is not None]
    districts = own or [str(district.id) for district in everywhere]
    voted = Counter(districts[number % len(districts)] for number in range(BALLOTS) if districts)
    return Turnout(
        round_id=vote.round.id,
        hour=closed_at,
        municipality_id=vote.round.municipality_id,
        figures={
            "total": BALLOTS,
            "electors": ELECTORS,
            "by_channel": {"online": BALLOTS - PAPER, "paper": PAPER},
            "by_district": dict(voted),
            "electors_by_district": dict.fromkeys(districts, ELECTORS // max(len(districts), 1)),
            "final": True,
        },
    )


def _close(text: str, trackers: list[str]) -> dict[str, Any]:
    """What the close published, as `voting.closing.close_manifest` writes it."""
    return {
        "rules_hash": canon.sha256(text),
        "electors": ELECTORS,
        "electors_added": 0,
        "electors_removed": 0,
        "online": len(trackers),
        "paper_ticks": PAPER,
        "superseded": 0,
        "cast": len(trackers),
        "tracker_root": canon.merkle_root(trackers),
    }


def _seal_row(
    vote: Vote, text: str, trackers: list[str], paper: list[str], close: dict[str, Any], closed_at: datetime
) -> RoundSeal:
    codes = {
        str(envelope.position): [one.code for one in listed] for envelope, listed in vote.projects.items()
    }
    said = [json.loads(payload) for payload in vote.payloads]
    choices = {
        position: [canon.canonical(one[position]) for one in said if position in one] for position in codes
    }
    fewest = canon.fewest_sheets(
        paper, [one.position for one in vote.projects if one.district_id is not None]
    )
    published = {
        str(envelope.position): canon.published_as(
            envelope.publication.value, len(choices[str(envelope.position)]), fewest
        )
        for envelope in vote.projects
    }
    shown = {
        position: None if published[position] == "totals" else lines for position, lines in choices.items()
    }
    roots = canon.roots(trackers, paper if set(published.values()) == {"open"} else None, shown)
    root = canon.final_root(roots)
    counts = {
        "cast": len(said),
        "counted": len(said),
        "superseded": 0,
        "annulled": 0,
        "paper_ticks": len(paper),
        "by_channel": {"online": len(trackers), "paper": len(paper)},
        "by_envelope": {position: len(lines) for position, lines in choices.items()},
        "paper_sheets": {"counted": len(paper)},
    }
    orders = {
        position: canon.tie_order(vote.seed, root, "", int(position), listed)
        for position, listed in codes.items()
    }
    manifest = {
        "version": canon.VERSION,
        "round": vote.name,
        "rules_hash": canon.sha256(text),
        "close": close,
        "closed_at": rules.instant(closed_at),
        "counts": counts,
        "roots": roots,
        "final_root": root,
        "tie_commitment": canon.tie_commitment(vote.seed),
        "tie_seed": vote.seed,
        "beacon": "",
        "tie_orders": orders,
        "publication": published,
    }
    return RoundSeal(
        round_id=vote.round.id,
        municipality_id=vote.round.municipality_id,
        rules=text,
        rules_hash=canon.sha256(text),
        roots=roots,
        final_root=root,
        counts=counts,
        tie_commitment=canon.tie_commitment(vote.seed),
        tie_seed=vote.seed,
        beacon="",
        tie_orders=orders,
        publication=published,
        manifest={**manifest, "manifest_hash": canon.sha256(canon.canonical(manifest))},
    )
