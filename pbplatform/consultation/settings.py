"""The settings of a round beside its envelopes, typed: read from and written to the row's document in one place only."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from pbplatform.foundation.errors import Invalid

LONGEST_APPEAL_DAYS = 60
LONGEST_CHALLENGE_DAYS = 14
MOST_CO_AUTHORS = 10
COMMITMENT_LENGTH = 64


class SettingProblem(StrEnum):
    """Why a setting cannot be like this."""

    APPEAL_DAYS = "appeal_days"
    CHALLENGE_DAYS = "challenge_days"
    CO_AUTHORS = "co_authors"
    PROPOSALS_EACH = "proposals_each"
    COMMITMENT = "commitment"


@dataclass(frozen=True)
class RoundSettings:
    """What holds in a round beside its windows and envelopes. Times are UTC, periods whole days."""

    support_phase: bool = False
    """Whether proposals must gather endorsements in a phase of their own."""
    moderation_before_publication: bool = False
    """Whether comments and proposals wait for a moderator before others see them."""
    appeal_days: int = 7
    """How long after the release of the assessments an author may appeal."""
    assessments_released_at: datetime | None = None
    """The hour at which all assessments become public together; none means when the discussion opens."""
    challenge_days: int = 3
    """How long after the close of the vote anybody may object before the ballots are sealed."""
    fewest_co_authors: int = 0
    """How many co-authors must have accepted before a proposal can be submitted."""
    most_proposals_each: int | None = None
    """How many proposals one person may submit; none means as many as they like."""
    number_commitment: str = ""
    """SHA-256 of the seed that draws the projects' numbers on the ballot; empty until committed."""
    tie_commitment: str = ""
    """SHA-256 of the seed that orders ties; empty until committed."""
    beacon: str = ""
    """The public draw, named in advance, that is mixed into the order of ties; empty for none."""

    def __post_init__(self) -> None:
        if not 0 <= self.appeal_days <= LONGEST_APPEAL_DAYS:
            raise Invalid(SettingProblem.APPEAL_DAYS, "appeal_days", most=LONGEST_APPEAL_DAYS)
        if not 0 <= self.challenge_days <= LONGEST_CHALLENGE_DAYS:
            raise Invalid(SettingProblem.CHALLENGE_DAYS, "challenge_days", most=LONGEST_CHALLENGE_DAYS)
        if not 0 <= self.fewest_co_authors <= MOST_CO_AUTHORS:
            raise Invalid(SettingProblem.CO_AUTHORS, "fewest_co_authors", most=MOST_CO_AUTHORS)
        if self.most_proposals_each is not None and self.most_proposals_each < 1:
            raise Invalid(SettingProblem.PROPOSALS_EACH, "most_proposals_each")
        for commitment in (self.number_commitment, self.tie_commitment):
            if commitment and len(commitment) != COMMITMENT_LENGTH:
                raise Invalid(SettingProblem.COMMITMENT)


def read(document: Mapping[str, Any]) -> RoundSettings:
    """The settings that a row keeps; what it does not name has its default, what nobody knows is an error."""
    known = {field.name for field in fields(RoundSettings)}
    unknown = set(document) - known
    if unknown:
        raise ValueError(f"a round keeps settings that nobody knows: {', '.join(sorted(unknown))}")
    values = dict(document)
    released = values.get("assessments_released_at")
    if isinstance(released, str):
        values["assessments_released_at"] = datetime.fromisoformat(released).astimezone(UTC)
    return RoundSettings(**values)


def write(settings: RoundSettings) -> dict[str, Any]:
    """The document to keep in the row."""
    document = asdict(settings)
    if settings.assessments_released_at is not None:
        document["assessments_released_at"] = settings.assessments_released_at.astimezone(UTC).isoformat()
    return document
