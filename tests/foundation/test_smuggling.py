"""Requests that a proxy and the server could read differently, sent straight to the servers that operators use."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.support.postgres import free_port
from tests.support.servers import wait_for_port

ROOT = Path(__file__).parents[2]
AMBIGUOUS = {
    "length and chunks": b"POST /en/sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG",
    "two lengths": b"POST /en/sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nContent-Length: 44\r\n\r\n",
    "odd coding": b"POST /en/sign-in HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "spaced name": b"POST /en/sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length : 44\r\n\r\n",
    "negative length": b"POST /en/sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
}
HIDDEN = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Hidden: yes\r\n\r\n"


@pytest.fixture(scope="module", params=["waitress", "gunicorn"])
def port(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A running server of each kind."""
    folder, port = tmp_path_factory.mktemp("smuggling"), free_port()
    environment = {
        **os.environ,
        "PB_MODE": "development",
        "PB_DATA_DIR": str(folder),
        "PB_BASE_URL": "http://localhost",
        "PB_PROXIES": "1",
        "PB_LOG_LEVEL": "CRITICAL",
    }
    cli = [sys.executable, "-m", "pbplatform.cli.main"]
    subprocess.run([*cli, "database", "upgrade"], check=True, cwd=ROOT, env=environment, capture_output=True)
    if request.param == "waitress":
        command = [*cli, "serve", "--port", str(port)]
    else:
        pytest.importorskip("gunicorn")
        command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "wsgi:app"]
    running = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for_port(port, 60)
        yield port
    finally:
        running.terminate()
        running.wait(timeout=30)


@pytest.mark.parametrize("kind", AMBIGUOUS)
def test_an_ambiguous_request_is_refused_or_ends_the_connection(port: int, kind: str) -> None:
    """Whatever follows on the same connection must not be answered as a request of its own."""
    answer = b""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(AMBIGUOUS[kind] + HIDDEN)
        try:
            while chunk := connection.recv(65_536):
                answer += chunk
                connection.settimeout(1)
        except TimeoutError:
            assert answer, "no answer at all"
    assert answer.startswith((b"HTTP/1.1 4", b"HTTP/1.0 4", b"HTTP/1.1 501", b"HTTP/1.0 501")), answer[:200]
    assert b" 200 " not in answer, "a hidden request was answered"


def test_the_proxy_in_front_is_believed(port: int) -> None:
    """Else every visitor behind it would seem to be one, and the site to be without encryption."""
    moved = []
    for headers in ({}, {"X-Forwarded-Proto": "https"}):
        asked = HTTPConnection("127.0.0.1", port, timeout=60)
        asked.request("GET", "/en/rustavi", headers={"Host": "localhost", **headers})
        moved.append(asked.getresponse().headers["Location"])
        asked.close()
    assert moved == ["http://localhost/en/rustavi/", "https://localhost/en/rustavi/"]
