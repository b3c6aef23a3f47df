"""An open vote in Rustavi (in Georgian) and one in Burgas, with a roll of invented people and a way to try them."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from pbplatform.charter.phases import Kind, Phase
from pbplatform.charter.roles import Actor, Role
from pbplatform.consultation import settings
from pbplatform.consultation.models import BallotFormat, Category, Envelope, Round, Window
from pbplatform.consultation.settings import RoundSettings
from pbplatform.consultation.timeline import planned_phases
from pbplatform.demo.stage import Stage
from pbplatform.foundation import clock
from pbplatform.municipalities import queries as municipalities
from pbplatform.municipalities.models import Municipality
from pbplatform.roll.codes import ALPHABET, spelled
from pbplatform.roll.models import LetterCode, Means, RollEntry
from pbplatform.roll.pepper import first_pepper
from pbplatform.voting import casting, opening, paper, rules
from pbplatform.voting.canon import canonical_payload
from pbplatform.voting.models import BallotBox, Elector, Project

SLUG = "vote-2026"
PEOPLE = 120
BORN = date(1980, 5, 17)


@dataclass(frozen=True)
class Idea:
    """One project of the demonstration."""

    titles: dict[str, str]
    summaries: dict[str, str]
    cost: int


@dataclass(frozen=True)
class Plan:
    """One town's vote."""

    slug: str
    titles: dict[str, str]
    summaries: dict[str, str]
    whole_town: dict[str, str]
    amount: int
    district_amount: int
    format: BallotFormat
    ideas: tuple[Idea, ...]
    district_ideas: tuple[Idea, ...]
    station: dict[str, str]


RUSTAVI = Plan(
    "rustavi",
    {"ka": "თანამონაწილეობითი ბიუჯეტი 2026", "en": "Participatory budget 2026"},
    {"ka": "თქვენ წყვეტთ, რაში დაიხარჯება 600 000 ლარი.", "en": "You decide how 600,000 lari are spent."},
    {"ka": "მთელი ქალაქი", "en": "The whole town"},
    40_000_000,
    5_000_000,
    BallotFormat.KNAPSACK,
    (
        Idea(
            {"ka": "ველობილიკი მტკვრის სანაპიროზე", "en": "A cycle path along the Mtkvari"},
            {"ka": "სამი კილომეტრი უსაფრთხო ბილიკი.", "en": "Three kilometres of safe path."},
            18_000_000,
        ),
        Idea(
            {"ka": "ხეები ახალ უბნებში", "en": "Trees in the new districts"},
            {"ka": "ორი ათასი ხე და მორწყვის სისტემა.", "en": "Two thousand trees with watering."},
            9_500_000,
        ),
        Idea(
            {"ka": "ადაპტირებული ავტობუსის გაჩერებები", "en": "Accessible bus stops"},
            {"ka": "ოცი გაჩერება ეტლით მოსარგებლეთათვის.", "en": "Twenty stops for wheelchair users."},
            12_000_000,
        ),
        Idea(
            {"ka": "კულტურის სახლის სახურავი", "en": "A roof for the house of culture"},
            {"ka": "წვიმა აღარ ჩამოვა დარბაზში.", "en": "Rain no longer falls into the hall."},
            16_500_000,
        ),
        Idea(
            {"ka": "ღია სპორტული მოედნები", "en": "Open sports grounds"},
            {"ka": "ოთხი მოედანი განათებით.", "en": "Four grounds with light."},
            11_000_000,
        ),
    ),
    (
        Idea(
            {"ka": "ბავშვთა სათამაშო მოედანი", "en": "A playground"},
            {"ka": "ახალი საქანელები და რბილი საფარი.", "en": "New swings on soft ground."},
            3_000_000,
        ),
        Idea(
            {"ka": "ეზოს განათება", "en": "Light for the courtyards"},
            {"ka": "ორმოცი ეკონომიური სანათი.", "en": "Forty thrifty lamps."},
            2_200_000,
        ),
        Idea(
            {"ka": "სკვერის სკამები და ჩრდილი", "en": "Benches and shade for the square"},
            {"ka": "ადგილი დასასვენებლად.", "en": "A place to rest."},
            1_800_000,
        ),
    ),
    {"ka": "მოქალაქეთა მომსახურების ცენტრი", "en": "Citizens’ service centre"},
)

