"""HTML to PDF. Nothing is ever fetched while a PDF is made: no address, no file, no picture but what stands in the page."""

from typing import Any


class NoPdf(Exception):
    """The part that makes PDFs is not installed on this server."""


class _Fetched(Exception):
    """A page tried to load something while it was made into a PDF."""


def make_pdf(html: str) -> bytes:
    """The PDF of a whole page; raise NoPdf where the installation cannot make one."""
    # Importing it takes a second and needs system libraries, and most requests never need it.
    try:
        import weasyprint
    except (ImportError, OSError) as missing:
        raise NoPdf from missing

    class Refusing(weasyprint.URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> Any:
            raise _Fetched(url[:200])

    pdf: bytes = weasyprint.HTML(string=html, url_fetcher=Refusing()).write_pdf()
    return pdf
