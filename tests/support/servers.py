"""Real servers for tests: Redis, nginx, an SMTP sink. Each starts on a free port and stops with its test."""

import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.support.postgres import free_port


class NoServer(Exception):
    """The server's program is not installed."""


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """A Redis that keeps nothing on disk."""
    program = shutil.which("redis-server")
    if program is None:
        raise NoServer("redis-server is not installed")
    port = free_port()
    running = subprocess.Popen(
        [
            program,
            "--port",
            str(port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
            "--dir",
            str(folder),
        ],
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_for_port(port)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        running.kill()
        running.wait()


NGINX = """{user}daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 128; }}
http {{
  access_log off;
  proxy_cache_path {folder}/cache keys_zone=shared:1m;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass {behind};
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_cache shared;
      proxy_cache_valid any 10m;
      add_header X-Cache $upstream_cache_status always;
    }}
  }}
}}
"""
"""A shared cache that keeps whatever it is not told to leave alone."""


def nginx_program() -> str | None:
    """Where nginx lies; an ordinary account's path does not lead there."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


@contextmanager
def nginx(folder: Path, behind: str) -> Iterator[str]:
    """A caching nginx in front of a server."""
    program = nginx_program()
    if program is None:
        raise NoServer("nginx is not installed")
    port = free_port()
    user = "user root;\n" if os.geteuid() == 0 else ""
    settings = folder / "nginx.conf"
    settings.write_text(NGINX.format(user=user, folder=folder, port=port, behind=behind))
    running = subprocess.Popen([program, "-c", settings, "-p", folder], stderr=subprocess.DEVNULL)
    try:
        wait_for_port(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        running.terminate()
        running.wait()


class Silent(WSGIRequestHandler):
    """Serves without writing a line for every request."""

    def log_request(self, *_args: object) -> None:
        """Keep quiet."""


@contextmanager
def served(app: Flask, port: int | None = None) -> Iterator[str]:
    """An application of this process, served on a free port or on that one."""
    port = port or free_port()
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=Silent)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def wait_for_port(port: int, seconds: float = 20) -> None:
    """Return when somebody listens on a local port."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        threading.Event().wait(0.02)
    raise TimeoutError(f"nobody listens on port {port}")


class Mailbox:
    """An SMTP sink: keeps what it takes, and may refuse the first letters with a temporary error."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.refuse = 0

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        """Take one letter or refuse it."""
        if self.refuse:
            self.refuse -= 1
            return "451 come back later"
        letter = message_from_bytes(envelope.content, policy=default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        return "250 taken"


@contextmanager
def smtp() -> Iterator[tuple[str, Mailbox]]:
    """A real SMTP server on a free port and the box it fills."""
    box = Mailbox()
    port = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{port}", box
    finally:
        controller.stop()
