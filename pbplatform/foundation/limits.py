"""How often something may be tried. Each rule counts by a key that the caller chooses: a mailbox, an account, a network.

The counters are those of the `limits` library. They are asked from inside the view, because the keys are what was typed, and they
are asked before the work, so that guesses sent at the same moment are counted before any of them is judged. When the
counters cannot be reached the answer is 503: a door that cannot count stays shut.
"""

import ipaddress
import time

from flask import Request
from limits import RateLimitItem, parse
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter
from werkzeug.exceptions import ServiceUnavailable, TooManyRequests

from pbplatform.foundation.crypto import digest


class Limits:
    """The counters of one application."""

    def __init__(self, url: str) -> None:
        options: dict[str, float] = (
            {"socket_connect_timeout": 1, "socket_timeout": 1} if url.startswith("redis") else {}
        )
        self._storage = storage_from_string(url, **options)
        self._limiter = MovingWindowRateLimiter(self._storage)
        self._rules: dict[str, RateLimitItem] = {}

    def take(self, name: str, rule: str, key: str) -> None:
        """Count one try under `name`; raise 429 with Retry-After when `rule` ("10 per 15 minutes") allows no more now.

        The key is hashed, because counters need not know mailboxes and addresses.
        """
        item = self._rules.setdefault(rule, parse(rule))
        hashed = digest(f"{name}\x1f{key}")[:32]
        try:
            if self._limiter.hit(item, name, hashed):
                return
            reset = self._limiter.get_window_stats(item, name, hashed).reset_time
        except self._away() as away:
            raise ServiceUnavailable(retry_after=10) from away
        raise TooManyRequests(retry_after=max(1, int(reset - time.time()) + 1))

    def _away(self) -> tuple[type[Exception], ...]:
        errors = self._storage.base_exceptions
        return errors if isinstance(errors, tuple) else (errors,)


def network(request: Request) -> str:
    """The network a request comes from: an IPv4 address, or the /64 that one subscriber of IPv6 has."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def mailbox(email: str) -> str:
    """One key for all spellings of a mailbox: case and a +tag do not make a new one."""
    name, _, domain = email.strip().casefold().rpartition("@")
    return f"{name.split('+')[0]}@{domain}"
