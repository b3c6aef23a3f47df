"""The blueprint of the pages of planning, and what its views share."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from flask import Blueprint, flash, g, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from pbplatform import door
from pbplatform.consultation.models import Round
from pbplatform.consultation.words import (
    PLAN_PROBLEMS,
    SETTING_PROBLEMS,
)
from pbplatform.foundation import clock
from pbplatform.foundation.forms import Form, typed_number
from pbplatform.foundation.i18n import localised
from pbplatform.foundation.words import say

pages = Blueprint("planning", __name__)

SENTENCES: Mapping[Any, Any] = {**PLAN_PROBLEMS, **SETTING_PROBLEMS}
Page = BaseResponse | str | tuple[str, int]


def spoken_here() -> list[str]:
    """The languages of the municipality."""
    return list(g.municipality.languages)


def wall(moment: datetime | None) -> datetime | None:
    """A moment on the municipality's clock, as a form shows it."""
    return clock.local(moment, g.municipality.zone).replace(tzinfo=None) if moment else None


def in_utc(wall: datetime | None) -> datetime | None:
    """What was typed on the municipality's clock, in UTC."""
    return clock.from_local(wall, g.municipality.zone) if wall else None


def version_seen(form: Any) -> int | None:
    """Which version of the round the officer had before them; 0, which none has, where what was sent is no number."""
    return (typed_number(form.version.data) or 0) if form.version.data else None


def back_to_plan(found: Round) -> BaseResponse:
    """To the plan, with the word that it is kept."""
    flash(_("Saved."))
    return redirect(url_for("planning.plan", round_slug=found.slug))


def status_of(form: Form) -> int:
    """422 for a form that came back, 200 for one that is only shown."""
    return 422 if form.is_submitted() else 200


def in_words(kind: type[StrEnum]) -> list[tuple[str, str]]:
    """The members of an enum as choices of a form."""
    return [(member.value, say(member)) for member in kind]


def title_of(texts: Mapping[str, str]) -> str:
    """The reader's title among several languages."""
    return localised(texts, door.locale()).text
