"""The letters of proposals, each in its reader's language. Views and duties send them; operations never do."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import g, render_template, url_for
from flask_babel import force_locale
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform import door
from pbplatform.accounts import queries as people
from pbplatform.accounts.models import Account
from pbplatform.consultation.models import Round
from pbplatform.foundation.i18n import localised
from pbplatform.foundation.mail import write_letter
from pbplatform.municipalities.models import Municipality
from pbplatform.proposals import queries
from pbplatform.proposals.models import CoAuthor, Proposal


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Render in another language than the page's for a moment."""
    before = g.get("locale", language)
    g.locale = language
    try:
        with force_locale(language):
            yield
    finally:
        g.locale = before


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
    with speaking(language):
        body = render_template(
            "mail/proposals/invitation.txt",
            proposal=proposal,
            place=localised(place.names, language).text,
            link=address("proposals.invitation", place, round_, language, token=secret),
        )
        subject = str(_l("%(name)s asks you to be a co-author", name=proposal.author_name))
    write_letter(session, invitation.email, language, subject, body)


def tell_authors(
    session: Session,
    place: Municipality,
    round_: Round,
    proposal: Proposal,
    template: str,
    subject: object,
    **values: object,
) -> None:
    """Write to every author of a proposal. `template` names a file of templates/mail/; `subject` is a lazy text."""
    owners = queries.owners(session, proposal)
    for account in session.scalars(select(Account).where(Account.id.in_(owners), Account.email.is_not(None))):
        tell(session, place, round_, proposal, account, template, subject, **values)


def tell(
    session: Session,
    place: Municipality,
    round_: Round,
    proposal: Proposal,
    account: Account,
    template: str,
    subject: object,
    **values: object,
) -> None:
    """Write to one person about a proposal, in that person's language."""
    if account.email is None:
        return
    with speaking(account.language):
        body = render_template(
            f"mail/{template}",
            proposal=proposal,
            place=localised(place.names, account.language).text,
            link=address("proposals.detail", place, round_, account.language, proposal_id=proposal.id),
            **values,
        )
        said = str(subject)
    write_letter(session, account.email, account.language, said, body)


def address(endpoint: str, place: Municipality, round_: Round, language: str, **values: Any) -> str:
    """The full public address of a round's page in a language."""
    path = url_for(endpoint, locale=language, municipality=place.slug, round_slug=round_.slug, **values)
    return f"{door.house().config.base_url}{path}"
