"""Letters to authors about rulings, in the author's language."""

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from pbplatform.accounts.models import Account
from pbplatform.foundation import i18n, letters
from pbplatform.foundation.letters import Button, Part, Quote
from pbplatform.foundation.words import say
from pbplatform.moderation.models import Decision, Ruling
from pbplatform.municipalities.models import Municipality


def tell_ruling(session: Session, author: Account, ruling: Ruling, address: str) -> None:
    """Tell an author that something was hidden, by which rule and why, and how to appeal. A closed account gets nothing."""
    if author.email is None or ruling.decision is not Decision.HIDE or ruling.rule is None:
        return
    with letters.speaking(author.language):
        parts: list[Part] = [
            _("Hello %(name)s,", name=author.name),
            _("a moderator has hidden something you wrote. The rule:"),
            Quote(say(ruling.rule)),
            _("The reason:"),
            Quote(ruling.reason),
        ]
        if ruling.blocked_until:
            zone = session.get_one(Municipality, ruling.municipality_id).zone
            when = i18n.moment(ruling.blocked_until, author.language, zone)
            parts.append(
                _("Your contributions are paused until %(when)s. You can still read and vote.", when=when)
            )
        parts += [
            _("If you disagree, you can appeal. Another moderator will decide."),
            Button(_("See the decision and appeal"), address),
        ]
        letters.write(session, author.email, author.language, _("Something you wrote has been hidden"), parts)


def tell_published(session: Session, author: Account, ruling: Ruling, address: str) -> None:
    """Tell an author that what waited for a moderator can now be read by everybody."""
    if author.email is None or ruling.decision is not Decision.KEEP:
        return
    with letters.speaking(author.language):
        parts = (
            _("Hello %(name)s,", name=author.name),
            _("a moderator has looked at your proposal. From now on everybody can read and discuss it."),
            Button(_("Open your proposal"), address),
        )
        letters.write(session, author.email, author.language, _("Your proposal is public now"), parts)


def tell_appeal(session: Session, author: Account, ruling: Ruling, address: str) -> None:
    """Tell an author what another moderator decided."""
    if author.email is None or ruling.appeal_decision is None:
        return
    with letters.speaking(author.language):
        parts = (
            _("Hello %(name)s,", name=author.name),
            _("another moderator has decided your appeal."),
            Quote(say(ruling.appeal_decision)),
            _("The reason:"),
            Quote(ruling.appeal_decision_reason),
            Button(_("See the decision"), address),
        )
        letters.write(session, author.email, author.language, _("Your appeal has been decided"), parts)
