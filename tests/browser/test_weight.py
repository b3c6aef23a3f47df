"""The first view is light: people open it on a slow phone, and pay for what it sends."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext

from tests.browser.conftest import Demo

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("path", ["/ka/", "/bg/", "/en/", "/ka/rustavi/", "/bg/burgas/", "/en/burgas/"])
def test_first_view_is_light(demo: Demo, visit: Callable[..., BrowserContext], path: str) -> None:
    tab = visit(width=360).new_page()
    protocol = tab.context.new_cdp_session(tab)
    protocol.send("Network.enable")
    addresses: dict[str, str] = {}
    weights: dict[str, float] = {}
    protocol.on(
        "Network.responseReceived",
        lambda event: addresses.update({event["requestId"]: event["response"]["url"]}),
    )
    protocol.on(
        "Network.loadingFinished",
        lambda event: weights.update({event["requestId"]: event["encodedDataLength"]}),
    )
    tab.goto(demo.url + path)
    tab.wait_for_load_state("networkidle")
    assert tab.evaluate("document.fonts.size") > 0
    assert tab.evaluate("document.fonts.check('16px \"PB Sans\"')")
    by_address = {addresses[request]: weight for request, weight in weights.items() if request in addresses}
    fonts = sum(weight for address, weight in by_address.items() if ".woff2" in address)
    everything = sum(by_address.values())
    assert everything - fonts <= 40_960, by_address
    assert everything <= 122_880, by_address
