"""Passwords: argon2id, rehashed when the costs rise, judged by zxcvbn; the same work is done for unknown mailboxes."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

WEAKEST_SCORE = 3
SHORTEST = 10
LONGEST = 200


class Passwords:
    """Hashing with one set of costs. `cheap` is for tests and demonstration data only."""

    def __init__(self, *, cheap: bool = False) -> None:
        self._hasher = (
            PasswordHasher(time_cost=1, memory_cost=8, parallelism=1) if cheap else PasswordHasher()
        )
        self._nobody = self._hasher.hash("nobody has this password")

    def hash(self, password: str) -> str:
        """An argon2id hash with its salt and costs."""
        return self._hasher.hash(password)

    def matches(self, password_hash: str | None, password: str) -> bool:
        """Whether the password fits; an absent hash costs the same time and never fits."""
        try:
            self._hasher.verify(password_hash or self._nobody, password)
        except (VerificationError, InvalidHashError):
            return False
        return password_hash is not None

    def is_outdated(self, password_hash: str) -> bool:
        """Whether the hash was made with other costs than today's."""
        return self._hasher.check_needs_rehash(password_hash)


def is_weak(password: str, *known: str) -> bool:
    """Whether a password is too short, too long or too easily guessed by someone who knows the person's name."""
    if not SHORTEST <= len(password) <= LONGEST:
        return True
    # The estimator's dictionaries take 9 MB and are needed only where passwords are chosen.
    from zxcvbn import zxcvbn

    # The estimator's cost grows with length and nothing is learned after the first hundred characters.
    return int(zxcvbn(password[:100], user_inputs=[word for word in known if word])["score"]) < WEAKEST_SCORE
