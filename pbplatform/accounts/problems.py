"""Why something cannot be done with an account; the sentences stand in words.py."""

from enum import StrEnum


class AccountProblem(StrEnum):
    """Why an account cannot be made or changed like this."""

    BAD_EMAIL = "bad_email"
    BAD_NAME = "bad_name"
    WEAK_PASSWORD = "weak_password"  # noqa: S105 (a reason, not a password)
    WRONG_CREDENTIALS = "wrong_credentials"
    ALREADY_MEMBER = "already_member"
    ROLE_NOT_GIVEN = "role_not_given"
    NAME_POSES = "name_poses"
    DEAD_LINK = "dead_link"
    WRONG_PASSWORD = "wrong_password"  # noqa: S105 (a reason, too)
    WRONG_CODE = "wrong_code"
    BAD_PASSKEY = "bad_passkey"
    SAME_EMAIL = "same_email"
    EMAIL_TAKEN = "email_taken"
    OTHER_MAILBOX = "other_mailbox"
    LAST_ADMINISTRATOR = "last_administrator"
