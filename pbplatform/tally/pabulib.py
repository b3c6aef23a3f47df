"""Reading Pabulib files (`.pb`): the public format for participatory-budgeting elections.

Three sections, META, PROJECTS and VOTES, of semicolon-separated rows in UTF-8. All keys and columns are kept, also those
that the count does not use. Money and points are decimals and become whole numbers of a scale, never floats. A file with
any fault gives `FileFaults` with all of them and their lines (at most `MOST_LISTED`), and no election.

Format: https://pabulib.org/format. What real files hold beyond it is met here: ids with spaces and slashes, CRLF and LF in
one file, the same project twice on a ballot (counted once, with a warning), placeholders for withdrawn projects.
"""

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pbplatform.tally.election import Election
from pbplatform.tally.faults import Fault, Faults, FileFaults, brief
from pbplatform.tally.pabulib_fields import (
    Declared,
    amount,
    build_election,
    decimal_of,
    read_meta,
    read_projects,
)
from pbplatform.tally.pabulib_limits import Key

MAX_LINE = 2**17
"""No line of a file may be longer than this many characters; the longest of the elections we know has 1,109."""

MAX_PROJECTS = 10_000
"""No file may list more projects than this."""

MAX_BALLOTS = 20_000_000
"""No file may hold more ballots than this."""

Stream = io.BytesIO | io.BufferedReader

SECTIONS = ("META", "PROJECTS", "VOTES")


@dataclass(frozen=True)
class PabulibFile:
    """A file without faults: its election, and everything else that stands in it.

    `votes` keeps every row of the ballots when the file was read with `keep_votes`; it is what a converter needs.
    """

    election: Election = field(repr=False)
    meta: dict[str, str]
    project_columns: tuple[str, ...]
    projects: tuple[tuple[str, ...], ...] = field(repr=False)
    vote_columns: tuple[str, ...]
    votes: tuple[tuple[str, ...], ...] | None = field(repr=False)
    warnings: tuple[Fault, ...]
    more_warnings: int
    sha256: str

    def column(self, name: str) -> dict[str, str] | None:
        """One column of the projects by project id, or None if the file does not have it."""
        if name not in self.project_columns:
            return None
        at, own = self.project_columns.index(name), self.project_columns.index("project_id")
        return {row[own].strip(): row[at].strip() for row in self.projects}

    def selected(self) -> dict[str, int] | None:
        """The real outcome, if the file tells: 0 not funded, 1 funded, 2 with extra money, 3 from the reserve."""
        column = self.column("selected")
        return None if column is None else {project: int(value or 0) for project, value in column.items()}


@dataclass
class _Sections:
    """What one pass over a file collects. Ballots are grouped by their raw text, before anything is split."""

    meta: list[tuple[int, list[str]]] = field(default_factory=list)
    project_columns: list[str] = field(default_factory=list)
    projects: list[tuple[int, list[str]]] = field(default_factory=list)
    vote_columns: list[str] = field(default_factory=list)
    ballots: Counter[tuple[str, str]] = field(default_factory=Counter)
    votes: list[tuple[str, ...]] = field(default_factory=list)
    voters: set[str] = field(default_factory=set)
    rows: int = 0
    begun: dict[str, int] = field(default_factory=dict)
    whole: bool = False
    """Whether the file could be read to its end; if not, what seems to be missing may stand further down."""


class _Unreadable(Exception):
    """Reading cannot go on from here."""


