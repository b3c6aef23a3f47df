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
            ("new-rustavi-north", "ახალი რუსთავი (ჩრდილოეთი)", "New Rustavi North"),
            ("new-rustavi-south", "ახალი რუსთავი (სამხრეთი)", "New Rustavi South"),
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
        shapes = _outlines(centre, len(districts))
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


EAST, NORTH = 0.055, 0.036
"""How far a town reaches from its centre, in degrees."""
STEPS = 10


def _outlines(centre: tuple[float, float], count: int) -> list[dict[str, Any]]:
    """A town of quarters that meet in its middle: good enough for a demonstration, without anybody's map data."""
    latitude, longitude = centre

    def place(angle: float, share: float) -> list[float]:
        # Rivers and roads bend; the same bend on both sides of a border leaves no gap between neighbours.
        edge = (
            1 + 0.13 * math.sin(3 * angle + 1) + 0.06 * math.sin(7 * angle) + 0.03 * math.sin(13 * angle + 2)
        )
        bent = angle + 0.22 * math.sin(3 * share + angle) * (1 - share) + 0.05 * math.sin(11 * share)
        east, north = share * edge * math.cos(bent), share * edge * math.sin(bent)
        return [round(longitude + EAST * east, 5), round(latitude + NORTH * north, 5)]

    shapes = []
    for number in range(count):
        start, end = (2 * math.pi * border / count + 0.4 for border in (number, number + 1))
        outwards = [place(start, step / STEPS) for step in range(STEPS)]
        along = [place(start + (end - start) * step / (3 * STEPS), 1) for step in range(3 * STEPS)]
        inwards = [place(end, 1 - step / STEPS) for step in range(STEPS)]
        ring = [*outwards, *along, *inwards]
        shapes.append({"type": "Polygon", "coordinates": [[*ring, ring[0]]]})
    return shapes
