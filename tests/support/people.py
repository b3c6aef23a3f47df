"""Municipalities and people for tests."""

from itertools import count

from sqlalchemy.orm import Session

from pbplatform.accounts import hats
from pbplatform.accounts import operations as accounts
from pbplatform.accounts.models import Account
from pbplatform.accounts.passwords import Passwords
from pbplatform.charter.roles import Actor, Role, operator
from pbplatform.foundation.i18n import Currency
from pbplatform.municipalities import operations as municipalities
from pbplatform.municipalities.models import Country, Municipality
from pbplatform.municipalities.operations import MunicipalityPlan

PASSWORD = "river-lantern-market-42"
PASSWORDS = Passwords(cheap=True)
_numbers = count(1)


def a_municipality(
    session: Session, slug: str = "rustavi", languages: tuple[str, ...] = ("ka", "en")
) -> Municipality:
    """A municipality in Georgia, or in Bulgaria when its first language is Bulgarian."""
    bulgarian = languages[0] == "bg"
    plan = MunicipalityPlan(
        slug=slug,
        names={"ka": "რუსთავი", "bg": "Бургас", "en": slug.title()},
        country=Country.BULGARIA if bulgarian else Country.GEORGIA,
        languages=languages,
        currency=Currency.EUR if bulgarian else Currency.GEL,
        zone="Europe/Sofia" if bulgarian else "Asia/Tbilisi",
        population=100_000,
    )
    return municipalities.found(operator(), session, plan)


def an_account(
    session: Session,
    place: Municipality | None = None,
    *roles: Role,
    email: str | None = None,
    name: str = "Nino Test",
) -> Account:
    """A confirmed account with some hats in a municipality."""
    account = accounts.create_account(
        session,
        PASSWORDS,
        email=email or f"person{next(_numbers)}@example.org",
        name=name,
        language=place.languages[0] if place else "en",
        password=PASSWORD,
        home_municipality_id=place.id if place else None,
        confirmed=True,
    )
    for role in roles:
        assert place is not None
        hats.give_role(operator(), session, account, place.id, role)
    return account


def as_actor(account: Account, place: Municipality, *roles: Role, second_factor: bool = True) -> Actor:
    """The actor that an account is in a municipality, with these hats."""
    return Actor(account.id, place.id, frozenset({Role.VISITOR, Role.CITIZEN, *roles}), second_factor)
