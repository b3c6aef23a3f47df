"""Keep the translation catalogues: ``python -m pbplatform.translations update|compile|check``.

English is the source text. Each other language has one catalogue per feature, ``translations/<language>/LC_MESSAGES/<feature>.po``,
so that two people who work on two features never edit the same file. The catalogues are merged into one ``messages.mo``
per language, which is what the application loads. This is a tool of the developer; the application does not import it.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import click
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
# Georgian nouns stay singular after a number, so one form serves every count.
PLURAL_FORMS: Mapping[str, int] = {"ka": 1, "bg": 2}
PLURAL_RULES: Mapping[str, str] = {"ka": "nplurals=1; plural=0;", "bg": "nplurals=2; plural=(n != 1);"}
COMMON = "common"
# These packages speak for the whole application, so their words live together.
SHARED_PACKAGES = frozenset({"foundation", "charter", "tally", "cli", "static"})
# Template folders are named after endpoints; these belong to a package of another name.
FOLDERS: Mapping[str, str] = {
    "planning": "consultation",
    "rounds": "portal",
    "town": "portal",
    "desk": "portal",
}

KEYWORDS: Mapping[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "lazy_gettext": None,
    "_l": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "_ln": (1, 2),
    "pgettext": ((1, "c"), 2),
    "lazy_pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "lazy_npgettext": ((1, "c"), 2, 3),
}
JINJA_OPTIONS = {"trimmed": "true", "silent": "false"}

# Words that stay in Latin script in every language: names of formats, standards and programs.
UNTRANSLATED_WORDS = frozenset(
    """api atom cofog csv excel geojson gml html http https ical ics id json markdown ods pabulib pb pbplatform pdf png qr
    rss sha sms svg url utc utf webp xls xlsx xml zip hash sqlite postgresql redis smtp openapi eur gel bgn kb mb gb cc by
    totp egn iban mes iso""".split()
)

PERCENT_PLACEHOLDER = re.compile(r"%\((\w+)\)[#0\- +]*[\d.]*[a-zA-Z]|%[sdifr]")
BRACE_PLACEHOLDER = re.compile(r"\{(\w*)(?:[!:][^{}]*)?\}")
MARKUP_TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)\b[^>]*>")
ADDRESS = re.compile(r"\b(?:https?://|www\.)\S+|\b[\w.+-]+@[\w.-]+\b|\B[/.]\w[\w/.-]*")
WORD = re.compile(r"[^\W\d_]+")
LATIN = re.compile(r"[A-Za-z]")
SCRIPTS: Mapping[str, re.Pattern[str]] = {
    "ka": re.compile(r"[\u10D0-\u10FF]"),
    "bg": re.compile(r"[\u0400-\u04FF]"),
}
# Mtavruli capitals are not used in running Georgian; ы, э and ё betray Russian in a Bulgarian text.
FOREIGN_LETTERS: Mapping[str, re.Pattern[str]] = {
    "ka": re.compile(r"[\u1C90-\u1CBF]"),
    "bg": re.compile(r"[ыэёЫЭЁіїєґ]"),
}

Key = tuple[str, str | None]


class CatalogueConflictError(Exception):
    """Two features translate the same text differently, so that one of them would silently lose."""


@dataclass(frozen=True)
class Trees:
    """Where the sources and the catalogues lie; tests point it at a folder of their own."""

    root: Path = ROOT

    @property
    def package(self) -> Path:
        return self.root / "pbplatform"

    @property
    def templates(self) -> Path:
        return self.root / "templates"

    def folder(self, language: str) -> Path:
        return self.root / "translations" / language / "LC_MESSAGES"

    def catalogue(self, language: str, feature: str) -> Path:
        return self.folder(language) / f"{feature}.po"

    def features(self) -> frozenset[str]:
        """The packages with words of their own, by the names of their folders."""
        folders = (
            (path.name for path in self.package.iterdir() if path.is_dir()) if self.package.is_dir() else ()
        )
        return frozenset(
            name for name in folders if name not in SHARED_PACKAGES and not name.startswith(("_", "."))
        )


def feature_of(path: Path, trees: Trees) -> str:
    """Name the catalogue that the texts of one source file belong to."""
    base = trees.templates if path.is_relative_to(trees.templates) else trees.package
    parts = path.relative_to(base).parts[:-1]
    folder = FOLDERS.get(parts[0], parts[0]) if parts else COMMON
    return folder if folder in trees.features() else COMMON


def source_files(trees: Trees) -> Iterator[tuple[Path, str]]:
    """Every file that may hold texts, with the extraction method that reads it, in a fixed order."""
    for path in sorted(trees.package.rglob("*.py")):
        # This module's own examples and keyword names are no texts of the product.
        if path.name != "translations.py" or path.parent != trees.package:
            yield path, "python"
    if trees.templates.is_dir():
        for path in sorted(trees.templates.rglob("*")):
            if path.is_file() and path.suffix in {".html", ".txt", ".xml", ".svg", ".md"}:
                yield path, "jinja2.ext:babel_extract"


def extract(trees: Trees) -> dict[str, Catalog]:
    """Read all texts out of the sources, as one template catalogue per feature."""
    templates: dict[str, Catalog] = {}
    for path, method in source_files(trees):
        options = JINJA_OPTIONS if method.startswith("jinja2") else {}
        found = extract_from_file(
            method, path, keywords=KEYWORDS, comment_tags=("Translators:",), options=options
        )
        for _line, message, comments, context in found:
            template = templates.setdefault(feature_of(path, trees), Catalog())
            where = path.relative_to(trees.root).as_posix()
            template.add(message, locations=[(where, 1)], auto_comments=comments, context=context)
    return templates


def read_catalogue(path: Path, language: str) -> Catalog:
    """Load one catalogue; a file that is not there yet is an empty one."""
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as handle:
        return read_po(handle, locale=language, abort_invalid=True)


def read_language(trees: Trees, language: str) -> dict[str, Catalog]:
    paths = sorted(trees.folder(language).glob("*.po"))
    return {path.stem: read_catalogue(path, language) for path in paths}


def key_of(message: Message) -> Key:
    source = message.id[0] if isinstance(message.id, (list, tuple)) else message.id
    return str(source), message.context


def messages_of(catalogue: Catalog) -> Iterator[Message]:
    """All entries but the header."""
    return (message for message in catalogue if message.id)


def forms_of(message: Message) -> tuple[str, ...]:
    """The translation as a tuple, one element for each plural form; empty strings where it is missing."""
    text = message.string
    return tuple(text) if isinstance(text, (list, tuple)) else (text or "",)


def sources_of(message: Message) -> tuple[str, ...]:
    return tuple(message.id) if isinstance(message.id, (list, tuple)) else (str(message.id),)


def serialise(catalogue: Catalog, language: str) -> bytes:
    """Write a catalogue without dates and line numbers, so that a diff shows texts only."""
    body = io.BytesIO()
    write_po(
        body,
        catalogue,
        sort_output=True,
        ignore_obsolete=True,
        include_lineno=False,
        omit_header=True,
        width=110,
    )
    header = (
        'msgid ""\nmsgstr ""\n'
        f'"Language: {language}\\n"\n'
        '"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: {PLURAL_RULES[language]}\\n"\n\n'
    )
    return header.encode() + body.getvalue().rstrip(b"\n") + b"\n"


def translations_known(catalogues: Iterable[Catalog]) -> dict[tuple[Key, int], Message]:
    """Complete translations by text and number of forms, so that a text shared by two features is translated once."""
    known: dict[tuple[Key, int], Message] = {}
    for catalogue in catalogues:
        for message in messages_of(catalogue):
            if all(forms_of(message)) and not message.fuzzy:
                known.setdefault((key_of(message), len(sources_of(message))), message)
    return known


def merged_with_template(
    template: Catalog, old: Catalog, known: Mapping[tuple[Key, int], Message], language: str
) -> Catalog:
    """The template's entries with the translations that exist; what the sources no longer say is dropped."""
    fresh = Catalog(locale=language)
    for entry in messages_of(template):
        kept = old.get(key_of(entry)[0], entry.context)
        same_shape = (
            kept is not None and len(sources_of(kept)) == len(sources_of(entry)) and any(forms_of(kept))
        )
        source = kept if same_shape else known.get((key_of(entry), len(sources_of(entry))))
        plural = len(sources_of(entry)) > 1
        empty: str | tuple[str, ...] = ("",) * PLURAL_FORMS[language] if plural else ""
        fresh.add(
            entry.id,
            source.string if source is not None else empty,
            locations=sorted(set(entry.locations)),
            auto_comments=entry.auto_comments,
            user_comments=kept.user_comments if kept is not None else (),
            flags=(entry.flags | (kept.flags & {"fuzzy"} if kept is not None else set())),
            context=entry.context,
        )
    return fresh


