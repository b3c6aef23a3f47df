"""Asking a ClamAV daemon about a file (optional): the INSTREAM command over TCP or a local socket."""

import socket
import struct

PIECE = 64 * 1024
PATIENCE = 20


class ScannerAway(Exception):
    """A scanner is configured and does not answer; files wait rather than pass unseen."""


def clean(address: str | None, content: bytes) -> bool:
    """Whether the daemon at ``host:port`` or ``/a/socket`` finds nothing; without an address nothing is asked."""
    if not address:
        return True
    try:
        answer = _ask(address, content)
    except OSError as problem:
        raise ScannerAway(address) from problem
    return b"FOUND" not in answer


def _ask(address: str, content: bytes) -> bytes:
    with _connect(address) as link:
        link.sendall(b"zINSTREAM\0")
        for start in range(0, len(content), PIECE):
            piece = content[start : start + PIECE]
            link.sendall(struct.pack("!I", len(piece)) + piece)
        link.sendall(struct.pack("!I", 0))
        answer = b""
        while not answer.endswith(b"\0") and (more := link.recv(4096)):
            answer += more
    if not answer:
        raise OSError("the scanner closed the connection without an answer")
    return answer


def _connect(address: str) -> socket.socket:
    if address.startswith("/"):
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        link.settimeout(PATIENCE)
        link.connect(address)
        return link
    host, _, port = address.rpartition(":")
    return socket.create_connection((host or "127.0.0.1", int(port)), timeout=PATIENCE)
