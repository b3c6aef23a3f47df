"""The words for enum members: each feature lists its own in `words.py`; pages ask `say(member)`.

Members are found by their class and value, because members of different StrEnums with the same value are equal.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from babel.numbers import format_decimal

from pbplatform.foundation.catalogue import language

Words = Mapping[Any, Any]


class Amount(int):
    """A whole number in a sentence: it stands with the reader's separators, as 22 500."""

    def __str__(self) -> str:
        """The number in the reader's language."""
        return str(format_decimal(int(self), locale=language() or "en"))


_words: dict[type[StrEnum], dict[str, Any]] = {}
_said: dict[tuple[str, type[StrEnum], str], str] = {}
"""What was said once in a language; there are a few hundred words."""


def teach(*lists: Words) -> None:
    """Learn the words of some enums; every member of an enum must have its word."""
    for words in lists:
        for kind in {type(member) for member in words}:
            known = {member.value: words[member] for member in words if type(member) is kind}
            missing = {member.value for member in kind} - set(known)
            if missing:
                raise LookupError(f"{kind.__name__} has no words for {', '.join(sorted(missing))}")
            _words[kind] = known
    _said.clear()


def say(member: StrEnum, **values: Any) -> str:
    """The word or sentence of an enum member in the reader's language."""
    # A text is found faster than a locale, whose comparison looks at each of its parts.
    chosen = language()
    key = (chosen.language if chosen else "", type(member), member.value)
    text = _said.get(key)
    if text is None:
        text = str(_words[type(member)][member.value])
        if chosen:
            _said[key] = text
    return text % values if values else text


class _Spoken(Mapping[Any, str]):
    """Every taught member with its sentence, for decisions that can fail for the reasons of several features."""

    def __getitem__(self, member: StrEnum) -> str:
        return str(_words[type(member)][member.value])

    def __iter__(self) -> Iterator[StrEnum]:
        return (kind(value) for kind, known in _words.items() for value in known)

    def __len__(self) -> int:
        return sum(len(known) for known in _words.values())


SPOKEN = _Spoken()
