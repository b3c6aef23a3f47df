"""HTML to PDF, in the font of the site. Nothing is ever fetched while a PDF is made: no address, no file, no picture but
what stands in the page; only our own font is handed over, so that every letter and the lari sign have a shape on any server."""

import io
from functools import cache
from pathlib import Path
from typing import Any

FONTS = Path(__file__).resolve().parent.parent / "static" / "vendor" / "fonts"
SCRIPTS = ("latin", "cyrillic", "georgian", "lari", "latin-extended")
WEIGHTS = (400, 700)
SCHEME = "site-font:"


class NoPdf(Exception):
    """The part that makes PDFs is not installed on this server."""


class _Fetched(Exception):
    """A page tried to load something while it was made into a PDF."""


def make_pdf(html: str) -> bytes:
    """The PDF of a whole page; raise NoPdf where the installation cannot make one."""
    # Importing it takes a second and needs system libraries, and most requests never need it.
    try:
        import weasyprint
        from PIL import ImageFile
    except (ImportError, OSError) as missing:
        raise NoPdf from missing
    # It asks Pillow to take pictures that break off, for the whole process; what people upload must be whole.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        return _made(weasyprint, html)
    except OSError as problem:
        failed = (problem.errno, problem.strerror)
    # Raised anew, because what stopped the library would hold its temporary fonts on a disk that is full already.
    raise OSError(*failed)


def _made(weasyprint: Any, html: str) -> bytes:
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcherResponse

    files = {f"{SCHEME}{weight}": content for weight, content in _whole_fonts().items()}

    class Refusing(weasyprint.URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> Any:
            if url not in files:
                raise _Fetched(url[:200])
            return URLFetcherResponse(url, files[url], {"Content-Type": "font/ttf"})

    fetcher, fonts = Refusing(), FontConfiguration()
    faces = weasyprint.CSS(string=_faces(), url_fetcher=fetcher, font_config=fonts)
    page = weasyprint.HTML(string=html, url_fetcher=fetcher)
    pdf: bytes = page.write_pdf(stylesheets=[faces], font_config=fonts)
    return pdf


def _faces() -> str:
    """The font in both weights, and the whole page in it, whatever its own style says."""
    faces = "".join(
        f'@font-face{{font-family:"Site";src:url("{SCHEME}{weight}") format("truetype");font-weight:{weight}}}'
        for weight in _whole_fonts()
    )
    return f'{faces}html body{{font-family:"Site","Noto Sans","Noto Sans Georgian","DejaVu Sans",sans-serif!important}}'


@cache
def _whole_fonts() -> dict[int, bytes]:
    """The site's font of all scripts in one file a weight; none in a bare checkout, whose PDFs are in the server's fonts.

    The web has a file for each script, and those without a space of their own would print a box for it.
    """
    parts = [path for script in SCRIPTS for path in sorted(FONTS.glob(f"sans-{script}.*.woff2"))]
    return {weight: _merged(parts, weight) for weight in WEIGHTS} if parts else {}


def _merged(parts: list[Path], weight: int) -> bytes:
    from fontTools.merge import Merger, Options
    from fontTools.ttLib import TTFont
    from fontTools.varLib import instancer

    still = []
    for path in parts:
        font = instancer.instantiateVariableFont(TTFont(path), {"wght": weight}, updateFontNames=False)
        # Without the tables of ligatures and kerning the files fit together; none of our scripts needs them to be read.
        for table in ("GSUB", "GPOS", "GDEF", "STAT", "gasp", "DSIG"):
            if table in font:
                del font[table]
        font.flavor = None
        still.append(_saved(font))
    return _saved(Merger(options=Options(drop_tables=["name"])).merge(still)).read()


def _saved(font: Any) -> io.BytesIO:
    file = io.BytesIO()
    font.save(file)
    file.seek(0)
    return file