BURGAS = Plan(
    "burgas",
    {"bg": "Граждански бюджет 2026", "en": "Participatory budget 2026"},
    {"bg": "Вие решавате за какво да отидат 900 000 евро.", "en": "You decide how 900,000 euros are spent."},
    {"bg": "Целият град", "en": "The whole town"},
    60_000_000,
    6_000_000,
    BallotFormat.APPROVAL,
    (
        Idea(
            {"bg": "Велоалея до Крайморие", "en": "A cycle path to Kraymorie"},
            {"bg": "Четири километра безопасен път.", "en": "Four kilometres of safe path."},
            24_000_000,
        ),
        Idea(
            {"bg": "Дървета по булевардите", "en": "Trees on the boulevards"},
            {"bg": "Хиляда и двеста дървета с поливане.", "en": "Twelve hundred trees with watering."},
            9_000_000,
        ),
        Idea(
            {"bg": "Достъпен плаж за хора с увреждания", "en": "A beach that everybody can reach"},
            {"bg": "Пътеки, душове и помощници през лятото.", "en": "Paths, showers and helpers in summer."},
            8_500_000,
        ),
        Idea(
            {"bg": "Читалище без стълби", "en": "A community house without stairs"},
            {"bg": "Асансьор и рампа.", "en": "A lift and a ramp."},
            13_500_000,
        ),
        Idea(
            {"bg": "Открити спортни площадки", "en": "Open sports grounds"},
            {"bg": "Шест площадки с осветление.", "en": "Six grounds with light."},
            15_000_000,
        ),
    ),
    (
        Idea(
            {"bg": "Детска площадка", "en": "A playground"},
            {"bg": "Нови люлки и мека настилка.", "en": "New swings on soft ground."},
            3_500_000,
        ),
        Idea(
            {"bg": "Осветление между блоковете", "en": "Light between the blocks"},
            {"bg": "Петдесет икономични лампи.", "en": "Fifty thrifty lamps."},
            2_600_000,
        ),
        Idea(
            {"bg": "Пейки и сянка в градинката", "en": "Benches and shade in the garden"},
            {"bg": "Място за почивка.", "en": "A place to rest."},
            1_900_000,
        ),
    ),
    {"bg": "Център за административни услуги", "en": "Citizens’ service centre"},
)


def build(stage: Stage) -> None:
    """Both votes, opened by two officers."""
    for plan in (RUSTAVI, BURGAS):
        _vote(stage, plan)


def _officer(stage: Stage, place: Municipality, login: str) -> Actor:
    account = stage.accounts[f"{login}@{place.slug}.example.org"]
    return Actor(
        account.id, place.id, frozenset({Role.VISITOR, Role.CITIZEN, Role.OFFICER}), second_factor=True
    )


def _vote(stage: Stage, plan: Plan) -> None:
    place = stage.municipalities[plan.slug]
    house = stage.app.extensions["house"]
    found = _round(stage, place, plan)
    _projects(stage, place, found, plan)
    _roll(stage, place)
    act = opening.ask_to_open(_officer(stage, place, "officer"), stage.session, house.secrets, found)
    opening.confirm_opening(_officer(stage, place, "officer2"), stage.session, house.secrets, found, act)
    paper.add_station(_officer(stage, place, "officer"), stage.session, found, "A", plan.station)


def cast(stage: Stage) -> None:
    """Sixty ballots in each vote; they go in by the one door there is, which has transactions of its own."""
    house = stage.app.extensions["house"]
    with house.database.read() as session:
        boxes = session.scalars(select(BallotBox).order_by(BallotBox.round_id)).all()
        voters = {
            box.round_id: session.execute(
                select(Elector.roll_entry_id, Elector.district_id)
                .where(Elector.round_id == box.round_id)
                .order_by(Elector.roll_entry_id)
                .offset(20)
                .limit(60)
            ).all()
            for box in boxes
        }
    for box in boxes:
        frozen = rules.read(box.rules)
        for entry_id, district_id in voters[box.round_id]:
            choices: dict[int, list[str]] = {}
            for envelope in frozen.for_district(district_id):
                liked = stage.dice.sample(list(envelope.projects), k=2)
                few = liked[:1] if envelope.format is BallotFormat.KNAPSACK else liked
                choices[envelope.position] = [project.code for project in few]
            casting.cast(
                house.database,
                house.secrets,
                box.round_id,
                frozen.name,
                entry_id,
                rules_hash=box.rules_hash,
                payload=canonical_payload(choices),
                word="",
                submission_id=f"demonstration-{stage.dice.getrandbits(60):016x}",
            )


def _round(stage: Stage, place: Municipality, plan: Plan) -> Round:
    own = RoundSettings(challenge_days=3)
    found = Round(
        municipality_id=place.id,
        slug=SLUG,
        kind=Kind.BUDGETING,
        phase=Phase.DISCUSSION,
        titles=plan.titles,
        summaries=plan.summaries,
        texts=plan.summaries,
        settings=settings.write(own),
        announced_at=clock.now() - timedelta(days=130),
        imported_from=None,
        created_at=clock.now() - timedelta(days=140),
    )
    stage.session.add(found)
    stage.session.flush()
    phases = planned_phases(found.kind, own)
    begin = clock.now() - timedelta(days=4) - timedelta(days=30 * phases.index(Phase.VOTING))
    for number, phase in enumerate(phases):
        opens = begin + timedelta(days=30 * number)
        length = timedelta(days=18) if phase is Phase.VOTING else timedelta(days=30)
        stage.session.add(
            Window(
                municipality_id=place.id,
                round_id=found.id,
                phase=phase,
                opens_at=opens,
                closes_at=opens + length,
            )
        )
    stage.session.flush()
    return found


