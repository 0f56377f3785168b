"""How much each picture differs from the one before: what shots are found by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

GRID_ROWS: Final = 90
GRID_COLUMNS: Final = 160

Thumbnail = NDArray[np.uint8]
"""Y, U and V on a grid of GRID_ROWS x GRID_COLUMNS: shape (3, rows, columns)."""


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """Scores of one chunk; `score[0]` is NaN, since its predecessor lies in another chunk."""

    frame: NDArray[np.int64]
    pts: NDArray[np.int64]
    score: NDArray[np.float32]
    first: Thumbnail
    last: Thumbnail
