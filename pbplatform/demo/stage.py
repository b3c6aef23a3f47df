"""What the acts of the demonstration share."""

import random
from dataclasses import dataclass, field

from flask import Flask
from sqlalchemy.orm import Session

from pbplatform.accounts.models import Account
from pbplatform.consultation.models import Round
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
