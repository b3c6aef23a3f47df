"""What is printed and packed for the council: readable in Georgian and Bulgarian, whole, and open to insiders only."""

import csv
import io
import zipfile

import pypdfium2
import pytest

from pbplatform.door import House
from pbplatform.foundation import pdf
from tests.results.counted import a_declared_town, a_sealed_town, count
from tests.support.pages import PageClient, in_memory
from tests.support.voters import hidden


def text_of(content: bytes) -> str:
    """The text that a reader can copy out of a PDF."""
    document = pypdfium2.PdfDocument(content)
    pages = [page.get_textpage().get_text_range() for page in document]
    document.close()
    return " ".join(" ".join(pages).split())


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ka", ("დათვლის ოქმი", "შედეგის ანაბეჭდი", "გაიმარჯვა")),
        ("bg", ("Протокол от броенето", "Отпечатък на резултата", "спечели")),
        ("en", ("The protocol of the count", "Fingerprint of the result", "won")),
    ],
)
def test_the_protocol_can_be_read_and_copied(
    house: House, client: PageClient, language: str, words: tuple[str, ...]
) -> None:
    town, _ = a_declared_town(house, voters=30)
    base = f"/{language}/{town.place.slug}/rounds/{town.round.slug}/results/protocol"
    answer = client.get(f"{base}.pdf")
    assert answer.mimetype == "application/pdf"
    text = text_of(answer.data)
    for word in words:
        assert word in text
    data = client.get(f"{base}.json").json
    assert data["result_hash"] in text.replace(" ", "")
    for name in data["signed"].values():
        assert name in text, "the officers' names stand under it"
        assert name in client.get(base).get_data(as_text=True)
    assert set(data["signed"]) == {"ordered", "recounted", "declared"}


def test_every_letter_has_a_shape_in_a_pdf() -> None:
    fonts = pdf._whole_fonts()
    if not fonts:
        pytest.skip("the assets are not built here, so there is no font of ours to look at")
    from fontTools.ttLib import TTFont

    for content in fonts.values():
        known = TTFont(io.BytesIO(content)).getBestCmap()
        for letters in ("აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ", "абвгдежзийклмнопрстуфхцчшщъьюя", "₾€№„“–… "):
            assert not [letter for letter in letters if ord(letter) not in known]


def test_the_packet_holds_everything(house: House, client: PageClient, signed_in) -> None:
    town, _ = a_sealed_town(house, voters=30)
    count(house, town)
    address = f"/bg/{town.place.slug}/rounds/{town.round.slug}/council"
    assert client.get(f"{address}/packet.zip").status_code in (302, 403), (
        "not for visitors before the declaration"
    )
    insider = signed_in(town.officers[0])
    page = insider.get(address).get_data(as_text=True)
    assert "Участие" in page
    with zipfile.ZipFile(io.BytesIO(insider.get(f"{address}/packet.zip").data)) as packet:
        files = {name: packet.read(name) for name in packet.namelist()}
    assert set(files) == {
        "assessments.csv", "comparison.csv", "objections.csv", "packet.pdf", "projects.csv", "protocol.json", "turnout.csv",
    }  # fmt: skip
    text = text_of(files["packet.pdf"])
    for words in ("За общинския съвет", "Участие", "Възражения", "Колко гласували имат спечелили проекти"):
        assert words in text
    rows = list(csv.DictReader(io.StringIO(files["comparison.csv"].decode("utf-8-sig"))))
    assert {row["won"] for row in rows} == {"0", "1"}
    assert {row["would_win_under_the_other_rule"] for row in rows} <= {"0", "1"}
    assert {row["project"] for row in rows} == {
        row["project_id"] for row in csv.DictReader(io.StringIO(files["projects.csv"].decode("utf-8-sig")))
    }


def test_a_scanned_act_of_three_megabytes_is_kept(house: House, signed_in) -> None:
    town, _ = a_declared_town(house)
    officer = signed_in(town.officers[0])
    address = f"/en/{town.place.slug}/rounds/{town.round.slug}/council"
    fields = hidden(officer.get(address).get_data(as_text=True))
    act = b"%PDF-1.7 " + bytes(3_000_000)
    sent = {
        **fields,
        "decided_on": "2026-01-15",
        "act_number": "12-7",
        "document": (io.BytesIO(act), "act.pdf"),
    }
    assert officer.post(address, **in_memory(sent)).status_code == 302
    [key] = house.files.all_keys("acts")
    assert house.files.get(key) == act
