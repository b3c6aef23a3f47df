"""The verification bundle: everything anybody needs to count again offline, the same bytes whenever it is made."""

import io
import itertools
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from importlib.resources import files
from tempfile import TemporaryFile
from typing import IO, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.consultation.models import Round
from pbplatform.foundation.files import FileMissing, Files, FilesUnavailable
from pbplatform.results import elections, exporting, publication, queries
from pbplatform.results.models import Count
from pbplatform.tally.canonical import canonical
from pbplatform.voting.models import Channel, RoundSeal, SealedBallot, Superseded

FORMAT = "pbplatform-bundle/1"
LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The date of every file in the archive: the same content gives the same bytes."""


def kept(files_: Files, session: Session, found: Round, row: Count) -> IO[bytes]:
    """The bundle of a public count as it was made the first time; made, and kept, where it is not there yet.

    The ballots, the rules and the result no longer change, so only a release with other programs makes it anew. A kept
    file is named by its own fingerprint: one that was changed, or broke off half-way, is thrown away and made again.
    """
    programs = sha256(b"".join(source(package, name) for package, name in PROGRAMS)).hexdigest()
    prefix = f"bundles/{row.id}-{str(row.result_hash)[:16]}-{programs[:16]}"
    try:
        there = _kept(files_, prefix)
    except (FilesUnavailable, FileMissing, OSError):
        there = None  # A copy is a convenience: where it cannot be read, the bundle is made from the ballots.
    if there is not None:
        return there
    try:
        made = build(session, found, row)
    except OSError as problem:  # There is no room for the temporary file.
        raise FilesUnavailable(str(problem)) from problem
    digest = sha256()
    while piece := made.read(1 << 16):
        digest.update(piece)
    files_.keep_copy(f"{prefix}/{digest.hexdigest()}.zip", made)
    made.seek(0)
    return made


def _kept(files_: Files, prefix: str) -> IO[bytes] | None:
    for key in files_.all_keys(prefix):
        archive: IO[bytes] = TemporaryFile()  # noqa: SIM115 (whoever sends it closes it)
        fingerprint = sha256()
        for piece in files_.pieces(key):
            fingerprint.update(piece)
            archive.write(piece)
        if key == f"{prefix}/{fingerprint.hexdigest()}.zip":
            archive.seek(0)
            return archive
        archive.close()
        files_.delete(key)
    return None


PROGRAMS = (
    ("pbplatform.results", "verify.py"),
    ("pbplatform.results", "framing.py"),
    ("pbplatform.tally", "plain.py"),
    ("pbplatform.voting", "canon.py"),
)
"""What a bundle is checked with, and where it stands."""


def build(session: Session, found: Round, row: Count) -> IO[bytes]:
    """The bundle as a ZIP archive in a temporary file, at its beginning. Ballots pass through row by row."""
    archive = TemporaryFile()  # noqa: SIM115 (whoever sends it closes it)
    try:
        with zipfile.ZipFile(archive, "w") as packed:
            fingerprints = {name: _add(packed, name, pieces) for name, pieces in parts(session, found, row)}
            _add(packed, "manifest.json", [canonical(_manifest(session, found, row, fingerprints))])
        archive.seek(0)
    except OSError:
        with suppress(OSError):  # What is still to be written finds no room either.
            archive.close()
        raise
    return archive


def pack(files_: Mapping[str, bytes]) -> bytes:
    """A ZIP archive whose bytes depend on nothing but the files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        for name in sorted(files_):
            _add(packed, name, [files_[name]])
    return buffer.getvalue()


def _add(packed: zipfile.ZipFile, name: str, pieces: Iterable[bytes]) -> str:
    """Write one file into the archive; give its SHA-256."""
    entry = zipfile.ZipInfo(name, LONG_AGO)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    entry.create_system = 3
    fingerprint = sha256()
    with packed.open(entry, "w") as file:
        for piece in pieces:
            fingerprint.update(piece)
            file.write(piece)
    return fingerprint.hexdigest()


