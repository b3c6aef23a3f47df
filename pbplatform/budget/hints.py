"""The function that a name hints at, for the officer who maps a file whose codes tell none.

A wrong hint is worse than none, because it is taken over with a glance. So only words that name the purpose itself are
hints, each of them from the beginning of a word; words that begin like others (дълг and дълготраен, парк and паркинг) are
given as far as they differ; and where two hints of a name disagree, there is none.
"""

import re

_PURPOSES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("01.1", (
        "собрание на", "општински совет", "общински съвет", "градски съвет", "столичен общински", "საკრებულო",
        "municipal council", "city council", "town council",
        "влада на", "претседател на", "президент на", "надворешни работи", "външни работи",
        "общинска администраци", "општинска администраци", "кмет на", "кметств", "градоначалник",
        "მერია ", "მერიის", "მერის აპარატ", "town hall", "city hall", "municipal administration", "mayor s office",
        "царинска управа", "митниц", "јавни приходи", "данъчн", "местни данъци",
        "ревизиј", "ревизорск", "сметна палата", "audit office",
    )),
    ("01.6", ("избори", "изборна комисија", "избирателн", "არჩევნ", "election")),
    ("01.7", (
        "лихви", "дълг ", "на дълга ", "дългове", "дългов ", "долг ", "ვალის", "debt", "interest on",
    )),
    ("02", ("одбрана", "отбрана", "отбранител", "თავდაცვ", "defence", "defense")),
    ("02.2", (
        "гражданска защита", "цивилна заштита", "заштита и спасув", "управување со кризи", "при кризи",
        "სამოქალაქო უსაფრთხო", "სამოქალაქო თავდაცვ", "civil protection", "civil defence",
    )),
    ("03", ("обществен ред", "јавен ред", "საზოგადოებრივი წესრიგ", "public order")),
    ("03.1", ("полиция", "полицейск", "полициј", "внатрешни работи", "вътрешни работи", "პოლიცი", "police")),
    ("03.2", ("пожар", "противпожар", "სახანძრო", "სამაშველო", "firefight", "fire brigade", "fire service", "fire protection")),
    ("03.3", (
        "уставен суд", "судска власт", "обвинителство", "правобранител", "министерство за правда",
        "правосъди", "прокуратур", "омбудсман", "ombudsman",
    )),
    ("03.4", ("казнен", "извршување на санкци", "пенитенциар", "prisons")),
    ("04.2", (
        "земјодел", "земедел", "шумарств", "горско стопанств", "сточар", "животновъд", "ветеринар", "სოფლის მეურნეობ",
        "agricultur", "forestry",
    )),
    ("05", ("околна среда", "околната среда", "животна средина", "животната средина", "еколог", "გარემოს დაცვ", "ეკოლოგ",
            "environmental protection", "protection of the environment", "protecting the environment")),
    ("05.1", ("отпадъ", "отпадок", "отпадоц", "отпад ", "сметосъбир", "сметоизвоз", "чистота", "ნარჩენ", "დასუფთავებ", "waste", "street clean", "refuse collect")),
    ("05.2", ("канализац", "კანალიზაცი", "წყალარინებ", "სანიაღვრე", "отпадни води", "отпадъчни води", "wastewater", "waste water",
              "sewer", "sewage", "storm drain")),
    ("05.4", ("მწვანე ნარგავ", "მწვანე საფარ")),
    ("06.1", ("жилищ", "საბინაო", "ამხანაგობ", "housing", "homeowner")),
    ("06.2", ("благоустр", "კეთილმოწყობ", "градоустройств", "урбанизам", "урбанистичк", "სკვერ", "community develop",
              "public spaces")),
    ("06.3", ("водоснабд", "водоснабдув", "водовод", "წყალმომარაგ", "სასმელი წყ", "water supply", "drinking water")),
    ("06.4", ("осветление", "осветлува", "გარე განათებ", "გარეგანათებ", "ქუჩების განათებ", "street light", "public light")),
    ("07", ("здрав", "медицин", "ჯანდაცვ", "ჯანმრთელობ", "სამედიცინო", "health", "medical")),
    ("07.3", ("болниц", "საავადმყოფო", "hospital")),
    ("07.4", ("საზოგადოებრივი ჯანდაცვ", "საზოგადოებრივი ჯანმრთელობ", "обществено здрав", "јавно здрав", "public health")),
    ("08.1", ("спорт", "სპორტ", "стадион", "სტადიონ", "sport", "stadium")),
    ("08.2", ("култур", "читалищ", "музе", "театър", "театри", "театар", "библиотек", "галери", "კულტურ", "მუზეუმ", "თეატრ",
              "ბიბლიოთეკ", "culture", "cultural", "museum", "theatre", "theater", "librar", "фестивал", "ფესტივალ", "festival")),
    ("08.4", ("верск", "вероизповед", "რელიგი", "religi", "ეკლესი", "church")),
    ("09", ("образов", "просвет", "училищ", "ученич", "ученик", "училиш", "гимнази", "განათლებ", "სკოლ", "მოსწავლ", "educat",
            "school", "pupil")),
    ("09.1", ("детска градин", "детски градин", "детските градин", "детски градинки", "предучилищ", "საბავშვო ბაღ", "სკოლამდელ",
              "kindergarten", "preschool", "pre school")),
    ("09.4", ("универзитет", "университет", "უნივერსიტეტ", "universit", "високо образован", "висше образован", "უმაღლესი განათლებ")),
    ("10", ("социал", "социјал", "სოციალ", "social", "бездомн", "უსახლკარ", "homeless", "сиромаш")),
    ("10.1", ("увреждан", "инвалид", "შეზღუდული შესაძლებლობ", "შშმ", "disabilit")),
    ("10.2", ("пензи", "пенсион", "პენსი", "хора в напреднала", "възрастни хора", "ხანდაზმულ", "pension", "older people", "elderly")),
    ("10.4", ("მრავალშვილიან", "многодет", "майчинств", "large families", "many children")),
    ("10.5", ("безработ", "უმუშევარ", "უმუშევრ", "unemploy")),
)  # fmt: skip
"""What the money is for."""

