"""National eID over OpenID Connect: authorisation code with PKCE; only the national id is taken from the token.

The provider is one the operator chose; its addresses come from its own discovery document.
"""

from dataclasses import dataclass
from typing import Any

from pbplatform.config import Config
from pbplatform.foundation.crypto import same, token

TIMEOUT = 8
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
NEEDED = {"authorization_endpoint", "token_endpoint", "jwks_uri"}


class EidAway(Exception):
    """The provider does not answer, or not as the standard says; other ways stay open."""


class EidRefused(Exception):
    """The answer does not belong to this browser's question, or its signature, audience or age is wrong."""


@dataclass(frozen=True)
class Question:
    """What a browser was sent off with; kept in its signed cookie until it comes back."""

    state: str
    nonce: str
    verifier: str

    def kept(self) -> dict[str, str]:
        """As plain values for the cookie."""
        return {"state": self.state, "nonce": self.nonce, "verifier": self.verifier}


class Provider:
    """One OpenID Connect provider."""

    def __init__(self, issuer: str, client_id: str, client_secret: str, id_claim: str) -> None:
        self.issuer = issuer.rstrip("/")
        self._client_id = client_id
        self._client_secret = client_secret
        self._id_claim = id_claim

    def _client(self, redirect_uri: str) -> Any:
        # Installations without an eID do not have the library.
        from authlib.integrations.requests_client import OAuth2Session

        return OAuth2Session(
            self._client_id,
            self._client_secret,
            scope="openid profile",
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            default_timeout=TIMEOUT,
        )

    def _fetch(self, address: str) -> dict[str, Any]:
        import requests

        try:
            answer = requests.get(address, timeout=TIMEOUT, allow_redirects=False)
            answer.raise_for_status()
            found = answer.json()
        except (requests.RequestException, ValueError) as problem:
            raise EidAway from problem
        if not isinstance(found, dict):
            raise EidAway
        return found

    def _metadata(self) -> dict[str, Any]:
        found = self._fetch(f"{self.issuer}/.well-known/openid-configuration")
        same_issuer = str(found.get("issuer", "")).rstrip("/") == self.issuer
        if not same_issuer or not found.keys() >= NEEDED:
            raise EidAway
        return found

    def begin(self, redirect_uri: str) -> tuple[str, Question]:
        """The address to send the browser to, and what to remember."""
        question = Question(token(24), token(24), token(48))
        address, _state = self._client(redirect_uri).create_authorization_url(
            self._metadata()["authorization_endpoint"],
            state=question.state,
            nonce=question.nonce,
            code_verifier=question.verifier,
        )
        return str(address), question

    def finish(self, redirect_uri: str, question: Question, state: str, code: str) -> str:
        """The national id that the provider vouches for; raise EidRefused or EidAway."""
        import requests
        from authlib.common.errors import AuthlibBaseError

        if not state or not same(state, question.state) or not code:
            raise EidRefused
        metadata = self._metadata()
        try:
            answer = self._client(redirect_uri).fetch_token(
                metadata["token_endpoint"], code=code, code_verifier=question.verifier
            )
        except AuthlibBaseError as problem:
            raise EidRefused from problem
        except (requests.RequestException, ValueError) as problem:
            raise EidAway from problem
        claims = self._claims(metadata, str(answer.get("id_token", "")), question.nonce)
        national_id = claims.get(self._id_claim)
        if not isinstance(national_id, str) or not national_id:
            raise EidRefused
        return national_id

    def _claims(self, metadata: dict[str, Any], id_token: str, nonce: str) -> dict[str, Any]:
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        try:
            keys = KeySet.import_key_set({"keys": self._fetch(metadata["jwks_uri"]).get("keys", [])})
            decoded = jwt.decode(id_token, keys, algorithms=ALGORITHMS)
            jwt.JWTClaimsRegistry(
                leeway=60,
                iss={"essential": True, "value": metadata["issuer"]},
                aud={"essential": True, "value": self._client_id},
                exp={"essential": True},
                nonce={"essential": True, "value": nonce},
            ).validate(decoded.claims)
        except (JoseError, ValueError) as problem:
            raise EidRefused from problem
        return dict(decoded.claims)


def provider_of(config: Config) -> Provider | None:
    """The provider that the installation has, if it has one."""
    if not (config.oidc_issuer and config.oidc_client_id and config.oidc_client_secret):
        return None
    return Provider(
        config.oidc_issuer, config.oidc_client_id, config.oidc_client_secret, config.oidc_id_claim
    )
