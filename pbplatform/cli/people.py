"""`pbplatform municipality | administrator | member …`: the first steps of an installation; `demo-code` for its demonstration."""

import json
from pathlib import Path

import click
from sqlalchemy.orm import Session

from pbplatform.accounts import factors, hats
from pbplatform.accounts import operations as accounts
from pbplatform.accounts import queries as accounts_queries
from pbplatform.accounts.models import Account
from pbplatform.accounts.passwords import Passwords
from pbplatform.charter.roles import GIVEN, Role, operator
from pbplatform.cli import setting
from pbplatform.foundation import clock
from pbplatform.foundation.i18n import LANGUAGES, Currency
from pbplatform.municipalities import operations as municipalities
from pbplatform.municipalities import queries as municipalities_queries
from pbplatform.municipalities.models import Country, Municipality


@click.group()
def municipality() -> None:
    """The municipalities of this installation."""


@municipality.command()
@click.argument("slug")
@click.option(
    "--name",
    "names",
    multiple=True,
    required=True,
    metavar="LANGUAGE=NAME",
    help="once for each language, the first is the main one",
)
@click.option("--country", type=click.Choice([c.value for c in Country]), required=True)
@click.option("--currency", type=click.Choice([c.value for c in Currency]), required=True)
@click.option("--zone", required=True, help="IANA time zone, for example Asia/Tbilisi")
@click.option("--population", type=click.IntRange(0), default=0)
def found(slug: str, names: tuple[str, ...], country: str, currency: str, zone: str, population: int) -> None:
    """Found a municipality with the address SLUG."""
    texts = dict(name.split("=", 1) for name in names if "=" in name)
    plan = municipalities.MunicipalityPlan(
        slug=slug,
        names=texts,
        country=Country(country),
        languages=tuple(texts),
        currency=Currency(currency),
        zone=zone,
        population=population,
    )
    with setting.refusals_told(), setting.database().transaction() as session:
        municipalities.found(operator(), session, plan)
    click.echo(f"Founded {slug}.")


@municipality.command()
@click.argument("slug")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def districts(slug: str, file: Path) -> None:
    """Import the districts of SLUG from a GeoJSON FILE; known codes are changed, none is removed."""
    try:
        document = json.loads(file.read_bytes())
    except (ValueError, RecursionError):
        raise click.ClickException(f"{file} is not JSON") from None
    with setting.refusals_told(), setting.database().transaction() as session:
        place = _place(session, slug)
        plans = municipalities.districts_from_geojson(document, tuple(place.languages))
        kept = municipalities.set_districts(operator(), session, place, plans)
    click.echo(f"{len(plans)} districts read; {slug} has {len(kept)}.")


def _place(session: Session, slug: str) -> Municipality:
    place = municipalities_queries.by_slug(session, slug)
    if place is None:
        raise click.ClickException(f"there is no municipality {slug!r}")
    return place


@click.group()
def member() -> None:
    """The roles of people in municipalities."""


ROLE = click.Choice(sorted(role.value for role in GIVEN))


@member.command()
@click.argument("municipality_slug")
@click.argument("email")
@click.argument("role", type=ROLE)
@click.option("--department", default="")
def give(municipality_slug: str, email: str, role: str, department: str) -> None:
    """Give the account of EMAIL a ROLE in a municipality."""
    with setting.refusals_told(), setting.database().transaction() as session:
        place = _place(session, municipality_slug)
        account = _account(session, email)
        hats.give_role(operator(), session, account, place.id, Role(role), department)
    click.echo("Done.")


@member.command()
@click.argument("municipality_slug")
@click.argument("email")
@click.argument("role", type=ROLE)
def take(municipality_slug: str, email: str, role: str) -> None:
    """Take a ROLE from the account of EMAIL; it is signed out everywhere at once."""
    with setting.database().transaction() as session:
        place = _place(session, municipality_slug)
        worn = accounts_queries.memberships(session, _account(session, email).id)
        found = [hat for hat in worn if hat.municipality_id == place.id and hat.role == role]
        if not found:
            raise click.ClickException(f"{email} is not {role} in {municipality_slug}")
        hats.take_role(operator(), session, found[0])
    click.echo("Done.")


def _account(session: Session, email: str) -> Account:
    account = accounts_queries.by_email(session, email)
    if account is None:
        raise click.ClickException(f"there is no account of {email}")
    return account


@click.command("demo-code")
def demo_code() -> None:
    """Print the code that the demonstration's second factor shows now."""
    from pbplatform.demo.people import TOTP_SECRET

    click.echo(factors.code_at(TOTP_SECRET, factors.step_at(clock.now())))


@click.group()
def administrator() -> None:
    """The administrators of municipalities."""


@administrator.command()
@click.argument("municipality_slug")
@click.argument("email")
@click.option("--name", required=True)
@click.option("--language", type=click.Choice(LANGUAGES), default="en")
@click.password_option()
def create(municipality_slug: str, email: str, name: str, language: str, password: str) -> None:
    """Make EMAIL an administrator of a municipality; an account that exists already keeps its password."""
    with setting.refusals_told(), setting.database().transaction() as session:
        place = _place(session, municipality_slug)
        account = accounts_queries.by_email(session, email) or accounts.create_account(
            session,
            Passwords(),
            email=email,
            name=name,
            language=language,
            password=password,
            confirmed=True,
        )
        hats.give_role(operator(), session, account, place.id, Role.ADMINISTRATOR)
    click.echo("Done. At the first sign-in a second factor must be set up.")
