"""The sentences of accounts."""

from flask_babel import lazy_gettext as _l

from pbplatform.accounts.problems import AccountProblem

PROBLEMS = {
    AccountProblem.BAD_EMAIL: _l(
        "This does not look like an e-mail address. An address looks like name@example.org."
    ),
    AccountProblem.BAD_NAME: _l("Please write a name of 2 to 100 letters, each word in one alphabet."),
    AccountProblem.WEAK_PASSWORD: _l(
        "This password is too easy to guess. Use at least 10 characters; three or four unrelated words make a good one."
    ),
    AccountProblem.WRONG_CREDENTIALS: _l(
        "E-mail address or password is not right, or the address is not confirmed yet."
    ),
    AccountProblem.ALREADY_MEMBER: _l("This person has this role already."),
    AccountProblem.ROLE_NOT_GIVEN: _l("This role cannot be given."),
    AccountProblem.NAME_POSES: _l("This name could be taken for an office. Please write your own name."),
    AccountProblem.DEAD_LINK: _l("This link has been used already or has run out."),
    AccountProblem.WRONG_PASSWORD: _l("This is not the right password."),
    AccountProblem.WRONG_CODE: _l(
        "This code does not fit, or it has been used already. Please wait for the next one and try again."
    ),
    AccountProblem.BAD_PASSKEY: _l("The passkey could not be used. Please try again."),
    AccountProblem.SAME_EMAIL: _l("This is your address already."),
    AccountProblem.EMAIL_TAKEN: _l("An account belongs to this address already."),
    AccountProblem.OTHER_MAILBOX: _l(
        "The invitation went to another address. Please sign in with the account of that address."
    ),
    AccountProblem.LAST_ADMINISTRATOR: _l(
        "You are the last administrator of a municipality. Please give that role to somebody else first."
    ),
}

WORDS = (PROBLEMS,)
