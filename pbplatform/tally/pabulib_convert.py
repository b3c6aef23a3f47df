"""Pabulib files as JSON or CSV, and back, without losing a key, a column or a row.

JSON: one object with `meta`, `projects` and `votes`. CSV: a folder with `meta.csv`, `projects.csv` and `votes.csv`,
comma-separated, UTF-8. Whatever comes in is read through the Pabulib reader first, so a fault is found on the way.
"""

import csv
import json
from pathlib import Path
from typing import Any

from pbplatform.tally.faults import Faults, FileFaults
from pbplatform.tally.pabulib import PabulibFile, read
from pbplatform.tally.pabulib_write import file_text, sections_text

PARTS = ("meta.csv", "projects.csv", "votes.csv")

MOST_BYTES = 2**28
"""No JSON file larger than this is read: it has to fit into memory as a whole."""


def load(source: Path) -> PabulibFile:
    """Read a `.pb` file, a `.json` file or a folder of CSV files. Raises FileFaults or OSError."""
    if source.is_dir():
        return read(_from_folder(source).encode("utf-8"), keep_votes=True)
    if source.suffix == ".json":
        return read(_from_json(source), keep_votes=True)
    return read(source, keep_votes=True)


def save(file: PabulibFile, target: Path) -> None:
    """Write as `.pb`, as `.json`, or else as a folder of CSV files. Raises OSError; a folder must not exist yet."""
    if target.suffix == ".pb":
        target.write_text(file_text(file), encoding="utf-8", newline="")
    elif target.suffix == ".json":
        text = json.dumps(as_data(file), ensure_ascii=False, indent=1) + "\n"
        target.write_text(text, encoding="utf-8", newline="")
    else:
        target.mkdir()
        tables: tuple[list[tuple[str, ...]], ...] = (
            [("key", "value"), *file.meta.items()],
            [file.project_columns, *file.projects],
            [file.vote_columns, *(file.votes or ())],
        )
        for name, table in zip(PARTS, tables, strict=True):
            with (target / name).open("w", encoding="utf-8", newline="") as stream:
                csv.writer(stream, lineterminator="\n").writerows(table)


def as_data(file: PabulibFile) -> dict[str, Any]:
    """The file as plain data: an object per project and per ballot."""
    return {
        "meta": file.meta,
        "projects": [dict(zip(file.project_columns, row, strict=True)) for row in file.projects],
        "votes": [dict(zip(file.vote_columns, row, strict=True)) for row in file.votes or ()],
    }


def _refuse(message: str) -> FileFaults:
    faults = Faults()
    faults.add(0, message)
    return FileFaults(faults)


def _from_json(source: Path) -> bytes:
    if source.stat().st_size > MOST_BYTES:
        raise _refuse(f"the file is larger than {MOST_BYTES} bytes")
    try:
        data = json.loads(source.read_bytes().decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise _refuse(f"the file is no JSON in UTF-8: {str(error)[:100]}") from None
    if not isinstance(data, dict) or not isinstance(data.get("meta"), dict):
        raise _refuse("the file has no object meta")
    meta = data["meta"]
    if not all(isinstance(value, str) for value in meta.values()):
        raise _refuse("a value of meta is no text")
    tables = [_table(data, "projects"), _table(data, "votes")]
    text = sections_text(meta, tables[0][0], tables[0][1], tables[1][0], tables[1][1])
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:  # JSON can spell halves of characters, which no text has.
        raise _refuse("a text of the file holds half a character") from None


def _table(data: dict[str, Any], name: str) -> tuple[list[str], list[list[str]]]:
    rows = data.get(name)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise _refuse(f"the file has no list of objects {name}")
    columns = list(rows[0]) if rows else []
    for number, row in enumerate(rows, 1):
        if list(row) != columns or not all(isinstance(value, str) for value in row.values()):
            raise _refuse(
                f"object {number} of {name} does not have the columns of the first, all of them text"
            )
    return columns, [list(row.values()) for row in rows]


def _from_folder(source: Path) -> str:
    tables = []
    for name in PARTS:
        try:
            with (source / name).open(encoding="utf-8-sig", newline="") as stream:
                tables.append(list(csv.reader(stream, strict=True)))
        except FileNotFoundError:
            raise _refuse(f"the folder has no {name}") from None
        except (csv.Error, UnicodeDecodeError) as error:
            raise _refuse(f"{name} cannot be read: {error}") from None
        if not tables[-1]:
            raise _refuse(f"{name} is empty")
    if any(len(row) != 2 for row in tables[0]):
        raise _refuse("meta.csv needs two columns")
    meta = {row[0]: row[1] for row in tables[0][1:]}
    return sections_text(meta, tables[1][0], tables[1][1:], tables[2][0], tables[2][1:])
