"""What the acts of the demonstration share."""

import random
from dataclasses import dataclass

from flask import Flask
from sqlalchemy.orm import Session

from pbplatform.accounts.models import Account
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
