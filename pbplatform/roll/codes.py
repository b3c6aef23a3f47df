"""Codes: the twelve characters of a letter, with a check, and the six digits of a message. Pure."""

import secrets
from enum import StrEnum

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U, so that nothing is misread."""

LENGTH = 12
_CYRILLIC = str.maketrans("АВЕКМНОРСТХУІЈЅ", "ABEKMHOPCTXYIJS")
"""Letters of a Cyrillic keyboard that look like a Latin one: readers type what they see."""
_LOOKALIKES = str.maketrans("OILU", "011V")


class CodeSlip(StrEnum):
    """What is wrong with a typed code whoever it belongs to: no letter of ours can bear it."""

    FOREIGN_LETTERS = "foreign_letters"
    LENGTH = "length"
    CHECK = "check"


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


def plain_letter_code(text: str) -> str:
    """What was typed, without spaces and hyphens, in capitals of our alphabet where they look like it."""
    letters = "".join(letter for letter in text.upper() if letter.isalnum())
    return letters.translate(_CYRILLIC).translate(_LOOKALIKES)


def slip_in_letter_code(text: str) -> CodeSlip | None:
    """Why a typed code cannot be one of ours; None when it can."""
    letters = plain_letter_code(text)
    if any(letter not in ALPHABET for letter in letters):
        return CodeSlip.FOREIGN_LETTERS
    if len(letters) != LENGTH:
        return CodeSlip.LENGTH
    return None if _check(letters[:-1]) == letters[-1] else CodeSlip.CHECK


def normal_letter_code(text: str) -> str | None:
    """A typed code in its one spelling; None when it cannot be one of ours, for example because of a slip."""
    return plain_letter_code(text) if slip_in_letter_code(text) is None else None


def new_message_code() -> str:
    """Six random digits."""
    return f"{secrets.randbelow(1_000_000):06d}"
