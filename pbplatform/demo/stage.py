"""What the acts of the demonstration share."""

import random
from dataclasses import dataclass, field

from flask import Flask
from sqlalchemy.orm import Session

from pbplatform.accounts.models import Account
from pbplatform.charter.roles import Actor, Role
from pbplatform.consultation.models import Round
from pbplatform.door import House
from pbplatform.municipalities.models import Municipality


@dataclass
class Stage:
    """The application, the session of the moment, dice, and what stands already."""

    app: Flask
    session: Session
    dice: random.Random
    municipalities: dict[str, Municipality]
    accounts: dict[str, Account]
    """By mailbox."""
    rounds: dict[tuple[str, str], Round] = field(default_factory=dict)
    """By the addresses of municipality and round; see demo.rounds for what stands there."""

    def officer(self, place: Municipality, login: str = "officer") -> Actor:
        """An officer of a municipality, with their second factor."""
        account = self.accounts[f"{login}@{place.slug}.example.org"]
        roles = frozenset({Role.VISITOR, Role.CITIZEN, Role.OFFICER})
        return Actor(account.id, place.id, roles, second_factor=True)

    def lay_lot(self, name: str) -> None:
        """Lay a lot among the secrets before it is drawn, so that it falls alike in every demonstration."""
        house: House = self.app.extensions["house"]
        folder = house.secrets.folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder / name).touch(mode=0o600)
        (folder / name).write_bytes(random.Random(name).randbytes(32))  # noqa: S311 (dice for a demonstration)