def read(source: Path | bytes, *, keep_votes: bool = False) -> PabulibFile:
    """Read a file or its bytes. Raises FileFaults with every fault, or OSError."""
    faults, warnings = Faults(), Faults()
    with _opened(source) as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        sections = _collect(stream, faults, keep_votes)
        meta, declared = read_meta(sections.meta, faults, warnings)
        projects = read_projects(sections.project_columns, sections.projects, declared, faults, warnings)
        _check_counts(sections, declared, faults)
        election: Election | None = None
        faulty: dict[Key, str] = {}
        doubtful: dict[Key, str] = {}
        if projects and declared is not None:
            election, faulty, doubtful = build_election(sections.ballots, projects, declared)
        if faulty or len(sections.voters) < sections.rows:
            _locate(stream, faulty, faults, twice=len(sections.voters) < sections.rows)
        if doubtful:
            _locate(stream, doubtful, warnings, twice=False)
    if faults or election is None:
        raise FileFaults(faults)
    _check_columns(sections, election, warnings)
    return PabulibFile(
        election=election,
        meta=meta,
        project_columns=tuple(sections.project_columns),
        projects=tuple(tuple(row) for _, row in sections.projects),
        vote_columns=tuple(sections.vote_columns),
        votes=tuple(sections.votes) if keep_votes else None,
        warnings=tuple(sorted(warnings.listed)),
        more_warnings=warnings.more,
        sha256=sha256,
    )


def _opened(source: Path | bytes) -> Stream:
    return io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")


def _lines(stream: Stream) -> Iterator[str]:
    """Lines of the file; stops with `_Unreadable` at one that is too long or no text."""
    stream.seek(0)
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    try:
        while line := text.readline(MAX_LINE + 1):
            if len(line) > MAX_LINE:
                raise _Unreadable(f"the line is longer than {MAX_LINE} characters")
            if "\0" in line:
                raise _Unreadable("the line holds a character (NUL) that stands in no text")
            yield line
    finally:
        text.detach()


def _rows(stream: Stream) -> Any:
    """A reader of the rows; it knows the number of the line it has reached."""
    return csv.reader(_lines(stream), delimiter=";", strict=True)


def _collect(stream: Stream, faults: Faults, keep_votes: bool) -> _Sections:
    sections = _Sections()
    reader = _rows(stream)
    try:
        _walk(reader, sections, faults, keep_votes)
        sections.whole = True
    except _Unreadable as error:
        faults.add(reader.line_num + 1, f"{error}; nothing after it was read")
    except csv.Error as error:
        what = "a quoted field is not closed" if "end of data" in str(error) else str(error)
        if "limit" in str(error):
            # No line is that long, so a quoted field goes on over many of them.
            what = "a quoted field is not closed"
        faults.add(reader.line_num, f"{what}; nothing after it was read")
    except UnicodeDecodeError:
        faults.extend(_encoding_faults(stream))
    for name in SECTIONS:
        if sections.whole and name not in sections.begun:
            faults.add(0, f"the section {name} is missing")
    return sections


def _walk(reader: Any, sections: _Sections, faults: Faults, keep_votes: bool) -> None:
    """Collect all rows. The loop over ballots is the one that must be fast."""
    section = ""
    header: list[str] | None = None
    for row in reader:
        name = row[0].strip() if len(row) == 1 else ""
        if not row or (len(row) == 1 and not name):
            continue
        if name.upper() in SECTIONS:
            section, header = name.upper(), None
            if section in sections.begun:
                faults.add(reader.line_num, f"the section {section} begins a second time")
            sections.begun[section] = reader.line_num
        elif not section:
            faults.add(reader.line_num, f"a row before the first section: {brief(';'.join(row))}")
        elif header is None:
            header = _header(section, row, reader.line_num, sections, faults)
            if section == "VOTES" and header:
                _walk_votes(reader, header, sections, faults, keep_votes)
        elif section == "META":
            sections.meta.append((reader.line_num, row))
        else:
            if len(row) != len(header):
                faults.add(reader.line_num, f"{len(row)} fields where the header has {len(header)}")
                continue
            sections.projects.append((reader.line_num, row))
            if len(sections.projects) > MAX_PROJECTS:
                raise _Unreadable(f"more than {MAX_PROJECTS} projects")


