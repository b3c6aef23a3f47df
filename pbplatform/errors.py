"""What a person sees when something does not work: one page that says what happened and what to do next."""

import errno
import json
import logging
from enum import StrEnum
from http import HTTPStatus

from flask import Flask, Response, current_app, g, render_template, request
from flask import session as cookie
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from sqlalchemy import inspect
from sqlalchemy.exc import DBAPIError, IntegrityError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.wrappers import Response as BaseResponse

from pbplatform.accounts import guard
from pbplatform.charter.policy import Refusal, Refused
from pbplatform.foundation.crypto import KeyMissing
from pbplatform.foundation.database import let_go, unreachable
from pbplatform.foundation.engines import NumberTooLarge
from pbplatform.foundation.errors import Conflict, Gone, Invalid, Missing
from pbplatform.foundation.files import FilesUnavailable
from pbplatform.foundation.web import present_state, typed_words
from pbplatform.foundation.words import say
from pbplatform.municipalities.models import Municipality

log = logging.getLogger(__name__)

EXPLAINED = (400, 401, 403, 404, 405, 409, 410, 413, 422, 429, 431, 500, 503)
RETRY_AFTER = "10"
PASSING = (429, 500, 503)
"""What may be over when the same form is sent again."""

MACHINES = "/api/"
"""Addresses that programs read."""

DETAILS = {
    400: _l("A parameter cannot be used. The documentation says what each may be."),
    404: _l("There is nothing at this address, or it is not public yet."),
    405: _l("This address is only for reading."),
    503: _l("The server cannot answer now. Please try again in a few seconds."),
}
"""What programs are told beside the status."""


def install(app: Flask) -> None:
    """Answer every kind of error with its page."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(SecurityError, _foreign_host)
    app.register_error_handler(CSRFError, lambda _error: error_page(400, "form_expired"))
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(Missing, lambda _error: error_page(404))
    app.register_error_handler(Gone, lambda _error: error_page(410))
    app.register_error_handler(Conflict, lambda error: error_page(409, error.reason))
    app.register_error_handler(Invalid, lambda error: error_page(422, error.reason))
    app.register_error_handler(StaleDataError, lambda _error: error_page(409))
    app.register_error_handler(IntegrityError, _integrity)
    app.register_error_handler(DBAPIError, _database)
    app.register_error_handler(NumberTooLarge, lambda _error: error_page(400))
    app.register_error_handler(PoolTimeout, lambda _error: unavailable())
    # A connection that died in the middle of a transaction says so only at the next statement.
    app.register_error_handler(PendingRollbackError, lambda _error: unavailable())
    app.register_error_handler(FilesUnavailable, _no_files)
    app.register_error_handler(OSError, _system)
    app.register_error_handler(KeyMissing, lambda _error: unavailable())
    app.register_error_handler(500, lambda _error: error_page(500))


def _foreign_host(_error: SecurityError) -> Response:
    # Without a host that is ours no address of ours can be built, so this answer has no page.
    return Response("This address is not served here.\n", 400, mimetype="text/plain")


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400 or error.response is not None:
        return current_app.make_response(error.get_response())
    response = error_page(status)
    if isinstance(error.get_headers(), list):
        for name, value in error.get_headers():
            if name in ("Retry-After", "Allow", "WWW-Authenticate"):
                response.headers[name] = value
    retry_after = getattr(error, "retry_after", None)
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def _refused(error: Refused) -> BaseResponse:
    if error.refusal is Refusal.SIGN_IN and request.method == "GET":
        return guard.ask_to_sign_in()
    if error.refusal is Refusal.SECOND_FACTOR:
        return guard.ask_for_second_factor()
    if error.refusal in (Refusal.OTHER_MUNICIPALITY,):
        return error_page(404)
    status = {Refusal.SIGN_IN: 401, Refusal.WRONG_PHASE: 409, Refusal.WRONG_STATE: 409}.get(
        error.refusal, 403
    )
    return error_page(status, error.refusal)


def _integrity(error: IntegrityError) -> Response:
    log.warning("a constraint refused a write: %s", type(error.orig).__name__)
    return error_page(409)


def _no_files(error: FilesUnavailable) -> Response:
    log.error("the place for files does not answer: %s", error)
    return unavailable()


def _system(error: OSError) -> Response:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        log.error("the disk is full: %s", error)
        return unavailable()
    log.exception("the operating system refused something")
    return error_page(500)


def _database(error: DBAPIError) -> Response:
    if unreachable(error):
        return unavailable()
    log.exception("database error")
    return error_page(500)


def unavailable() -> Response:
    """The database or a key is away: nothing was written, try again soon."""
    response = error_page(503)
    response.headers["Retry-After"] = RETRY_AFTER
    return response


def error_page(status: int, reason: StrEnum | str | None = None) -> Response:
    """The page of an error in the reader's language. It asks the database nothing."""
    _forget_session()
    if request.path.startswith(MACHINES):
        return _problem(status, reason)
    shown = status if status in EXPLAINED else (500 if status >= 500 else 400)
    explained = say(reason) if isinstance(reason, StrEnum) else None
    expired = reason == "form_expired"
    late = status == 409
    body = render_template(
        "errors/error.html",
        status=shown,
        reason=reason,
        reason_text=explained,
        typed=_typed(expired=expired) if expired or shown in PASSING else [],
        present=present_state() if late else "",
        written=typed_words() if late else [],
        place=_place(),
    )
    response = current_app.make_response((body, status))
    response.headers["Cache-Control"] = "no-store"
    return response


def _typed(*, expired: bool) -> list[tuple[str, str]]:
    """The fields of a form that is given back. A browser without a session gets none: it may be a forger's victim."""
    view = current_app.view_functions.get(request.endpoint or "")
    instead = getattr(view, "gives_back", None)
    if instead is None or request.method != "POST" or "csrf_token" not in cookie:
        return []
    fields = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
    if not expired:
        return fields
    return [(name, value) for name, value in fields if name not in instead] + list(instead.items())


def _place() -> Municipality | None:
    """The municipality of the address, as far as this request has read it already."""
    place: Municipality | None = g.get("municipality")
    return None if place is None or inspect(place).expired else place


def _problem(status: int, reason: StrEnum | str | None) -> Response:
    """The same for a program (RFC 9457)."""
    detail = say(reason) if isinstance(reason, StrEnum) else DETAILS.get(status)
    told = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    if detail is not None:
        told["detail"] = str(detail)
    body = json.dumps(told, ensure_ascii=False)
    response = current_app.response_class(body, status, content_type="application/problem+json")
    response.headers["Cache-Control"] = "no-store"
    response.vary.add("Accept-Language")
    return response


def _forget_session() -> None:
    session = g.pop("session", None)
    if session is not None:
        let_go(session)
