"""A wire that breaks: it hands every request on and, for a share of the posts, cuts the client off before the answer."""

import random
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.postgres import free_port


@contextmanager
def cutting(port: int, share: float, seed: int = 1) -> Iterator[int]:
    """A port that leads to `port`; of the posts that were answered, `share` never see their answer."""
    dice, lock = random.Random(seed), threading.Lock()
    listener = socket.create_server(("127.0.0.1", free_port()), backlog=128)
    over = threading.Event()

    def unlucky() -> bool:
        with lock:
            return dice.random() < share

    def carry(client: socket.socket) -> None:
        with client:
            client.settimeout(30)
            try:
                said = _request(client)
                with socket.create_connection(("127.0.0.1", port), timeout=30) as server:
                    server.sendall(said)
                    answer = _to_the_end(server)
                if not (said.startswith(b"POST") and unlucky()):
                    client.sendall(answer)
            except OSError:
                return

    def serve() -> None:
        while not over.is_set():
            try:
                client, _address = listener.accept()
            except OSError:
                return
            threading.Thread(target=carry, args=(client,), daemon=True).start()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        over.set()
        # A blocked accept wakes when its socket is shut down, not when it is closed.
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def _request(client: socket.socket) -> bytes:
    said = b""
    while b"\r\n\r\n" not in said:
        said += _more(client)
    head, _, body = said.partition(b"\r\n\r\n")
    length = next(
        (
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        ),
        0,
    )
    while len(body) < length:
        body += _more(client)
    return head + b"\r\n\r\n" + body


def _more(client: socket.socket) -> bytes:
    part = client.recv(65_536)
    if not part:
        raise OSError("the other side has hung up")
    return part


def _to_the_end(server: socket.socket) -> bytes:
    answer = b""
    while part := server.recv(65_536):
        answer += part
    return answer
