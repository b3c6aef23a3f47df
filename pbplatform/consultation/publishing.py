"""What is published as data. A feature describes its resources once; files, interface, catalogue and documentation follow.

A resource gives only rows that its feature's pages show to everybody: the rule of what is public when stands in its
`rows`, which ask the same queries as the pages. The assembly installs all resources once (`features.RESOURCES`).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from operator import itemgetter
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import Session

from pbplatform.consultation.models import Round
from pbplatform.municipalities.models import Municipality


class Holds(StrEnum):
    """What stands in a field."""

    TEXT = "text"
    TEXTS = "texts"
    """One text per language."""
    WHOLE = "whole"
    NUMBER = "number"
    MONEY = "money"
    """Minor units; tables show whole units with decimals."""
    YES_NO = "yes_no"
    MOMENT = "moment"
    DAY = "day"
    CODES = "codes"
    """A list of short names."""
    DATA = "data"
    """Nested data: JSON as it is, in tables as text."""


@dataclass(frozen=True)
class Field:
    """One field of a resource: its name, what it holds, a lazy sentence about it, and an example.

    `empty` says that it may be null; `among` lists all its values where they are few.
    """

    name: str
    holds: Holds
    about: Any
    example: Any
    empty: bool = False
    among: tuple[str, ...] = ()


CURRENCY = Field("currency", Holds.TEXT, _l("The currency, as in ISO 4217."), "GEL")
LATITUDE = Field("latitude", Holds.NUMBER, _l("Latitude in degrees (WGS 84)."), 41.7092, empty=True)
LONGITUDE = Field("longitude", Holds.NUMBER, _l("Longitude in degrees (WGS 84)."), 44.7561, empty=True)
"""Fields that several resources have."""


@dataclass(frozen=True)
class Asked:
    """Whose rows are wanted, from which key on, and how many at most (None: all of them, streamed)."""

    municipality: Municipality
    round: Round | None = None
    after: int = 0
    most: int | None = None

    @property
    def found(self) -> Round:
        """The round; only for resources of a round."""
        assert self.round is not None
        return self.round


Row = tuple[int, dict[str, Any]]
"""A key that grows from row to row, and the values by field name."""


@dataclass(frozen=True)
class Resource:
    """Rows of one kind: of a municipality, or of one of its rounds (`of_round`).

    `name` stands in addresses; `title`, `about` and `public_when` are lazy sentences. `rows` gives the rows whose key is
    above `asked.after` in the order of their keys. With `latitude` and `longitude` among its fields, or a GeoJSON
    geometry in the field that `outline` names, a resource is a map layer too.
    """

    name: str
    title: Any
    about: Any
    public_when: Any
    fields: tuple[Field, ...]
    rows: Callable[[Session, Asked], Iterable[Row]]
    of_round: bool = True
    outline: str | None = None

    @property
    def on_map(self) -> bool:
        """Whether its rows have places."""
        names = {field.name for field in self.fields}
        return self.outline is not None or {"latitude", "longitude"} <= names


_installed: dict[str, Resource] = {}


def install(*resources: Resource) -> None:
    """Set all resources of this installation, in their order."""
    _installed.clear()
    _installed.update((resource.name, resource) for resource in resources)


def resources(*, of_round: bool | None = None) -> list[Resource]:
    """Every resource, or those of rounds only, or of municipalities only."""
    return [one for one in _installed.values() if of_round is None or one.of_round is of_round]


def resource(name: str, *, of_round: bool) -> Resource | None:
    """The resource of a name."""
    found = _installed.get(name)
    return found if found is not None and found.of_round is of_round else None


def page(
    session: Session, statement: Select[*tuple[Any, ...]], key: ColumnElement[int] | Any, asked: Asked
) -> Iterator[Any]:
    """The rows of a statement after `asked.after` in the order of `key`, fetched a few hundred at a time."""
    wanted = statement.where(key > asked.after).order_by(key).execution_options(yield_per=500)
    yield from session.execute(wanted if asked.most is None else wanted.limit(asked.most))


def keyed(rows: Iterable[Row], asked: Asked) -> Iterator[Row]:
    """The same of a list that is made anew each time and grows: whatever comes in has a higher key than all before."""
    yield from sorted((row for row in rows if row[0] > asked.after), key=itemgetter(0))[: asked.most]


def slice_of(rows: Iterable[dict[str, Any]], asked: Asked) -> Iterator[Row]:
    """The same of a short list that nothing comes into any more: the key is the place in it, from 1."""
    for place, row in enumerate(rows, start=1):
        if place > asked.after and (asked.most is None or place <= asked.after + asked.most):
            yield place, row
