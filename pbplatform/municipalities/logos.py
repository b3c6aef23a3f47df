"""A municipality's logo: whatever picture was sent is drawn anew, so that nothing but its pixels remains."""

import io
import warnings

from PIL import Image, UnidentifiedImageError

from pbplatform.foundation.crypto import digest
from pbplatform.foundation.errors import Invalid
from pbplatform.municipalities.operations import MunicipalityProblem

MOST_BYTES = 1_500_000
MOST_PIXELS = 25_000_000
LARGEST_SIDE = 512
FORMATS = ("PNG", "JPEG", "WEBP")


def redrawn(content: bytes) -> bytes:
    """The picture as WebP of at most 512 pixels a side; raise Invalid for what is no picture or far too large a one."""
    if not content or len(content) > MOST_BYTES:
        raise Invalid(MunicipalityProblem.BAD_LOGO, "logo")
    try:
        # A header that announces a huge picture is refused before a pixel of it is unpacked.
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    raise Invalid(MunicipalityProblem.BAD_LOGO, "logo")
                picture.load()
                drawn = picture.convert("RGBA")
    except (
        UnidentifiedImageError,
        Image.DecompressionBombWarning,
        Image.DecompressionBombError,
        OSError,
        ValueError,
        SyntaxError,
    ):
        raise Invalid(MunicipalityProblem.BAD_LOGO, "logo") from None
    drawn.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
    body = io.BytesIO()
    drawn.save(body, "WEBP", quality=90, exif=b"")
    return body.getvalue()


def key_for(municipality_id: int, picture: bytes) -> str:
    """Where a logo is kept; the name changes with the picture, so that it can be cached for ever."""
    return f"municipalities/{municipality_id}/logo-{digest(picture)[:16]}.webp"
