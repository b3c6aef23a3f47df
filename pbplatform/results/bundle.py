"""The verification bundle: everything anybody needs to count again offline, the same bytes whenever it is made."""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.consultation.models import Round
from pbplatform.foundation.crypto import digest
from pbplatform.results import counting, elections, exporting, queries
from pbplatform.results.models import Count
from pbplatform.tally.outcome import canonical
from pbplatform.voting import canon
from pbplatform.voting.models import Channel, RoundSeal, SealedBallot, Superseded

FORMAT = "pbplatform-bundle/1"
LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The date of every file in the archive: the same content gives the same bytes."""


def build(session: Session, found: Round, row: Count) -> bytes:
    """The bundle as a ZIP archive."""
    return pack(contents(session, found, row))


def pack(parts: Mapping[str, bytes]) -> bytes:
    """A ZIP archive whose bytes depend on nothing but the files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name in sorted(parts):
            entry = zipfile.ZipInfo(name, LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            entry.create_system = 3
            archive.writestr(entry, parts[name])
    return buffer.getvalue()


def contents(session: Session, found: Round, row: Count) -> dict[str, bytes]:
    """Every file of the bundle by its name."""
    seal = queries.seal(session, found)
    frames = elections.frames(session, found)
    ways = {str(f.envelope.position): publication(seal, str(f.envelope.position)) for f in frames}
    opened = seal is not None and all(way == "open" for way in ways.values())
    if not opened:
        ways = {position: "sealed" if way == "open" else way for position, way in ways.items()}
    parts: dict[str, bytes] = {
        "result.json": str(row.result).encode(),
        "count.json": canonical(
            {
                "envelopes": [
                    {
                        "blank_counts": frame.blank_counts,
                        "election": frame.election,
                        "options": frame.options,
                        "position": frame.envelope.position,
                        "published": ways[str(frame.envelope.position)],
                    }
                    for frame in sorted(frames, key=lambda f: f.envelope.position)
                ]
            }
        ),
        "verify.py": source("pbplatform.results", "verify.py"),
        "plain.py": source("pbplatform.tally", "plain.py"),
        "canon.py": source("pbplatform.voting", "canon.py"),
    }
    trackers = False
    if seal is not None:
        parts["rules.json"] = seal.rules.encode()
        parts["seal.json"] = canonical(_seal(seal))
        replaced = session.scalars(
            select(Superseded.tracker).where(Superseded.round_id == found.id).order_by(Superseded.tracker)
        )
        parts["superseded.csv"] = table(["tracker"], ([tracker] for tracker in replaced))
        trackers = True
    parts |= _open_ballots(session, found) if opened else _apart(session, found, ways, trackers=trackers)
    for frame in frames:
        if ways[str(frame.envelope.position)] != "totals":
            name = "election.pb" if len(frames) == 1 else f"election-{frame.envelope.position}.pb"
            parts[name] = b"".join(exporting.pabulib(session, found, frame.envelope, row))
    parts["manifest.json"] = canonical(
        {
            "ballots": row.ballots,
            "count": row.number,
            "files": {name: digest(content) for name, content in parts.items()},
            "format": FORMAT,
            "open": opened,
            "result": row.result_hash,
            "result_format": counting.FORMAT,
            "round": counting.round_name(session, found),
            "trackers": trackers,
        }
    )
    return parts


def publication(seal: RoundSeal | None, position: str) -> str:
    """How an envelope's ballots are published; a past election's were public before, without trackers."""
    return "sealed" if seal is None else str(seal.publication[position])


def source(package: str, name: str) -> bytes:
    """A program of the bundle, as the platform itself runs it."""
    return files(package).joinpath(name).read_bytes()


def _seal(seal: RoundSeal) -> dict[str, Any]:
    return {
        "beacon": seal.beacon,
        "counts": seal.counts,
        "final_root": seal.final_root,
        "manifest": seal.manifest,
        "roots": seal.roots,
        "rules_hash": seal.rules_hash,
        "tie_commitment": seal.tie_commitment,
        "tie_orders": seal.tie_orders,
        "tie_seed": seal.tie_seed,
    }


def _open_ballots(session: Session, found: Round) -> dict[str, bytes]:
    """Every ballot on one line with its tracker; paper without."""
    online, paper = [], []
    for ballot in sealed(session, found):
        if ballot.channel is Channel.PAPER:
            paper.append([ballot.payload])
        else:
            online.append([ballot.tracker, ballot.nonce, ballot.word_hash, ballot.payload])
    return {
        "ballots.csv": table(["tracker", "nonce", "word_hash", "payload"], online),
        "paper.csv": table(["payload"], paper),
    }


def _apart(session: Session, found: Round, ways: Mapping[str, str], *, trackers: bool) -> dict[str, bytes]:
    """Trackers and choices in separate lists, each sorted, so that the one does not lead to the other."""
    listed: dict[str, list[str]] = {position: [] for position, way in ways.items() if way == "sealed"}
    known: list[str] = []
    for ballot in sealed(session, found):
        if ballot.tracker is not None:
            known.append(ballot.tracker)
        said = json.loads(ballot.payload)
        for position, choices in listed.items():
            if position in said:
                choices.append(canon.canonical(said[position]))
    parts = {
        f"choices-{position}.csv": table(["choices"], ([text] for text in sorted(texts)))
        for position, texts in listed.items()
    }
    if trackers:
        parts["trackers.csv"] = table(["tracker"], ([tracker] for tracker in sorted(known)))
    return parts


def sealed(session: Session, found: Round) -> Iterator[SealedBallot]:
    """The sealed ballots in their order, streamed."""
    return iter(
        session.scalars(
            select(SealedBallot)
            .where(SealedBallot.round_id == found.id)
            .order_by(SealedBallot.position)
            .execution_options(yield_per=5_000)
        )
    )


def table(columns: list[str], rows: Iterable[Iterable[Any]]) -> bytes:
    """A CSV file: commas, quotes where needed, LF."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return buffer.getvalue().encode()
