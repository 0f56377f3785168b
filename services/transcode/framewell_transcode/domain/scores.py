"""What shots are found by: how much each picture differs from the one before, and its coarse copy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

GRID_ROWS: Final = 90
GRID_COLUMNS: Final = 160
COARSE_ROWS: Final = 9
COARSE_COLUMNS: Final = 16

Thumbnail = NDArray[np.uint8]
"""Y, U and V on a grid of GRID_ROWS x GRID_COLUMNS: shape (3, rows, columns)."""

CoarsePicture = NDArray[np.uint8]
"""The means of its blocks, on COARSE_ROWS x COARSE_COLUMNS: shape (3, rows, columns)."""


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """Scores of one chunk; `score[0]` is NaN, since its predecessor lies in another chunk."""

    frame: NDArray[np.int64]
    pts: NDArray[np.int64]
    score: NDArray[np.float32]
    coarse: NDArray[np.uint8]
    """Pictures x 3 x COARSE_ROWS x COARSE_COLUMNS."""
    first: Thumbnail
    last: Thumbnail


def coarse_of(thumbnail: Thumbnail) -> CoarsePicture:
    """Return the means of the blocks of a thumbnail."""
    rows, columns = GRID_ROWS // COARSE_ROWS, GRID_COLUMNS // COARSE_COLUMNS
    rows_summed = thumbnail.reshape(3, COARSE_ROWS, rows, GRID_COLUMNS).sum(axis=2, dtype=np.uint16)
    sums = rows_summed.reshape(3, COARSE_ROWS, COARSE_COLUMNS, columns).sum(axis=3, dtype=np.uint16)
    return np.asarray((sums + rows * columns // 2) // (rows * columns), np.uint8)
