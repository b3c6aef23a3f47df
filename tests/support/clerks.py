"""Officers at a paper desk: stations, sheets handed out, sheets typed in."""

from sqlalchemy import select

from pbplatform.door import House
from pbplatform.voting.paper_models import PaperSheet, PaperStation, SheetState
from tests.support import voting
from tests.support.pages import PageClient
from tests.support.voters import hidden


class Clerk:
    """An officer at a paper desk."""

    def __init__(self, client: PageClient, town: voting.Town) -> None:
        self.client = client
        self.base = f"/en/{town.place.slug}/rounds/{town.round.slug}/paper"

    def page(self, name: str) -> str:
        """One of the pages of paper."""
        answer = self.client.get(f"{self.base}/{name}")
        assert answer.status_code == 200
        return answer.get_data(as_text=True)

    def add_station(self) -> None:
        """Set up station A."""
        token = hidden(self.client.get(self.base).get_data(as_text=True))["csrf_token"]
        answer = self.client.post(self.base, data={"csrf_token": token, "code": "A", "name": "Library"})
        assert answer.status_code == 302

    def hand_out(self, number: int, station: int) -> tuple[int, str]:
        """Tick voter `number` off."""
        token = hidden(self.client.get(f"{self.base}/hand-out").get_data(as_text=True))["csrf_token"]
        answer = self.client.post(
            f"{self.base}/hand-out",
            data={
                "csrf_token": token,
                "station": station,
                "national_id": voting.national_id(number),
                "confirmed": "y",
            },
        )
        return answer.status_code, answer.get_data(as_text=True)

    def enter(self, station: int, serial: str, district: int, **typed: str) -> tuple[int, str]:
        """Type a sheet in."""
        page = self.client.get(f"{self.base}/enter?district={district}").get_data(as_text=True)
        fields = {
            "csrf_token": hidden(page)["csrf_token"],
            "district": str(district),
            "station": str(station),
        }
        names = {
            f"numbers-{name[1:]}" if name.startswith("n") else name: value for name, value in typed.items()
        }
        answer = self.client.post(f"{self.base}/enter", data={**fields, "serial": serial, **names})
        return answer.status_code, answer.get_data(as_text=True)

    def take_back(
        self, what: str, reason: str = "It was typed in wrongly", **fields: object
    ) -> tuple[int, str]:
        """Ask for a correction: of a "tick" or of a "sheet"."""
        page = self.client.get(f"{self.base}/correct").get_data(as_text=True)
        token = (
            hidden(page)["csrf_token"] if "csrf_token" in hidden(page) else hidden(page)[f"{what}-csrf_token"]
        )
        named = {f"{what}-{name}": value for name, value in {**fields, "reason": reason}.items()}
        data = {f"{what}-csrf_token": token, "what": what, **named}
        answer = self.client.post(f"{self.base}/correct", data=data)
        return answer.status_code, answer.get_data(as_text=True)

    def confirm(self, act_id: int) -> int:
        """Confirm what a colleague asked for."""
        desk = self.base.removesuffix("/paper") + "/vote-desk"
        token = hidden(self.client.get(desk).get_data(as_text=True))["csrf_token"]
        return self.client.post(f"{desk}/acts/{act_id}/confirm", data={"csrf_token": token}).status_code


def station_of(house: House) -> int:
    """The number of the only station."""
    with house.database.read() as look:
        return look.scalars(select(PaperStation.id)).one()


def state_of(house: House, serial: str) -> SheetState:
    """How far a sheet is."""
    with house.database.read() as look:
        return look.scalars(select(PaperSheet.state).where(PaperSheet.serial == serial)).one()
