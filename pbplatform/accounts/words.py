"""The sentences of accounts."""

from flask_babel import lazy_gettext as _l

from pbplatform.accounts.operations import AccountProblem

PROBLEMS = {
    AccountProblem.BAD_EMAIL: _l(
        "This does not look like an e-mail address. An address looks like name@example.org."
    ),
    AccountProblem.BAD_NAME: _l("Please write a name of 2 to 100 letters."),
    AccountProblem.WEAK_PASSWORD: _l(
        "This password is too easy to guess. Use at least 10 characters; three or four unrelated words make a good one."
    ),
    AccountProblem.WRONG_CREDENTIALS: _l(
        "E-mail address or password is not right, or the address is not confirmed yet."
    ),
    AccountProblem.ALREADY_MEMBER: _l("This person has this role already."),
    AccountProblem.ROLE_NOT_GIVEN: _l("This role cannot be given."),
}

WORDS = (PROBLEMS,)
