"""Everything an operator can set, read from the environment once.

`docs/operations.md` shows the same table. Values that would make a production site unsafe stop the start with a
sentence that says what to do; nothing falls back silently.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

SHORTEST_SECRET = 32

Chosen = TypeVar("Chosen", bound=StrEnum)


class Mode(StrEnum):
    """How the platform runs: development and test may mail to files and use weak keys, production may not."""

    DEVELOPMENT = "development"
    TEST = "test"
    PRODUCTION = "production"


class JobsMode(StrEnum):
    """Where background work runs: inside the serving process, in a worker of its own, or at once (tests)."""

    INPROCESS = "inprocess"
    WORKER = "worker"
    IMMEDIATE = "immediate"


class ConfigError(Exception):
    """The environment asks for something unsafe or impossible; the message says what to change."""


@dataclass(frozen=True)
class Config:
    """The settings of one installation. Paths are absolute; URLs are as the libraries take them."""

    mode: Mode
    secret_key: str
    secret_key_fallbacks: tuple[str, ...]
    database_url: str
    replica_url: str | None
    data_dir: Path
    base_url: str
    proxies: int
    mail_url: str
    mail_from: str
    jobs: JobsMode
    jobs_url: str
    limits_url: str
    files_url: str
    secrets_dir: Path
    clamd: str | None
    sms_url: str
    oidc_issuer: str | None
    oidc_client_id: str | None
    oidc_client_secret: str | None
    oidc_id_claim: str
    log_level: str
    page_cache_seconds: int
    security_contact: str

    @property
    def production(self) -> bool:
        """Whether real citizens are served."""
        return self.mode is Mode.PRODUCTION

    @property
    def hosts(self) -> tuple[str, ...]:
        """The only host names that requests may name."""
        host = urlsplit(self.base_url).hostname or "localhost"
        return (host,) if self.production else (host, "localhost", "127.0.0.1", "[::1]")


def read_config(env: Mapping[str, str]) -> Config:
    """Build the Config from environment variables; raise ConfigError with a plain sentence when one is unusable."""
    mode = _choice(Mode, env.get("PB_MODE", Mode.DEVELOPMENT), "PB_MODE")
    data_dir = Path(env.get("PB_DATA_DIR", "var")).resolve()
    config = Config(
        mode=mode,
        secret_key=env.get(
            "PB_SECRET_KEY", "" if mode is Mode.PRODUCTION else "development-only-" + "0" * 32
        ),
        secret_key_fallbacks=tuple(key for key in env.get("PB_SECRET_KEY_FALLBACKS", "").split() if key),
        database_url=env.get("PB_DATABASE_URL", f"sqlite:///{data_dir / 'pbplatform.sqlite'}"),
        replica_url=env.get("PB_REPLICA_URL") or None,
        data_dir=data_dir,
        base_url=env.get("PB_BASE_URL", "" if mode is Mode.PRODUCTION else "http://127.0.0.1:8000").rstrip(
            "/"
        ),
        proxies=_number(env.get("PB_PROXIES", "0"), "PB_PROXIES"),
        mail_url=env.get("PB_MAIL_URL", "" if mode is Mode.PRODUCTION else f"file:{data_dir / 'mail'}"),
        mail_from=env.get("PB_MAIL_FROM", "noreply@localhost"),
        jobs=_choice(JobsMode, env.get("PB_JOBS", JobsMode.INPROCESS), "PB_JOBS"),
        jobs_url=env.get("PB_JOBS_URL", f"sqlite:///{data_dir / 'jobs.sqlite'}"),
        limits_url=env.get("PB_LIMITS_URL", "memory://"),
        files_url=env.get("PB_FILES_URL", f"file:{data_dir / 'files'}"),
        secrets_dir=Path(env.get("PB_SECRETS_DIR", str(data_dir / "secrets"))).resolve(),
        clamd=env.get("PB_CLAMD") or None,
        sms_url=env.get("PB_SMS_URL", f"file:{data_dir / 'messages'}"),
        oidc_issuer=env.get("PB_OIDC_ISSUER") or None,
        oidc_client_id=env.get("PB_OIDC_CLIENT_ID") or None,
        oidc_client_secret=env.get("PB_OIDC_CLIENT_SECRET") or None,
        oidc_id_claim=env.get("PB_OIDC_ID_CLAIM", "personal_number"),
        log_level=env.get("PB_LOG_LEVEL", "INFO"),
        page_cache_seconds=_number(
            env.get("PB_PAGE_CACHE_SECONDS", "5" if mode is Mode.PRODUCTION else "0"), "PB_PAGE_CACHE_SECONDS"
        ),
        security_contact=env.get("PB_SECURITY_CONTACT", env.get("PB_MAIL_FROM", "security@localhost")),
    )
    _refuse_unsafe(config)
    return config


def _refuse_unsafe(config: Config) -> None:
    if config.production:
        if len(config.secret_key) < SHORTEST_SECRET or config.secret_key.startswith("development-only"):
            raise ConfigError(
                f"PB_SECRET_KEY is missing or shorter than {SHORTEST_SECRET} characters. "
                "Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
            )
        if not config.base_url.startswith("https://"):
            raise ConfigError(
                "PB_BASE_URL must be the public https:// address of the site, for example https://vote.example.org"
            )
        if not config.mail_url:
            raise ConfigError(
                "PB_MAIL_URL is missing: smtp://user:password@host:587?starttls=1, or file:/a/folder"
            )
    if config.limits_url.startswith("memory:") and config.jobs is JobsMode.WORKER and config.production:
        raise ConfigError(
            "PB_LIMITS_URL must be a redis:// address when several processes serve (PB_JOBS=worker)"
        )


def _choice(kind: type[Chosen], value: str, name: str) -> Chosen:
    try:
        return kind(value)
    except ValueError:
        raise ConfigError(f"{name} is {value!r}; it must be one of {', '.join(kind)}") from None


def _number(value: str, name: str) -> int:
    if not value.isdecimal():
        raise ConfigError(f"{name} is {value!r}; it must be a whole number")
    return int(value)
