"""The municipalities of the demonstration, with simplified outlines of their districts."""

import math
from typing import Any

from pbplatform.charter.roles import operator
from pbplatform.demo.stage import Stage
from pbplatform.foundation.i18n import Currency
from pbplatform.municipalities import operations
from pbplatform.municipalities.models import Country
from pbplatform.municipalities.operations import DistrictPlan, MunicipalityPlan

BULGARIAN = ("bg", "en")
GEORGIAN = ("ka", "en")

PLANS = (
    (
        MunicipalityPlan(
            "burgas",
            {"bg": "Бургас", "en": "Burgas", "ka": "ბურგასი"},
            Country.BULGARIA,
            BULGARIAN,
            Currency.EUR,
            "Europe/Sofia",
            188_242,
            {
                "bg": "Град край морето, който решава заедно.",
                "en": "A city by the sea that decides together.",
            },
            "#0b5a7a",
            "#e07a2f",
            "uchastie@burgas.example.org",
        ),
        (42.5048, 27.4626),
        (
            ("centre", "Център", "Centre"),
            ("primorie", "Приморие", "Primorie"),
            ("zora", "Зора", "Zora"),
            ("izgrev", "Изгрев", "Izgrev"),
            ("dolno-ezerovo", "Долно Езерово", "Dolno Ezerovo"),
        ),
    ),
    (
        MunicipalityPlan(
            "sliven",
            {"bg": "Сливен", "en": "Sliven", "ka": "სლივენი"},
            Country.BULGARIA,
            BULGARIAN,
            Currency.EUR,
            "Europe/Sofia",
            79_362,
            {"bg": "Градът под Сините камъни.", "en": "The town below the Blue Rocks."},
            "#2b4f81",
            "#b4432f",
            "uchastie@sliven.example.org",
        ),
        (42.6817, 26.3229),
        (
            ("centre", "Център", "Centre"),
            ("druzhba", "Дружба", "Druzhba"),
            ("balgarka", "Българка", "Balgarka"),
            ("rechitsa", "Речица", "Rechitsa"),
        ),
    ),
    (
        MunicipalityPlan(
            "stara-zagora",
            {"bg": "Стара Загора", "en": "Stara Zagora", "ka": "სტარა-ზაგორა"},
            Country.BULGARIA,
            BULGARIAN,
            Currency.EUR,
            "Europe/Sofia",
            121_582,
            {
                "bg": "Градът на липите и на правите улици.",
                "en": "The town of linden trees and straight streets.",
            },
            "#3d6b35",
            "#c98a1b",
            "uchastie@stara-zagora.example.org",
        ),
        (42.4258, 25.6345),
        (
            ("centre", "Център", "Centre"),
            ("kazanski", "Казански", "Kazanski"),
            ("zheleznik", "Железник", "Zheleznik"),
            ("samara", "Самара", "Samara"),
        ),
    ),
    (
        MunicipalityPlan(
            "yambol",
            {"bg": "Ямбол", "en": "Yambol", "ka": "იამბოლი"},
            Country.BULGARIA,
            BULGARIAN,
            Currency.EUR,
            "Europe/Sofia",
            60_641,
            {"bg": "Градът на двата бряга на Тунджа.", "en": "The town on both banks of the Tundzha."},
            "#5a3d7a",
            "#d07b3a",
            "uchastie@yambol.example.org",
        ),
        (42.4842, 26.5035),
        (("centre", "Център", "Centre"), ("kargon", "Каргон", "Kargon"), ("hale", "Хале", "Hale")),
    ),
    (
        MunicipalityPlan(
            "levski",
            {"bg": "Левски", "en": "Levski", "ka": "ლევსკი"},
            Country.BULGARIA,
            BULGARIAN,
            Currency.EUR,
            "Europe/Sofia",
            15_300,
            {"bg": "Малка община с големи планове.", "en": "A small municipality with big plans."},
            "#7a2e3b",
            "#3f7d6e",
            "uchastie@levski.example.org",
        ),
        (43.3600, 25.1400),
        (
            ("levski", "Левски", "Levski"),
            ("asenovtsi", "Асеновци", "Asenovtsi"),
            ("izgrev", "Изгрев", "Izgrev"),
        ),
    ),
    (
        MunicipalityPlan(
            "rustavi",
            {"ka": "რუსთავი", "en": "Rustavi", "bg": "Рустави"},
            Country.GEORGIA,
            GEORGIAN,
            Currency.GEL,
            "Asia/Tbilisi",
            130_072,
            {"ka": "ქალაქი, რომელიც ერთად იღებს გადაწყვეტილებას.", "en": "A city that decides together."},
            "#8c2f39",
            "#d99a2b",
            "monatsileoba@rustavi.example.org",
        ),
        (41.5495, 44.9939),
        (
            ("old-rustavi", "ძველი რუსთავი", "Old Rustavi"),
            ("new-rustavi-north", "ახალი რუსთავი — ჩრდილოეთი", "New Rustavi North"),
            ("new-rustavi-south", "ახალი რუსთავი — სამხრეთი", "New Rustavi South"),
            ("krtsanisi", "კრწანისი", "Krtsanisi"),
        ),
    ),
)

IN_ASSOCIATION = frozenset({"burgas", "sliven", "stara-zagora", "yambol"})


def build(stage: Stage) -> None:
    """Found the association, the municipalities and their districts."""
    actor = operator()
    names = {
        "bg": "Сдружение на югоизточните общини",
        "en": "Association of the South-Eastern Municipalities",
        "ka": "სამხრეთ-აღმოსავლეთის მუნიციპალიტეტების ასოციაცია",
    }
    association = operations.found_association(actor, stage.session, "southeast", names)
    for plan, centre, districts in PLANS:
        place = operations.found(
            actor, stage.session, plan, association if plan.slug in IN_ASSOCIATION else None
        )
        stage.municipalities[plan.slug] = place
        shapes = _sectors(centre, len(districts))
        share = plan.population // len(districts)
        operations.set_districts(
            actor,
            stage.session,
            place,
            [
                DistrictPlan(code, {plan.languages[0]: name, "en": english}, shape, share)
                for (code, name, english), shape in zip(districts, shapes, strict=True)
            ],
        )


def _sectors(centre: tuple[float, float], count: int) -> list[dict[str, Any]]:
    """The town cut like a cake: outlines good enough for a demonstration, without anybody's map data."""
    latitude, longitude = centre
    shapes = []
    for number in range(count):
        start, end = (2 * math.pi * edge / count for edge in (number, number + 1))
        arc = [start + (end - start) * step / 8 for step in range(9)]
        ring = [[longitude, latitude]]
        ring += [
            [round(longitude + 0.055 * math.cos(a), 5), round(latitude + 0.036 * math.sin(a), 5)] for a in arc
        ]
        shapes.append({"type": "Polygon", "coordinates": [[*ring, ring[0]]]})
    return shapes
