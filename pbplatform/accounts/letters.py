"""The letters of accounts."""

from flask_babel import lazy_gettext as _l

from pbplatform.foundation.letters import LetterText

_NOT_YOU = _l("If this was not you, you need do nothing: without this letter nobody gets any further.")
_WATCH = _l(
    "If this was not you, choose a new password at once with “I have forgotten my password” on the sign-in page."
)

CONFIRM = LetterText(
    _l("Please confirm your e-mail address"),
    (
        _l("Welcome!"),
        _l("Somebody, probably you, wants to open an account with this address."),
        _l("Open the link and type the password you chose, and you are in. The link works for two days."),
    ),
    _l("Confirm the address"),
    (_NOT_YOU,),
)

HAS_ACCOUNT = LetterText(
    _l("You have an account already"),
    (
        _l("Somebody, probably you, wanted to open an account with this address, but there is one already."),
        _l("You can simply sign in. If you have forgotten the password, you can choose a new one there."),
    ),
    _l("Sign in"),
    (_NOT_YOU,),
)

NO_ACCOUNT = LetterText(
    _l("There is no account with this address"),
    (
        _l("Somebody, probably you, tried to sign in with this address, but no account belongs to it."),
        _l("Perhaps you registered with another address. You can also open an account now."),
    ),
    _l("Open an account"),
    (_NOT_YOU,),
)

RESET = LetterText(
    _l("Choose a new password"),
    (
        _l("Somebody, probably you, has asked for a new password for your account."),
        _l("Open the link and choose one. The link works once, for one hour."),
    ),
    _l("Choose a new password"),
    (_NOT_YOU,),
)

PASSWORD_CHANGED = LetterText(
    _l("Your password has been changed"),
    (_l("The password of your account has just been changed, and you were signed out everywhere else."),),
    None,
    (_WATCH,),
)

CONFIRM_NEW_EMAIL = LetterText(
    _l("Please confirm your new e-mail address"),
    (
        _l("You asked us to write to this address from now on."),
        _l("Open the link to confirm that letters reach you here. The link works for one day."),
    ),
    _l("Use this address"),
    (_NOT_YOU,),
)

EMAIL_IN_USE = LetterText(
    _l("This address belongs to an account"),
    (
        _l(
            "Somebody wanted to move another account to this address, but an account of its own belongs to it already."
        ),
        _l("Nothing has changed."),
    ),
    None,
    (_NOT_YOU,),
)

EMAIL_WILL_CHANGE = LetterText(
    _l("Your e-mail address is about to change"),
    (
        _l(
            "In your account somebody, probably you, asked us to use another address. It must be confirmed there first."
        ),
    ),
    None,
    (_WATCH,),
)

EMAIL_CHANGED = LetterText(
    _l("Your e-mail address has been changed"),
    (_l("Your account now belongs to another e-mail address. This is the last letter to this one."),),
    None,
    (_l("If this was not you, write to your municipality at once."),),
)

FACTOR_ADDED = LetterText(
    _l("A second factor has been added to your account"),
    (_l("An authenticator app or a passkey has just been tied to your account."),),
    None,
    (_WATCH,),
)

FACTOR_REMOVED = LetterText(
    _l("A second factor has been removed from your account"),
    (_l("An authenticator app or a passkey has just been removed from your account."),),
    None,
    (_WATCH,),
)

RECOVERY_USED = LetterText(
    _l("A recovery code has been used"),
    (_l("Somebody, probably you, has signed in to your account with one of your recovery codes."),),
    None,
    (_WATCH,),
)

INVITATION = LetterText(
    _l("%(municipality)s invites you to work together"),
    (
        _l("Good day!"),
        _l("%(municipality)s offers you this role on its participation platform: %(role)s."),
        _l("Open the link to accept. The link works for two weeks."),
    ),
    _l("Look at the invitation"),
    (_l("If you did not expect this letter, you need do nothing."),),
)

CLOSED = LetterText(
    _l("Your account has been closed"),
    (
        _l("Your account is closed and what we knew about you personally has been deleted."),
        _l("Thank you for taking part. You are always welcome again."),
    ),
)
