"""The long work of an import, done in the background: reading the file, and checking it into a draft version."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.orm import Session

from pbplatform.budget import findings, guessing, layout, mapping, reading, sums
from pbplatform.budget.models import (
    Axis,
    BudgetImport,
    BudgetLine,
    BudgetMapping,
    BudgetSum,
    BudgetVersion,
    ImportState,
    Side,
)
from pbplatform.foundation import clock
from pbplatform.foundation.database import Database, insert_many
from pbplatform.foundation.errors import Invalid
from pbplatform.foundation.files import Files
from pbplatform.foundation.i18n import searchable
from pbplatform.foundation.jobs import Progress
from pbplatform.foundation.sheets import Cell, Formula, Sheet, Workbook, read_table
from pbplatform.municipalities.models import District, Municipality

READ = "budget.read"
CHECK = "budget.check"
_PIECE = 5_000

Work = Callable[..., dict[str, Any] | None]


def rows_key(file_key: str) -> str:
    """Where the cells of a read file are kept, so that an XLSX file is unpacked only once."""
    return f"{file_key}.cells"


def reader(database: Database, files: Files) -> Work:
    """The work that reads a file, keeps its cells and finds its layout."""

    def work(progress: Progress, import_id: int) -> dict[str, Any] | None:
        with database.read() as session:
            brought = session.get_one(BudgetImport, import_id)
            key = brought.file_key
        progress.tell(0, 3)
        try:
            workbook = read_table(files.get(key))
        except Invalid as problem:
            with database.transaction() as session:
                brought = session.get_one(BudgetImport, import_id, with_for_update=True)
                if brought.state is ImportState.MAPPING:
                    brought.state = ImportState.FAULTY
                    brought.found = {"problem": str(problem.reason), "values": problem.values}
            return None
        progress.tell(1, 3)
        files.put(rows_key(key), pack(workbook))
        progress.tell(2, 3)
        sheet = layout.widest(workbook)
        understood = layout.understand(workbook.sheets[sheet])
        found = layout.describe(understood, workbook, sheet)
        with database.transaction() as session:
            brought = session.get_one(BudgetImport, import_id, with_for_update=True)
            if brought.state is not ImportState.MAPPING:
                return None
            brought.found = found
            guess = guessing.first_guess(understood, workbook.sheets[sheet].rows)
            brought.mapping = remembered(session, brought.municipality_id, understood) or guess
        return {"rows": understood.rows}

    return work


def remembered(session: Session, municipality_id: int, understood: layout.Layout) -> dict[str, Any] | None:
    """What the municipality said of a file with the same headings; rows that this file does not have are not asked for."""
    kept = session.scalar(
        select(BudgetMapping.mapping).where(
            BudgetMapping.municipality_id == municipality_id,
            BudgetMapping.headings_hash == understood.headings_hash,
        )
    )
    column = kept.get("filter_column") if kept else None
    if kept and column is not None and kept.get("filter_value") not in understood.columns[column].values:
        return {**kept, "filter_column": None, "filter_value": ""}
    return kept


def pack(workbook: Workbook) -> bytes:
    """The cells of a workbook as JSON; numbers, dates and formulas stay apart from texts."""
    sheets = [
        {"name": sheet.name, "rows": [[_packed(cell) for cell in row] for row in sheet.rows]}
        for sheet in workbook.sheets
    ]
    kept = {"encoding": workbook.encoding, "delimiter": workbook.delimiter, "sheets": sheets}
    return json.dumps(kept, ensure_ascii=False).encode()


def _packed(cell: Cell) -> Any:
    if isinstance(cell, Formula):
        return {"f": str(cell)}
    if isinstance(cell, Decimal):
        return {"n": str(cell)}
    if isinstance(cell, date):
        return {"d": cell.isoformat()}
    return cell


def unpack(content: bytes) -> Workbook:
    """What `pack` kept."""
    kept = json.loads(content)
    sheets = tuple(
        Sheet(sheet["name"], [[_unpacked(cell) for cell in row] for row in sheet["rows"]])
        for sheet in kept["sheets"]
    )
    return Workbook(sheets, kept["encoding"], kept["delimiter"])


def _unpacked(cell: dict[str, str] | str | None) -> Cell:
    if not isinstance(cell, dict):
        return cell
    if "n" in cell:
        return Decimal(cell["n"])
    return Formula(cell["f"]) if "f" in cell else date.fromisoformat(cell["d"][:10])


def checker(database: Database, files: Files) -> Work:
    """The work that reads a file by its mapping and, without a fault in it, makes the draft version in one transaction."""

    def work(progress: Progress, import_id: int) -> dict[str, Any] | None:
        with database.read() as session:
            brought = session.get_one(BudgetImport, import_id)
            said = mapping.Mapping.read(brought.mapping)
            codes = session.scalars(
                select(District.code).where(District.municipality_id == brought.municipality_id)
            ).all()
        progress.tell(0, 4)
        workbook = unpack(files.get(rows_key(brought.file_key)))
        progress.tell(1, 4)
        sheet = workbook.sheets[brought.found["sheet"]]
        read = reading.read(sheet.rows, brought.found["header"], said, brought.currency, codes)
        progress.tell(2, 4)
        summed = sums.sums(read.lines) if not read.faults_found else {}
        progress.tell(3, 4)
        with database.transaction() as session:
            brought = session.get_one(BudgetImport, import_id, with_for_update=True)
            if brought.state is not ImportState.CHECKING:
                return None
            keep(session, brought, sheet.name, read, summed)
        progress.tell(4, 4)
        return {"lines": len(read.lines), "faults": read.faults_found}

    return work


def keep(
    session: Session,
    brought: BudgetImport,
    sheet: str,
    read: findings.Reading,
    summed: dict[sums.Key, sums.Sum],
) -> None:
    """Keep what checking found; without a fault also the draft version with its lines and sums."""
    forget_draft(session, brought)
    brought.report = report(sheet, read, summed)
    if read.faults_found:
        brought.state = ImportState.FAULTY
        return
    # One import of a municipality at a time counts up the versions of its years.
    place = session.get_one(Municipality, brought.municipality_id, with_for_update=True)
    last = session.scalar(
        select(func.max(BudgetVersion.number)).where(
            BudgetVersion.municipality_id == place.id, BudgetVersion.year == brought.year
        )
    )
    version = BudgetVersion(
        municipality_id=place.id,
        year=brought.year,
        number=(last or 0) + 1,
        stage=brought.stage,
        quarter=brought.quarter,
        currency=brought.currency,
        file_name=brought.file_name,
        file_hash=brought.file_hash,
        lines=len(read.lines),
        totals=brought.report["totals"],
        axes=[axis.value for axis in Axis if (Side.EXPENDITURE, axis, "") in summed],
        declared={side: str(amount) for side, amount in brought.declared.items()},
        explanations={},
        population=place.population,
        made_at=clock.now(),
    )
    session.add(version)
    session.flush()
    connection = session.connection()
    _insert_lines(connection, version, read.lines)
    _insert_sums(connection, version, summed)
    brought.version_id = version.id
    brought.state = ImportState.READY


def forget_draft(session: Session, brought: BudgetImport) -> None:
    """Delete the draft version of an import, which nobody but officers has seen."""
    if brought.version_id is None:
        return
    version_id, brought.version_id = brought.version_id, None
    session.flush()
    for model in (BudgetSum, BudgetLine):
        session.execute(delete(model).where(model.version_id == version_id))
    session.execute(delete(BudgetVersion).where(BudgetVersion.id == version_id))


def _insert_lines(connection: Connection, version: BudgetVersion, lines: Sequence[findings.Line]) -> None:
    rows = (
        {
            "municipality_id": version.municipality_id,
            "version_id": version.id,
            "row": line.row,
            "side": line.side,
            "function": line.function,
            "programme": line.programme,
            "economic": line.economic,
            "unit": line.unit,
            "district": line.district,
            "title": line.title,
            "words": searchable(line.title)[:600],
            "planned": line.planned,
            "adjusted": line.adjusted,
            "actual": line.actual,
        }
        for line in lines
    )
    for piece in _pieces(rows):
        insert_many(connection, BudgetLine, piece)


def _insert_sums(connection: Connection, version: BudgetVersion, summed: dict[sums.Key, sums.Sum]) -> None:
    rows = (
        {
            "version_id": version.id,
            "side": side,
            "axis": axis,
            "path": path,
            "parent": sums.parent(path),
            "title": found.title,
            "lines": found.lines,
            "planned": found.planned,
            "adjusted": found.adjusted,
            "actual": found.actual,
        }
        for (side, axis, path), found in sorted(summed.items(), key=_beside_each_other)
    )
    for piece in _pieces(rows):
        insert_many(connection, BudgetSum, piece)


def _beside_each_other(item: tuple[sums.Key, sums.Sum]) -> tuple[str, str, str, str]:
    """Parts of the same place are kept beside each other, because a page asks for all of them."""
    side, axis, path = item[0]
    return side, axis, sums.parent(path) or "", path


def _pieces(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    piece: list[dict[str, Any]] = []
    for row in rows:
        piece.append(row)
        if len(piece) == _PIECE:
            yield piece
            piece = []
    if piece:
        yield piece


def report(sheet: str, read: findings.Reading, summed: dict[sums.Key, sums.Sum]) -> dict[str, Any]:
    """What checking found, as a document for the officer's page."""
    totals: dict[str, dict[str, str]] = {}
    for (side, axis, path), found in summed.items():
        if path == "" and axis.value == ("economic" if side is Side.REVENUE else "function"):
            amounts = {"planned": found.planned, "adjusted": found.adjusted, "actual": found.actual}
            totals[side.value] = {name: str(amount) for name, amount in amounts.items() if amount is not None}
    return {
        "sheet": sheet,
        "lines": len(read.lines),
        "filtered": read.filtered,
        "empty": read.empty,
        "branches": read.branches,
        "negatives": sum(
            (amount or 0) < 0 for line in read.lines for amount in (line.planned, line.adjusted, line.actual)
        ),
        "faults_found": read.faults_found,
        "faults": [
            {
                "fault": place.fault.value,
                "row": place.row,
                "column": place.column,
                "value": place.value,
                "times": place.times,
            }
            for place in read.faults
        ],
        "totals_agreeing": read.totals_agreeing,
        "totals_differing": [
            {
                "row": total.row,
                "title": total.title,
                "measure": total.measure,
                "written": str(total.written),
                "summed": str(total.summed),
            }
            for total in read.totals[:100]
        ],
        "totals": totals,
    }
