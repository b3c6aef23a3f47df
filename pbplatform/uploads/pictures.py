"""Pictures are drawn anew: what leaves here holds pixels and nothing else, no camera, no place, no second file inside."""

from dataclasses import dataclass
from io import BytesIO
from zipfile import is_zipfile

from PIL import Image, ImageOps, UnidentifiedImageError

from pbplatform.foundation.errors import Invalid
from pbplatform.uploads.problems import UploadProblem

MOST_PIXELS = 50_000_000
LONGEST_EDGE = 1600
SMALL_EDGE = 480
FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "GIF")
QUALITY = 80
_MARKUP = (b"<script", b"<svg", b"<html", b"<!doctype", b"<?php", b"<?xml")
_HEAD = 4096

# Pillow's own alarm stands at the same bound, so that it rings before a bomb is unpacked.
Image.MAX_IMAGE_PIXELS = MOST_PIXELS


@dataclass(frozen=True)
class Drawn:
    """A picture drawn anew as WebP, large and small."""

    large: bytes
    small: bytes
    width: int
    height: int


def redraw(content: bytes) -> Drawn:
    """The picture in two sizes; raise Invalid when it is none, is too large, or is another kind of file as well."""
    refuse_polyglot(content)
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise Invalid(UploadProblem.TOO_MANY_PIXELS, "file")
            image.draft("RGB", (LONGEST_EDGE, LONGEST_EDGE))
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Invalid(UploadProblem.TOO_MANY_PIXELS, "file") from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, MemoryError):
        raise Invalid(UploadProblem.UNREADABLE, "file") from None
    upright.thumbnail((LONGEST_EDGE, LONGEST_EDGE))
    large = _webp(upright)
    width, height = upright.size
    upright.thumbnail((SMALL_EDGE, SMALL_EDGE))
    return Drawn(large, _webp(upright), width, height)


def refuse_polyglot(content: bytes) -> None:
    """Raise Invalid when the bytes also read as an archive, a document or a web page."""
    head = content[:_HEAD].lower()
    if b"%pdf-" in head or any(mark in head for mark in _MARKUP) or is_zipfile(BytesIO(content)):
        raise Invalid(UploadProblem.TWO_KINDS, "file")


def _webp(image: Image.Image) -> bytes:
    drawn = BytesIO()
    image.save(drawn, "WEBP", quality=QUALITY, method=4)
    return drawn.getvalue()
