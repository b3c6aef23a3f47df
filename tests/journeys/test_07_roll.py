"""Scenario 7: good rows of a roll go in, bad ones are listed with line and cause; without a roll the vote cannot open."""

from collections.abc import Callable
from io import BytesIO

from sqlalchemy.orm import Session

from pbplatform.charter.phases import Phase
from pbplatform.charter.roles import Role
from pbplatform.consultation.models import Round
from pbplatform.door import House
from pbplatform.roll import queries as roll
from tests.support import voting
from tests.support.pages import PageClient
from tests.support.people import an_account
from tests.support.voters import hidden

SignIn = Callable[..., PageClient]

LINES = """Personal number;Name;Date of birth;District;Phone
35000000007;Anna Example;17.05.1980;north;+995555123456
35000000014;Beka Example;1990-01-02;south;
12345;Short Number;1990-01-02;north;
35000000028;No Such Day;31.02.1990;north;
35000000035;Lives Elsewhere;1990-01-02;atlantis;
"""


def test_a_roll_with_errors_and_a_vote_without_a_roll(
    session: Session, house: House, signed_in: SignIn
) -> None:
    town = voting.a_town(session, house, voters=0)
    administrator = an_account(session, town.place, Role.ADMINISTRATOR)
    session.commit()
    place = f"/en/{town.place.slug}"
    officer, registrar = signed_in(town.officers[0]), signed_in(administrator)
    desk = f"{place}/rounds/{town.round.slug}/vote-desk"
    token = hidden(officer.get(desk).get_data(as_text=True))
    assert officer.post(f"{desk}/open", data=token).status_code == 422
    assert "no voter roll" in officer.get(desk).get_data(as_text=True)

    fields = hidden(registrar.get(f"{place}/desk/roll").get_data(as_text=True))
    sent = {**fields, "file": (BytesIO(LINES.encode()), "roll.csv")}
    uploaded = registrar.post(f"{place}/desk/roll", data=sent, content_type="multipart/form-data")
    assert uploaded.status_code == 302
    waiting = uploaded.headers["Location"]
    columns = {
        f"column-{n}": name for n, name in enumerate(("id", "name", "birth_date", "district", "phone"))
    }
    fields = hidden(registrar.get(waiting).get_data(as_text=True))
    assert registrar.post(waiting, data={**fields, **columns}).status_code == 302
    told = registrar.get(waiting).get_data(as_text=True)
    with house.database.read() as look:
        assert roll.size(look, town.place.id) == 2
        faults = {
            fault.line: fault.cause.value for fault in roll.faults(look, int(waiting.rsplit("/", 1)[1]))
        }
        assert look.get_one(Round, town.round.id).phase is Phase.DISCUSSION
    assert faults == {4: "bad_id", 5: "bad_birth_date", 6: "unknown_district"}
    assert all(f">{line}<" in told for line in faults), "the page lists the lines"
    assert "Short Number" not in told, "the list repeats nothing of what stood in a line"
    assert officer.post(f"{desk}/open", data=token).status_code == 302
