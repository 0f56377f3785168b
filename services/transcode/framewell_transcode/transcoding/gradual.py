"""Dissolves and wipes, told from cameras that move.

In a dissolve every block of the picture has gone the same share of its way at the same time; in a wipe every
block is one shot's or the other's. A change that fits neither, that goes on before or after, or that comes
back, is motion or light. Ends are where the pictures are one shot's alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from framewell_transcode.transcoding.coarse_pictures import Floats, change, comes_back, spread
from framewell_transcode.transcoding.transitions import LEAST_SPREAD, Kind, Passage, without_overlaps

_LAG_SECONDS: Final = (0.4, 0.8, 1.6, 2.4)
"""Pictures so far apart are compared: half the length of a transition is near enough to find it."""
LONGEST_SECONDS: Final = 3.0
_SHORTEST_PICTURES: Final = 5
_LEAST_CHANGE: Final = 14.0
_MOST_MISFIT: Final = 0.45
_OUTSIDE_SHARE: Final = 0.7
_LARGEST_STEP: Final = 0.45
"""Share of the whole change from one picture to the next; with more it is a cut beside motion."""


@dataclass(frozen=True, slots=True)
class GradualFinder:
    """Looks for dissolves and wipes in a stretch of coarse pictures whose cuts are known."""

    pictures: Floats
    cuts: Sequence[int]
    rate: float

    def found(self) -> list[Passage]:
        """Return dissolves and wipes in order of time; none holds a cut, none overlaps another."""
        found: list[Passage] = []
        for seconds in _LAG_SECONDS:
            lag = max(4, round(seconds * self.rate))
            if len(self.pictures) <= lag:
                break
            far = change(self.pictures[:-lag], self.pictures[lag:])
            for start in _peaks(far, max(2, lag // 2)):
                if far[start] >= _LEAST_CHANGE and not self._cut_within(start + 1, start + lag):
                    found += self._fitted(start, start + lag)
        return without_overlaps(found)

    def _cut_within(self, first: int, last: int) -> bool:
        return any(first <= cut <= last for cut in self.cuts)

    def _shot_around(self, first: int, last: int, reach: int) -> tuple[int, int]:
        """Return the first and last picture within reach of a stretch that no cut separates from it."""
        low = max([0, first - reach, *(cut for cut in self.cuts if cut <= first)])
        high = min([len(self.pictures) - 1, last + reach, *(cut - 1 for cut in self.cuts if cut > last)])
        return low, high

    def _fitted(self, first: int, last: int) -> Iterator[Passage]:
        """Yield the transition that the change between two pictures belongs to, if it is one."""
        before, after = self._ends(first, last)
        length = after - before
        if not _SHORTEST_PICTURES <= length <= LONGEST_SECONDS * self.rate:
            return
        if self._cut_within(before + 1, after):
            return
        one, other = self.pictures[before], self.pictures[after]
        inner = self.pictures[before + 1 : after]
        whole, shares = float(change(one, other)), _shares(inner, one, other)
        steps = np.diff(np.concatenate([[0.0], shares, [1.0]]))
        if whole < _LEAST_CHANGE or steps.max() > _LARGEST_STEP or steps.min() < -_LARGEST_STEP / 2:
            return
        if spread(other - one) < LEAST_SPREAD or comes_back(self.pictures, before + 1, after, self.rate):
            return
        if self._goes_on(before, after, whole):
            return
        kind, misfit = _best_fit(inner, shares, one, other)
        if misfit <= _MOST_MISFIT:
            yield Passage(kind, before + 1, after, misfit)

    def _ends(self, first: int, last: int) -> tuple[int, int]:
        """Return the last picture before a change and the first one after it, from two on its way."""
        margin = max(4, round(max(_LAG_SECONDS) / 2 * self.rate))
        ends = first, last
        for _ in range(3):  # better ends give better shares, and these better ends
            low, high = self._shot_around(*ends, margin)
            shares = _shares(self.pictures[low : high + 1], self.pictures[ends[0]], self.pictures[ends[1]])
            middle = int(np.argmin(np.abs(shares - 0.5)))
            before, after = np.flatnonzero(shares[:middle] < 0.05), np.flatnonzero(shares[middle:] > 0.95)
            better = (
                low + int(before[-1]) if len(before) else ends[0],
                low + middle + int(after[0]) if len(after) else ends[1],
            )
            if better == ends or better[1] - better[0] < 2:
                break
            ends = better
        return ends

    def _goes_on(self, before: int, after: int, whole: float) -> bool:
        """Return whether as much changes before or after: part of a longer change, or a moving camera."""
        low, high = self._shot_around(before, after, after - before)
        earlier = change(self.pictures[low], self.pictures[before])
        later = change(self.pictures[after], self.pictures[high])
        return float(max(earlier, later)) > _OUTSIDE_SHARE * whole


def _best_fit(inner: Floats, shares: NDArray[np.float64], one: Floats, other: Floats) -> tuple[Kind, float]:
    """Return which kind of transition the pictures between two others fit best, and their misfit."""
    whole = float(change(one, other))
    blended = one + shares[:, None, None, None].astype(np.float32) * (other - one)
    dissolve = 2 * float(change(blended, inner).mean()) / whole
    nearest = np.minimum(np.abs(inner - one), np.abs(inner - other))
    wipe = 3 * float(nearest.mean(axis=(2, 3)).sum(axis=1).mean()) / whole
    return (Kind.DISSOLVE, dissolve) if dissolve <= wipe else (Kind.WIPE, wipe)


def _shares(pictures: Floats, one: Floats, other: Floats) -> NDArray[np.float64]:
    """Return which share of the way from one picture to the other each has gone (least squares)."""
    way = (other - one).ravel().astype(np.float64)
    return np.asarray((pictures - one).reshape(len(pictures), -1) @ way / (float(way @ way) or 1.0))


def _peaks(values: Floats, reach: int) -> Iterator[int]:
    """Yield the places of the greatest values within `reach` on both sides, the first of equal ones."""
    padded = np.pad(values, reach, constant_values=-1.0)
    highest = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).max(axis=1)
    last = -reach
    for place in np.flatnonzero(values >= highest).tolist():
        if place - last >= reach:
            yield place
            last = place
