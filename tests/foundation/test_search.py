"""Search: any piece of a word is found, alike on both databases, and nothing else."""

import random

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from pbplatform.charter.phases import Phase
from pbplatform.foundation import migrations, search
from pbplatform.foundation.database import Database
from pbplatform.foundation.i18n import searchable
from pbplatform.proposals.models import Proposal
from tests.support.marks import on_both_databases
from tests.support.people import a_municipality
from tests.support.proposals import a_standing_proposal
from tests.support.rounds import a_round

WORDS = (
    "საბავშვო მოედანი სკამები ფეხსავალი განათება პარკში უსაფრთხოების გაუმჯობესებისათვის 12/4, "
    "детска площадка велоалея осветление противопожарнообезопасяване „липа“ the playground №5 e-mail@example.org"
).split()


def found(session: Session, question: str, *, every: bool = True) -> set[int]:
    """The proposals that hold the question's words."""
    shape, values = search.asked(session, question, every=every)
    condition = search.holding(shape, Proposal.id, Proposal.search)
    assert condition is not None, question
    return set(session.scalars(select(Proposal.id).where(condition), values))


def texts(session: Session, *said: str) -> dict[int, str]:
    """Proposals that say this: their kept words by number."""
    place = a_municipality(session)
    round_ = a_round(session, place, Phase.REVIEW)
    made = [a_standing_proposal(session, place, round_, search=searchable(words)) for words in said]
    return {proposal.id: proposal.search for proposal in made}


@on_both_databases
def test_any_piece_of_any_word_is_found_and_nothing_else(session: Session) -> None:
    dice = random.Random(11)
    kept = texts(session, *(" ".join(dice.choices(WORDS, k=6)) for _ in range(60)), "")
    asked = 0
    for _ in range(300):
        words = []
        for word in dice.choices(WORDS, k=dice.choice((1, 1, 2))):
            start = dice.randrange(len(word))
            words.append(word[start : start + dice.randint(1, 24)])
        question = " ".join(words)
        pieces = search.stems(question)
        if not pieces:
            continue
        asked += 1
        for every, kind in ((True, all), (False, any)):
            expected = {number for number, text in kept.items() if kind(piece in text for piece in pieces)}
            assert found(session, question, every=every) == expected, (question, every)
    assert asked > 200


@on_both_databases
def test_what_changes_or_goes_is_found_as_it_is_now(session: Session) -> None:
    first, second = texts(session, "ძველი ხე", "ძველი სკამი")
    session.get_one(Proposal, first).search = searchable("ახალი ხე")
    session.delete(session.get_one(Proposal, second))
    session.flush()
    assert found(session, "ძველ") == set()
    assert found(session, "ახალ") == {first}


@on_both_databases
def test_a_long_text_without_a_blank_is_kept_and_found(session: Session) -> None:
    dice = random.Random(3)
    rare = "".join(chr(dice.randint(0x20000, 0x2A000)) for _ in range(12_000))
    (number,) = texts(session, rare)
    assert found(session, rare[6_000:6_012]) == {number}
    assert found(session, rare[11_960:11_999]) == {number}


@on_both_databases
def test_signs_in_a_question_are_no_language_of_the_index(session: Session) -> None:
    (number,) = texts(session, 'o\'neil \\ a:b & c | ! ( ) <-> * "quoted"')
    for question in ("o'neil", "a:b", "c | !", "quoted\"':* &", "\\neil"):
        assert found(session, question) == {number}, question
    assert found(session, "zzz:* | neil") == set()


@on_both_databases
def test_the_index_comes_and_goes_with_its_data(database: Database, session: Session) -> None:
    (number,) = texts(session, "საბავშვო მოედანი")
    session.commit()
    migrations.downgrade(database.engine, "0113_blank_sheets")
    migrations.upgrade(database.engine)
    with database.read() as looking:
        assert found(looking, "მოედან") == {number}


@on_both_databases
def test_the_index_answers_and_not_the_texts(session: Session) -> None:
    texts(session, "საბავშვო მოედანი")
    shape, values = search.asked(session, "მოედანი")
    condition = search.holding(shape, Proposal.id, Proposal.search)
    assert condition is not None
    asking = select(Proposal.id).where(condition).params(values)
    statement = asking.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
    sqlite = session.get_bind().dialect.name == "sqlite"
    if not sqlite:
        session.execute(text("set local enable_seqscan = off"))
    said = session.connection().exec_driver_sql(f"explain {'query plan' if sqlite else ''} {statement}")
    plan = " ".join(str(line) for line in said)
    assert ("VIRTUAL TABLE" if sqlite else "Bitmap Index Scan on search_proposal_pieces") in plan, plan
