"""create_app(): the one place that knows every feature. It refuses to start when a route names no Action."""

import json
import logging
import secrets
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from flask import Flask, Response, g, has_app_context, has_request_context, request
from flask import session as cookie
from flask.globals import app_ctx, request_ctx
from flask.sessions import SecureCookieSessionInterface
from flask_babel import Babel
from flask_login import LoginManager
from flask_wtf import CSRFProtect
from itsdangerous import URLSafeTimedSerializer
from werkzeug.exceptions import NotFound, ServiceUnavailable
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import BaseConverter, IntegerConverter, Map
from werkzeug.wrappers import Response as BaseResponse
from whitenoise import WhiteNoise

from pbplatform import errors, features, pages
from pbplatform.accounts import guard
from pbplatform.charter.policy import Refused, may_enter
from pbplatform.config import Config
from pbplatform.door import House
from pbplatform.foundation import i18n, logs, web
from pbplatform.foundation.crypto import SecretFolder, Vault
from pbplatform.foundation.database import Database, let_go
from pbplatform.foundation.engines import check_letters
from pbplatform.foundation.files import Files
from pbplatform.foundation.jobs import Jobs, make_huey
from pbplatform.foundation.limits import Limits
from pbplatform.foundation.pagecache import PageCache

log = logging.getLogger("pbplatform.requests")

HERE = Path(__file__).parent
DATA = HERE / "_data" if (HERE / "_data").exists() else HERE.parent
"""Templates, translations and migrations stand beside the package in a checkout, inside it when installed."""


class NoAction(Exception):
    """A route does not name its Action."""


class LocaleConverter(BaseConverter):
    """A language of the interface in an address."""

    regex = "|".join(i18n.LANGUAGES)


class SlugConverter(BaseConverter):
    """A short name in an address: lower-case Latin letters, digits, hyphens."""

    regex = "[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])"


class SignedCookies(SecureCookieSessionInterface):
    """Flask's sessions in signed cookies; the signer is made once, because its keys stay the same."""

    _signer: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """The signer of this application."""
        if self._signer is None:
            self._signer = super().get_signing_serializer(app)
        return self._signer


class KeyConverter(IntegerConverter):
    """A number that may be the key of a row; a larger one is the address of nothing."""

    def __init__(self, map: Map, *args: Any, **kwargs: Any) -> None:
        super().__init__(map, *args, **{"max": 2**63 - 1, **kwargs})


MOST_ADDRESSES = 5_000


