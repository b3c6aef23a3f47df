"""The voter of a request: found from a browser's pass or an account's claim, never from an account's name."""

from dataclasses import dataclass

from flask import session as cookie
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.charter.roles import Actor
from pbplatform.foundation.crypto import SecretFolder, digest
from pbplatform.roll import queries as roll
from pbplatform.roll.queries import Proof
from pbplatform.voting import canon, keys, queries
from pbplatform.voting.models import Ballot, BallotBox, Channel
from pbplatform.voting.rules import FrozenEnvelope, FrozenProject, FrozenRules, read

PASS = "voter_pass"  # noqa: S105 (a name, not a secret)
"""The name of the pass in the signed cookie."""


@dataclass(frozen=True)
class Voter:
    """Who votes, with the ballot that is theirs."""

    roll_entry_id: int
    bid: str
    mark: str
    """What the pages of this ballot say of their voter, see `canon.page_mark`."""
    rules: FrozenRules
    envelopes: tuple[FrozenEnvelope, ...]

    def in_own_order(self, envelope: FrozenEnvelope) -> list[FrozenProject]:
        """The projects in this voter's own order: random, the same at every visit, and linkable by nobody."""
        return sorted(envelope.projects, key=lambda project: digest(f"order|{self.bid}|{project.code}"))


def proof_here(actor: Actor) -> Proof:
    """The proof that came with this request."""
    secret = cookie.get(PASS)
    return Proof(secret if isinstance(secret, str) else None, actor.account_id)


def entry_here(session: Session, actor: Actor, municipality_id: int) -> int | None:
    """The roll entry that this browser has proved to be."""
    return roll.proved_entry(session, proof_here(actor), municipality_id)


def voter(session: Session, secrets: SecretFolder, box: BallotBox, roll_entry_id: int) -> Voter | None:
    """The voter of a roll entry in this vote; None for somebody who was not on the roll when it opened."""
    district = queries.elector_district(session, box.round_id, roll_entry_id)
    if district is None:
        return None
    key = keys.round_key(secrets, box.round_id, box.key_commit)
    frozen = read(box.rules)
    bid = canon.ballot_id(key, box.round_id, roll_entry_id)
    mark = canon.page_mark(key, bid)
    return Voter(roll_entry_id, bid, mark, frozen, frozen.for_district(district[0]))


def has_voted(session: Session, box: BallotBox, voter: Voter) -> Channel | None:
    """How this voter has voted already; for their own eyes only."""
    return session.scalar(
        select(Ballot.channel).where(Ballot.round_id == box.round_id, Ballot.bid == voter.bid)
    )
