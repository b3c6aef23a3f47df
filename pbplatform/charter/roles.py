"""The hats that people wear, and the actor: an account with its hats in one municipality."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """A hat. Everybody is a visitor; whoever signed in is a citizen too; the others are given or proven."""

    VISITOR = "visitor"
    CITIZEN = "citizen"
    RESIDENT = "resident"
    """A citizen proven to stand on the voter roll."""
    OFFICER = "officer"
    REVIEWER = "reviewer"
    """An officer of a department, who assesses what was routed to it."""
    COUNCILLOR = "councillor"
    ADMINISTRATOR = "administrator"
    ASSOCIATION = "association"
    """Staff of an association of municipalities."""
    OPERATOR = "operator"
    """Whoever runs the installation; acts on the command line only."""


GIVEN = frozenset({Role.OFFICER, Role.REVIEWER, Role.COUNCILLOR, Role.ADMINISTRATOR, Role.ASSOCIATION})
"""Hats that an administrator gives by a membership."""

GUARDED = frozenset({Role.OFFICER, Role.REVIEWER, Role.ADMINISTRATOR, Role.ASSOCIATION})
"""Hats that count only after a second factor in this session."""


@dataclass(frozen=True)
class Actor:
    """Who asks: an account (none for visitors) and its hats in one municipality.

    `second_factor` tells whether this session has shown one; `blocked` that moderation has silenced the account here
    for a time.
    """

    account_id: int | None = None
    municipality_id: int | None = None
    roles: frozenset[Role] = frozenset({Role.VISITOR})
    second_factor: bool = False
    blocked: bool = False

    @property
    def signed_in(self) -> bool:
        """Whether the actor has an account."""
        return self.account_id is not None


VISITOR = Actor()


def operator(municipality_id: int | None = None) -> Actor:
    """The person at the server's own command line."""
    roles = frozenset({Role.VISITOR, Role.OPERATOR})
    return Actor(municipality_id=municipality_id, roles=roles, second_factor=True)
