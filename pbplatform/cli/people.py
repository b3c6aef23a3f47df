"""`pbplatform municipality …` and `pbplatform administrator …`: the first steps of an installation."""

import click

from pbplatform.accounts import operations as accounts
from pbplatform.accounts import queries as accounts_queries
from pbplatform.accounts.passwords import Passwords
from pbplatform.charter.roles import Role, operator
from pbplatform.cli import setting
from pbplatform.foundation.errors import Invalid
from pbplatform.foundation.i18n import LANGUAGES, Currency
from pbplatform.municipalities import operations as municipalities
from pbplatform.municipalities import queries as municipalities_queries
from pbplatform.municipalities.models import Country


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
    with setting.database().transaction() as session:
        try:
            municipalities.found(operator(), session, plan)
        except Invalid as problem:
            raise click.ClickException(f"{problem.field}: {problem.reason}") from None
    click.echo(f"Founded {slug}.")


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
    with setting.database().transaction() as session:
        place = municipalities_queries.by_slug(session, municipality_slug)
        if place is None:
            raise click.ClickException(f"there is no municipality {municipality_slug!r}")
        try:
            account = accounts_queries.by_email(session, email) or accounts.create_account(
                session,
                Passwords(),
                email=email,
                name=name,
                language=language,
                password=password,
                confirmed=True,
            )
            accounts.give_role(operator(), session, account, place.id, Role.ADMINISTRATOR)
        except Invalid as problem:
            raise click.ClickException(f"{problem.field}: {problem.reason}") from None
    click.echo("Done. At the first sign-in a second factor must be set up.")
