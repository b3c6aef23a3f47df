"""The round of an address: `this_round(slug)` is the first line of every view under /rounds/<round_slug>/."""

from typing import Any, cast

from flask import g, url_for

from pbplatform import door
from pbplatform.charter.actions import Action
from pbplatform.charter.phases import Phase
from pbplatform.charter.policy import Subject, decide
from pbplatform.consultation import queries, settings, tabs
from pbplatform.consultation.models import Round
from pbplatform.consultation.settings import RoundSettings
from pbplatform.consultation.timeline import Timeline, timeline
from pbplatform.consultation.words import TURNS
from pbplatform.foundation.errors import Missing


def this_round(slug: str) -> Round:
    """The municipality's round of that address; raise Missing where there is none or it is a draft hidden from the actor.

    From here on templates have `round`, `timeline`, `round_settings` and the tabs of layouts/round.html.
    One statement brings the round and its windows.
    """
    place_id = g.municipality.id
    loaded = door.remembered(("round", place_id, slug), lambda own: queries.with_windows(own, place_id, slug))
    if loaded is None:
        raise Missing
    found, windows, currency = loaded
    if found.phase is Phase.DRAFT and found.announced_at is None:
        subject = Subject(found.municipality_id, found.phase)
        if decide(door.actor(), Action.SEE_DRAFT_ROUND, subject) is not None:
            raise Missing
    g.round = found
    g.round_settings = settings.read(found.settings)
    g.round_currency = currency or g.municipality.currency.value
    g.timeline = timeline(found, g.round_settings, windows)
    return found


def this_timeline() -> Timeline:
    """The timeline of the round that `this_round` loaded."""
    return cast(Timeline, g.timeline)


def this_settings() -> RoundSettings:
    """The settings of the round that `this_round` loaded."""
    return cast(RoundSettings, g.round_settings)


def this_currency() -> str:
    """The currency of the money of the round that `this_round` loaded: what was planned in leva stays in leva."""
    return cast(str, g.round_currency)


def present() -> dict[str, Any]:
    """What templates of a round's pages can use; nothing elsewhere."""
    if "timeline" not in g:
        return {}
    shown: list[tabs.Tab] = tabs.tabs_of(g.round)
    acting = next((tab for tab in shown if tab.since is g.round.phase), None)
    return {
        "turn": TURNS.get(g.round.phase, ""),
        "turn_address": url_for(acting.endpoint, round_slug=g.round.slug) if acting else "",
        "turn_label": acting.label if acting else "",
        "round": g.round,
        "timeline": g.timeline,
        "round_settings": g.round_settings,
        "round_currency": g.round_currency,
        # Only some pages show the tabs, so their addresses are made when they are asked for.
        "round_tabs": lambda: [(tab, url_for(tab.endpoint, round_slug=g.round.slug)) for tab in shown],
    }
