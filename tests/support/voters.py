"""A voter with a browser without JavaScript: proves who they are, walks through the ballot, reads the receipt."""

import re
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests.support.pages import PageClient
from tests.support.voting import BORN, Town, national_id

_HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*>')
_ATTRIBUTE = re.compile(r'(name|value)="([^"]*)"')


@dataclass(frozen=True)
class Shown:
    """A receipt as the page shows it."""

    tracker: str
    signature: str


def hidden(html: str, form_id: str | None = None) -> MultiDict[str, str]:
    """The hidden fields of a page's form."""
    start = html.index(f'id="{form_id}"') if form_id else html.index('<form method="post"')
    part = html[start : html.index("</form>", start)]
    found: MultiDict[str, str] = MultiDict()
    for field in _HIDDEN.findall(part):
        values = dict(_ATTRIBUTE.findall(field))
        found.add(values["name"], values.get("value", ""))
    return found


def shown_receipt(html: str) -> Shown:
    """The receipt on a page."""
    fields = _receipt_fields(html)
    return Shown(fields["tracker"], fields["signature"])


def _receipt_fields(html: str) -> dict[str, str]:
    found = {}
    for field in _HIDDEN.findall(html):
        values = dict(_ATTRIBUTE.findall(field))
        found[values["name"]] = values.get("value", "")
    return found


class Voter:
    """Voter `number` of a town."""

    def __init__(self, client: PageClient, town: Town, number: int) -> None:
        self.client = client
        self.town = town
        self.number = number

    def prove(self, **changes: str) -> TestResponse:
        """Type personal number, birth date and letter code; the answer is the ballot's address."""
        page = self.client.get(self.town.base).get_data(as_text=True)
        data = {
            **hidden(page),
            "national_id": national_id(self.number),
            "birth_date": BORN.isoformat(),
            "code": self.town.codes[self.number],
            **changes,
        }
        answer = self.client.post(self.town.base, data=data)
        if not changes:
            assert answer.status_code == 302, answer.get_data(as_text=True)
        return answer

    def open_ballot(self) -> MultiDict[str, str]:
        """The hidden fields of the ballot's first page."""
        page = self.client.get(f"{self.town.base}/ballot")
        assert page.status_code == 200, page.status
        return hidden(page.get_data(as_text=True), "ballot")

    def post(
        self, choices: dict[str, Any], fields: MultiDict[str, str] | None = None, go: str = "cast"
    ) -> TestResponse:
        """Post choices with the fields of a ballot page."""
        data = MultiDict(fields if fields is not None else self.open_ballot())
        for name, values in choices.items():
            data.setlist(name, values if isinstance(values, list) else [values])
        data["go"] = go
        return self.client.post(f"{self.town.base}/ballot", data=data)

    def review(self, choices: dict[str, Any], fields: MultiDict[str, str]) -> MultiDict[str, str]:
        """Go from a page of the ballot on to the review; its hidden fields."""
        answer = self.post(choices, fields, go="review")
        assert answer.status_code == 200, answer.status
        return hidden(answer.get_data(as_text=True), "ballot")

    def vote(self, choices: dict[str, Any]) -> Shown:
        """Cast choices and read the receipt."""
        answer = self.post(choices)
        html = answer.get_data(as_text=True)
        assert answer.status_code == 200, html
        return shown_receipt(html)
