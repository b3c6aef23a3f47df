"""A signed-in browser's cookie, made with the application's own signer."""

from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from pbplatform.accounts import sessions
from pbplatform.accounts.models import Account, AccountSession
from pbplatform.door import House
from pbplatform.foundation import clock
from pbplatform.foundation.crypto import digest


def signed_cookie(app: Flask, url: str, account: Account) -> Any:
    """The cookie of an account that has shown both factors, as a browser's context takes it."""
    house: House = app.extensions["house"]
    with house.database.transaction() as session:
        token = sessions.open_session(session, account)
        row = session.query(AccountSession).filter_by(token_hash=digest(token)).one()
        row.second_factor_at = clock.now()
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    value = signer.dumps({"_user_id": token, "_fresh": True})
    return {"name": app.config["SESSION_COOKIE_NAME"], "value": str(value), "url": url}
