"""What facts said, in the reader's words: for corrections on public pages and differences on the officer's."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import g

from pbplatform.delivery.models import MilestoneKind, Outcome
from pbplatform.delivery.sheet import Column
from pbplatform.delivery.words import MILESTONES, OUTCOMES
from pbplatform.foundation.i18n import money, short_day

COLUMNS = {
    "supplier": Column.SUPPLIER,
    "procurement_id": Column.PROCUREMENT,
    "kind": Column.WHICH,
    "outcome": Column.WHICH,
    "signed_on": Column.DAY,
    "paid_on": Column.DAY,
    "due_on": Column.DAY,
    "ended_on": Column.DAY,
    "reached_on": Column.REACHED,
    "amount": Column.AMOUNT,
}
"""In which column of the table each field of a fact stands."""


def value(name: str, values: Mapping[str, Any], currency: str) -> str:
    """One field; an amount in its own currency, or in the one given where the record is older than that."""
    said = values.get(name)
    if said in (None, ""):
        return "–"
    if name == "amount":
        return money(said, values.get("currency") or currency, g.locale)
    if name == "kind":
        return str(MILESTONES[MilestoneKind(said)])
    if name == "outcome":
        return str(OUTCOMES[Outcome(said)])
    return short_day(date.fromisoformat(said), g.locale) if name.endswith("_on") else str(said)


def spoken(values: Mapping[str, Any]) -> dict[str, Any]:
    """What fills a problem's sentence: amounts as people write them."""
    amounts = {
        name: said for name, said in values.items() if name in ("left", "paid") and isinstance(said, int)
    }
    return {**values, **{name: money(said, values["currency"], g.locale) for name, said in amounts.items()}}


def line(values: Mapping[str, Any], currency: str) -> str:
    """All fields of a fact that say something."""
    return ", ".join(value(name, values, currency) for name in COLUMNS if values.get(name) not in (None, ""))
