"""The catalogues follow the sources, merge without loss, and no half-done translation passes the check."""

from __future__ import annotations

import gettext
from pathlib import Path

import pytest

from pbplatform import translations
from pbplatform.translations import CatalogueConflictError, Trees


def write(trees: Trees, relative: str, text: str) -> None:
    path = trees.root / relative
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def translate(trees: Trees, language: str, feature: str, msgid: str, *forms: str) -> None:
    """Fill one entry in, as a translator's editor would."""
    path = trees.catalogue(language, feature)
    catalogue = translations.read_catalogue(path, language)
    message = catalogue.get(msgid)
    assert message is not None, f"{msgid!r} is not in {path.name}"
    message.string = forms if len(translations.sources_of(message)) > 1 else forms[0]
    path.write_bytes(translations.serialise(catalogue, language))


@pytest.fixture
def trees(tmp_path: Path) -> Trees:
    found = Trees(tmp_path)
    write(found, "pbplatform/voting/views.py", 'flash(_("Your ballot is recorded."))\n')
    write(found, "pbplatform/foundation/web.py", 'text = lazy_gettext("Page not found")\n')
    write(found, "templates/voting/show.html", "{% trans %}\n  Cast your\n  ballot\n{% endtrans %}")
    write(found, "templates/layouts/page.html", '<a>{{ ngettext("%(num)s vote", "%(num)s votes", n) }}</a>')
    return found


@pytest.fixture
def complete(trees: Trees) -> Trees:
    translations.update(trees)
    translate(trees, "ka", "voting", "Your ballot is recorded.", "თქვენი ბიულეტენი მიღებულია.")
    translate(trees, "ka", "voting", "Cast your ballot", "მიეცით ხმა")
    translate(trees, "ka", "common", "Page not found", "გვერდი ვერ მოიძებნა")
    translate(trees, "ka", "common", "%(num)s vote", "%(num)s ხმა")
    translate(trees, "bg", "voting", "Your ballot is recorded.", "Бюлетината ви е записана.")
    translate(trees, "bg", "voting", "Cast your ballot", "Гласувайте")
    translate(trees, "bg", "common", "Page not found", "Страницата не е намерена")
    translate(trees, "bg", "common", "%(num)s vote", "%(num)s глас", "%(num)s гласа")
    return trees


def test_texts_land_in_the_catalogue_of_their_feature(trees: Trees) -> None:
    translations.update(trees)
    voting = trees.catalogue("bg", "voting").read_text(encoding="utf-8")
    common = trees.catalogue("bg", "common").read_text(encoding="utf-8")
    assert "Your ballot is recorded." in voting
    assert "Cast your ballot" in voting
    assert "Page not found" in common
    assert "%(num)s votes" in common
    assert "Page not found" not in voting


def test_a_second_update_changes_nothing(complete: Trees) -> None:
    assert translations.update(complete) == []


def test_catalogues_carry_no_dates_and_no_line_numbers(complete: Trees) -> None:
    text = complete.catalogue("ka", "voting").read_text(encoding="utf-8")
    assert "Date" not in text
    assert "#: pbplatform/voting/views.py\n" in text


def test_update_keeps_translations_and_drops_what_is_gone(complete: Trees) -> None:
    write(complete, "templates/voting/show.html", "{{ _('Cast your ballot') }} {{ _('Show the map') }}")
    write(complete, "pbplatform/voting/views.py", "")
    translations.update(complete, ["voting"])
    catalogue = translations.read_catalogue(complete.catalogue("ka", "voting"), "ka")
    assert catalogue.get("Cast your ballot").string == "მიეცით ხმა"
    assert catalogue.get("Show the map").string == ""
    assert catalogue.get("Your ballot is recorded.") is None
    assert not catalogue.obsolete


def test_a_text_known_elsewhere_is_not_translated_twice(complete: Trees) -> None:
    write(complete, "pbplatform/results/views.py", '_("Cast your ballot")')
    translations.update(complete)
    assert translations.check(complete) == []


