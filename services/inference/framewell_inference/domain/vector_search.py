"""The nearest of a space: candidates from a graph where that pays, all compared exactly, filtered, in order.

A filter that leaves few rows is answered by comparing just these. Otherwise a block's graph is asked for more
than is wanted, by how many rows the filter leaves out, and for more still when too few of them pass; before
that would cost more than comparing everything, everything is compared.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from framewell_inference.domain.pictures import Float
from framewell_inference.domain.vectors import Mask, Near, Part, SpaceView, VectorFilter, as_float32

EXACT_ROWS: Final = 20_000
"""So many rows are compared in about 5 ms on one core (128 dimensions): no graph is asked for fewer."""

SPARE: Final = 3.0
"""So many times as many candidates as neighbours are asked for; the exact distances choose among them."""

MOST_CANDIDATES: Final = 8_192
"""Past this a graph is slower than comparing all rows of a block."""


def nearest(view: SpaceView, query: Float, count: int, wanted: VectorFilter) -> list[Near]:
    """Return at most `count` neighbours in order of distance; equal ones in order of set and row. Blocks."""
    rounded = query.astype(np.float16).astype(np.float32)
    found = [one for part in view.parts for one in _in_part(part, rounded, count, wanted)]
    found.sort(key=lambda one: (one.distance, one.of.set_id, one.row))
    return found[:count]


def _in_part(part: Part, query: Float, count: int, wanted: VectorFilter) -> list[Near]:
    table = part.table
    allowed = part.allowed(wanted)
    left = len(table) if allowed is None else int(allowed.sum())
    if not left:
        return []
    if part.approximate is None or left <= EXACT_ROWS:
        rows, distances = _exact(part, query, count, allowed)
    else:
        rows, distances = _by_graph(part, query, count, allowed, left)
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
) -> tuple[NDArray[np.int64], Float]:
    assert part.approximate is not None
    asked = int(SPARE * count * len(part.table) / left) + 1
    while asked <= min(MOST_CANDIDATES, len(part.table)):
        rows = part.approximate(query, asked)
        rows = rows if allowed is None else rows[allowed[rows]]
        if len(rows) >= count:
            return _ranked(rows, distances_to(part.table.vectors[rows].astype(np.float32), query), count)
        asked *= 4
    return _exact(part, query, count, allowed)


def _exact(part: Part, query: Float, count: int, allowed: Mask | None) -> tuple[NDArray[np.int64], Float]:
    vectors = part.table.vectors
    if allowed is not None and int(allowed.sum()) <= EXACT_ROWS:
        rows = np.flatnonzero(allowed)
        return _ranked(rows, distances_to(vectors[rows].astype(np.float32), query), count)
    found = np.concatenate([distances_to(piece, query) for _, piece in as_float32(vectors)])
    if allowed is not None:
        found[~allowed] = np.inf
    rows, distances = _ranked(np.arange(len(vectors)), found, count)
    finite = np.isfinite(distances)
    return rows[finite], distances[finite]


def distances_to(vectors: Float, query: Float) -> Float:
    """Return the Euclidean distance of each vector to the query; differences are not lost to cancellation."""
    difference = vectors - query
    squared: Float = np.sqrt(np.einsum("ij,ij->i", difference, difference))
    return squared


def _ranked(rows: NDArray[np.int64], distances: Float, count: int) -> tuple[NDArray[np.int64], Float]:
    if len(rows) > count:
        chosen = np.argpartition(distances, count - 1)[:count]
        rows, distances = rows[chosen], distances[chosen]
    order = np.argsort(distances, kind="stable")
    return rows[order], distances[order]
