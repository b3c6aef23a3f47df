"""Electronic identity against a real provider: the right person gets in, forged and foreign answers do not."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from joserfc.jwk import RSAKey

from pbplatform.roll.eid import EidAway, EidRefused
from pbplatform.roll.eid import Provider as Client
from tests.support import identity

BACK = "http://localhost/back"


@pytest.fixture
def provider() -> Iterator[identity.Provider]:
    """A provider that vouches for one person."""
    with identity.provider() as running:
        running.personal_number = "35000000007"
        yield running


def client(provider: identity.Provider) -> Client:
    """Our side of it."""
    return Client(provider.issuer, "pb", "secret", "personal_number")


def agreed(address: str) -> tuple[str, str]:
    """What the browser brings back."""
    location = requests.get(address, allow_redirects=False, timeout=10).headers["Location"]
    answer = parse_qs(urlsplit(location).query)
    return answer["state"][0], answer["code"][0]


def test_the_provider_vouches_for_a_person_once(provider: identity.Provider) -> None:
    ours = client(provider)
    address, question = ours.begin(BACK)
    state, code = agreed(address)
    assert ours.finish(BACK, question, state, code) == "35000000007"
    with pytest.raises(EidRefused):
        ours.finish(BACK, question, state, code)


def test_another_browsers_answer_is_refused(provider: identity.Provider) -> None:
    ours = client(provider)
    _address, mine = ours.begin(BACK)
    theirs, _question = ours.begin(BACK)
    state, code = agreed(theirs)
    with pytest.raises(EidRefused):
        ours.finish(BACK, mine, state, code)
    with pytest.raises(EidRefused):
        ours.finish(BACK, mine, mine.state, code)


def test_a_foreign_audience_and_a_foreign_key_are_refused(provider: identity.Provider) -> None:
    ours = client(provider)
    for audience, key in (("somebody-else", provider.key), ("pb", RSAKey.generate_key(2048, {"kid": "one"}))):
        provider.audience, provider.signing_key = audience, key
        address, question = ours.begin(BACK)
        state, code = agreed(address)
        with pytest.raises(EidRefused):
            ours.finish(BACK, question, state, code)


def test_a_provider_that_is_away_is_said_to_be_away() -> None:
    with identity.provider() as gone:
        issuer = gone.issuer
    with pytest.raises(EidAway):
        Client(issuer, "pb", "secret", "personal_number").begin(BACK)