def test_compiled_catalogues_speak(complete: Trees) -> None:
    translations.compile_catalogues(complete)
    georgian = gettext.translation("messages", complete.root / "translations", ["ka"])
    bulgarian = gettext.translation("messages", complete.root / "translations", ["bg"])
    assert georgian.gettext("Page not found") == "გვერდი ვერ მოიძებნა"
    assert [georgian.ngettext("%(num)s vote", "%(num)s votes", n) for n in (1, 5)] == ["%(num)s ხმა"] * 2
    assert [bulgarian.ngettext("%(num)s vote", "%(num)s votes", n) for n in (1, 5)] == [
        "%(num)s глас",
        "%(num)s гласа",
    ]


def test_two_translations_of_one_text_are_refused(complete: Trees) -> None:
    write(complete, "pbplatform/results/views.py", '_("Cast your ballot")')
    translations.update(complete)
    translate(complete, "bg", "results", "Cast your ballot", "Дайте гласа си")
    with pytest.raises(CatalogueConflictError, match="Cast your ballot"):
        translations.compile_catalogues(complete)
    assert any("Cast your ballot" in fault for fault in translations.check(complete))


def test_a_complete_tree_passes(complete: Trees) -> None:
    assert translations.check(complete) == []


@pytest.mark.parametrize(
    ("msgid", "forms", "complaint"),
    [
        ("Cast your ballot", ("",), "is not translated"),
        ("Cast your ballot", ("Cast your ballot",), "script"),
        ("Cast your ballot", ("Submit",), "script"),
        ("Cast your ballot", ("Гласувaйте",), "mixes two scripts"),
        ("Cast your ballot", ("Гласуйте вы",), "letters"),
        ("Cast your ballot", ("Гласувайте %(when)s",), "placeholders the source lacks"),
        ("Cast your ballot", ("<b>Гласувайте</b>",), "markup"),
        ("Cast your ballot", ("Гласувайте ",), "white space"),
    ],
)
def test_a_faulty_translation_is_named(
    complete: Trees, msgid: str, forms: tuple[str, ...], complaint: str
) -> None:
    translate(complete, "bg", "voting", msgid, *forms)
    faults = translations.check(complete)
    assert len(faults) == 1
    assert "bg/voting" in faults[0]
    assert complaint in faults[0]


def test_a_lost_number_is_named(complete: Trees) -> None:
    translate(complete, "ka", "common", "%(num)s vote", "ხმები")
    assert translations.check(complete) == ["ka/common: '%(num)s vote' lost placeholders: %(num)"]


def test_capital_georgian_is_refused(complete: Trees) -> None:
    translate(complete, "ka", "voting", "Cast your ballot", "მიეცით ხმა".upper())
    assert any("script" in fault or "letters" in fault for fault in translations.check(complete))


def test_a_second_georgian_plural_form_is_refused(complete: Trees) -> None:
    path = complete.catalogue("ka", "common")
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace('msgstr[0] "%(num)s ხმა"', 'msgstr[0] "%(num)s ხმა"\nmsgstr[1] "%(num)s ხმები"'),
        encoding="utf-8",
    )
    assert any("plural" in fault for fault in translations.check(complete))


def test_missing_and_obsolete_texts_are_named(complete: Trees) -> None:
    write(complete, "pbplatform/voting/views.py", '_("The vote is closed.")')
    faults = translations.check(complete)
    assert "ka/voting: 'The vote is closed.' is missing" in faults
    assert "bg/voting: 'Your ballot is recorded.' is obsolete" in faults


def test_a_fuzzy_guess_is_refused(complete: Trees) -> None:
    path = complete.catalogue("bg", "voting")
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace('msgid "Cast your ballot"', '#, fuzzy\nmsgid "Cast your ballot"'), encoding="utf-8"
    )
    assert any("fuzzy" in fault for fault in translations.check(complete))


def test_names_of_formats_may_stay(complete: Trees) -> None:
    write(complete, "pbplatform/voting/views.py", '_("CSV, JSON"); _("Your ballot is recorded.")')
    translations.update(complete)
    for language in ("ka", "bg"):
        translate(complete, language, "voting", "CSV, JSON", "CSV, JSON")
    assert translations.check(complete) == []
