"""Tests here send forms without first fetching their page; the tests about forged forms switch the protection on."""

import pytest
from flask import Flask


@pytest.fixture(autouse=True)
def _forms_without_token(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
