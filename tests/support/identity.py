"""A real OpenID Connect provider for tests: discovery, keys, authorisation with PKCE, signed tokens."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from flask import Flask
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from pbplatform.config import Config
from tests.support.installation import changed


class Provider(ThreadingHTTPServer):
    """Knows one client and answers for one person at a time."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
        self.issuer = f"http://127.0.0.1:{self.server_port}"
        self.personal_number = ""
        self.audience = "pb"
        self.signing_key = self.key
        self.waiting: dict[str, dict[str, str]] = {}


class _Handler(BaseHTTPRequestHandler):
    server: Provider

    def log_message(self, *_arguments: object) -> None:
        """Keep quiet."""

    def do_GET(self) -> None:
        """Discovery, keys, and the authorisation page, which agrees at once."""
        parts = urlsplit(self.path)
        issuer = self.server.issuer
        if parts.path == "/.well-known/openid-configuration":
            self._json(
                {
                    "issuer": issuer,
                    "authorization_endpoint": f"{issuer}/authorize",
                    "token_endpoint": f"{issuer}/token",
                    "jwks_uri": f"{issuer}/keys",
                }
            )
        elif parts.path == "/keys":
            self._json(KeySet([self.server.key]).as_dict(private=False))
        else:
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            code = f"code-{len(self.server.waiting)}"
            self.server.waiting[code] = asked
            self.send_response(302)
            self.send_header(
                "Location", f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"
            )
            self.end_headers()

    def do_POST(self) -> None:
        """The token for a code whose verifier fits; each code once."""
        form = {
            name: values[0]
            for name, values in parse_qs(
                self.rfile.read(int(self.headers["Content-Length"])).decode()
            ).items()
        }
        asked = self.server.waiting.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or asked["code_challenge"] != challenge:
            self._json({"error": "invalid_grant"}, 400)
            return
        claims = {
            "iss": self.server.issuer,
            "aud": self.server.audience,
            "sub": "person",
            "exp": int(time.time()) + 60,
            "nonce": asked["nonce"],
            "personal_number": self.server.personal_number,
        }
        token = jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.server.signing_key)
        self._json({"access_token": "a", "token_type": "Bearer", "id_token": token})

    def _json(self, value: object, status: int = 200) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def provider() -> Iterator[Provider]:
    """A running provider on a free port."""
    running = Provider()
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    try:
        yield running
    finally:
        running.shutdown()
        thread.join()
        running.server_close()


@contextmanager
def trusted(config: Config, issuer: str) -> Iterator[Flask]:
    """The same installation with electronic identity switched on, trusting that provider."""
    settings = {"PB_OIDC_ISSUER": issuer, "PB_OIDC_CLIENT_ID": "pb", "PB_OIDC_CLIENT_SECRET": "secret"}
    with changed(config, settings) as app:
        yield app
