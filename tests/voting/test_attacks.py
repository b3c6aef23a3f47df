"""Attacks on the vote that were seen elsewhere: borrowed identities, guessed codes, and joining copies of the database."""

import random
from collections.abc import Callable
from datetime import date, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from pbplatform.door import House
from pbplatform.foundation import clock
from pbplatform.roll import clusters, verification
from pbplatform.roll.codes import new_letter_code
from pbplatform.roll.models import Means, RollEntry, VerificationTry, VoterPass
from pbplatform.roll.pepper import Pepper
from pbplatform.roll.verification import ALARM_TRIES, TRIES_FROM_A_NETWORK, Person
from tests.support import voting
from tests.support.marks import on_both_databases
from tests.support.pages import PageClient
from tests.support.voters import Voter

SignIn = Callable[..., PageClient]
BEGAN = clock.now() - timedelta(hours=17)


def verified(
    session: Session, house: House, town: voting.Town, network: str, minutes: float, phone: str, born: date
) -> None:
    """Somebody proved who they are, so many minutes after the beginning."""
    pepper = Pepper(house.secrets)
    session.add(
        VerificationTry(
            municipality_id=town.place.id,
            subject_hash=f"{random.Random(f'{network}{minutes}').getrandbits(255):064x}",
            prefix_hash=pepper.of_network(town.place.id, network),
            means=Means.PHONE,
            succeeded=True,
            phone_hash=pepper.of_phone(town.place.id, phone),
            age_band=verification.age_band(born, clock.now().date()),
            at=BEGAN + timedelta(minutes=minutes),
        )
    )


def test_a_farm_of_borrowed_identities_is_reported_within_the_hour(
    session: Session, house: House, signed_in: SignIn
) -> None:
    """41: 320 people of 91 to 100 years, one address, 65 phones, one every three minutes."""
    town = voting.a_town(session, house, voters=1)
    for number in range(320):
        verified(session, house, town, "203.0.113", 3 * number, f"+99555{number % 65:07d}", date(1930, 5, 1))
        if number == 19:
            # An hour after the first of them.
            session.flush()
            assert len(clusters.clusters(session, town.place.id)) == 1
    [found] = clusters.clusters(session, town.place.id)
    session.commit()
    assert (found.people, found.phones) == (320, 65)
    assert found.one_age_band is not None
    assert found.even_rhythm
    page = signed_in(town.officers[0]).get(f"/en/{town.place.slug}/desk/roll/clusters").get_data(as_text=True)
    for word in ("320", "65", "75 and older", "even rhythm"):
        assert word in page
    assert "203.0.113" not in page


def test_a_librarys_kiosk_raises_no_alarm(session: Session, house: House) -> None:
    """41: forty neighbours of all ages at one address, each with a phone, over a day; in none of twenty libraries."""
    town = voting.a_town(session, house, voters=1)
    for library in range(20):
        dice = random.Random(library)
        minutes = sorted(dice.uniform(0, 600) for _ in range(40))
        for number, minute in enumerate(minutes):
            born = date(dice.randint(1935, 2007), 5, 1)
            phone = f"+99557{library:02d}{number:05d}"
            verified(session, house, town, f"198.51.{library}", minute, phone, born)
    session.flush()
    assert clusters.clusters(session, town.place.id) == []


def test_ten_thousand_guessed_codes_open_nothing_and_raise_an_alarm(
    session: Session, house: House, signed_in: SignIn
) -> None:
    """42: from a hundred networks at twenty people whose birth dates are known: nothing opens, officers are warned."""
    town = voting.an_open_vote(session, house, voters=20)
    pepper = Pepper(house.secrets)
    hits = 0
    for guess in range(10_000):
        person = Person(voting.national_id(guess % 20), voting.BORN, f"203.0.{guess % 100}")
        hits += verification.verify_letter(session, pepper, town.place, person, new_letter_code()) is not None
    assert hits == 0
    # Ten tries an entry are judged at all; then even the right code of a tried person is no longer taken.
    person = Person(voting.national_id(0), voting.BORN, "198.51.100")
    assert verification.verify_letter(session, pepper, town.place, person, town.codes[0]) is None
    assert (session.scalar(select(func.count()).select_from(VerificationTry)) or 0) > ALARM_TRIES
    session.commit()
    page = signed_in(town.officers[0]).get(f"/en/{town.place.slug}/desk/roll").get_data(as_text=True)
    assert "Somebody may be guessing" in page


