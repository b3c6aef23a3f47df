"""Display names: one readable line that cannot pose as somebody in office."""

import re
import unicodedata

LONGEST = 100
SHORTEST = 2

# Letters of other alphabets that look like a Latin one; enough to unmask a title, not a general table of look-alikes.
_LOOK_ALIKE = str.maketrans(
    "авеікмнорстухѕјԁԛԝһӏοναρτικмյօսზ0135",
    "abeikmhopctyxsjdqwhlovaptikmjous" + "oles",
)
_TITLES = (
    "admin",
    "administrator",
    "moderator",
    "operator",
    "support",
    "system",
    "officer",
    "municipality",
    "cityhall",
    "администратор",
    "админ",
    "модератор",
    "оператор",
    "община",
    "кметство",
    "служител",
    "поддръжка",
    "ადმინი",
    "ადმინისტრატორი",
    "მოდერატორი",
    "ოპერატორი",
    "მუნიციპალიტეტი",
    "მერია",
    "თანამშრომელი",
)
_WORD = re.compile(r"[^\W\d_]+")


def shown(name: str) -> str:
    """The name in one line of visible characters: control, direction and zero-width characters are dropped."""
    composed = unicodedata.normalize("NFC", name)
    visible = "".join(letter if letter.isprintable() else " " * letter.isspace() for letter in composed)
    return " ".join(visible.split())


def is_readable(name: str) -> bool:
    """Whether a shown name is of fitting length, has letters, no heap of accents, and each word one alphabet."""
    if not SHORTEST <= len(name) <= LONGEST or not any(letter.isalpha() for letter in name):
        return False
    marks = sum(unicodedata.category(letter) in ("Mn", "Me") for letter in name)
    if marks > len(name) // 3:
        return False
    return all(len({_alphabet(letter) for letter in word}) == 1 for word in _WORD.findall(name))


def poses(name: str) -> bool:
    """Whether a name reads like an office rather than a person, also when it is written in look-alike letters."""
    return _skeleton(name) in _POSING


def _skeleton(name: str) -> str:
    plain = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", name).casefold()
        if letter.isalnum() and not unicodedata.combining(letter)
    )
    return plain.translate(_LOOK_ALIKE).strip("0123456789").replace("l", "i")


def _alphabet(letter: str) -> str:
    return unicodedata.name(letter, "UNKNOWN").split()[0]


_POSING = frozenset(_skeleton(title) for title in _TITLES)
