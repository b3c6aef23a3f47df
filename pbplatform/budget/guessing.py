"""A first guess of what the columns of a file mean; the officer sees it and changes what is wrong."""

from collections.abc import Sequence
from typing import Any

from pbplatform.budget import layout, mapping
from pbplatform.foundation.sheets import Cell

_HINTS: tuple[tuple[mapping.Meaning, tuple[str, ...]], ...] = (
    (mapping.Meaning.FUNCTION, ("cofog", "функци", "ფუნქცი", "function")),
    (mapping.Meaning.ADJUSTED, ("adjusted", "уточнен", "დაზუსტ", "revised", "amended", "изменен")),
    (mapping.Meaning.ACTUAL, ("actual", "отчет", "изпълнен", "ფაქტ", "საკასო", "შესრულ", "executed", "spent")),
    (mapping.Meaning.PLANNED, ("planned", "plan", "план", "გეგმა", "დამტკიც", "бюджет", "буџет", "amount", "сума", "თანხა")),
    (mapping.Meaning.PROGRAMME, ("programme code", "код на програма", "код програма", "პროგრამული კოდ", "პროგრამის კოდ",
                                 "број потпрограма", "програма №")),
    (mapping.Meaning.PROGRAMME_TITLE, ("programme", "program", "програма", "пртограма", "პროგრამ", "потпрограма")),
    (mapping.Meaning.ECONOMIC, ("economic code", "параграф", "§", "ეკონომიკური კოდ", "ставка", "მუხლის კოდ")),
    (mapping.Meaning.ECONOMIC_TITLE, ("назив ставка", "economic", "икономическ", "ეკონომიკურ", "наименование на параграф")),
    (mapping.Meaning.UNIT_TITLE, ("назив раздел", "unit", "разпоредител", "ორგანიზაცი", "department")),
    (mapping.Meaning.UNIT, ("број раздел", "unit code", "код на разпоредител")),
    (mapping.Meaning.DISTRICT, ("district", "район", "უბანი", "квартал")),
    (mapping.Meaning.SIDE, ("side", "вид", "приход/разход", "შემოსავალი/ხარჯი", "type")),
    (mapping.Meaning.TITLE, ("title", "наименование", "დასახელება", "description", "описание")),
)  # fmt: skip


_THOUSANDS = ("thousand", "хиляд", "хил.", "ათასი", "ათას ლარ", "ათ. ლარ", "000 лв", "000 eur")


def first_guess(understood: layout.Layout, rows: Sequence[Sequence[Cell]]) -> dict[str, Any]:
    """A mapping guessed from the headings and what stands above them; the officer sees it and changes what is wrong."""
    columns: dict[str, int] = {}
    for meaning, words in sorted(_HINTS, key=lambda hint: -max(len(word) for word in hint[1])):
        for word in words:
            fitting = (
                column.index
                for column in understood.columns
                if word in column.heading.casefold()
                and column.index not in columns.values()
                and (meaning not in mapping.MONEY or column.amounts > 60)
                and (not meaning.value.endswith("title") or column.amounts < 60)
            )
            index = next(fitting, None)
            if index is not None:
                columns[meaning.value] = index
                break
    above = " ".join(layout.text_of(cell) for row in rows[: understood.header + 1] for cell in row).casefold()
    filled = {column.index: column.filled for column in understood.columns}
    programme = columns.get(mapping.Meaning.PROGRAMME.value)
    said = mapping.Mapping(
        columns=columns,
        unit=1000 if any(word in above for word in _THOUSANDS) else 1,
        fill_down=programme is not None
        and mapping.Meaning.ECONOMIC.value in columns
        and filled[programme] < 0.6 * understood.rows,
    )
    texts = [[layout.text_of(cell) for cell in row] for row in rows[understood.header + 1 :]]
    said.sort_by = _sorting(said, repeating=mapping.codes_repeat(texts, said))
    return said.kept()


def _sorting(said: mapping.Mapping, *, repeating: bool) -> str:
    """What functions are best told from: not programmes that every institution numbers for itself, where there are hundreds."""
    able = [meaning for meaning in mapping.SORTABLE if said.column(meaning) is not None]
    if repeating and mapping.Meaning.UNIT in able and mapping.Meaning.FUNCTION not in able:
        return mapping.Meaning.UNIT.value
    return able[0].value if able else ""