def test_a_network_that_guesses_has_to_wait_and_others_do_not(
    session: Session, house: House, client: PageClient
) -> None:
    town = voting.an_open_vote(session, house, voters=1)
    pepper = Pepper(house.secrets)
    network = verification.network_of("127.0.0.1")
    for guess in range(TRIES_FROM_A_NETWORK):
        verification._note(session, pepper, town.place, f"{guess:064x}", network, Means.LETTER, None)
    assert verification.network_is_throttled(session, town.place, pepper, network)
    assert not verification.network_is_throttled(session, town.place, pepper, "198.51.100")
    session.commit()
    answer = Voter(client, town, 0).prove(code=town.codes[0])
    assert answer.status_code == 429
    assert "Too many tries" in answer.get_data(as_text=True)


VOTERS = 240


@on_both_databases
def test_joining_copies_of_the_database_tells_nobodys_choice(session: Session, house: House) -> None:
    """44: every order in which people and ballots can be read is laid side by side; no pair of orders gives them away.

    The attacker has the whole database while the vote is open (without the key), the published ballots afterwards, and
    knows in which order people proved who they are, which the times of the verifications tell.
    """
    town = voting.an_open_vote(session, house, voters=VOTERS)
    order = list(range(VOTERS))
    random.Random(44).shuffle(order)
    truth: dict[int, str] = {}
    pepper = Pepper(house.secrets)
    for number in order:
        with house.database.transaction() as own:
            person = Person(voting.national_id(number), voting.BORN, "198.51.100")
            entry = verification.verify_letter(own, pepper, town.place, person, town.codes[number])
            assert entry is not None
            verification.give_pass(own, entry, Means.LETTER)
        truth[number] = voting.cast(house, town, number, {1: ["P1.1"]}).tracker
    people = people_by(house, town)
    assert people["time of proof"] == order
    with house.database.read() as look:
        rows = look.execute(text(f"select * from ballot order by {physical(house)}")).mappings().all()
    sizes = {len(row["sealed"]) for row in rows}
    assert len(rows) == VOTERS
    assert len(sizes) == 1
    stored = b"".join(bytes(row["sealed"]) for row in rows) + repr([row["bid"] for row in rows]).encode()
    assert not [tracker for tracker in truth.values() if tracker.encode() in stored]
    assert b"P1.1" not in stored
    voting.close(house, town)
    voting.seal(house, town)
    with house.database.read() as look:
        place = "ctid" if house.database.engine.dialect.name == "postgresql" else "rowid"
        published = {
            "position": list(look.scalars(text("select tracker from sealed_ballot order by position"))),
            "place in the file": list(
                look.scalars(text(f"select tracker from sealed_ballot order by {place}"))
            ),
        }
    limit = VOTERS * 0.02 + 6
    for how, trackers in published.items():
        for which, numbers in people.items():
            for there in (trackers, trackers[::-1]):
                hits = sum(truth[number] == tracker for number, tracker in zip(numbers, there, strict=True))
                assert hits <= limit, f"{which} beside {how}: {hits} of {VOTERS}"


def physical(house: House) -> str:
    """How a copy of the open database orders its ballots: PostgreSQL as they were written, SQLite by their keyed names."""
    return "ctid" if house.database.engine.dialect.name == "postgresql" else "bid"


def people_by(house: House, town: voting.Town) -> dict[str, list[int]]:
    """The voters' numbers in every order that the database knows of them."""
    numbers = {entry.id: number for number, entry in enumerate(town.entries)}
    with house.database.read() as look:
        proved = look.execute(
            select(RollEntry.id)
            .join(VerificationTry, VerificationTry.subject_hash == RollEntry.id_hash)
            .order_by(VerificationTry.at, VerificationTry.id)
        )
        passed = look.execute(select(VoterPass.roll_entry_id).order_by(VoterPass.expires_at))
        hashed = look.execute(select(RollEntry.id).order_by(RollEntry.id_hash))
        return {
            "time of proof": [numbers[row[0]] for row in proved],
            "pass": [numbers[row[0]] for row in passed],
            "place on the roll": list(range(VOTERS)),
            "keyed hash": [numbers[row[0]] for row in hashed],
        }
