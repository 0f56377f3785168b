"""Frames worth looking for text in: detection costs two thirds of all analysis, captions change seldom.

Letters are edges. The caption rows are measured on a coarse grid of horizontal gradients; where no cell
differs much from the last look, no caption has come or gone since. Rows of the ticker are left out, for
it always runs. A caption that comes or goes changes some cell by 46-135. A quiet picture changes less than
20, which halves the cost of text there; a busy one (16-55 for a moving car that fills the screen) passes
all the time, which costs time and misses nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from framewell_inference.analysers.text.layout import CAPTION_ROWS, TICKER_TOP
from framewell_inference.domain.pictures import Grey

COLUMNS, ROWS = 20, 8
WIDTH: Final = 640

CHANGE: Final = 20
"""Difference of mean gradient in some cell from which text may have come or gone."""

SETTLING: Final = 2
"""Looks after a change: captions fade and slide in."""

AT_LEAST_EVERY: Final = 8
"""Frames between looks at the most: four seconds, also for what came in unnoticed."""

Cells = npt.NDArray[np.int16]


@dataclass(slots=True)
class TextFilter:
    """Asked once a frame, in order of time."""

    _seen: Cells | None = None
    _settling: int = 0
    _idle: int = 0

    def passes(self, grey: Grey) -> bool:
        """Return whether to look for text in this frame."""
        cells = _cells(grey)
        changed = self._seen is None or int(np.abs(cells - self._seen).max()) > CHANGE
        self._settling = SETTLING if changed else self._settling - 1
        self._idle += 1
        if not changed and self._settling < 0 and self._idle < AT_LEAST_EVERY:
            return False
        self._seen, self._idle = cells, 0
        return True


def _cells(grey: Grey) -> Cells:
    """Return the mean strength of vertical edges per cell of the caption rows, [8, 20], 0..255."""
    height, width = grey.shape
    top = int(CAPTION_ROWS[0] * height)
    strip = grey[top : max(top + 1, int(TICKER_TOP * height))]
    size = (WIDTH, max(ROWS, round(strip.shape[0] * WIDTH / width)))
    edges = cv2.Sobel(cv2.resize(strip, size, interpolation=cv2.INTER_AREA), cv2.CV_16S, 1, 0)
    strength = cv2.convertScaleAbs(edges)
    return cv2.resize(strength, (COLUMNS, ROWS), interpolation=cv2.INTER_AREA).astype(np.int16)