def _header(section: str, row: list[str], line: int, sections: _Sections, faults: Faults) -> list[str]:
    columns = [column.strip() for column in row]
    needed = {"META": ("key", "value"), "PROJECTS": ("project_id", "cost"), "VOTES": ("voter_id", "vote")}[
        section
    ]
    for column in needed:
        if column not in columns:
            faults.add(line, f"the section {section} has no column {column}")
    for column, times in Counter(columns).items():
        if times > 1:
            faults.add(line, f"the column {brief(column)} is listed twice")
    if section == "PROJECTS":
        sections.project_columns = columns
    elif section == "VOTES":
        sections.vote_columns = columns
    return columns


def _walk_votes(
    reader: Any, header: list[str], sections: _Sections, faults: Faults, keep_votes: bool
) -> None:
    if "voter_id" not in header or "vote" not in header:
        raise _Unreadable("the ballots cannot be read without their columns")
    width, own, at = len(header), header.index("voter_id"), header.index("vote")
    points = header.index("points") if "points" in header else None
    ballots, voters, votes = sections.ballots, sections.voters, sections.votes
    for row in reader:
        if len(row) != width:
            if not row or row == [""]:
                continue
            if len(row) == 1 and row[0].strip().upper() in SECTIONS:
                faults.add(reader.line_num, "no section may follow the ballots")
                raise _Unreadable("the ballots have ended")
            faults.add(reader.line_num, f"{len(row)} fields where the header has {width}")
            continue
        ballots[row[at], "" if points is None else row[points]] += 1
        voters.add(row[own])
        sections.rows += 1
        if keep_votes:
            votes.append(tuple(row))
        if sections.rows > MAX_BALLOTS:
            raise _Unreadable(f"more than {MAX_BALLOTS} ballots")


def _encoding_faults(stream: Stream) -> Iterator[Fault]:
    stream.seek(0)
    number = 0
    while line := stream.readline(4 * MAX_LINE):
        number += 1
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            yield Fault(number, "the line is not UTF-8")


def _check_counts(sections: _Sections, declared: Declared | None, faults: Faults) -> None:
    if not sections.whole or faults.more or declared is None:
        return
    counted = {"PROJECTS": ("num_projects", len(sections.projects)), "VOTES": ("num_votes", sections.rows)}
    for section, (key, found) in counted.items():
        promised, line = declared.counts.get(key, (None, 0))
        if section in sections.begun and promised is not None and promised != found:
            faults.add(line, f"{key} says {promised}, but the section {section} has {found}")


def _check_columns(sections: _Sections, election: Election, warnings: Faults) -> None:
    """Compare the organisers' own counts with ours: their number is kept, the difference is a warning."""
    columns = sections.project_columns
    for name, ours, scale in (
        ("votes", election.votes, 1),
        ("score", election.points, election.points_scale),
    ):
        if name not in columns:
            continue
        at = columns.index(name)
        for (line, row), number in zip(sections.projects, ours, strict=True):
            theirs = decimal_of(row[at].strip())
            if theirs is not None and theirs * scale != number:
                warnings.add(line, f"{name} says {brief(row[at])}, the ballots give {amount(number, scale)}")


def _locate(stream: Stream, messages: dict[tuple[str, str], str], faults: Faults, *, twice: bool) -> None:
    """Read the ballots again to say on which lines the faulty ones stand, and which voters are listed twice."""
    # Where reading ends has been told the first time.
    with suppress(_Unreadable, csv.Error, UnicodeDecodeError):
        _locate_rows(_rows(stream), messages, faults, twice=twice)


def _locate_rows(reader: Any, messages: dict[tuple[str, str], str], faults: Faults, *, twice: bool) -> None:
    header: list[str] = []
    voters: set[str] = set()
    begun = False
    for row in reader:
        if not begun:
            begun = len(row) == 1 and row[0].strip().upper() == "VOTES"
        elif not header:
            header = [column.strip() for column in row]
            own, at = header.index("voter_id"), header.index("vote")
            points = header.index("points") if "points" in header else None
        elif len(row) == len(header):
            message = messages.get((row[at], "" if points is None else row[points]))
            if message is not None:
                faults.add(reader.line_num, message)
            if twice and row[own] in voters:
                faults.add(reader.line_num, f"the voter {brief(row[own])} is listed twice")
            voters.add(row[own])