def update(trees: Trees, features: Iterable[str] = ()) -> list[Path]:
    """Bring the catalogues in line with the sources; returns the files that changed."""
    templates = extract(trees)
    changed: list[Path] = []
    for language in PLURAL_FORMS:
        catalogues = read_language(trees, language)
        known = translations_known(catalogues.values())
        wanted = set(features) or set(templates) | set(catalogues)
        for feature in sorted(wanted):
            path = trees.catalogue(language, feature)
            fresh = merged_with_template(
                templates.get(feature, Catalog()),
                catalogues.get(feature, Catalog(locale=language)),
                known,
                language,
            )
            if not len(fresh):
                if path.exists():
                    path.unlink()
                    changed.append(path)
                continue
            content = serialise(fresh, language)
            if not path.exists() or path.read_bytes() != content:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
                changed.append(path)
    return changed


def merge(catalogues: Mapping[str, Catalog], language: str) -> Catalog:
    """All features' catalogues as one; the same text with two translations is refused."""
    merged = Catalog(locale=language)
    origin: dict[Key, tuple[str, tuple[str, ...]]] = {}
    conflicts: list[str] = []
    for feature, catalogue in sorted(catalogues.items()):
        for message in messages_of(catalogue):
            if message.fuzzy or not any(forms_of(message)):
                continue
            first = origin.setdefault(key_of(message), (feature, forms_of(message)))
            if first[1] != forms_of(message):
                conflicts.append(
                    f"{language}: {key_of(message)[0]!r} is {first[1]} in {first[0]} but {forms_of(message)} in {feature}"
                )
            merged.add(message.id, message.string, context=message.context)
    if conflicts:
        raise CatalogueConflictError("\n".join(conflicts))
    return merged


