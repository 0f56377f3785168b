"""The nearest of a space: candidates from a graph where that pays, all compared exactly, filtered, in order.

A filter that leaves few rows is answered by comparing just these. Otherwise a block's graph is asked for more
than is wanted, by how many rows the filter leaves out, and for more still when too few of them pass; before
that would cost more than comparing everything, everything is compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray
from usearch.index import search

from framewell_inference.domain.pictures import Float
from framewell_inference.domain.vector_views import Near, Part, SpaceView, VectorFilter
from framewell_inference.domain.vectors import Half, Mask

EXACT_VALUES: Final = 1 << 20
"""So many numbers (8,192 faces) are compared in about 1 ms on one core: no graph is asked for fewer."""

SPARE: Final = 3
SPARE_FILTERED: Final = 4
"""So many times as many candidates as neighbours are asked for; the exact distances choose among them. The
last of many candidates are less sure than the first, and a filter may leave just these."""

DEAR: Final = 8
"""Finding one candidate costs about as much as comparing so many rows."""


Each = Callable[[Callable[[Part], list[Near]], Iterable[Part]], Iterable[list[Near]]]
"""Does something with every part, like `map`: one after the other, or several at once."""


def nearest(view: SpaceView, query: Float, count: int, wanted: VectorFilter, each: Each = map) -> list[Near]:
    """Return at most `count` neighbours in order of distance; equal ones in order of set and row. Blocks."""
    rounded = query.astype(np.float16).astype(np.float32)
    parts = each(lambda part: _in_part(part, rounded, count, wanted), view.parts)
    found = [one for near in parts for one in near]
    found.sort(key=lambda one: (one.distance, one.of.set_id, one.row))
    return found[:count]


def _in_part(part: Part, query: Float, count: int, wanted: VectorFilter) -> list[Near]:
    table = part.table
    allowed = part.allowed(wanted)
    left = len(table) if allowed is None else int(allowed.sum())
    if not left:
        return []
    small = left * table.vectors.shape[1] <= EXACT_VALUES
    found = None
    if part.approximate is not None and not small:
        found = _by_graph(part, query, count, allowed, left)
    rows = _exact(table.vectors, query, count, allowed) if found is None else found
    rows, distances = _ranked(table.vectors, query, rows, count)
    codes, columns = table.codes, table.columns
    return [
        Near(
            table.sets[codes[row]],
            int(columns["row"][row]),
            int(columns["start_pts"][row]),
            int(columns["end_pts"][row]),
            float(distance),
        )
        for row, distance in zip(rows.tolist(), distances.tolist(), strict=True)
        if wanted.most_distance is None or distance <= wanted.most_distance
    ]


def _by_graph(
    part: Part, query: Float, count: int, allowed: Mask | None, left: int
) -> NDArray[np.int64] | None:
    """Return candidates, at least `count`; None where comparing everything costs less."""
    assert part.approximate is not None
    asked = SPARE * count if allowed is None else SPARE_FILTERED * count * len(part.table) // left
    while asked * DEAR <= left:
        rows = part.approximate(query, asked + 1)
        rows = rows if allowed is None else rows[allowed[rows]]
        if len(rows) >= count:
            return rows
        asked *= 4
    return None


def _exact(vectors: Half, query: Float, count: int, allowed: Mask | None) -> NDArray[np.int64]:
    """Return candidates by comparing everything that is allowed, in half precision."""
    rows = np.arange(len(vectors)) if allowed is None else np.flatnonzero(allowed)
    compared = vectors if allowed is None else vectors[rows]
    wanted = min(SPARE * count, len(rows))
    found = search(compared, query.astype(np.float16), wanted, "l2sq", exact=True, threads=1)
    return rows[np.asarray(found.keys, np.int64)]


def _ranked(
    vectors: Half, query: Float, rows: NDArray[np.int64], count: int
) -> tuple[NDArray[np.int64], Float]:
    """Return the nearest of the candidates, with their distances in single precision."""
    difference = vectors[rows].astype(np.float32) - query
    distances: Float = np.sqrt(np.einsum("ij,ij->i", difference, difference))
    order = np.lexsort((rows, distances))[:count]
    return rows[order], distances[order]
