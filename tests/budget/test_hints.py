"""What a name hints at: the purpose that it names, a division where it tells no more, and rather nothing than something wrong."""

import pytest

from pbplatform.budget import cofog
from pbplatform.budget.hints import suggest
from pbplatform.budget.layout import text_of
from pbplatform.demo.budget_burgas import BURGAS
from pbplatform.demo.budget_plan import Town
from pbplatform.demo.budget_rustavi import RUSTAVI
from pbplatform.foundation.sheets import read_table
from tests.support.marks import real_file


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("МИНИСТЕРСТВО ЗА ТРАНСПОРТ И ВРСКИ", "04.5"),
        ("МИНИСТЕРСТВО ЗА ЗЕМЈОДЕЛСТВО, ШУМАРСТВО И ВОДОСТОПАНСТВО", "04.2"),
        ("Спорт за всички", "08.1"),
        ("Улично осветление", "06.4"),
        ("გზების შეკეთება", "04.5"),
        ("ქუჩების განათება", "06.4"),
        ("საბავშვო ბაღები", "09.1"),
        # A name that tells no group hints at its division.
        ("Ремонт на училища", "09"),
        ("კულტურისა და სპორტის ცენტრი", "08"),
        # Two purposes in one name are no hint.
        ("ჯანმრთელობის დაცვა და სოციალური უზრუნველყოფა", None),
        ("Водоснабдяване и канализация", None),
        # Words that only begin like others.
        ("Придобиване на дълготрайни активи", None),
        ("Общинска собственост", None),
        ("Платен паркинг", "04.5"),
        ("Поддържане на паркове и градинки", None),
        ("Кризисен център за деца", None),
        ("სასამართლო გადაწყვეტილებების აღსრულება", None),
        ("ვალდებულებების დაფარვა", None),
        ("АГЕНЦИЈА ЗА СТОКОВНИ РЕЗЕРВИ", None),
        ("Nothing known", None),
        ("", None),
    ],
)
def test_a_name_hints_at_the_purpose_that_it_names(name: str, code: str | None) -> None:
    assert suggest(name) == code


@pytest.mark.parametrize("town", [RUSTAVI, BURGAS], ids=["rustavi", "burgas"])
def test_no_programme_of_the_demonstration_is_led_astray(town: Town) -> None:
    """What the programmes' names hint at, in the file's language and in English, beside the functions that they have."""
    helped = 0
    for purpose in town.purposes:
        function = town.functions.get(purpose.function) or cofog.recognise(purpose.function)
        assert function
        for name in (purpose.name, purpose.english):
            assert suggest(name) in (None, function, cofog.division(function)), name
        helped += suggest(purpose.name) is not None
    assert helped > 0.7 * len(town.purposes)


def test_most_institutions_of_the_real_file_get_a_hint_and_none_a_strange_one() -> None:
    sheet = read_table(real_file("budget", "north-macedonia-2014-budget.csv").read_bytes()).sheets[0]
    names = {text_of(row[2]) for row in sheet.rows[1:] if len(row) > 2 and row[2]}
    hinted = {name: suggest(name) for name in names}
    assert sum(code is not None for code in hinted.values()) > len(names) / 2
    assert hinted["ДРЖАВНА ИЗБОРНА КОМИСИЈА"] == "01.6"
    assert hinted["МИНИСТЕРСТВО ЗА ТРУД И СОЦИЈАЛНА ПОЛИТИКА"] == "10"
    assert hinted["ДРЖАВЕН ИНСПЕКТОРАТ ЗА ТРУД"] == "04.1"
    assert hinted["НАЦИОНАЛНА АГЕНЦИЈА ЗА ЕВРОПСКИ ОБРАЗОВНИ ПРОГРАМИ И МОБИЛНОСТ"] == "09"
    assert hinted["ДРЖАВЕН АРХИВ НА РЕПУБЛИКА МАКЕДОНИЈА"] is None
    assert hinted["СЛУЖБА ЗА ОПШТИ И ЗАЕДНИЧКИ РАБОТИ НА ВЛАДАТА НА РМ"] is None
