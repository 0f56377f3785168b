"""What is asked of vectors, what is near and where, and all vectors of a space as one replica sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from framewell_inference.domain.pictures import Float
from framewell_inference.domain.vectors import Mask, VectorSet, VectorTable


@dataclass(frozen=True, slots=True)
class VectorFilter:
    """What a neighbour must be; what is empty or None is not asked. All that is asked must hold."""

    asset_ids: frozenset[str] = frozenset()
    other_than: frozenset[str] = frozenset()
    """Assets of which it must not be."""
    series: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    asked_from: float | None = None
    """Earliest moment at which its asset was asked for, seconds since 1970, inclusive."""
    asked_until: float | None = None
    """Latest such moment, exclusive."""
    span: tuple[int, int] | None = None
    """Start and end pts of the part of its asset that it must touch."""
    least_score: float | None = None
    most_distance: float | None = None

    def rows(self, table: VectorTable) -> Mask | None:
        """Return the rows that may be neighbours, None for all. Distance is not asked here."""
        masks: list[Mask] = []
        if (sets := self._sets(table)) is not None:
            masks.append(sets[table.codes])
        if self.span is not None:
            start, end = self.span
            masks.append((table.columns["start_pts"] < end) & (table.columns["end_pts"] > start))
        if self.least_score is not None:
            masks.append(table.columns["score"] >= np.float32(self.least_score))
        return np.logical_and.reduce(masks) if masks else None

    def _sets(self, table: VectorTable) -> Mask | None:
        """Return which sets may have neighbours, None for all."""
        masks: list[Mask] = []
        for attribute, wanted in (
            ("asset_id", self.asset_ids),
            ("series", self.series),
            ("kind", self.kinds),
        ):
            if wanted:
                by_value = table.numbers_by(attribute)
                masks.append(np.zeros(len(table.sets), np.bool_))
                for value in wanted & by_value.keys():
                    masks[-1][by_value[value]] = True
        if self.other_than:
            by_asset = table.numbers_by("asset_id")
            masks.append(np.ones(len(table.sets), np.bool_))
            for value in self.other_than & by_asset.keys():
                masks[-1][by_asset[value]] = False
        if self.asked_from is not None:
            masks.append(table.asked_at >= self.asked_from)
        if self.asked_until is not None:
            masks.append(table.asked_at < self.asked_until)
        return np.logical_and.reduce(masks) if masks else None


@dataclass(frozen=True, slots=True)
class Near:
    """One stored vector near to a query; `distance` is Euclidean."""

    of: VectorSet
    row: int
    """Among the vectors of its set."""
    start_pts: int
    end_pts: int
    distance: float


@dataclass(frozen=True, slots=True)
class Place:
    """Neighbours that follow each other in an asset."""

    nearest: Near
    first: Near
    last: Near


def places(near: Iterable[Near]) -> list[Place]:
    """Return one place for all of an asset whose spans touch, in order of its nearest distance."""
    found: list[Place] = []
    for one in sorted(near, key=lambda one: (one.of.asset_id, one.start_pts)):
        before = found[-1] if found else None
        if before and before.last.of.asset_id == one.of.asset_id and one.start_pts <= before.last.end_pts:
            found[-1] = Place(
                nearest=min(before.nearest, one, key=lambda one: one.distance),
                first=before.first,
                last=max(before.last, one, key=lambda one: one.end_pts),
            )
        else:
            found.append(Place(one, one, one))
    return sorted(found, key=lambda place: (place.nearest.distance, place.nearest.of.set_id))


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One block or the newest rows; `gone` marks rows that do not count any more, None for none.

    `approximate` finds candidates by a graph: (query, count) to row numbers, in any order.
    """

    table: VectorTable
    gone: Mask | None = None
    approximate: Callable[[Float, int], NDArray[np.int64]] | None = None

    @property
    def gone_count(self) -> int:
        return 0 if self.gone is None else int(self.gone.sum())

    @property
    def counted(self) -> VectorTable:
        """Return the rows that count."""
        return self.table if self.gone is None else self.table.keep(~self.gone)

    def allowed(self, wanted: VectorFilter) -> Mask | None:
        """Return the rows that count and pass the filter, None for all."""
        rows = wanted.rows(self.table)
        if self.gone is None:
            return rows
        return ~self.gone if rows is None else rows & ~self.gone


@dataclass(frozen=True, slots=True)
class SpaceView:
    """All vectors of a space at one moment."""

    parts: tuple[Part, ...] = ()

    @property
    def rows(self) -> int:
        """Return how many vectors there are."""
        return sum(len(part.table) - part.gone_count for part in self.parts)