def _projects(stage: Stage, place: Municipality, found: Round, plan: Plan) -> None:
    category = Category(
        municipality_id=place.id,
        round_id=found.id,
        code="town",
        names={"ka": "საქალაქო გარემო", "bg": "Градска среда", "en": "Urban space"},
        most_choices=None,
    )
    stage.session.add(category)
    stage.session.flush()
    envelopes: list[tuple[int | None, dict[str, str], int, BallotFormat, tuple[Idea, ...]]] = [
        (None, plan.whole_town, plan.amount, plan.format, plan.ideas)
    ]
    for district in municipalities.districts(stage.session, place.id):
        envelopes.append(
            (district.id, district.names, plan.district_amount, BallotFormat.APPROVAL, plan.district_ideas)
        )
    for position, (district_id, names, amount, ballot_format, ideas) in enumerate(envelopes, start=1):
        envelope = Envelope(
            municipality_id=place.id,
            round_id=found.id,
            district_id=district_id,
            position=position,
            names=names,
            amount=amount,
            currency=place.currency,
            highest_cost=None,
            ballot_format=ballot_format,
            fewest_choices=1,
            most_choices=None if ballot_format is BallotFormat.KNAPSACK else 3 if district_id is None else 2,
            points=None,
            rule_options={},
            threshold=None,
            support_threshold=None,
        )
        stage.session.add(envelope)
        stage.session.flush()
        for number, idea in enumerate(ideas, start=1):
            stage.session.add(_project(envelope, number, idea, category))
    stage.session.flush()


def _project(envelope: Envelope, number: int, idea: Idea, category: Category) -> Project:
    return Project(
        municipality_id=envelope.municipality_id,
        round_id=envelope.round_id,
        envelope_id=envelope.id,
        proposal_id=None,
        code=f"{envelope.position}.{number}",
        number=number,
        titles=idea.titles,
        summaries=idea.summaries,
        cost=idea.cost,
        category_id=category.id,
        latitude=None,
        longitude=None,
        conflict_group=None,
        withdrawn_at=None,
        details={},
    )


def national_id(slug: str, number: int) -> str:
    """An invented personal number: Georgian, or a Bulgarian one of a foreigner, so that it is nobody's EGN."""
    if slug == "rustavi":
        return f"{90_000_000_000 + number:011d}"
    body = f"{900_000_000 + number:09d}"
    weights = (21, 19, 17, 13, 11, 9, 7, 3, 1)
    return body + str(sum(w * int(d) for w, d in zip(weights, body, strict=True)) % 10)


def _roll(stage: Stage, place: Municipality) -> None:
    house = stage.app.extensions["house"]
    pepper = first_pepper(stage.session, house.secrets)
    districts = municipalities.districts(stage.session, place.id)
    entries = []
    for number in range(PEOPLE):
        entry = RollEntry(
            municipality_id=place.id,
            id_hash=pepper.of_id(place.id, national_id(place.slug, number)),
            name=f"№ {number + 1}",
            birth_date=replace_year(number),
            district_id=districts[number % len(districts)].id,
            phone=None,
            email=f"voter{number}@{place.slug}.example.org",
            address="",
            language=place.languages[0],
            removed_at=None,
        )
        stage.session.add(entry)
        entries.append(entry)
    stage.session.flush()
    for number, entry in enumerate(entries[:20]):
        stage.session.add(
            LetterCode(
                municipality_id=place.id,
                roll_entry_id=entry.id,
                code_hash=pepper.of_code(place.id, demo_code(number)),
                means=Means.LETTER,
                issued_at=clock.now(),
                used_at=None,
            )
        )
    stage.session.flush()


def replace_year(number: int) -> date:
    """A birth date; the first twenty people share one, so that they are easy to try."""
    return BORN if number < 20 else BORN.replace(year=1940 + number % 65)


def demo_code(number: int) -> str:
    """The letter code of one of the first twenty people."""
    body = f"DEM0{number:02d}" + "ABCDE"
    total = sum(ALPHABET.index(letter) * (2 * place + 3) for place, letter in enumerate(body))
    return body + ALPHABET[total % len(ALPHABET)]


def how_to_try() -> list[str]:
    """What a newcomer types to vote."""
    lines = [
        "To vote, open the round's page “Vote” and type (each code works once; 20 people can be tried):",
        "",
    ]
    for slug in ("rustavi", "burgas"):
        lines.append(f"  /{'ka' if slug == 'rustavi' else 'bg'}/{slug}/rounds/{SLUG}/vote")
        for number in range(3):
            lines.append(
                f"    personal number {national_id(slug, number)}, born {BORN:%d.%m.%Y}, code {spelled(demo_code(number))}"
            )
    return [*lines, ""]
