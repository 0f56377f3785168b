"""Whether a line stands still: the very same pixels of two samples, or at least its letters.

Behind a caption on a bar nothing moves; behind one without, everything does but the letters. So where two
patches differ as a whole, their strokes are compared: the pixels near the lightest level of the first one,
or near its darkest. Letters that stand are there again; those of a sign in the scene, or of a crawl, lie
elsewhere as soon as they move by half of a stroke.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from framewell_inference.domain.pictures import Grey

STILL_CORRELATION: Final = 0.90

STILL_STROKES: Final = 0.85
"""Share of the strokes of either patch that both have. Measured before a panned scene: 0.94 to 0.99 for
captions, at most 0.57 for signs that move by 2.5 pixels or more."""

STROKES_COVER: Final = (0.05, 0.5)
"""Share of a patch that strokes cover; 0.13 to 0.22 in captions. What covers more is a surface."""

LEVELS: Final = 40
"""Levels of grey from the lightest (98th percentile) or darkest (2nd) that belong to the strokes."""

Mask = npt.NDArray[np.bool_]


def stands_still(first: Grey, second: Grey) -> bool:
    """Return whether a patch looks in a later sample as it did, or its strokes do."""
    return correlation(first, second) > STILL_CORRELATION or strokes_in_common(first, second) >= STILL_STROKES


def correlation(first: Grey, second: Grey) -> float:
    """Return the normalised cross-correlation of two patches of one size, -1 to 1; 0 where either is flat."""
    if first.shape != second.shape or first.size == 0:
        return 0.0
    a, b = first.astype(np.float32) - first.mean(), second.astype(np.float32) - second.mean()
    norm = float(np.sqrt((a**2).sum() * (b**2).sum()))
    return float((a * b).sum()) / norm if norm else 0.0


def strokes_in_common(first: Grey, second: Grey) -> float:
    """Return which share of the strokes of two patches of one size both have, light or dark; 0 to 1."""
    if first.shape != second.shape or first.size == 0:
        return 0.0
    dark, light = np.percentile(first, [2, 98])
    return max(
        _in_common(first >= light - LEVELS, second >= light - LEVELS),
        _in_common(first <= dark + LEVELS, second <= dark + LEVELS),
    )


def _in_common(first: Mask, second: Mask) -> float:
    least, most = STROKES_COVER
    if not least <= first.mean() <= most:
        return 0.0
    return float((first & second).sum() / (first | second).sum())