_BESIDE: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("01", ("администрац", "ადმინისტრაც", "administration", "მმართველობ")),
    ("01.1", ("министерство за финанс", "финанси ", "ministry of finance")),
    ("01.3", ("статистик", "სტატისტიკ", "statistic")),
    ("01.4", ("наука ", "науките", "научн", "მეცნიერ", "science ")),
    ("04.1", ("економи", "икономик", "ეკონომიკ", "econom", "конкуренц", "труд ", "трудова заетост", "დასაქმებ", "employment",
              "индустриска сопственост", "странски инвести", "чуждестранни инвести")),
    ("04.3", ("енерг", "ენერგ", "energ", "газифи", "გაზიფი")),
    ("04.5", ("път ", "пътища", "пътищата", "пътна ", "пътната ", "пътно ", "патишта", "патна инфраструктура", "улици", "улица",
              "тротоар", "мостове", "транспорт", "паркинг", "გზა ", "გზის", "გზებ", "საგზაო", "ქუჩ", "ტროტუარ", "ხიდებ", "ხიდის",
              "ტრანსპორტ", "road", "street", "pavement", "transport", "parking", "bus ", "buses ")),
    ("04.7", ("турист", "туриз", "ტურიზმ", "ტურისტ", "touris")),
    ("05.1", ("почиств", "снегопочист")),
    ("08", ("младеж", "млади ", "ახალგაზრდ", "youth")),
)  # fmt: skip
"""What tells where or how, too: a street is lit and cleaned, an administration is of schools. It counts where nothing
else is said."""


def suggest(name: str) -> str | None:
    """The function that the words of a name hint at: a group, a division where they tell no more, or none."""
    plain = " " + re.sub(r"[^\w]+", " ", name.casefold()).strip() + " "
    for hints in (_PURPOSES, _BESIDE):
        found = {code for code, stems in hints if any(f" {stem}" in plain for stem in stems)}
        if found:
            return _agreed(found)
    return None


def _agreed(codes: set[str]) -> str | None:
    """What all the codes say together: the one group, else the one division."""
    divisions = {code[:2] for code in codes}
    groups = {code for code in codes if "." in code}
    if len(divisions) > 1:
        return None
    return groups.pop() if len(groups) == 1 else divisions.pop()
