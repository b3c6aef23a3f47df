"""Letters to authors about rulings, in the author's language."""

from flask import render_template
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from pbplatform.accounts.models import Account
from pbplatform.foundation.mail import write_letter
from pbplatform.moderation.models import Decision, Ruling


def tell_ruling(session: Session, author: Account, ruling: Ruling, address: str) -> None:
    """Tell an author that something was hidden, by which rule and why, and how to appeal. A closed account gets nothing."""
    if author.email is None or ruling.decision is not Decision.HIDE:
        return
    with force_locale(author.language):
        body = render_template("mail/moderation_ruling.txt", ruling=ruling, name=author.name, address=address)
        write_letter(session, author.email, author.language, _("Something you wrote has been hidden"), body)


def tell_published(session: Session, author: Account, ruling: Ruling, address: str) -> None:
    """Tell an author that what waited for a moderator can now be read by everybody."""
    if author.email is None or ruling.decision is not Decision.KEEP:
        return
    with force_locale(author.language):
        body = render_template("mail/moderation_published.txt", name=author.name, address=address)
        write_letter(session, author.email, author.language, _("Your proposal is public now"), body)


def tell_appeal(session: Session, author: Account, ruling: Ruling, address: str) -> None:
    """Tell an author what another moderator decided."""
    if author.email is None:
        return
    with force_locale(author.language):
        body = render_template("mail/moderation_appeal.txt", ruling=ruling, name=author.name, address=address)
        write_letter(session, author.email, author.language, _("Your appeal has been decided"), body)