def compile_catalogues(trees: Trees) -> list[Path]:
    """Write ``messages.mo`` for each language."""
    written: list[Path] = []
    for language in PLURAL_FORMS:
        body = io.BytesIO()
        write_mo(body, merge(read_language(trees, language), language))
        path = trees.folder(language) / "messages.mo"
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_bytes() != body.getvalue():
            path.write_bytes(body.getvalue())
        written.append(path)
    return written


def placeholders(text: str) -> frozenset[str]:
    """What the program will fill in: ``%(name)s``, ``%s`` and ``{name}``."""
    plain = text.replace("%%", "")
    found = {
        match.group(0) if match.group(1) is None else f"%({match.group(1)})"
        for match in PERCENT_PLACEHOLDER.finditer(plain)
    }
    return frozenset(found | {match.group(0) for match in BRACE_PLACEHOLDER.finditer(plain)})


def tags(text: str) -> list[str]:
    return sorted(match.group(0).split()[0].rstrip(">") for match in MARKUP_TAG.finditer(text))


def bare(text: str) -> str:
    """The words a reader sees: without placeholders, markup and addresses."""
    for pattern in (MARKUP_TAG, PERCENT_PLACEHOLDER, BRACE_PLACEHOLDER, ADDRESS):
        text = pattern.sub(" ", text)
    return text


def words_to_translate(text: str) -> list[str]:
    """The Latin words of a text that may not stay as they are."""
    words = (word.lower() for word in WORD.findall(bare(text)) if LATIN.search(word))
    return [word for word in words if len(word) > 1 and word not in UNTRANSLATED_WORDS]


