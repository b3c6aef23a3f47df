"""A town with a roll, a round with projects, and votes in every stage, made through the real operations."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from pbplatform.accounts.models import Account
from pbplatform.charter.phases import Phase
from pbplatform.charter.roles import Actor, Role
from pbplatform.consultation.models import BallotFormat, Category, Envelope, Round, Window
from pbplatform.door import House
from pbplatform.foundation import clock
from pbplatform.municipalities.models import District, Municipality
from pbplatform.roll.codes import new_letter_code
from pbplatform.roll.models import LetterCode, Means, RollEntry
from pbplatform.roll.pepper import first_pepper
from pbplatform.voting import canon, casting, closing, keys, opening, rules, sealing
from pbplatform.voting.duties import seals_folder
from pbplatform.voting.models import BallotBox, Project
from pbplatform.voting.secrecy import Said
from tests.support.people import a_municipality, an_account, as_actor
from tests.support.rounds import a_round, an_envelope

_numbers = count(1)
BORN = date(1980, 5, 17)


def national_id(number: int) -> str:
    """A made-up Georgian personal number."""
    return f"{35_000_000_000 + number * 7:011d}"


@dataclass
class Town:
    """A municipality whose round stands before its vote, with two officers and a roll."""

    place: Municipality
    round: Round
    districts: list[District]
    officers: list[Account]
    entries: list[RollEntry] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)

    def officer(self, number: int = 0) -> Actor:
        """An officer with the second factor shown."""
        return as_actor(self.officers[number], self.place, Role.OFFICER)

    @property
    def base(self) -> str:
        """The address of the round's vote."""
        return f"/en/{self.place.slug}/rounds/{self.round.slug}/vote"


def a_district(session: Session, place: Municipality, code: str) -> District:
    """A district."""
    district = District(
        municipality_id=place.id,
        code=code,
        names=dict.fromkeys(place.languages, f"District {code}"),
        outline=None,
    )
    session.add(district)
    session.flush()
    return district


def projects(
    session: Session, envelope: Envelope, costs: Sequence[int], category: Category | None = None
) -> list[Project]:
    """Projects of an envelope, numbered from 1."""
    made = [
        Project(
            municipality_id=envelope.municipality_id,
            round_id=envelope.round_id,
            envelope_id=envelope.id,
            proposal_id=None,
            code=f"P{envelope.position}.{number}",
            number=number,
            titles={
                "ka": f"პროექტი {envelope.position}.{number}",
                "en": f"Project {envelope.position}.{number}",
            },
            summaries={},
            cost=cost,
            category_id=category.id if category else None,
            latitude=None,
            longitude=None,
            conflict_group=None,
            withdrawn_at=None,
            details={},
        )
        for number, cost in enumerate(costs, start=1)
    ]
    session.add_all(made)
    session.flush()
    return made


def entries(session: Session, house: House, town: Town, how_many: int) -> None:
    """People on the roll, taking turns among the districts, each with an unspent letter code."""
    seasoning = first_pepper(session, house.secrets)
    start = len(town.entries)
    made = []
    for number in range(start, start + how_many):
        district = town.districts[number % len(town.districts)] if town.districts else None
        entry = RollEntry(
            municipality_id=town.place.id,
            id_hash=seasoning.of_id(town.place.id, national_id(number)),
            name=f"Voter {number}",
            birth_date=BORN,
            district_id=district.id if district else None,
            phone=f"+99555{number:07d}",
            email=f"voter{number}@example.org",
            language="ka",
            removed_at=None,
        )
        made.append(entry)
    session.add_all(made)
    session.flush()
    town.entries += made
    codes = [new_letter_code() for _ in made]
    town.codes += codes
    session.add_all(
        LetterCode(
            municipality_id=town.place.id,
            roll_entry_id=entry.id,
            code_hash=seasoning.of_code(town.place.id, code),
            means=Means.LETTER,
            issued_at=clock.now(),
            used_at=None,
        )
        for entry, code in zip(made, codes, strict=True)
    )
    session.flush()


