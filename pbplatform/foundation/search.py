"""Search in kept texts, alike on both databases: any piece of a word is found, in Georgian, Bulgarian and English.

Each searched table has one column with its normalised words (`i18n.searchable`). SQLite keeps a trigram index beside
it in a virtual table `search_<table>`, filled by triggers; PostgreSQL has a pg_trgm index `search_<table>_trgm`. Both
are made by the table's migration through `create` and taken away through `drop`.

Georgian and Bulgarian put endings to words, so a longer word is looked for without its last letters: who types
“მოედანზე” (at the square) finds “მოედანი” (the square).
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Integer, String, and_, bindparam, column, or_, text
from sqlalchemy.engine import Connection
from sqlalchemy.orm import InstrumentedAttribute, Session

from pbplatform.foundation.i18n import searchable

SHORTEST_INDEXED = 3
SHORTEST_STEMMED = 5
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


class Shape(NamedTuple):
    """What kind of condition a question needs; statements are built once for each shape."""

    indexed: bool
    """Whether SQLite's index is asked for some of the pieces, all in one question."""
    plain: int
    """How many pieces are looked for in the texts themselves: all on PostgreSQL, whose index serves that."""
    every: bool

    @property
    def by_index_alone(self) -> bool:
        """Whether SQLite's index alone answers."""
        return self.indexed and not self.plain


def asked(session: Session, question: str, *, every: bool = True) -> tuple[Shape, dict[str, str]]:
    """The shape of the condition that a row holds every (or any) word of a question, and the values it is run with."""
    pieces = stems(question)
    sqlite = session.get_bind().dialect.name == "sqlite"
    indexed = [piece for piece in pieces if sqlite and len(piece) >= SHORTEST_INDEXED]
    plain = [piece for piece in pieces if piece not in indexed]
    # No piece has a quotation mark or a wildcard in it: stems() drops them.
    values = {f"search_{number}": f"%{piece}%" for number, piece in enumerate(plain)}
    if indexed:
        values["search_words"] = (" AND " if every else " OR ").join(f'"{piece}"' for piece in indexed)
    return Shape(bool(indexed), len(plain), every), values


def holding(
    shape: Shape, key: InstrumentedAttribute[int], texts: InstrumentedAttribute[str]
) -> ColumnElement[bool] | None:
    """The condition of that shape for a table; None when the question had no word."""
    conditions: list[ColumnElement[bool]] = [
        texts.like(bindparam(f"search_{number}", type_=String)) for number in range(shape.plain)
    ]
    if shape.indexed:
        table = key.class_.__tablename__
        # The sum keeps SQLite from fetching each found row one by one where an index holds all that is asked for.
        found = (key + 0).in_(
            text(f"select rowid from search_{table} where search_{table} match :search_words").columns(  # noqa: S608 (our table's name)
                column("rowid", Integer)
            )
        )
        conditions.insert(0, found)
    if not conditions:
        return None
    return (and_ if shape.every else or_)(*conditions)


def likeness(left: str, right: str) -> float:
    """How alike two short texts are, from 0 to 1: the share of three-letter pieces that they have in common."""
    one, other = _trigrams(left), _trigrams(right)
    return len(one & other) / len(one | other) if one and other else 0.0


def _trigrams(value: str) -> set[str]:
    padded = [f"  {word} " for word in searchable(value).translate(_PUNCTUATION).split()]
    return {word[start : start + 3] for word in padded for start in range(len(word) - 2)}


def create(connection: Connection, table: str, column: str) -> None:
    """Make the search index of a table's column; called by the migration that makes the table."""
    for statement in _creating(connection.dialect.name, table, column):
        connection.exec_driver_sql(statement)


def drop(connection: Connection, table: str) -> None:
    """Take the search index away."""
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql(f"drop index if exists search_{table}_trgm")
        return
    for when in ("insert", "update", "delete"):
        connection.exec_driver_sql(f"drop trigger if exists search_{table}_{when}")
    connection.exec_driver_sql(f"drop table if exists search_{table}")


def _creating(dialect: str, table: str, column: str) -> Sequence[str]:
    if dialect != "sqlite":
        return (
            "create extension if not exists pg_trgm",
            f"create index search_{table}_trgm on {table} using gin ({column} gin_trgm_ops)",
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
