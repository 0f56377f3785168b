"""When each token is said, from where the decoder looked in the sound while it wrote it.

Whisper's own way (`whisper/timing.py`): the attention of the heads that follow the sound, normalised,
smoothed and averaged, is crossed by the cheapest path that never goes back (dynamic time warping).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from framewell_inference.domain.pictures import Array, Float

POSITIONS_A_SECOND: Final = 50
MEDIAN: Final = 7
"""Positions over which attention is smoothed."""


def token_times(attention: Float, seconds: float) -> Float:
    """Return when each token begins, in seconds from the start of the sound, [tokens].

    `attention` is [heads, tokens, positions] before the softmax, of sound that lasts so many seconds.
    """
    positions = min(attention.shape[2], max(1, round(seconds * POSITIONS_A_SECOND)))
    weights = np.exp(attention[:, :, :positions] - attention[:, :, :positions].max(axis=2, keepdims=True))
    weights /= weights.sum(axis=2, keepdims=True)
    spread = weights.std(axis=1, keepdims=True)
    weights = (weights - weights.mean(axis=1, keepdims=True)) / np.maximum(spread, 1e-9)
    tokens, places = warped(-_smoothed(weights).mean(axis=0))
    first = np.concatenate([[True], np.diff(tokens) > 0])
    return np.asarray(places[first] / POSITIONS_A_SECOND, np.float32)


def warped(costs: Array) -> tuple[Array, Array]:
    """Return rows and columns of the cheapest path through costs [rows, columns] from corner to corner.

    A step goes down, to the right, or both. Computed a diagonal at a time.
    """
    rows, columns = costs.shape
    total = np.full((rows + 1, columns + 1), np.inf)
    total[0, 0] = 0
    came = np.zeros((rows + 1, columns + 1), np.int8)
    for diagonal in range(2, rows + columns + 1):
        row = np.arange(max(1, diagonal - columns), min(rows, diagonal - 1) + 1)
        column = diagonal - row
        before = np.stack([total[row - 1, column - 1], total[row - 1, column], total[row, column - 1]])
        best = before.argmin(axis=0)
        total[row, column] = costs[row - 1, column - 1] + before[best, np.arange(len(row))]
        came[row, column] = best
    path = [(rows, columns)]
    while path[-1] != (1, 1):
        row_at, column_at = path[-1]
        step = came[row_at, column_at]
        path.append((row_at - (step != 2), column_at - (step != 1)))
    found: Array = np.array(path[::-1]) - 1
    return found[:, 0], found[:, 1]


def _smoothed(weights: Float) -> Float:
    """Return the median of every MEDIAN positions around each."""
    half = MEDIAN // 2
    if weights.shape[2] <= half:
        return weights
    padded = np.pad(weights, ((0, 0), (0, 0), (half, half)), mode="reflect")
    return np.median(np.lib.stride_tricks.sliding_window_view(padded, MEDIAN, axis=2), axis=3)
