"""PDF documents are kept as they came, so they must be one whole PDF, with nothing in them that acts by itself.

They are served as downloads in a sandbox, so this is the second wall and not the only one.
"""

import re
import zlib
from io import BytesIO
from zipfile import is_zipfile

from pbplatform.foundation.errors import Invalid
from pbplatform.uploads.problems import UploadProblem

ACTIVE = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFile|RichMedia|OpenAction|AA|XFA|SubmitForm)\b")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"/ObjStm.*?stream\r?\n", re.DOTALL)
_TAIL = 2048
LARGEST_UNPACKED = 20 * 1024 * 1024


def check(content: bytes) -> None:
    """Raise Invalid when the bytes are not exactly one PDF, or when it would run or open something."""
    if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-_TAIL:]:
        raise Invalid(UploadProblem.UNREADABLE, "file")
    if is_zipfile(BytesIO(content)) or b"<script" in content[:4096].lower():
        raise Invalid(UploadProblem.TWO_KINDS, "file")
    if any(_acts(part) for part in (content, *_packed_objects(content))):
        raise Invalid(UploadProblem.ACTIVE_DOCUMENT, "file")


def _acts(part: bytes) -> bool:
    # A name may be spelled with escapes, as in /J#61vaScript.
    return ACTIVE.search(_ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), part)) is not None


def _packed_objects(content: bytes) -> list[bytes]:
    """The contents of compressed object streams, within a bound for all of them together."""
    unpacked: list[bytes] = []
    left = LARGEST_UNPACKED
    for found in _STREAM.finditer(content):
        packer = zlib.decompressobj()
        try:
            part = packer.decompress(content[found.end() :], left)
        except zlib.error:
            continue
        left -= len(part)
        unpacked.append(part)
        if left <= 0:
            raise Invalid(UploadProblem.TOO_LARGE, "file", most="20 MB")
    return unpacked
