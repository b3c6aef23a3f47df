"""What the style page shows the components with: things as features have them, which stand in no database."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from pbplatform.accounts.models import Account
from pbplatform.charter.phases import Kind, Phase
from pbplatform.charter.policy import Subject
from pbplatform.consultation.desks import Bulk, Item, Queue
from pbplatform.consultation.models import Round
from pbplatform.consultation.timeline import Place, Stop, Timeline
from pbplatform.deliberation.models import Comment, CommentState, Side
from pbplatform.deliberation.queries import Said
from pbplatform.foundation import clock
from pbplatform.moderation.models import AppealDecision, Decision, RuleBroken, Ruling, Target
from pbplatform.moderation.targets import Case
from pbplatform.notices.models import Happening, News

PLACE = "sample"
"""The municipality in the addresses of the samples; nobody lives there."""


def samples(language: str) -> dict[str, Any]:
    """Every sample by the name under which the style page asks for it."""
    found, way = _round(language), _way()
    said = _comment(language, Side.FOR, _("Yes, please. The children have nowhere to play in the shade."))
    answer = _comment(
        language,
        Side.NEUTRAL,
        _("We have looked at the yard. The trees can be planted in October, the benches follow in spring."),
        official=True,
        quotes=said,
    )
    hidden = _comment(language, Side.AGAINST, "", state=CommentState.HIDDEN)
    return {
        "round": found,
        "way": way,
        "place": SimpleNamespace(slug=PLACE, zone="Asia/Tbilisi"),
        "comments": [
            Said(said, "Мария Иванова", None, "", False),
            Said(answer, "ნინო ბერიძე", said, "Мария Иванова", False),
            Said(hidden, "", None, "", False),
        ],
        "subject": Subject(0, Phase.DISCUSSION, "visible", frozenset()),
        "case": Case(Target.COMMENT, said, found, Account(id=0, name="Мария Иванова"), frozenset(), False),
        "ruling": _ruling(language),
        "happenings": [
            Happening(
                news=news,
                titles=found.titles,
                values={"phase": Phase.VOTING.value},
                path="rounds/sample/",
                at=clock.now(),
            )
            for news in (News.PHASE_OPENED, News.ROUND_ANNOUNCED)
        ],
        "queue": _queue(language),
        "found": [
            SimpleNamespace(id=number, title=title, language=language, address="")
            for number, title in enumerate(
                (_("A garden for the school yard"), _("Lights along the river")), start=41
            )
        ],
        "passkey": SimpleNamespace(next=SimpleNamespace(data="")),
    }


def _round(language: str) -> Round:
    return Round(
        id=0,
        municipality_id=0,
        slug="sample",
        kind=Kind.BUDGETING,
        phase=Phase.VOTING,
        titles={language: _("A greener centre")},
        summaries={
            language: _("Trees, benches and a bed for every class, where there is only asphalt today.")
        },
        settings={},
    )


def _way() -> Timeline:
    now = clock.now()
    stops = (
        Stop(Phase.SUBMISSION, Place.OVER, now - timedelta(days=60), now - timedelta(days=30)),
        Stop(Phase.REVIEW, Place.OVER, now - timedelta(days=30), now - timedelta(days=2)),
        Stop(Phase.VOTING, Place.NOW, now - timedelta(days=2), now + timedelta(days=12)),
        Stop(Phase.RESULTS, Place.AHEAD, now + timedelta(days=14), now + timedelta(days=20)),
        Stop(Phase.IMPLEMENTATION, Place.AHEAD, None, None),
    )
    return Timeline(stops, stops[2], stops[3])


def _comment(
    language: str,
    side: Side,
    text: str,
    *,
    official: bool = False,
    quotes: Comment | None = None,
    state: CommentState = CommentState.VISIBLE,
) -> Comment:
    return Comment(
        id=1 + official + 2 * (state is CommentState.HIDDEN),
        municipality_id=0,
        proposal_id=0,
        author_id=0,
        quotes_id=quotes.id if quotes else None,
        official=official,
        side=side,
        state=state,
        text=text,
        language=language,
        endorsements=12,
        posted_at=clock.now(),
    )


def _ruling(language: str) -> Ruling:
    return Ruling(
        decision=Decision.HIDE,
        rule=RuleBroken.INSULT,
        reason=_("It calls a neighbour names. The same can be said without them."),
        language=language,
        ruled_at=clock.now(),
        appeal=_("It was a joke between friends."),
        appeal_decision=AppealDecision.UPHELD,
        appeal_decision_reason=_("Others cannot know that, and it was read by many."),
    )


def _queue(language: str) -> Queue:
    now = clock.now()
    names = (_("Lights along the river"), _("A quiet room in the library"))
    items = [
        Item(
            {language: name},
            "portal.styleguide",
            note=_("Check the form"),
            due_at=now + timedelta(days=days),
            value=str(number),
        )
        for number, (name, days) in enumerate(zip(names, (-1, 3), strict=True))
    ]
    return Queue(
        "sample",
        _l("Screening"),
        len(items),
        items,
        bulk=Bulk("portal.styleguide", "chosen", _l("Save")),
        urgent=True,
        round_titles={language: _("A greener centre")},
    )
