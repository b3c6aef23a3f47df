"""XLSX files as accidents and attackers leave them."""

import io
import random
import re
import struct
import zipfile
from collections.abc import Callable, Iterator

SHEET = "xl/worksheets/sheet1.xml"

Damage = Callable[[bytes], bytes]
"""What happens to a sound workbook."""


def swapped(content: bytes, part: str, replacement: bytes) -> bytes:
    """A workbook with one part replaced."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            new.writestr(entry.filename, replacement if entry.filename == part else old.read(entry.filename))
    return made.getvalue()


def cut_sheet(content: bytes, *, keep: float = 0.6) -> bytes:
    """A workbook whose sheet breaks off in the middle of its XML."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read(SHEET)
    return swapped(content, SHEET, sheet[: int(len(sheet) * keep)])


def broken_xml(content: bytes) -> bytes:
    """A sheet that is no XML."""
    return swapped(content, SHEET, b"<worksheet><sheetData><row></sheetData>")


def far_row(content: bytes) -> bytes:
    """A sheet whose last row says that it is the trillionth."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read(SHEET)
    head, _, tail = sheet.rpartition(b"<row ")
    far = re.sub(rb'r="([A-Z]*)\d+"', rb'r="\g<1>1000000000000"', b"<row " + tail)
    return swapped(content, SHEET, head + far)


def broken_styles(content: bytes) -> bytes:
    """Styles that are no XML, which are read before any sheet is."""
    return swapped(content, "xl/styles.xml", b"<styleSheet><fonts>")


def unknown_packing(content: bytes) -> bytes:
    """A sheet that is packed in a way that does not exist."""
    return _of_sheet(content, local=(8, 99), central=(10, 99))


def encrypted(content: bytes) -> bytes:
    """A sheet that is said to be encrypted."""
    return _of_sheet(content, local=(6, 1), central=(8, 1))


def spoilt_packing(content: bytes) -> bytes:
    """A sheet whose packed bytes are not what was packed."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entry = archive.getinfo(SHEET)
    start = entry.header_offset + 30 + len(SHEET)
    return content[:start] + b"\xff" * 8 + content[start + 8 :]


def _of_sheet(content: bytes, local: tuple[int, int], central: tuple[int, int]) -> bytes:
    """Set a field of the sheet's two headers: the place of the field and its new value."""
    spoilt = bytearray(content)
    name = SHEET.encode()
    for signature, (place, value), before in ((b"PK\x03\x04", local, 30), (b"PK\x01\x02", central, 46)):
        at = content.index(name, content.index(signature))
        while content[at - before : at - before + 4] != signature:
            at = content.index(name, at + 1)
        struct.pack_into("<H", spoilt, at - before + place, value)
    return bytes(spoilt)


DAMAGES = (cut_sheet, broken_xml, broken_styles, unknown_packing, encrypted, spoilt_packing)


def flipped(content: bytes, times: int = 300) -> Iterator[bytes]:
    """The workbook again and again, each time with a few other bytes flipped; always the same ones."""
    dice, whole = random.Random(2026), _without_times(content)
    for _time in range(times):
        spoilt = bytearray(whole)
        for _byte in range(dice.randint(1, 4)):
            spoilt[dice.randrange(4, len(spoilt))] = dice.randrange(256)
        yield bytes(spoilt)


def _without_times(content: bytes) -> bytes:
    """The workbook as it is on every day."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            part = re.sub(rb"\d{4}-\d\d-\d\dT[\d:]+Z", b"2026-01-01T00:00:00Z", old.read(entry))
            new.writestr(zipfile.ZipInfo(entry.filename), part, zipfile.ZIP_DEFLATED)
    return made.getvalue()
