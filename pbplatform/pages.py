"""What every template can use: languages, money, dates, assets, the sign of the charter. Undefined names are errors."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

from flask import Flask, current_app, g, request, url_for
from flask_babel import pgettext
from jinja2 import StrictUndefined
from markupsafe import Markup, escape

from pbplatform import door
from pbplatform.accounts import guard
from pbplatform.charter.actions import Action
from pbplatform.charter.roles import Role
from pbplatform.config import Config
from pbplatform.foundation import clock, conversion, i18n, navigation, richtext, words
from pbplatform.foundation.catalogue import gettext, ngettext
from pbplatform.foundation.i18n import Currency


def install(app: Flask, config: Config, static: Path) -> None:
    """Set up the template environment."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        asset=Assets(static, fresh=not config.production),
        languages=i18n.LANGUAGES,
        language_names=i18n.LANGUAGE_NAMES,
        may=door.may,
        site_nav=site_nav,
        now=clock.now,
        page_in=page_in,
        development=not config.production,
        say=words.say,
        base_url=config.base_url,
        _=gettext,
        gettext=gettext,
        ngettext=ngettext,
        pgettext=pgettext,
    )
    app.jinja_env.filters.update(
        say=words.say,
        action_word=action_word,
        hat_word=hat_word,
        local=local,
        localtext=localtext,
        tongue=tongue,
        money=money,
        worth=worth,
        in_euro=in_euro,
        number=number,
        day=day,
        moment=moment,
        moment_in=moment_in,
        short_moment=short_moment,
        short_day=short_day,
        rich=rich,
        plain=richtext.plain,
    )

    @app.context_processor
    def present() -> dict[str, Any]:
        return {
            "locale": g.get("locale", "en"),
            "municipality": g.get("municipality"),
            "account": guard.account() if g.get("actor") is not None and g.actor.signed_in else None,
            "actor": g.get("actor"),
            "nonce": g.get("nonce", ""),
        }


class Assets:
    """Addresses of static files with their content's hash, from the manifest that the asset build writes."""

    def __init__(self, static: Path, *, fresh: bool) -> None:
        self._manifest = static / "vendor" / "manifest.json"
        self._fresh = fresh
        self._urls: dict[str, str] = {}
        self._read_at = 0.0

    def __call__(self, name: str) -> str:
        """The address of `name`, such as ``app.css``."""
        if self._fresh or not self._urls:
            self._read()
        return self._urls.get(name, f"/static/{name}")

    def _read(self) -> None:
        if not self._manifest.exists():
            return
        changed = self._manifest.stat().st_mtime
        if changed != self._read_at:
            self._urls = json.loads(self._manifest.read_text()).get("assets", {})
            self._read_at = changed


def page_in(language: str) -> str:
    """The address of the present page in another language, its question kept; a page asks twice for each language."""
    known: dict[str, str] = g.setdefault("page_in", {})
    if language not in known:
        known[language] = _page_in(language)
    return known[language]


def _page_in(language: str) -> str:
    if request.endpoint is None:
        return url_for("portal.home", locale=language)
    values = dict(request.view_args or {})
    values["locale"] = language
    if g.get("municipality_slug"):
        values["municipality"] = g.municipality_slug
    for key, found in request.args.lists():
        if key not in ("locale", "municipality"):
            values.setdefault(key, found)
    endpoint = (
        request.endpoint
        if request.method == "GET" and door_expects_locale(request.endpoint)
        else "portal.home"
    )
    return url_for(endpoint, **(values if endpoint == request.endpoint else {"locale": language}))


def site_nav() -> list[navigation.Entry]:
    """The entries of the main navigation that this reader may see."""
    return [entry for entry in navigation.entries() if entry.action is None or door.may(entry.action)]


def door_expects_locale(endpoint: str) -> bool:
    """Whether the address of an endpoint begins with a language."""
    return current_app.url_map.is_endpoint_expecting(endpoint, "locale")


def action_word(value: str) -> str:
    """The words of an action that the journal keeps by its name; an action of an older release keeps its name."""
    try:
        return words.say(Action(value))
    except ValueError:
        return value


def hat_word(value: str) -> str:
    """The words of the hat that the journal keeps by its name; the platform itself acts without one."""
    return gettext("The platform itself") if value == "platform" else words.say(Role(value))


def _zone() -> str:
    place = g.get("municipality")
    return place.zone if place is not None else "UTC"


def local(texts: dict[str, str] | None) -> Markup:
    """A kept text in the reader's language; in another language it is labelled with that for screen readers."""
    found = i18n.localised(texts or {}, g.locale)
    if found.language == g.locale or not found.text:
        return escape(found.text)
    return Markup('<span lang="{}">{}</span>').format(found.language, found.text)


def tongue(texts: dict[str, str] | None) -> Markup:
    """The attribute that names the language of `localtext` where it is not the reader's, for what stands in an attribute."""
    found = i18n.localised(texts or {}, g.locale)
    if found.language == g.locale or not found.text:
        return Markup()
    return Markup(' lang="{}"').format(found.language)


def localtext(texts: dict[str, str] | None) -> str:
    """The same without markup, for attributes and titles."""
    return i18n.localised(texts or {}, g.locale).text


def rich(texts: dict[str, str] | str | None) -> Markup:
    """Markdown as safe HTML; from several languages the reader's, labelled when it is another."""
    if not texts:
        return Markup("")
    if isinstance(texts, str):
        return richtext.render(texts)
    found = i18n.localised(texts, g.locale)
    html = richtext.render(found.text)
    return (
        html if found.language == g.locale else Markup('<div lang="{}">{}</div>').format(found.language, html)
    )


def money(minor: int, currency: str) -> str:
    """An amount in minor units."""
    return i18n.money(minor, currency, g.locale)


def worth(minor: int, currency: str) -> str:
    """An amount as it was said; leva, in a town that counts in euro now, with what they are worth by the law's rate."""
    said, euro = money(minor, currency), in_euro(minor, currency)
    return f"{said} ({euro})" if euro else said


def in_euro(minor: int, currency: str) -> str:
    """What an amount in leva is worth in a town that counts in euro now; empty for any other."""
    place = g.get("municipality")
    if currency != Currency.BGN or place is None or place.currency is not Currency.EUR:
        return ""
    return money(conversion.converted(minor, Currency.BGN, Currency.EUR) or 0, Currency.EUR)


def number(value: float) -> str:
    """A number with the reader's separators."""
    return i18n.number(value, g.locale)


def day(value: date | datetime) -> str:
    """A date in words."""
    return i18n.day(value, g.locale, _zone())


def moment(value: datetime) -> str:
    """A date in words and the hour, on the municipality's clock."""
    return i18n.moment(value, g.locale, _zone())


def moment_in(value: datetime, zone: str) -> str:
    """A date in words and the hour on the clock of a zone, for letters, which belong to no page."""
    return i18n.moment(value, g.locale, zone)


def short_moment(value: datetime) -> str:
    """A compact date and hour."""
    return i18n.short_moment(value, g.locale, _zone())


def short_day(value: datetime) -> str:
    """A compact date on the municipality's clock."""
    return i18n.short_day(value, g.locale, _zone())
