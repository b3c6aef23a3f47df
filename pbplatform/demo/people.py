"""The people of the demonstration: every role in every municipality, and citizens. Addresses end in example.org."""

from collections.abc import Iterator

from pbplatform.accounts import factors, hats, operations
from pbplatform.accounts.models import Account
from pbplatform.accounts.passwords import Passwords
from pbplatform.charter.roles import GUARDED, Role, operator
from pbplatform.demo.places import PLANS
from pbplatform.demo.stage import Stage

PASSWORD = "river-lantern-market-42"  # noqa: S105 (the demonstration's public password)

TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105 (public, as the password)
"""The demonstration's public second factor: everybody with a guarded hat has the same, and the page shows its codes."""

STAFF = (
    ("admin", (Role.ADMINISTRATOR,), ""),
    ("officer", (Role.OFFICER,), ""),
    ("officer2", (Role.OFFICER,), ""),
    ("parks", (Role.REVIEWER,), "parks"),
    ("roads", (Role.REVIEWER,), "roads"),
    ("councillor", (Role.COUNCILLOR,), ""),
)

DEPARTMENTS = {
    "bg": {"parks": "Паркове и озеленяване", "roads": "Улици и транспорт"},
    "ka": {"parks": "გამწვანების სამსახური", "roads": "გზებისა და ტრანსპორტის სამსახური"},
}
"""A town names its departments in its own language."""

NAMES = {
    "bg": (
        "Мария Иванова",
        "Георги Димитров",
        "Елена Петрова",
        "Иван Стоянов",
        "Десислава Николова",
        "Петър Колев",
        "Радка Тодорова",
        "Николай Ангелов",
        "Виолета Маринова",
        "Стефан Христов",
        "Цветелина Борисова",
        "Красимир Попов",
        "Гергана Василева",
        "Тодор Илиев",
        "Йорданка Станчева",
        "Асен Русев",
        "Милена Костова",
        "Димитър Желев",
        "Станка Петкова",
        "Емил Данаилов",
    ),
    "ka": (
        "ნინო ბერიძე",
        "გიორგი კაპანაძე",
        "მარიამ ლომიძე",
        "დავით გელაშვილი",
        "თამარ ჯავახიშვილი",
        "ლევან მაისურაძე",
        "ეკა წიკლაური",
        "ზურაბ ხარაიშვილი",
        "ქეთევან აბაშიძე",
        "ირაკლი დოლიძე",
        "სოფიკო მჭედლიშვილი",
        "ნოდარ ქავთარაძე",
        "მაია ფხაკაძე",
        "შოთა ბოლქვაძე",
        "ლია სამხარაძე",
        "ვახტანგ ონიანი",
        "ანა ჩხეიძე",
        "მერაბ თოდუა",
        "ნანა გოგოლაძე",
        "სანდრო ელიავა",
    ),
}


def build(stage: Stage) -> None:
    """Open an account for everybody and give the hats."""
    # A demonstration need not wait 0.3 s a password; the hash is renewed at the first sign-in.
    passwords = Passwords(cheap=True)
    for plan, _centre, _districts in PLANS:
        place = stage.municipalities[plan.slug]
        language = plan.languages[0]
        names = iter(NAMES[language])
        for login, roles, department in STAFF:
            account = _account(
                stage, passwords, f"{login}@{plan.slug}.example.org", next(names), language, place.id
            )
            named = DEPARTMENTS[language].get(department, "")
            for role in roles:
                hats.give_role(operator(), stage.session, account, place.id, role, named)
            if GUARDED.intersection(roles):
                factors.seed_totp(stage.session, stage.app.extensions["house"].vault, account, TOTP_SECRET)
        for number, name in enumerate(names, start=1):
            _account(stage, passwords, f"citizen{number}@{plan.slug}.example.org", name, language, place.id)


def _account(
    stage: Stage, passwords: Passwords, email: str, name: str, language: str, place_id: int
) -> Account:
    account = operations.create_account(
        stage.session,
        passwords,
        email=email,
        name=name,
        language=language,
        password=PASSWORD,
        home_municipality_id=place_id,
        confirmed=True,
    )
    stage.accounts[email] = account
    return account


def sign_ins() -> Iterator[tuple[str, str]]:
    """The mailboxes worth trying first, with what they are."""
    for slug in ("rustavi", "burgas"):
        for login, roles, department in STAFF:
            yield f"{login}@{slug}.example.org", " ".join([*roles, department]).strip()
        yield f"citizen1@{slug}.example.org", "citizen"
