"""Which picture begins when, as runs of evenly spaced pictures: a table that does not grow with the asset.

At a constant rate the clock rarely divides evenly: on 1/90000 a picture at 23.976 lasts 3753.75 ticks, so
that distances of 3753 and 3754 alternate. Runs of one distance would be as many as pictures. A run here is a
line that was rounded down to ticks: picture i begins at start + floor((i * ticks + phase) / of).
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from framewell_transcode.domain.frame_runs import FrameRun

_FIRST_LOOK: Final = 64
"""Pictures looked at first; where the line goes on, twice as many."""


def frame_runs(
    pts: NDArray[np.int64], first_frame: int, nominal: Fraction | None, most: int
) -> list[FrameRun]:
    """Return the first `most` runs of pictures that begin at `pts`, which grow; the last may end early.

    `nominal` are the ticks from picture to picture at the rate of the asset, None where it has none. Of that
    line and the one through the next picture, the one that holds longer is taken.
    """
    runs: list[FrameRun] = []
    at = 0
    while at < len(pts) and len(runs) < most:
        best = _run(pts, at, first_frame, _distance(pts, at))
        if nominal is not None and nominal > 0:
            even = _run(pts, at, first_frame, nominal)
            best = even if even.frames >= best.frames else best
        runs.append(best)
        at += best.frames
    return runs


def _distance(pts: NDArray[np.int64], at: int) -> Fraction:
    return Fraction(int(pts[at + 1] - pts[at])) if at + 1 < len(pts) else Fraction(1)


def _run(pts: NDArray[np.int64], at: int, first_frame: int, step: Fraction) -> FrameRun:
    """Return the longest run from a picture on at a distance.

    With e(k) = of * (pts(k) - pts(0)) - k * ticks the line holds while max e - min e < of, and the phase is
    max e: then 0 <= k * ticks + phase - of * (pts(k) - pts(0)) < of for every picture.
    """
    ticks, of = step.numerator, step.denominator
    look = _FIRST_LOOK
    while True:
        part = pts[at : at + look]
        errors = of * (part - part[0]) - np.arange(len(part), dtype=np.int64) * ticks
        highest, lowest = np.maximum.accumulate(errors), np.minimum.accumulate(errors)
        broken = np.flatnonzero(highest - lowest >= of)
        length = int(broken[0]) if len(broken) else len(part)
        if length < len(part) or at + length >= len(pts):
            return FrameRun(first_frame + at, int(part[0]), length, ticks, of, int(highest[length - 1]))
        look *= 2
