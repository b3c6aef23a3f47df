"""Counting tries: by memory and by a real Redis; networks and mailboxes have one key each."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator

import pytest
import redis
from werkzeug.exceptions import ServiceUnavailable, TooManyRequests
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from pbplatform.foundation.limits import Limits, mailbox, network
from tests.support.marks import missing
from tests.support.postgres import free_port


@pytest.fixture
def redis_server() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A real Redis on a free port, with its process."""
    binary = shutil.which("redis-server")
    if binary is None:
        missing("Redis is not installed")
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [str(binary), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder],
            stdout=subprocess.DEVNULL,
        )
        url = f"redis://127.0.0.1:{port}/0"
        _wait(url)
        yield url, process
        process.kill()
        process.wait()


def _wait(url: str) -> None:
    retry = redis.retry.Retry(redis.backoff.ConstantBackoff(0.05), 200)
    with redis.Redis.from_url(url, retry=retry, retry_on_error=[redis.exceptions.ConnectionError]) as probe:
        assert probe.ping()


def test_redis_counts_for_all_processes_and_its_loss_shuts_the_door(
    redis_server: tuple[str, "subprocess.Popen[bytes]"],
) -> None:
    url, process = redis_server
    one, other = Limits(url), Limits(url)
    for limits in (one, other, one):
        limits.take("sign-in", "3 per minute", "nino@example.org")
    with pytest.raises(TooManyRequests) as refused:
        other.take("sign-in", "3 per minute", "nino@example.org")
    assert refused.value.retry_after is not None
    other.take("sign-in", "3 per minute", "gia@example.org")
    with redis.Redis.from_url(url) as probe:
        assert not [key for key in probe.keys("*") if b"nino" in key], "the counters know no mailbox"
    process.kill()
    process.wait()
    with pytest.raises(ServiceUnavailable):
        one.take("sign-in", "3 per minute", "gia@example.org")


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("nonsense", "unknown"),
    ],
)
def test_a_network_has_one_key(address: str, key: str) -> None:
    environ = EnvironBuilder(environ_base={"REMOTE_ADDR": address}).get_environ()
    assert network(Request(environ)) == key


@pytest.mark.parametrize("spelling", ["Nino@Example.org", " nino+spam@example.org", "NINO+1+2@EXAMPLE.ORG"])
def test_a_mailbox_has_one_key_in_all_its_spellings(spelling: str) -> None:
    assert mailbox(spelling) == "nino@example.org"
