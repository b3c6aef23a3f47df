"""The UN Classification of the Functions of Government (COFOG 1999): ten divisions and their groups.

Codes and English titles are the UN's; the Georgian and Bulgarian titles are ours, in plain words.
"""

import csv
import re
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("cofog.csv")
_CODE = re.compile(r"^(\d{2})(?:\.?(\d))?(?:\.?(\d))?\d*$")

STEMS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("09.4", ("универзитет", "университет", "უნივერსიტეტ", "universit", "високо образование", "висше")),
    ("09.1", ("детск", "градин", "საბავშვო ბაღ", "სკოლამდელ", "kindergarten", "preschool", "ясл")),
    ("09.8", ("образован", "училищ", "განათლებ", "სკოლ", "educat", "school", "ученич", "студентск")),
    ("07.3", ("болниц", "საავადმყოფო", "hospital")),
    ("07.4", ("здравств", "здраве", "ჯანდაცვ", "ჯანმრთელობ", "health", "медицин")),
    (
        "04.2",
        (
            "земјодел",
            "земедел",
            "шумарств",
            "сточар",
            "ветерин",
            "храна",
            "სოფლის მეურნეობ",
            "agricult",
            "forest",
        ),
    ),
    ("06.4", ("осветление", "განათება", "street light")),
    ("06.3", ("водоснабд", "водостопан", "წყალმომარაგ", "water supply", "водовод")),
    ("05.1", ("отпад", "сметосъбир", "ნარჩენ", "დასუფთავებ", "waste", "чистота")),
    ("05.6", ("околна среда", "животна средина", "გარემოს", "environment", "еколог")),
    ("08.1", ("спорт", "სპორტ", "დასვენებ", "sport", "парк", "recreat", "млади")),
    (
        "08.2",
        (
            "култур",
            "музе",
            "театър",
            "библиотек",
            "კულტურ",
            "მუზეუმ",
            "თეატრ",
            "ბიბლიოთეკ",
            "culture",
            "museum",
            "архив",
        ),
    ),
    ("08.4", ("верск", "вероизповед", "რელიგი", "relig")),
    ("03.2", ("пожар", "სახანძრო", "სამაშველო", "fire")),
    ("03.1", ("полици", "внатрешни работи", "პოლიცი", "police", "разузнавањ", "безбедност")),
    (
        "03.3",
        ("съд", "суд", "обвинител", "прокур", "სასამართლო", "court", "правда", "правобранител", "нотар"),
    ),
    ("03.4", ("затвор", "казнен", "ციხე", "prison", "извршување на санкци")),
    ("02.1", ("одбрана", "отбрана", "თავდაცვ", "defence", "армија")),
    ("02.2", ("гражданска защита", "кризи", "заштита и спасув", "სამოქალაქო უსაფრთხოებ", "civil protection")),
    ("10.9", ("социал", "сиромаш", "სოციალ", "social", "пензи", "პენსი", "труд")),
    (
        "04.5",
        (
            "път",
            "пат",
            "транспорт",
            "улиц",
            "გზ",
            "ტრანსპორტ",
            "ქუჩ",
            "road",
            "transport",
            "сообраќај",
            "врски",
        ),
    ),
    ("04.3", ("енерг", "ენერგ", "energ")),
    ("04.7", ("турист", "туриз", "ტურიზმ", "touris")),
    ("04.1", ("економ", "икономи", "ეკონომიკ", "econom", "конкуренц", "индустриска", "инвести")),
    (
        "06.2",
        (
            "благоустрой",
            "კეთილმოწყობ",
            "community develop",
            "урбан",
            "просторно",
            "локална самоуправа",
            "озелен",
        ),
    ),
    ("06.1", ("жилищ", "საბინაო", "housing")),
    ("01.7", ("дълг", "лихв", "долг", "ვალ", "debt")),
    ("01.4", ("наука", "მეცნიერ", "science", "академија")),
    (
        "01.1",
        (
            "общинск",
            "собрани",
            "кметст",
            "съвет",
            "влада",
            "претседател",
            "финанси",
            "финанс",
            "надворешни",
            "მერია",
            "საკრებულო",
            "მმართველობ",
            "council",
            "mayor",
            "finance",
            "царинск",
            "приходи",
            "избори",
            "изборна",
            "ревизи",
        ),
    ),
    ("01.3", ("администра", "статистик", "ადმინისტრ", "administrat", "служба", "агенција", "statistic")),
)
"""Beginnings of words that hint at a function, the more telling first; only a hint for the officer who maps."""


@cache
def titles() -> dict[str, dict[str, str]]:
    """Code → titles in en, ka and bg, in the order of the classification."""
    with _FILE.open(encoding="utf-8", newline="") as lines:
        return {
            row["code"]: {"ka": row["ka"], "bg": row["bg"], "en": row["en"]} for row in csv.DictReader(lines)
        }


def title(code: str) -> dict[str, str]:
    """The titles of a division or group; empty for a code outside the classification."""
    return titles().get(code, {})


def recognise(text: str) -> str | None:
    """The division or group that a written code means: `04.5`, `04.5.1`, `0451`, Georgia's `7045`; None if none."""
    written = text.strip().replace(" ", "").replace("-", ".").replace("/", ".")
    if re.fullmatch(r"7(0[1-9]|10)\d{0,3}", written) or re.fullmatch(r"7(0[1-9]|10)(\.\d){1,2}", written):
        written = written[1:]
    if re.fullmatch(r"[1-9](\.\d){0,2}", written):
        written = "0" + written
    found = _CODE.match(written)
    if found is None:
        return None
    division, group = found.group(1), found.group(2)
    code = f"{division}.{group}" if group and group != "0" else division
    return code if code in titles() else None


def suggest(text: str) -> str | None:
    """The function that the words of a title hint at, if any."""
    # A stem must begin a word: there is no sport in transport.
    plain = " " + re.sub(r"[^\w]+", " ", text.casefold())
    return next((code for code, stems in STEMS if any(f" {stem}" in plain for stem in stems)), None)


def division(code: str) -> str:
    """The division of a code."""
    return code[:2]