def parts(session: Session, found: Round, row: Count) -> Iterator[tuple[str, Iterable[bytes]]]:
    """Every file of the bundle but the manifest, by name, in an order that never changes."""
    seal = queries.seal(session, found)
    frames = elections.frames(session, found)
    ways = {str(f.envelope.position): publication.way(seal, f.envelope.position) for f in frames}
    yield "result.json", [str(row.result).encode()]
    yield "count.json", [canonical(_count(frames, ways))]
    for package, name in PROGRAMS:
        yield name, [source(package, name)]
    if seal is not None:
        yield "rules.json", [seal.rules.encode()]
        yield "seal.json", [canonical(_seal(seal))]
        replaced = session.scalars(
            select(Superseded.tracker).where(Superseded.round_id == found.id).order_by(Superseded.tracker)
        )
        yield "superseded.csv", table(["tracker"], ([tracker] for tracker in replaced))
    if publication.is_open(seal):
        yield from _open_ballots(session, found)
    else:
        yield from _apart(session, found, ways, trackers=seal is not None)
    for frame in frames:
        if ways[str(frame.envelope.position)] != publication.TOTALS:
            name = "election.pb" if len(frames) == 1 else f"election-{frame.envelope.position}.pb"
            yield name, exporting.pabulib(session, found, frame.envelope, row)


def _count(frames: Sequence[elections.Frame], ways: Mapping[str, str]) -> dict[str, Any]:
    return {
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


def _manifest(session: Session, found: Round, row: Count, fingerprints: Mapping[str, str]) -> dict[str, Any]:
    return {
        "ballots": row.ballots,
        "count": row.number,
        "files": dict(fingerprints),
        "format": FORMAT,
        "open": "ballots.csv" in fingerprints,
        "result": row.result_hash,
        "result_format": elections.RESULT_FORMAT,
        "round": elections.round_name(session, found),
        "trackers": "seal.json" in fingerprints,
    }


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


def _open_ballots(session: Session, found: Round) -> Iterator[tuple[str, Iterable[bytes]]]:
    """Every ballot on one line with its tracker; paper without."""
    online = (
        [ballot.tracker, ballot.nonce, ballot.word_hash, ballot.payload]
        for ballot in sealed(session, found, Channel.ONLINE)
    )
    yield "ballots.csv", table(["tracker", "nonce", "word_hash", "payload"], online)
    paper = ([ballot.payload] for ballot in sealed(session, found, Channel.PAPER))
    yield "paper.csv", table(["payload"], paper)


def _apart(
    session: Session, found: Round, ways: Mapping[str, str], *, trackers: bool
) -> Iterator[tuple[str, Iterable[bytes]]]:
    """Trackers and choices in separate lists, each sorted, so that the one does not lead to the other."""
    for position in sorted(position for position, way in ways.items() if way == publication.SEALED):
        listed = publication.choices(session, found, int(position))
        rows = ([text] for text, number in listed for _ in range(number))
        yield f"choices-{position}.csv", table(["choices"], rows)
    if trackers:
        # The seal wrote the ballots in the order of their trackers.
        known = ([ballot.tracker] for ballot in sealed(session, found, Channel.ONLINE))
        yield "trackers.csv", table(["tracker"], known)


def sealed(session: Session, found: Round, channel: Channel) -> Iterator[Any]:
    """The sealed ballots of a channel in their order, streamed."""
    columns = (SealedBallot.tracker, SealedBallot.nonce, SealedBallot.word_hash, SealedBallot.payload)
    yield from session.execute(
        select(*columns)
        .where(SealedBallot.round_id == found.id, SealedBallot.channel == channel)
        .order_by(SealedBallot.position)
        .execution_options(yield_per=5_000)
    )


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """A CSV file: commas, quotes where needed, LF."""
    return exporting.csv_rows(itertools.chain([columns], rows))
