"""Search in kept texts, alike on both databases: any piece of a word is found, in Georgian, Bulgarian and English.

Each searched table has one column with its normalised words (`i18n.searchable`). SQLite keeps a trigram index beside
it in a virtual table `search_<table>`, filled by triggers. PostgreSQL has an index `search_<table>_pieces` of the ends of
words: what stands anywhere in a word stands at the beginning of one of its ends, and beginnings are what an index finds.
(An index of trigrams would have to look through the whole text of everything it finds.) Both are made by a migration
through `create` and taken away through `drop`.

Georgian and Bulgarian put endings to words, so a longer word is looked for without its last letters: who types
“მოედანზე” (at the square) finds “მოედანი” (the square).
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import ColumnElement, Integer, String, and_, bindparam, cast, column, func, or_, text
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.engine import Connection
from sqlalchemy.orm import InstrumentedAttribute, Session

from pbplatform.foundation.i18n import searchable

SHORTEST_INDEXED = 3
SHORTEST_STEMMED = 5
LONGEST_END = 16
"""So many letters of each end of a word stand in PostgreSQL's index; the rest of a longer piece is looked for in the text."""
LONGEST_INDEXED = 16_000
"""So many letters of a text stand in it: more than a text may have, and a megabyte at most, which is all it can take."""
MOST_WORDS = 8
LONGEST_QUESTION = 200
_PUNCTUATION = str.maketrans(dict.fromkeys("\"'„“”‚‘’«»()[]{}<>.,;:!?*%_\\/|+=#@&^~`№", " "))


def stem(word: str) -> str:
    """A longer word without its last letters, where endings stand."""
    return word[: len(word) - min(len(word) // 4, 3)] if len(word) >= SHORTEST_STEMMED else word


def stems(question: str) -> list[str]:
    """The pieces that a typed question is looked for by; at most eight, without repetition."""
    words = searchable(question[:LONGEST_QUESTION]).translate(_PUNCTUATION).split()
    return list(dict.fromkeys(stem(word) for word in words))[:MOST_WORDS]


class Index(StrEnum):
    """Which index is asked, for all its pieces in one question."""

    NONE = "none"
    TRIGRAMS = "trigrams"
    """SQLite's."""
    ENDS = "ends"
    """PostgreSQL's."""


class Shape(NamedTuple):
    """What kind of condition a question needs; statements are built once for each shape."""

    by: Index
    plain: int
    """How many pieces are looked for in the texts themselves."""
    every: bool

    @property
    def by_trigrams_alone(self) -> bool:
        """Whether SQLite's index alone answers."""
        return self.by is Index.TRIGRAMS and not self.plain


def asked(session: Session, question: str, *, every: bool = True) -> tuple[Shape, dict[str, str]]:
    """The shape of the condition that a row holds every (or any) word of a question, and the values it is run with."""
    pieces = stems(question)
    # No piece has a quotation mark, a backslash or a wildcard in it: stems() drops them.
    if session.get_bind().dialect.name == "sqlite":
        index = Index.TRIGRAMS
        indexed = [f'"{piece}"' for piece in pieces if len(piece) >= SHORTEST_INDEXED]
        plain = [piece for piece in pieces if len(piece) < SHORTEST_INDEXED]
        joined = (" AND " if every else " OR ").join(indexed)
    else:
        index = Index.ENDS
        indexed = [f"'{piece[:LONGEST_END]}':*" for piece in pieces]
        # Where any word will do, so long a beginning is alike enough.
        plain = [piece for piece in pieces if every and len(piece) > LONGEST_END]
        joined = (" & " if every else " | ").join(indexed)
    values = {f"search_{number}": f"%{piece}%" for number, piece in enumerate(plain)}
    if indexed:
        values["search_words"] = joined
    return Shape(index if indexed else Index.NONE, len(plain), every), values


def holding(
    shape: Shape, key: InstrumentedAttribute[int], texts: InstrumentedAttribute[str]
) -> ColumnElement[bool] | None:
    """The condition of that shape for a table; None when the question had no word."""
    conditions: list[ColumnElement[bool]] = [
        texts.like(bindparam(f"search_{number}", type_=String)) for number in range(shape.plain)
    ]
    if shape.by is Index.ENDS:
        words = cast(bindparam("search_words", type_=String), TSQUERY)
        conditions.insert(0, func.search_pieces(texts).bool_op("@@")(words))
    if shape.by is Index.TRIGRAMS:
        table = key.class_.__tablename__
        # The sum keeps SQLite from fetching each found row one by one where an index holds all that is asked for.
        matched = text(f"select rowid from search_{table} where search_{table} match :search_words")  # noqa: S608 (our table's name)
        asked_for = matched.bindparams(bindparam("search_words", type_=String))
        conditions.insert(0, (key + 0).in_(asked_for.columns(column("rowid", Integer))))
    if not conditions:
        return None
    return (and_ if shape.every else or_)(*conditions)


def likeness_to(text: str) -> Callable[[str], float]:
    """Tells how alike other short texts are, from 0 to 1: the share of three-letter pieces that both have in common."""
    one = _trigrams(text)

    def likeness(other_text: str) -> float:
        other = _trigrams(other_text)
        return len(one & other) / len(one | other) if one and other else 0.0

    return likeness


def _trigrams(value: str) -> set[str]:
    padded = [f"  {word} " for word in searchable(value).translate(_PUNCTUATION).split()]
    return {word[start : start + 3] for word in padded for start in range(len(word) - 2)}


def create(connection: Connection, table: str, column: str) -> None:
    """Make the search index of a table's column; called by a migration."""
    for statement in _creating(connection.dialect.name, table, column):
        connection.exec_driver_sql(statement)


def drop(connection: Connection, table: str) -> None:
    """Take the search index away."""
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql(f"drop index search_{table}_pieces")
        connection.exec_driver_sql("drop function search_pieces(text)")
        return
    for when in ("insert", "update", "delete"):
        connection.exec_driver_sql(f"drop trigger if exists search_{table}_{when}")
    connection.exec_driver_sql(f"drop table if exists search_{table}")


def _creating(dialect: str, table: str, column: str) -> Sequence[str]:
    if dialect != "sqlite":
        # Its cost keeps the planner from asking it of every row instead of the index; a still higher one would have questions
        # compiled, which takes longer than to answer them.
        return (
            f"""create function search_pieces(words text) returns tsvector
            language sql immutable strict parallel safe cost 5000 as $$
            select array_to_tsvector(array(
                select distinct substr(word, start, {LONGEST_END})
                from unnest(string_to_array(left(words, {LONGEST_INDEXED}), ' ')) word,
                    generate_series(1, length(word)) start
            )) $$""",  # noqa: S608 (numbers of ours)
            f"create index search_{table}_pieces on {table} using gin (search_pieces({column}))",
            # Numbers about the pieces would take minutes to gather and tell the planner nothing.
            f"alter index search_{table}_pieces alter column 1 set statistics 0",
        )
    name = f"search_{table}"
    out = f"insert into {name}({name}, rowid, {column}) values ('delete', old.id, old.{column});"  # noqa: S608 (names of ours)
    into = f"insert into {name}(rowid, {column}) values (new.id, new.{column});"  # noqa: S608 (names of ours)
    return (
        f"create virtual table {name} using fts5({column}, content='{table}', content_rowid='id', "
        "tokenize='trigram case_sensitive 1', detail='full')",
        f"create trigger {name}_insert after insert on {table} begin {into} end",
        f"create trigger {name}_delete after delete on {table} begin {out} end",
        f"create trigger {name}_update after update of {column} on {table} begin {out} {into} end",
    )