class Platform(Flask):
    """Flask with one commit per request, before the response leaves and after the view has ended well."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._addresses: dict[tuple[Any, ...], str] = {}

    def url_for(self, /, endpoint: str, **values: Any) -> str:
        """The address of an endpoint. A page has some forty and most are those of the page before, so they are kept.

        What an address depends on is its key: the endpoint, the values (told apart by type, because 1 equals True), the
        language and municipality of the page, and where the application is mounted. Absolute addresses are made anew.
        """
        if not has_request_context() or values.get("_external") or values.get("_scheme"):
            return super().url_for(endpoint, **values)
        # The proxies are asked once each: they look their object up anew for every attribute.
        own, asked = app_ctx.g, request_ctx.request
        place = (own.get("locale"), own.get("municipality_slug"), asked.script_root, asked.blueprint)
        given = tuple((name, type(value), value) for name, value in values.items())
        try:
            kept = self._addresses.get((endpoint, place, given))
        except TypeError:
            # A list of values cannot be a key.
            return super().url_for(endpoint, **values)
        if kept is None:
            if len(self._addresses) >= MOST_ADDRESSES:
                self._addresses.clear()
            kept = self._addresses[endpoint, place, given] = super().url_for(endpoint, **values)
        return kept

    def dispatch_request(self) -> BaseResponse:
        """Run the view and commit what it decided; any error on the way rolls everything back."""
        response = self.make_response(super().dispatch_request())
        session = g.get("session")
        if session is not None and g.get("writing"):
            session.commit()
            if session.info.pop("letters", False):
                self.extensions["house"].jobs.soon("mail")
        return response


def create_app(config: Config) -> Flask:
    """The WSGI application for one configuration."""
    app = Platform(
        "pbplatform",
        template_folder=str(DATA / "templates"),
        static_folder=None,
    )
    app.session_interface = SignedCookies()
    _configure(app, config)
    _install_house(app, config)
    _install_languages(app)
    _install_requests(app, config)
    pages.install(app, config, HERE / "static")
    errors.install(app)
    features.register(app)
    _refuse_unnamed_routes(app)
    _put_in_front(app, _static(app, config))
    if config.proxies:
        _put_in_front(app, ProxyFix(app.wsgi_app, x_for=config.proxies, x_proto=config.proxies))
    return app


def _configure(app: Flask, config: Config) -> None:
    app.config.update(
        SECRET_KEY=config.secret_key,
        SECRET_KEY_FALLBACKS=list(config.secret_key_fallbacks),
        TRUSTED_HOSTS=list(config.hosts),
        SESSION_COOKIE_NAME="__Host-pb" if config.production else "pb",
        SESSION_COOKIE_SECURE=config.production,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=30 * 24 * 3600,
        SESSION_REFRESH_EACH_REQUEST=False,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        TESTING=config.mode == "test",
        PREFERRED_URL_SCHEME="https" if config.production else "http",
    )
    web.limit_bodies(app)
    if config.mode != "test":
        logs.configure(config.log_level)


def _install_house(app: Flask, config: Config) -> None:
    database = Database(config.database_url, config.replica_url)
    check_letters(database.engine)
    huey = make_huey(config.jobs_url, immediate=config.jobs == "immediate")
    app.extensions["house"] = House(
        config=config,
        database=database,
        jobs=Jobs(huey, database, partial(_inside, app)),
        files=Files(config.files_url),
        secrets=SecretFolder(config.secrets_dir),
        limits=Limits(config.limits_url),
        vault=Vault(*(key.encode() for key in (config.secret_key, *config.secret_key_fallbacks))),
    )


def _install_languages(app: Flask) -> None:
    app.url_map.converters["locale"] = LocaleConverter
    app.url_map.converters["slug"] = SlugConverter
    app.url_map.converters["int"] = KeyConverter
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(DATA / "translations")
    app.config["BABEL_DEFAULT_LOCALE"] = "en"
    Babel(app, locale_selector=lambda: g.get("locale", "en"))

    @app.url_value_preprocessor
    def take_address(endpoint: str | None, values: dict[str, Any] | None) -> None:
        # The bound must stand before anything reads the form, and the check against forged posts reads it first: before
        # it is known who sends. Nobody uploads without an account, so a browser without one may send no more than to any page.
        larger = getattr(app.view_functions.get(endpoint or ""), "largest_body", None)
        request.max_content_length = larger if "_user_id" in cookie else None
        values = values or {}
        chosen = values.pop("locale", None)
        g.locale_chosen = chosen is not None
        g.locale = chosen or _preferred_language()
        g.municipality_slug = values.pop("municipality", None)

    @app.url_defaults
    def give_address(endpoint: str, values: dict[str, Any]) -> None:
        if app.url_map.is_endpoint_expecting(endpoint, "locale"):
            values.setdefault("locale", g.get("locale", "en"))
        if app.url_map.is_endpoint_expecting(endpoint, "municipality") and g.get("municipality_slug"):
            values.setdefault("municipality", g.municipality_slug)


def _preferred_language() -> str:
    # An address that leads nowhere still begins with the language in which its reader came.
    named = request.path.split("/", 2)[1]
    if named in i18n.LANGUAGES:
        return named
    remembered = request.cookies.get("pb_language", "")
    if remembered in i18n.LANGUAGES:
        return remembered
    return i18n.best_language(request.headers.get("Accept-Language", ""))


def _install_requests(app: Flask, config: Config) -> None:
    house: House = app.extensions["house"]
    kept_pages = PageCache(config.page_cache_seconds, house.generations.whole, features.HARMLESS_COOKIES)
    _put_in_front(app, kept_pages.wrap(app.wsgi_app))
    login = LoginManager(app)
    login.session_protection = None
    login.user_loader(guard.load)

    @app.before_request
    def begin() -> None:
        g.started = time.perf_counter()
        g.request_id = uuid4().hex[:12]
        g.nonce = secrets.token_urlsafe(16)
        view = app.view_functions.get(request.endpoint or "")
        g.writing = request.method not in ("GET", "HEAD", "OPTIONS") and not (
            getattr(view, "reads_only", False) or getattr(view, "thinks_first", False)
        )
        g.remembers = getattr(view, "remembers", False)
        web.refuse_broken_input(request)
        if not house.generations.whole():
            raise ServiceUnavailable(retry_after=30)

    # Forged forms are refused after `begin`, so that their error page has its nonce too.
    CSRFProtect(app)

    @app.before_request
    def arrive() -> None:
        if request.endpoint is None:
            g.actor, g.municipality = guard.nobody(), None
            return
        guard.arrive()
        if g.municipality_slug is not None and g.municipality is None:
            raise NotFound
        action = getattr(app.view_functions[request.endpoint], "action", None)
        refusal = may_enter(g.actor, action) if action is not None else None
        if refusal is not None and action is not None:
            raise Refused(refusal, action)
        if request.method != "GET" and request.mimetype in (
            "application/x-www-form-urlencoded",
            "multipart/form-data",
        ):
            web.clean_form(request)

    @app.after_request
    def finish(response: Response) -> Response:
        _log_request(response)
        # A cookie that holds anything may be somebody's: an account, a pass to the ballot, a form that was begun.
        personal = bool(cookie)
        if personal:
            rule = response.headers.get("Cache-Control", "no-store")
            response.headers["Cache-Control"] = rule.replace("public", "private")
        _remember_language(response, secure=config.production)
        web.vary(response, ["Cookie"])
        web.secure(response, https=config.production)
        if g.get("actor") is not None and not personal:
            response = kept_pages.keep(request, response)
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response

    @app.teardown_appcontext
    def end(_error: BaseException | None) -> None:
        session = g.pop("session", None)
        if session is not None:
            # The answer is made already; a database that dies now must not turn it into an error.
            let_go(session)


def _remember_language(response: Response, *, secure: bool) -> None:
    chosen = g.get("locale_chosen") and response.mimetype == "text/html"
    if chosen and request.cookies.get("pb_language") != g.locale:
        response.set_cookie(
            "pb_language", g.locale, max_age=31_536_000, samesite="Lax", httponly=True, secure=secure
        )


def _log_request(response: Response) -> None:
    milliseconds = round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1)
    log.info(
        "request",
        extra={
            "request": g.get("request_id"),
            "method": request.method,
            "endpoint": request.endpoint or "-",
            "status": response.status_code,
            "milliseconds": milliseconds,
        },
    )


def _inside(app: Flask) -> AbstractContextManager[object]:
    """The application around work in the background; work that is done at once, as in tests, is inside already."""
    return nullcontext() if has_app_context() else app.app_context()


def _refuse_unnamed_routes(app: Flask) -> None:
    nameless = sorted(name for name, view in app.view_functions.items() if not hasattr(view, "action"))
    if nameless:
        raise NoAction(f"these routes name no Action: {', '.join(nameless)}")


def _put_in_front(app: Flask, layer: Callable[..., Any]) -> None:
    app.wsgi_app = layer  # type: ignore[method-assign]  # Flask's own way


def _static(app: Flask, config: Config) -> WhiteNoise:
    manifest = HERE / "static" / "vendor" / "manifest.json"
    hashed = set(json.loads(manifest.read_text())["urls"]) if manifest.exists() else set()
    return WhiteNoise(
        app.wsgi_app,
        root=str(HERE / "static"),
        prefix="static/",
        autorefresh=not config.production,
        max_age=3600 if config.production else 0,
        allow_all_origins=False,
        immutable_file_test=lambda _path, url: url in hashed,
    )
