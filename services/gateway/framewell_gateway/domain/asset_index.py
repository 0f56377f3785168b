"""The list of all assets in memory: filtered, ordered and counted without asking the database.

Columns instead of objects: a few hundred bytes an asset. Indexes of the database were considered: every
filter with every order would be one of its own on MongoDB, and the embedded database has them for equality
alone; so was a search engine: one more process for a table of a hundred thousand rows. What is here is
measured by `make bench-list`.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from framewell.gateway.v1.asset_view_pb2 import AssetState
from framewell_gateway.domain.asset_lists import AssetFilter, AssetOrder, SortField, StateCounts
from framewell_gateway.domain.search_words import folded, words_of
from framewell_kit.paging import Key

Mask: TypeAlias = npt.NDArray[np.bool_]
SortKey: TypeAlias = Key
"""The value that is sorted by, and the id of the asset."""

_FIRST_ROWS: Final = 1024
_NUMBERS: Final = ("state", "kind", "requested", "duration", "changed", "failed")
NEVER: Final = -1
"""In `requested`, milliseconds since 1970: nobody asked for it, as far as is known, and it is in no list."""


@dataclass(frozen=True, slots=True)
class AssetRow:
    """What an asset is found and ordered by.

    `title` is folded; `text` are its search words, each with a space before it; `labels` are `name` and
    `name:value`. Times are milliseconds since 1970; `failed` says that the work on it failed as a whole.
    """

    asset_id: str
    state: "AssetState.ValueType" = AssetState.ASSET_STATE_UNSPECIFIED
    kind: int = 0
    requested: int = NEVER
    duration: int = 0
    changed: int = 0
    failed: bool = False
    title: str = ""
    text: str = ""
    source: str = ""
    labels: tuple[str, ...] = ()


class AssetIndex:
    """Rows of assets, replaced one at a time. Not for several threads."""

    def __init__(self) -> None:
        self._rows: dict[str, int] = {}
        self._ids: list[str] = []
        self._titles: list[str] = []
        self._texts: list[str] = []
        self._sources: list[str] = []
        self._labels: list[tuple[str, ...]] = []
        self._shared: dict[Any, Any] = {}
        self._numbers = {name: np.zeros(_FIRST_ROWS, dtype=np.int64) for name in _NUMBERS}
        self._orders: dict[SortField, list[int]] = {}

    def __len__(self) -> int:
        return len(self._ids)

    def put(self, row: AssetRow) -> None:
        """Add an asset, or replace what is known of it unless that is newer.

        Its place in every order that was asked for is found by bisection: nothing is sorted again.
        """
        place = self._rows.get(row.asset_id)
        moved: list[SortField] = []
        if place is None:
            place = self._add(row.asset_id)
            moved = [*self._orders]
        elif row.changed < self._numbers["changed"][place]:
            return  # what was read earlier, and comes late
        else:
            for field, rows in self._orders.items():
                if self._values(_COLUMNS[field])[place] != getattr(row, _COLUMNS[field]):
                    key = self._key(field)
                    del rows[bisect_left(rows, key(place), key=key)]
                    moved.append(field)
        for name in _NUMBERS:
            self._numbers[name][place] = getattr(row, name)
        self._titles[place], self._texts[place] = row.title, row.text
        self._sources[place] = self._shared.setdefault(row.source, row.source)
        self._labels[place] = self._shared.setdefault(row.labels, row.labels)
        for field in moved:
            insort(self._orders[field], place, key=self._key(field))

    def sort(self) -> None:
        """Sort by every column, so that nobody waits for it; what is put later stays in order."""
        for field in SortField:
            self._ordered(field)

    def find(
        self, wanted: AssetFilter, order: AssetOrder, size: int, after: SortKey | None
    ) -> tuple[Sequence[str], SortKey | None, int]:
        """Return the ids of a page, the sort key of its last item if others follow, and how many there are.

        The page begins behind the asset with the sort key `after`, be it still there or not.
        """
        mask = self._meeting(wanted)
        total = int(mask.sum())
        rows, key = self._ordered(order.field), self._key(order.field)
        found: list[int] = []
        if order.descending:
            start = len(rows) if after is None else bisect_left(rows, after, key=key)
            places = iter(range(start - 1, -1, -1))
        else:
            start = 0 if after is None else bisect_right(rows, after, key=key)
            places = iter(range(start, len(rows)))
        for place in places:
            if mask[rows[place]]:
                found.append(rows[place])
                if len(found) > size:
                    break
        last = key(found[size - 1]) if len(found) > size else None
        return [self._ids[row] for row in found[:size]], last, total

    def count_states(self) -> StateCounts:
        """Return how many assets of the list are in each state."""
        count = len(self._ids)
        listed = self._numbers["requested"][:count] != NEVER
        states, counts = np.unique(self._numbers["state"][:count][listed], return_counts=True)
        failed = int((self._numbers["failed"][:count][listed] != 0).sum())
        by_state = {AssetState.ValueType(int(state)): int(n) for state, n in zip(states, counts, strict=True)}
        return StateCounts(by_state, failed)

    def _add(self, asset_id: str) -> int:
        place = len(self._ids)
        if place == len(self._numbers["state"]):
            for name, column in self._numbers.items():
                self._numbers[name] = np.concatenate([column, np.zeros_like(column)])
        self._rows[asset_id] = place
        self._ids.append(asset_id)
        for texts in (self._titles, self._texts, self._sources):
            texts.append("")
        self._labels.append(())
        return place

    def _values(self, column: str) -> Any:
        return self._titles if column == "title" else self._numbers[column]

    def _ordered(self, field: SortField) -> list[int]:
        """Return the rows in ascending order."""
        if field not in self._orders:
            values, ids = self._values(_COLUMNS[field]), self._ids
            if not isinstance(values, list):
                values = values.tolist()
            self._orders[field] = sorted(range(len(ids)), key=lambda row: (values[row], ids[row]))
        return self._orders[field]

    def _key(self, field: SortField) -> Any:
        values, ids = self._values(_COLUMNS[field]), self._ids
        if field is SortField.TITLE:
            return lambda row: (values[row], ids[row])
        return lambda row: (int(values[row]), ids[row])

    def _meeting(self, wanted: AssetFilter) -> Mask:
        """Return which rows meet a filter: numbers first, then texts of those that are left."""
        count = len(self._ids)
        column = {name: numbers[:count] for name, numbers in self._numbers.items()}
        mask: Mask = column["requested"] != NEVER
        if wanted.states:
            mask &= np.isin(column["state"], list(wanted.states))
        if wanted.kinds:
            mask &= np.isin(column["kind"], list(wanted.kinds))
        if wanted.requested_from is not None:
            mask &= column["requested"] >= wanted.requested_from.timestamp() * 1000
        if wanted.requested_until is not None:
            mask &= column["requested"] < wanted.requested_until.timestamp() * 1000
        if not (wanted.source or wanted.labels or wanted.title or wanted.search):
            return mask
        left = np.flatnonzero(mask).tolist()
        if wanted.source:
            left = [row for row in left if self._sources[row] == wanted.source]
        for label in wanted.labels:
            left = [row for row in left if label in self._labels[row]]
        if wanted.title:
            part = folded(wanted.title)
            left = [row for row in left if part in self._titles[row]]
        for word in words_of(wanted.search):
            begin = f" {word}"
            left = [row for row in left if begin in self._texts[row]]
        meeting = np.zeros(count, dtype=np.bool_)
        meeting[left] = True
        return meeting


_COLUMNS: Final = {
    SortField.REQUESTED_AT: "requested",
    SortField.TITLE: "title",
    SortField.DURATION: "duration",
    SortField.STATE: "state",
    SortField.CHANGED_AT: "changed",
}
