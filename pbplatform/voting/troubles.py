"""What keeps a ballot from being cast, in words: for the voter who marked it and for the officer who types a sheet in."""

from collections.abc import Sequence
from typing import Any

from flask import g

from pbplatform.foundation.i18n import localised, money
from pbplatform.foundation.words import say
from pbplatform.voting.ballots import Trouble
from pbplatform.voting.rules import FrozenEnvelope, FrozenRules


def in_words(rules: FrozenRules, envelopes: Sequence[FrozenEnvelope], trouble: Trouble) -> str:
    """A problem in the reader's language, with the name of its envelope where the ballot has several."""
    values: dict[str, Any] = dict(trouble.values)
    if "category" in values:
        values["category"] = localised(rules.category_names.get(values["category"], {}), g.locale)
    if "currency" in values:
        values["over"] = money(int(values["over"]), str(values["currency"]), g.locale)
    text = say(trouble.problem, **values)
    envelope = next((one for one in envelopes if one.position == trouble.position), None)
    if envelope is None or len(envelopes) == 1:
        return text
    return f"{localised(envelope.names, g.locale)}: {text}"
