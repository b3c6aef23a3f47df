"""An open vote in Rustavi (in Georgian) and one in Burgas, with a roll of invented people and a way to try them."""

from datetime import date

from sqlalchemy import select

from pbplatform.charter.phases import Phase
from pbplatform.consultation import queries as consultation
from pbplatform.consultation.models import BallotFormat, Round
from pbplatform.demo.proposals import citizens
from pbplatform.demo.rounds import PLAYS, Moment, at, date_back
from pbplatform.demo.stage import Stage
from pbplatform.foundation import clock
from pbplatform.municipalities import queries as municipalities
from pbplatform.municipalities.models import Municipality
from pbplatform.roll.codes import ALPHABET, spelled
from pbplatform.roll.models import LetterCode, Means, RollClaim, RollEntry
from pbplatform.roll.pepper import first_pepper
from pbplatform.voting import casting, opening, paper, rules
from pbplatform.voting.canon import canonical_payload
from pbplatform.voting.models import BallotBox, BoxState, Elector

ROLLED = (Moment.SUPPORT, Moment.APPEALS, Moment.LISTED, Moment.VOTING)
"""At these moments people need a roll: to support, or to vote now or soon."""

STATIONS = {
    "rustavi": {"ka": "მოქალაქეთა მომსახურების ცენტრი", "en": "Citizens’ service centre"},
    "burgas": {"bg": "Център за административно обслужване", "en": "Citizens’ service centre"},
}
PEOPLE = 120
BORN = date(1980, 5, 17)
FREE = 20
"""How many people of each roll have a letter code and have not voted, so that a visitor can."""


def build(stage: Stage) -> None:
    """A roll for every town whose people vote now or soon, and the open votes, opened by two officers."""
    for slug in sorted({play.town for play in PLAYS if play.moment in ROLLED}):
        _roll(stage, stage.municipalities[slug])
    for found in at(stage, Moment.VOTING):
        _open(stage, found)


def _open(stage: Stage, found: Round) -> None:
    place = next(one for one in stage.municipalities.values() if one.id == found.municipality_id)
    house = stage.app.extensions["house"]
    one, other = (stage.officer(place, login) for login in ("officer", "officer2"))
    act = opening.ask_to_open(one, stage.session, house.secrets, found)
    opening.confirm_opening(other, stage.session, house.secrets, found, act)
    window = next(w for w in consultation.windows(stage.session, found.id) if w.phase is Phase.VOTING)
    date_back(stage, found, window.opens_at)
    paper.add_station(one, stage.session, found, "A", STATIONS[place.slug])


def cast(stage: Stage) -> None:
    """Sixty ballots in each vote; they go in by the one door there is, which has transactions of its own."""
    house = stage.app.extensions["house"]
    with house.database.read() as session:
        boxes = session.scalars(
            select(BallotBox).where(BallotBox.state == BoxState.OPEN).order_by(BallotBox.round_id)
        ).all()
        voters = {
            box.round_id: session.execute(
                select(Elector.roll_entry_id, Elector.district_id)
                .where(Elector.round_id == box.round_id)
                .order_by(Elector.roll_entry_id)
                .offset(FREE)
                .limit(60)
            ).all()
            for box in boxes
        }
    for box in boxes:
        frozen = rules.read(box.rules)
        for entry_id, district_id in voters[box.round_id]:
            choices: dict[int, list[str]] = {}
            for envelope in frozen.for_district(district_id):
                liked = stage.dice.sample(list(envelope.projects), k=min(2, len(envelope.projects)))
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
            birth_date=born(number),
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
    for number, entry in enumerate(entries[:FREE]):
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
    _claim(stage, place, entries)
    stage.session.flush()


def _claim(stage: Stage, place: Municipality, entries: list[RollEntry]) -> None:
    """The citizens of the town have proved at the town hall who they are, all but the last, who still can try it."""
    for account, entry in zip(citizens(stage, place.slug)[:-1], reversed(entries), strict=False):
        stage.session.add(
            RollClaim(
                municipality_id=place.id,
                roll_entry_id=entry.id,
                account_id=account.id,
                means=Means.DESK,
                claimed_at=clock.now(),
            )
        )


def born(number: int) -> date:
    """A birth date; the first twenty people share one, so that they are easy to try."""
    return BORN if number < FREE else BORN.replace(year=1940 + number % 65)


def demo_code(number: int) -> str:
    """The letter code of one of the first twenty people."""
    body = f"DEM0{number:02d}" + "ABCDE"
    total = sum(ALPHABET.index(letter) * (2 * place + 3) for place, letter in enumerate(body))
    return body + ALPHABET[total % len(ALPHABET)]


def how_to_try() -> list[str]:
    """What a newcomer types to vote."""
    lines = [
        "To vote, open the round's page “Vote” and type (20 people can be tried):",
        "",
    ]
    for slug, language in (("rustavi", "ka"), ("burgas", "bg")):
        address = next(play.address for play in PLAYS if play.town == slug and play.moment is Moment.VOTING)
        lines.append(f"  /{language}/{slug}/rounds/{address}/vote")
        for number in range(3):
            lines.append(
                f"    personal number {national_id(slug, number)}, born {BORN:%d.%m.%Y}, code {spelled(demo_code(number))}"
            )
    return [*lines, ""]
