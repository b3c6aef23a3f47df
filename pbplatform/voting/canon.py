"""The formats that anybody must be able to recompute: canonical JSON, trackers, roots, the order that breaks ties.

Pure: no Flask, no database, only Python's standard library, so that the verification bundle can say the same in a
single file. Changing a line here changes every receipt; the format's name ("PBv1") changes with it.

**Payload.** A JSON object from the position of an envelope (as text, "1" first) to the choices made in it; an envelope
in which the voter chose nothing is left out. Choices are

* approval, choose-one and knapsack: the project codes, sorted: ``{"1":["BO.1","BO.7"],"4":["D3/2"]}``
* points: pairs of code and points, sorted by code: ``{"1":[["BO.1",3],["BO.7",2]]}``
* ranking: the codes from the most to the least liked: ``{"1":["BO.7","BO.1"]}``

**Canonical JSON.** Keys sorted by code point, no spaces, no escapes but those that JSON demands, UTF-8; integers only.
"""

import base64
import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

VERSION = "PBv1"
TRACKER_LENGTH = 16
OPEN_FROM = 100
SEALED_FROM = 20
PAPER_FROM = 10
"""Fewer sheets of one district than this are never told apart from the other ballots: neighbours know who voted on paper."""

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_LETTERS = {letter: place for place, letter in enumerate(_ALPHABET)}


