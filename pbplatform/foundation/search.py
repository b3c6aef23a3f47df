"""Search in kept texts, alike on both databases: any piece of a word is found, in Georgian, Bulgarian and English.

Each searched table has one column with its normalised words (`i18n.searchable`). SQLite keeps a trigram index beside
it in a virtual table `search_<table>`, filled by triggers; PostgreSQL has a pg_trgm index `search_<table>_trgm`. Both
are made by the table's migration through `create` and taken away through `drop`.

Georgian and Bulgarian put endings to words, so a longer word is looked for without its last letters: who types
“მოედანზე” (at the square) finds “მოედანი” (the square).
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Integer, and_, column, or_, text
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


def containing(
    session: Session,
    key: InstrumentedAttribute[int],
    texts: InstrumentedAttribute[str],
    question: str,
    *,
    every: bool = True,
) -> ColumnElement[bool] | None:
    """The condition that a row holds every (or any) word of the question; None when the question has no word."""
    pieces = stems(question)
    if not pieces:
        return None
    join = and_ if every else or_
    if session.get_bind().dialect.name != "sqlite":
        return join(*(texts.contains(piece, autoescape=True) for piece in pieces))
    indexed = [piece for piece in pieces if len(piece) >= SHORTEST_INDEXED]
    short = [texts.contains(piece, autoescape=True) for piece in pieces if len(piece) < SHORTEST_INDEXED]
    if not indexed:
        return join(*short)
    table = key.class_.__tablename__
    match = (" AND " if every else " OR ").join(f'"{piece}"' for piece in indexed)
    # The sum keeps SQLite from fetching each found row one by one where an index holds all that is asked for.
    found = (key + 0).in_(
        text(f"select rowid from search_{table} where search_{table} match :search_words")  # noqa: S608 (our table's name)
        .bindparams(search_words=match)
        .columns(column("rowid", Integer))
    )
    return join(found, *short)


def matching(session: Session, question: str) -> str | None:
    """What SQLite's index is asked for rows that hold every word; None where the index alone cannot answer."""
    pieces = stems(question)
    if session.get_bind().dialect.name != "sqlite" or not pieces:
        return None
    if any(len(piece) < SHORTEST_INDEXED for piece in pieces):
        return None
    return " AND ".join(f'"{piece}"' for piece in pieces)


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
    out = f"insert into {name}({name}, rowid, {column}) values ('delete', old.id, old.{column});"  # noqa: S608
    into = f"insert into {name}(rowid, {column}) values (new.id, new.{column});"  # noqa: S608
    return (
        f"create virtual table {name} using fts5({column}, content='{table}', content_rowid='id', "
        "tokenize='trigram case_sensitive 1', detail='full')",
        f"create trigger {name}_insert after insert on {table} begin {into} end",
        f"create trigger {name}_delete after delete on {table} begin {out} end",
        f"create trigger {name}_update after update of {column} on {table} begin {out} {into} end",
    )
