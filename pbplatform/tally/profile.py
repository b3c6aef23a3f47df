"""The ballots of an election as arrays: weighted classes of identical ballots, in one canonical order.

Row r of the profile is one class: its choices are `project[start[r]:start[r + 1]]`, the points beside them (if the
ballots have points) and `weight[r]` voters. Choices stand in the order of the projects, except on a ranking, where
they stand best first. Rows are sorted by length and then by content, so that equal profiles are equal arrays.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Profile:
    """Weighted classes of ballots; `empty` voters named no project (they are in no row)."""

    start: Ints
    project: Ints
    points: Ints | None
    weight: Ints
    empty: int
    projects: int

    @property
    def classes(self) -> int:
        """Number of different ballots that name something."""
        return len(self.weight)

    @property
    def voters(self) -> int:
        """Number of ballots, the empty ones among them."""
        return int(self.weight.sum()) + self.empty

    @property
    def lengths(self) -> Ints:
        """Number of choices of each row."""
        return np.diff(self.start)

    def row_of_entry(self) -> Ints:
        """For each entry of `project` the row it belongs to."""
        return np.repeat(np.arange(self.classes, dtype=np.int64), self.lengths)

    def votes(self) -> Ints:
        """How many ballots name each project."""
        return self._sums(np.repeat(self.weight, self.lengths))

    def totals(self, values: Ints) -> Ints:
        """Sum over the ballots of an entry's value, for each project. Exact: integers only."""
        return self._sums(np.repeat(self.weight, self.lengths) * values)

    def _sums(self, weighted: Ints) -> Ints:
        if int(weighted.sum(dtype=np.float64)) < 2**52:
            return np.bincount(self.project, weights=weighted, minlength=self.projects).astype(np.int64)
        sums = np.zeros(self.projects, dtype=np.int64)
        np.add.at(sums, self.project, weighted)
        return sums

    def borda(self, length: int | None) -> Ints:
        """Borda score of each entry of a ranking: the best of `length` (or of the ballot's own) gets that many."""
        position = np.arange(len(self.project), dtype=np.int64) - np.repeat(self.start[:-1], self.lengths)
        longest = np.repeat(self.lengths, self.lengths) if length is None else length
        return np.maximum(longest - position, 0)

    def rows(self) -> Iterator[tuple[list[int], list[int] | None, int]]:
        """Choices, points and weight of each class, the empty ballots last."""
        start, project, weight = self.start.tolist(), self.project.tolist(), self.weight.tolist()
        points = None if self.points is None else self.points.tolist()
        for row, count in enumerate(weight):
            a, b = start[row], start[row + 1]
            yield project[a:b], None if points is None else points[a:b], count
        if self.empty:
            yield [], None if points is None else [], self.empty


def ballots_from_rows(
    rows: Iterable[tuple[list[int], list[int] | None, int]], *, projects: int, points: bool, ranked: bool
) -> Profile:
    """Build a profile from rows of (choices, points, weight), in any order, identical rows merged."""
    lengths: list[int] = []
    flat: list[int] = []
    values: list[int] = []
    weights: list[int] = []
    for choices, row_points, weight in rows:
        lengths.append(len(choices))
        flat.extend(choices)
        values.extend(row_points or ())
        weights.append(weight)
    return canonical_profile(
        np.array(lengths, dtype=np.int64),
        np.array(flat, dtype=np.int64),
        np.array(values, dtype=np.int64) if points else None,
        np.array(weights, dtype=np.int64),
        projects=projects,
        ranked=ranked,
    )


def canonical_profile(
    lengths: Ints, flat: Ints, points: Ints | None, weights: Ints, *, projects: int, ranked: bool
) -> Profile:
    """Sort the choices within each row (a ranking keeps its order), merge equal rows, and sort the rows."""
    start = np.concatenate(([0], np.cumsum(lengths)))
    if not ranked and len(flat):
        row = np.repeat(np.arange(len(lengths), dtype=np.int64), lengths)
        order = np.argsort(row * projects + flat, kind="stable")
        flat = flat[order]
        points = None if points is None else points[order]
    out_lengths: list[Ints] = []
    out_flat: list[Ints] = []
    out_points: list[Ints] = []
    out_weights: list[Ints] = []
    for length in np.unique(lengths).tolist():
        if length == 0:
            continue
        rows = np.flatnonzero(lengths == length)
        at = start[rows][:, None] + np.arange(length)
        columns = flat[at]
        key = columns if points is None else np.concatenate((columns, points[at]), axis=1)
        unique, weight = _merge(key, weights[rows])
        out_lengths.append(np.full(len(unique), length, dtype=np.int64))
        out_flat.append(unique[:, :length].ravel())
        out_points.append(unique[:, length:].ravel())
        out_weights.append(weight)
    none = np.zeros(0, dtype=np.int64)
    return Profile(
        start=np.concatenate(([0], np.cumsum(np.concatenate((none, *out_lengths))))),
        project=np.concatenate((none, *out_flat)),
        points=None if points is None else np.concatenate((none, *out_points)),
        weight=np.concatenate((none, *out_weights)),
        empty=int(weights[lengths == 0].sum()),
        projects=projects,
    )


def _merge(key: Ints, weights: Ints) -> tuple[Ints, Ints]:
    """The different rows of a matrix in lexicographic order, each with the sum of its weights."""
    order = np.lexsort(key.T[::-1])
    key = key[order]
    fresh = np.ones(len(key), dtype=bool)
    fresh[1:] = (key[1:] != key[:-1]).any(axis=1)
    heads = np.flatnonzero(fresh)
    return key[heads], np.add.reduceat(weights[order], heads)