def canonical(value: Any) -> str:
    """A value as canonical JSON; raise TypeError for a float, which has no single spelling."""
    _refuse_floats(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError("canonical JSON holds no floating point numbers")
    if isinstance(value, Mapping):
        for inner in value.values():
            _refuse_floats(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _refuse_floats(inner)


def sha256(text: str) -> str:
    """SHA-256 of a text's UTF-8 bytes as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def rules_hash(rules: Mapping[str, Any]) -> str:
    """The hash of everything that must not change while the vote is open."""
    return sha256(canonical(rules))


def key_commitment(key: bytes) -> str:
    """What the database may know of a round's key: SHA-256("key" ‖ key)."""
    return hashlib.sha256(b"key" + key).hexdigest()


def ballot_id(key: bytes, round_id: int, roll_entry_id: int) -> str:
    """The row's name of a voter's ballot; without the key nobody can tell whose it is."""
    message = f"ballot|{round_id}|{roll_entry_id}"
    return hmac.new(key, message.encode(), hashlib.sha256).hexdigest()


def page_mark(key: bytes, bid: str) -> str:
    """What a page of the ballot says of its voter, so that nobody else's ballot is cast from it by mistake."""
    return hmac.new(key, f"page|{bid}".encode(), hashlib.sha256).hexdigest()[:16]


def nonce(key: bytes, bid: str, submission_id: str, word_hash_: str, payload: str) -> str:
    """The secret of one submission, the same at every retry of it and of no other; 32 hexadecimal digits."""
    message = f"nonce|{bid}|{submission_id}|{word_hash_}|{payload}"
    return hmac.new(key, message.encode(), hashlib.sha256).hexdigest()[:32]


def word_hash(word: str) -> str:
    """The hash of the word that the voter may add; of the empty word when there is none."""
    return sha256(word)


def tracker(round_name: str, rules: str, nonce_: str, word_hash_: str, payload: str) -> str:
    """The code that finds a ballot: 16 letters and digits from everything the ballot says.

    `round_name` is "municipality/round", `rules` the rules hash, `payload` the canonical JSON of the choices.
    The parts are joined with "|", which occurs in none of them but the last.
    """
    message = "|".join((VERSION, round_name, rules, nonce_, word_hash_, payload))
    return base32(hashlib.sha256(message.encode()).digest())[:TRACKER_LENGTH]


def base32(data: bytes) -> str:
    """RFC 4648 base 32 without padding."""
    return base64.b32encode(data).decode().rstrip("=")


def spoken_tracker(text: str) -> str:
    """A typed tracker in its one spelling: spaces and hyphens gone, capitals, the look-alikes 0, 1 and 8 mended."""
    letters = "".join(letter for letter in text.upper() if letter.isalnum())
    return letters.replace("0", "O").replace("1", "I").replace("8", "B")


def is_tracker(text: str) -> bool:
    """Whether a text has the form of a tracker."""
    return len(text) == TRACKER_LENGTH and all(letter in _LETTERS for letter in text)


def receipt_message(round_name: str, rules: str, tracker_: str) -> bytes:
    """What the receipt's Ed25519 signature is over."""
    return "|".join((VERSION, "receipt", round_name, rules, tracker_)).encode()


Choices = Sequence[str] | Sequence[tuple[str, int]]
"""Project codes (approval, choose-one, knapsack: any order; ranking: best first), or pairs of code and points."""


def canonical_choices(choices: Choices, *, ranked: bool) -> list[Any]:
    """One envelope's choices in their one order; `ranked` keeps the voter's own."""
    plain: list[Any] = [choice if isinstance(choice, str) else [choice[0], choice[1]] for choice in choices]
    if ranked:
        return plain
    return sorted(plain, key=lambda choice: choice if isinstance(choice, str) else choice[0])


def canonical_payload(by_position: Mapping[int, Choices], ranked: frozenset[int] = frozenset()) -> str:
    """A whole ballot's payload; `ranked` are the positions of the envelopes whose ballot is a ranking."""
    return canonical(
        {
            str(position): canonical_choices(choices, ranked=position in ranked)
            for position, choices in by_position.items()
            if choices
        }
    )


def merkle_root(leaves: Iterable[str]) -> str:
    """The root over sorted texts, as 64 hexadecimal digits; of nothing it is the hash of nothing.

    A leaf is SHA-256(0x00 ‖ text), a node SHA-256(0x01 ‖ left ‖ right); a last single node moves up unchanged.
    """
    level = [hashlib.sha256(b"\x00" + leaf.encode()).digest() for leaf in sorted(leaves)]
    if not level:
        return hashlib.sha256(b"").hexdigest()
    while len(level) > 1:
        pairs = [
            hashlib.sha256(b"\x01" + level[place] + level[place + 1]).digest()
            for place in range(0, len(level) - 1, 2)
        ]
        level = [*pairs, *level[len(pairs) * 2 :]]
    return level[0].hex()


def roots(
    trackers: Iterable[str],
    paper: Iterable[str] | None,
    choices: Mapping[str, Iterable[str] | None],
) -> dict[str, Any]:
    """The roots of a sealed vote, list by list, so that open and sealed publication can both be checked.

    `trackers` are those of the online ballots, `paper` the payloads of the counted sheets, None where these are not
    published (a root over few short texts would be guessed), `choices` per position the
    canonical choices of every ballot that has some there; None where an envelope publishes totals only.
    """
    return {
        "trackers": merkle_root(trackers),
        "paper": None if paper is None else merkle_root(paper),
        "choices": {
            position: None if lines is None else merkle_root(lines) for position, lines in choices.items()
        },
    }


def final_root(parts: Mapping[str, Any]) -> str:
    """The one root over the roots of `roots`."""
    return sha256(canonical(parts))


def tie_commitment(seed: str) -> str:
    """What is published of the lot before the vote: the hash of the seed, 64 hexadecimal digits."""
    return sha256(seed)


def tie_rank(seed: str, root: str, beacon: str, position: int, code: str) -> str:
    """Where a project stands in the lot; the smaller comes first."""
    return sha256("|".join((seed, root, beacon, str(position), code)))


def tie_order(seed: str, root: str, beacon: str, position: int, codes: Iterable[str]) -> list[str]:
    """The projects of an envelope in the order that breaks ties: the first is preferred."""
    return sorted(codes, key=lambda code: tie_rank(seed, root, beacon, position, code))


def fewest_sheets(payloads: Iterable[str], of_districts: Iterable[int]) -> int:
    """The smallest group of counted sheets that their list would show: those of one district, or of none.

    `of_districts` are the positions of the envelopes that belong to one district; a sheet speaks of one of them at most.
    """
    local = {str(position) for position in of_districts}
    groups = Counter("".join(sorted(local & json.loads(payload).keys())) for payload in payloads)
    return min(groups.values(), default=0)


def published_as(chosen: str, ballots: int, paper: int) -> str:
    """How an envelope's ballots are published: "open", "sealed" or "totals".

    `chosen` is what the municipality asked for ("automatic" and "open" take what the number allows), `paper` the number
    of `fewest_sheets`, because the sheets stand in a list of their own where the vote is open. A ballot's line is open
    only when every envelope in it is: its tracker covers the whole payload.
    """
    if chosen == "totals" or ballots < SEALED_FROM:
        return "totals"
    if chosen == "sealed" or ballots < OPEN_FROM or 0 < paper < PAPER_FROM:
        return "sealed"
    return "open"
