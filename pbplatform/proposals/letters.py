"""The letters of proposals, each in its reader's language. Views and duties send them; operations never do."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform import door
from pbplatform.accounts import queries as people
from pbplatform.accounts.models import Account
from pbplatform.consultation.models import Round
from pbplatform.foundation import letters
from pbplatform.foundation.i18n import localised
from pbplatform.foundation.letters import Button, Part, Quote
from pbplatform.municipalities.models import Municipality
from pbplatform.proposals import queries
from pbplatform.proposals.models import CoAuthor, Proposal

Worded = tuple[str, Sequence[Part]]
"""The subject of a letter and what follows the greeting."""

Wording = Callable[[str], Worded]
"""Words a letter for a reader of this language; called while that language is spoken."""


def invite(
    session: Session,
    place: Municipality,
    round_: Round,
    proposal: Proposal,
    invitation: CoAuthor,
    secret: str,
) -> None:
    """Ask somebody to become a co-author; in the language of their account, or in the proposal's."""
    assert invitation.email is not None
    known = people.by_email(session, invitation.email)
    language = known.language if known is not None else proposal.language

    def wording(language: str) -> Worded:
        subject = gettext("%(name)s asks you to be a co-author", name=proposal.author_name)
        return subject, (
            gettext(
                "%(name)s is preparing a proposal in %(place)s and would like you to stand behind it as a co-author:",
                name=proposal.author_name,
                place=localised(place.names, language).text,
            ),
            Quote(proposal.title or gettext("(without a title yet)")),
            gettext("Read it first, and then accept or decline."),
            Button(
                gettext("Open the invitation"),
                address("proposals.invitation", place, round_, language, token=secret),
            ),
            gettext("If you do nothing, nothing happens: you are named only after you have accepted."),
        )

    _post(session, invitation.email, language, wording)


def tell_authors(session: Session, proposal: Proposal, wording: Wording) -> None:
    """Write to every author of a proposal."""
    owners = queries.owners(session, proposal)
    for account in session.scalars(select(Account).where(Account.id.in_(owners), Account.email.is_not(None))):
        tell(session, account, wording)


def tell(session: Session, account: Account, wording: Wording) -> None:
    """Write to one person, in that person's language."""
    if account.email is not None:
        _post(session, account.email, account.language, wording)


def _post(session: Session, recipient: str, language: str, wording: Wording) -> None:
    with letters.speaking(language):
        subject, parts = wording(language)
        letters.write(session, recipient, language, subject, [gettext("Good day,"), *parts])


def address(endpoint: str, place: Municipality, round_: Round, language: str, **values: Any) -> str:
    """The full public address of a round's page in a language."""
    path = url_for(endpoint, locale=language, municipality=place.slug, round_slug=round_.slug, **values)
    return f"{door.house().config.base_url}{path}"