def faults_of_text(source: str, forms: Iterable[str], text: str, language: str) -> Iterator[str]:
    """What is wrong with one translated form; ``forms`` are all source forms, ``source`` the one it stands for."""
    allowed = frozenset().union(*(placeholders(form) for form in forms))
    unknown = placeholders(text) - allowed
    if unknown:
        yield f"has placeholders the source lacks: {', '.join(sorted(unknown))}"
    lost = placeholders(source) - placeholders(text)
    if lost:
        yield f"lost placeholders: {', '.join(sorted(lost))}"
    if tags(source) != tags(text):
        yield f"has other markup than the source: {tags(text)} instead of {tags(source)}"
    if (source[:1].isspace(), source[-1:].isspace()) != (text[:1].isspace(), text[-1:].isspace()):
        yield "begins or ends with other white space than the source"
    if words_to_translate(source) and not SCRIPTS[language].search(text):
        yield "is not in the script of the language"
    if FOREIGN_LETTERS[language].search(text):
        yield "has letters that the language does not use"
    mixed = [
        word for word in WORD.findall(bare(text)) if LATIN.search(word) and SCRIPTS[language].search(word)
    ]
    if mixed:
        yield f"mixes two scripts in one word: {', '.join(mixed)}"


def faults_of_message(message: Message, language: str) -> Iterator[str]:
    """What is wrong with one entry of a catalogue."""
    if message.fuzzy:
        yield "is marked fuzzy"
    sources, forms = sources_of(message), forms_of(message)
    if len(sources) > 1 and len(forms) != PLURAL_FORMS[language]:
        yield f"has {len(forms)} plural forms, the language has {PLURAL_FORMS[language]}"
        return
    if not all(forms):
        yield "is not translated"
        return
    for index, text in enumerate(forms):
        # The last form stands for many, so it must name the number; a first form of several may say it in words.
        source = sources[-1] if index == len(forms) - 1 else sources[index]
        yield from faults_of_text(source, sources, text, language)


def check(trees: Trees) -> list[str]:
    """Every fault of the catalogues as a sentence; an empty list means that all is well."""
    templates = extract(trees)
    faults: list[str] = []
    for language in PLURAL_FORMS:
        try:
            catalogues = read_language(trees, language)
        except PoFileError as error:
            faults.append(f"{language}: a catalogue cannot be read: {error}")
            continue
        for feature in sorted(set(templates) | set(catalogues)):
            wanted = {(key_of(m), len(sources_of(m))) for m in messages_of(templates.get(feature, Catalog()))}
            catalogue = catalogues.get(feature, Catalog(locale=language))
            present = {(key_of(m), len(sources_of(m))) for m in messages_of(catalogue)}
            where = f"{language}/{feature}"
            faults += [f"{where}: {key[0]!r} is missing" for key, _ in sorted(wanted - present, key=repr)]
            faults += [f"{where}: {key[0]!r} is obsolete" for key, _ in sorted(present - wanted, key=repr)]
            faults += [f"{where}: {m.id!r} is obsolete" for m in catalogue.obsolete.values()]
            for message in messages_of(catalogue):
                faults += [
                    f"{where}: {key_of(message)[0]!r} {fault}"
                    for fault in faults_of_message(message, language)
                ]
        try:
            merge(catalogues, language)
        except CatalogueConflictError as conflict:
            faults += str(conflict).splitlines()
    return faults


@click.group()
def main() -> None:
    """Keep the translation catalogues."""


@main.command("update")
@click.argument("features", nargs=-1)
def update_command(features: tuple[str, ...]) -> None:
    """Bring the catalogues (of the named features only) in line with the sources."""
    trees = Trees()
    unknown = set(features) - trees.features() - {COMMON}
    if unknown:
        raise click.BadParameter(f"no such feature: {', '.join(sorted(unknown))}")
    for path in update(trees, features):
        click.echo(f"updated {path.relative_to(trees.root)}")


@main.command("compile")
def compile_command() -> None:
    """Merge the catalogues into what the application loads."""
    try:
        compile_catalogues(Trees())
    except CatalogueConflictError as conflict:
        raise click.ClickException(str(conflict)) from conflict


@main.command("check")
def check_command() -> None:
    """Fail when a text is missing, wrong or no longer used."""
    faults = check(Trees())
    for fault in faults:
        click.echo(fault)
    if faults:
        click.echo(
            f"{len(faults)} faults; run 'python -m pbplatform.translations update' and translate what is empty."
        )
        sys.exit(1)
    click.echo("translations: complete")


if __name__ == "__main__":
    main()
