"""Black, held pictures and colour bars, as quality control lists them.

Limits follow FFmpeg's `blackdetect` (98 % of the picture below a tenth of the range) and `freezedetect` (two
seconds); black counts from half a second, since advertising is cut with less than two.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from framewell_media.timeline import Span, Timeline
from framewell_transcode.transcoding.coarse_pictures import Floats, runs

Marks = NDArray[np.uint8]
"""Of each picture: 0, BLACK or BARS."""

BLACK: Final = 1
BARS: Final = 2
_BLACK_LUMA: Final = 16 + 0.1 * 219
_BLACK_SHARE: Final = 0.98
_STILL_SCORE: Final = 0.1
_REFRESH_SCORE: Final = 4.0
"""A held picture that is encoded anew at a keyframe differs by less."""
_REFRESH_SECONDS: Final = 0.3
"""Between two such keyframes it stands still at least so long."""
_BLACK_SECONDS: Final = 0.5
_FREEZE_SECONDS: Final = 2.0
_BARS_SECONDS: Final = 1.0
_FLAT_COLUMN: Final = 4.0
"""Standard deviation down a bar, at most."""


class EventKind(StrEnum):
    """What pictures do for a while that is no content."""

    BLACK = "black"
    FREEZE = "freeze"
    COLOUR_BARS = "colour_bars"


@dataclass(frozen=True, slots=True)
class PictureEvent:
    """One event."""

    kind: EventKind
    span: Span


def marks_of(pictures: Floats) -> Marks:
    """Return for each coarse picture whether it is black or shows colour bars."""
    black = (pictures[:, 0] <= _BLACK_LUMA).mean(axis=(1, 2)) >= _BLACK_SHARE
    marks = np.where(black, BLACK, 0).astype(np.uint8)
    upper = pictures[:, :, :5]  # below lie the castellations and the pluge of SMPTE's bars
    steady = np.flatnonzero((upper.std(axis=2).max(axis=(1, 2)) < _FLAT_COLUMN) & ~black)
    for place in steady.tolist():
        if _shows_bars(upper[place].mean(axis=1)):
            marks[place] = BARS
    return marks


def _shows_bars(columns: Floats) -> bool:
    """Return whether a row (3 x columns) runs through yellow, cyan, green, magenta, red and blue.

    Between white and black over the whole width (EBU Tech 3325), without black (SMPTE EG 1), or between grey
    pillars (SMPTE RP 219). Only the order of luma and the sides of chroma count: matrix and range vary.
    """
    count = columns.shape[1]
    for left, width, bars in ((0.0, 1.0, 8), (0.0, 1.0, 7), (0.125, 0.75, 7)):
        centres = (left + width * (np.arange(1, 7) + 0.5) / bars) * count
        luma, blue, red = columns[:, np.minimum(centres.astype(int), count - 1)]
        sides = (blue[[0, 2, 4]] < 112).all() and (blue[[1, 3, 5]] > 136).all()
        sides = sides and (red[[1, 2, 5]] < 122).all() and (red[[0, 3, 4]] > 130).all()
        if sides and (np.diff(luma) < 0).all():
            return True
    return False


@dataclass(frozen=True, slots=True)
class Places:
    """Where the pictures that came out lie on the asset's clock."""

    frames: NDArray[np.int64]
    pts: NDArray[np.int64]
    timeline: Timeline

    def span(self, first: int, end: int) -> Span:
        """Return the span of pictures from `first` to before `end`."""
        end_pts = int(self.pts[end]) if end < len(self.pts) else self.timeline.end_pts
        return Span(int(self.pts[first]), end_pts, int(self.frames[first]), end - first)

    def unbroken(self, first: int, end: int) -> list[tuple[int, int]]:
        """Return a run of pictures, divided where pictures are missing."""
        gaps = first + 1 + np.flatnonzero(np.diff(self.frames[first:end]) != 1)
        return list(pairwise([first, *gaps.tolist(), end]))


def find_events(scores: Floats, marks: Marks, rate: float, places: Places) -> list[PictureEvent]:
    """Return the events in order of time; none goes on over pictures that are missing."""
    found = []
    for kind, chosen, seconds in (
        (EventKind.BLACK, marks == BLACK, _BLACK_SECONDS),
        (EventKind.COLOUR_BARS, marks == BARS, _BARS_SECONDS),
        (EventKind.FREEZE, _held(scores, rate) & (marks == 0), _FREEZE_SECONDS),
    ):
        for run in runs(chosen):
            for first, end in places.unbroken(*run):
                if end - first >= seconds * rate:
                    found.append(PictureEvent(kind, places.span(first, end)))
    return sorted(found, key=lambda one: (one.span.start_pts, one.kind))


def _held(scores: Floats, rate: float) -> NDArray[np.bool_]:
    """Return which pictures show what the one before or after shows."""
    still = scores < _STILL_SCORE
    still[:1] = False  # it has no predecessor
    shortest = max(2, round(_REFRESH_SECONDS * rate))
    long = np.zeros_like(still)
    for first, end in runs(still):
        long[first:end] = end - first >= shortest
    refreshed = ~long & (scores < _REFRESH_SCORE)
    refreshed[1:-1] &= long[:-2] & long[2:]
    refreshed[[0, -1]] = False
    repeats = long | refreshed
    held = repeats.copy()
    held[:-1] |= repeats[1:]  # the picture that is held is the first of its copies
    return held