def a_town(
    session: Session,
    house: House,
    *,
    voters: int = 4,
    ballot_format: BallotFormat = BallotFormat.APPROVAL,
    with_districts: bool = True,
    challenge_days: int = 0,
) -> Town:
    """A town with two districts, a city-wide envelope of the given format and an approval envelope a district."""
    place = a_municipality(session, slug=f"town-{next(_numbers)}")
    officers = [an_account(session, place, Role.OFFICER) for _ in range(3)]
    found = a_round(session, place, Phase.DISCUSSION)
    found.settings = {**found.settings, "challenge_days": challenge_days}
    districts = [a_district(session, place, code) for code in ("north", "south")] if with_districts else []
    first = session.scalars(select(Envelope).where(Envelope.round_id == found.id)).one()
    first.ballot_format = ballot_format
    first.most_choices = 2 if ballot_format in (BallotFormat.APPROVAL, BallotFormat.RANKING) else None
    first.points = 10 if ballot_format is BallotFormat.POINTS else None
    first.amount = 1_000_000
    projects(session, first, (300_000, 400_000, 500_000, 600_000))
    for number, district in enumerate(districts, start=2):
        envelope = an_envelope(session, found, place, district, 500_000, position=number)
        envelope.most_choices = 1
        projects(session, envelope, (100_000, 200_000))
    window = session.scalars(
        select(Window).where(Window.round_id == found.id, Window.phase == Phase.VOTING)
    ).one()
    window.opens_at, window.closes_at = clock.now() - timedelta(minutes=1), clock.now() + timedelta(days=7)
    earlier = session.scalars(
        select(Window).where(Window.round_id == found.id, Window.phase == Phase.DISCUSSION)
    ).one()
    earlier.opens_at, earlier.closes_at = clock.now() - timedelta(days=9), window.opens_at
    town = Town(place, found, districts, officers)
    entries(session, house, town, voters)
    session.flush()
    return town


def open_vote(session: Session, house: House, town: Town) -> BallotBox:
    """Two officers open the vote."""
    act = opening.ask_to_open(town.officer(0), session, house.secrets, town.round)
    box = opening.confirm_opening(town.officer(1), session, house.secrets, town.round, act)
    session.commit()
    return box


def an_open_vote(session: Session, house: House, **wishes: object) -> Town:
    """A town whose vote is open."""
    town = a_town(session, house, **wishes)
    open_vote(session, house, town)
    return town


def spend_code(session: Session, town: Town, number: int) -> None:
    """As if the code of voter `number` had been used in a vote that was over before this one opened."""
    session.execute(
        update(LetterCode)
        .where(LetterCode.roll_entry_id == town.entries[number].id)
        .values(used_at=clock.now() - timedelta(days=1))
    )
    session.commit()


def cast(
    house: House,
    town: Town,
    number: int,
    choices: dict[int, list[str]] | None = None,
    submission: str | None = None,
    word: str = "",
) -> casting.Receipt:
    """The ballot of voter `number`, straight into the box."""
    with house.database.read() as session:
        box = session.get_one(BallotBox, town.round.id)
    frozen = rules.read(box.rules)
    payload = canon.canonical_payload(choices or {1: ["P1.1", "P1.2"]})
    return casting.cast(
        house.database,
        house.secrets,
        town.round.id,
        frozen.name,
        town.entries[number].id,
        rules_hash=box.rules_hash,
        payload=payload,
        word=word,
        submission_id=submission or f"submission-{next(_numbers):08d}",
    )


def box(session: Session, town: Town) -> BallotBox:
    """The town's ballot box."""
    return session.get_one(BallotBox, town.round.id)


def said(house: House, town: Town) -> list[Said]:
    """What lies in the box, opened with the round's key, in the order of the payloads."""
    with house.database.read() as session:
        box = session.get_one(BallotBox, town.round.id)
        key = keys.round_key(house.secrets, town.round.id, box.key_commit)
        return sorted(closing.said_online(session, key, town.round.id), key=lambda one: one.payload)


def let_it_end(house: House, town: Town) -> None:
    """Move the end of the vote into the past, as the passing of time would."""
    past = clock.now() - timedelta(seconds=1)
    with house.database.transaction() as session:
        session.execute(update(BallotBox).where(BallotBox.round_id == town.round.id).values(closes_at=past))


def close(house: House, town: Town) -> None:
    """End the vote and close it."""
    let_it_end(house, town)
    closing.close(town.officer(), house.database, house.secrets, town.round.id)


def seal(house: House, town: Town) -> None:
    """Two officers seal a closed vote."""
    with house.database.transaction() as session:
        found = session.get_one(Round, town.round.id)
        act = sealing.ask_to_seal(town.officer(0), session, found)
    sealing.confirm_seal(town.officer(1), house.database, house.secrets, seals_folder(house), found, act)


def finish(house: House) -> None:
    """The duty that finishes interrupted seals."""
    sealing.finish_seals(house.database, house.secrets, seals_folder(house))


def folder(house: House) -> Path:
    """Where the manifests go."""
    return seals_folder(house)
