"""Files that people bring: pictures are drawn anew, documents downloaded, everything else refused with a sentence."""

import io
import socketserver
import struct
import threading
import zipfile
from collections.abc import Callable

import pytest
from PIL import Image
from sqlalchemy.orm import Session

from pbplatform.door import House
from pbplatform.foundation.errors import Invalid
from pbplatform.municipalities.models import Municipality
from pbplatform.uploads import operations
from pbplatform.uploads.models import Upload, UploadKind
from pbplatform.uploads.problems import UploadProblem
from pbplatform.uploads.scanner import ScannerAway
from tests.support.pages import PageClient
from tests.support.people import a_municipality, an_account, as_actor

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def picture(kind: str = "JPEG", size: tuple[int, int] = (2000, 1000), **options: object) -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", size, "#3d6b35").save(drawn, kind, **options)
    return drawn.getvalue()


def taken(
    session: Session, house: House, content: bytes, name: str = "photo.jpg", alt: str = "Trees"
) -> Upload:
    place = session.query(Municipality).first() or a_municipality(session)
    actor = as_actor(an_account(session, place), place)
    return operations.take(
        actor, session, house.files, place.id, name=name, content=content, alt=alt, language="ka"
    )


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "GIF"])
def test_a_picture_is_drawn_anew_small_and_without_what_the_camera_knew(
    session: Session, house: House, kind: str
) -> None:
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825)[1] = "N"
    content = picture(kind, exif=exif) if kind in ("JPEG", "WEBP") else picture(kind)
    upload = taken(session, house, content)
    kept = house.files.get(operations.key(upload))
    assert upload.kind is UploadKind.PICTURE
    assert b"SecretCamera" not in kept
    with Image.open(io.BytesIO(kept)) as shown:
        assert shown.format == "WEBP"
        assert shown.size == (1600, 800)
        assert not shown.getexif()
    with Image.open(io.BytesIO(house.files.get(operations.key(upload, small=True)))) as small:
        assert max(small.size) == 480


def zipped() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("evil.html", "<script>alert(1)</script>")
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", UploadProblem.EMPTY),
        (b"\xff\xd8\xff" + b"0" * (operations.LARGEST + 1), UploadProblem.TOO_LARGE),
        (
            b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
            UploadProblem.WRONG_KIND,
        ),
        (b"<!doctype html><script>alert(1)</script>", UploadProblem.WRONG_KIND),
        (zipped(), UploadProblem.WRONG_KIND),
        (b"MZ" + b"\0" * 500, UploadProblem.WRONG_KIND),
        (b"nothing of the kind", UploadProblem.UNREADABLE),
        (picture()[:400], UploadProblem.UNREADABLE),
        (picture() + zipped(), UploadProblem.TWO_KINDS),
        (picture("GIF", (20, 20), comment=b"<script>alert(1)</script>"), UploadProblem.TWO_KINDS),
        (PDF + zipped(), UploadProblem.TWO_KINDS),
        (
            PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/J#61vaScript/JS(x)>>"),
            UploadProblem.ACTIVE_DOCUMENT,
        ),
        (PDF[:30], UploadProblem.UNREADABLE),
    ],
    ids=[
        "empty",
        "large",
        "svg",
        "html",
        "zip",
        "exe",
        "text",
        "cut",
        "jpeg+zip",
        "gif+script",
        "pdf+zip",
        "pdf-js",
        "pdf-cut",
    ],
)
def test_what_is_no_plain_picture_or_document_is_refused_with_its_reason(
    session: Session, house: House, content: bytes, problem: UploadProblem
) -> None:
    with pytest.raises(Invalid) as refused:
        taken(session, house, content)
    assert refused.value.reason is problem
    assert not [path for path in (house.config.data_dir / "files").rglob("*") if path.is_file()]


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_unpacked(
    session: Session, house: House
) -> None:
    # A PNG that claims 60,000 × 60,000 pixels in a few bytes.
    content = bytearray(picture("PNG", (10, 10)))
    content[16:24] = struct.pack(">II", 60_000, 60_000)
    import zlib

    content[29:33] = struct.pack(">I", zlib.crc32(bytes(content[12:29])))
    with pytest.raises(Invalid) as refused:
        taken(session, house, bytes(content))
    assert refused.value.reason is UploadProblem.TOO_MANY_PIXELS


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\photos\\one.jpg", "one.jpg"),
        ("abc\u202egpj.exe", "abcgpj.exe"),
        ("x" * 300 + ".jpeg", "x" * 115 + ".jpeg"),
        ("<img src=x onerror=alert(1)>.jpg", "<img src=x onerror=alert(1)>.jpg"),
        ("\r\n", "file"),
    ],
)
def test_a_name_is_shown_in_one_line_and_never_leads_anywhere(given: str, kept: str) -> None:
    assert operations.cleaned_name(given) == kept


def test_files_are_served_so_that_nothing_in_them_can_run(
    session: Session, house: House, client: PageClient, signed_in: Callable[..., PageClient]
) -> None:
    place = a_municipality(session)
    owner, other = an_account(session, place), an_account(session, place)
    actor = as_actor(owner, place)
    photo, paper = (
        operations.take(
            actor, session, house.files, place.id, name=name, content=content, alt="A", language="ka"
        )
        for name, content in (("a.jpg", picture()), ("plan\u202e.pdf", PDF))
    )
    session.commit()
    address = f"/ka/rustavi/files/{photo.token}"
    assert client.get(address).status_code == 404, "not public yet"
    assert signed_in(other).get(address).status_code == 404
    assert signed_in(owner).get(address).headers["Cache-Control"] == "private, no-store"
    for upload in (photo, paper):
        operations.publish(session, upload)
    session.commit()
    shown = client.get(address)
    assert shown.mimetype == "image/webp"
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    document = client.get(f"/ka/rustavi/files/{paper.token}")
    assert document.headers["Content-Disposition"].startswith("attachment")
    assert client.get(f"/ka/rustavi/files/{paper.token}/small").status_code == 404


class Clam(socketserver.BaseRequestHandler):
    """A ClamAV that calls every file with the word EICAR infected."""

    def handle(self) -> None:
        assert self.request.recv(10) == b"zINSTREAM\0"
        content = b""
        while size := struct.unpack("!I", self._whole(4))[0]:
            content += self._whole(size)
        self.request.sendall(b"stream: Eicar FOUND\0" if b"EICAR" in content else b"stream: OK\0")

    def _whole(self, size: int) -> bytes:
        found = b""
        while len(found) < size:
            found += self.request.recv(size - len(found))
        return found


def test_a_scanner_that_finds_something_or_is_away_lets_nothing_in(session: Session, house: House) -> None:
    place = a_municipality(session)
    actor = as_actor(an_account(session, place), place)

    def take(content: bytes, scanner: str) -> Upload:
        return operations.take(
            actor,
            session,
            house.files,
            place.id,
            name="a",
            content=content,
            alt="A",
            language="ka",
            scanner_at=scanner,
        )

    with socketserver.TCPServer(("127.0.0.1", 0), Clam) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"127.0.0.1:{server.server_address[1]}"
        assert take(picture(), address).id
        with pytest.raises(Invalid) as refused:
            take(PDF.replace(b"Catalog", b"EICAR"), address)
        server.shutdown()
    assert refused.value.reason is UploadProblem.INFECTED
    with pytest.raises(ScannerAway):
        take(picture(), address)
