"""Codes: the twelve characters of a letter, with a check, and the six digits of a message. Pure."""

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U, so that nothing is misread."""

LENGTH = 12
_LOOKALIKES = str.maketrans("OILU", "011V")


def new_letter_code() -> str:
    """Eleven random characters (55 bits) and a check."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
    return body + _check(body)


def _check(body: str) -> str:
    # Weights prime to 32 catch every single wrong character; different neighbours catch most swaps.
    total = sum(ALPHABET.index(letter) * (2 * place + 3) for place, letter in enumerate(body))
    return ALPHABET[total % len(ALPHABET)]


def spelled(code: str) -> str:
    """A code as it is printed: three groups of four."""
    return "-".join(code[start : start + 4] for start in range(0, LENGTH, 4))


def normal_letter_code(text: str) -> str | None:
    """A typed code in its one spelling; None when it cannot be one of ours, for example because of a slip."""
    letters = "".join(letter for letter in text.upper() if letter.isalnum()).translate(_LOOKALIKES)
    if len(letters) != LENGTH or any(letter not in ALPHABET for letter in letters):
        return None
    return letters if _check(letters[:-1]) == letters[-1] else None


def new_message_code() -> str:
    """Six random digits."""
    return f"{secrets.randbelow(1_000_000):06d}"
