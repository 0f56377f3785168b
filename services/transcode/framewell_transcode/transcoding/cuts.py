"""Cuts while a chunk is decoded, by the rule that decides about them in the end (`transitions.find_cuts`)."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from framewell_transcode.domain.scores import Thumbnail
from framewell_transcode.transcoding.coarse_pictures import LONGEST_FLASH_SECONDS
from framewell_transcode.transcoding.transitions import find_cuts, in_order, stands_out

WINDOW: Final = 2
"""Pictures that a decision waits for: neighbours on each side that a score is compared with."""


def difference(before: Thumbnail, after: Thumbnail) -> float:
    """Return the sum over Y, U and V of the mean absolute difference, 0 to 765."""
    changed = np.maximum(before, after) - np.minimum(before, after)
    return float((changed.reshape(3, -1).sum(axis=1, dtype=np.uint32) / changed[0].size).sum())


class CutFinder:
    """Takes picture by picture, names likely cuts WINDOW pictures late, and all cuts once the last one came.

    A flash that lasts longer than WINDOW is likely at first, and no cut in the end.
    """

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._reach = round(LONGEST_FLASH_SECONDS * rate) + 1
        self._scores: list[float] = []
        self._coarse: list[NDArray[np.uint8]] = []

    def push(self, score: float | None, coarse: NDArray[np.uint8]) -> int | None:
        """Take the next picture: its difference from the one before (None without one) and its blocks.

        Return which picture is a likely cut, None where the one that is decided about now is none.
        """
        self._scores.append(0.0 if score is None else score)
        self._coarse.append(coarse)
        at = len(self._scores) - 1 - WINDOW
        around = self._scores[max(0, at - WINDOW) :]
        if at < 1 or not stands_out(self._scores[at], (sum(around) - self._scores[at]) / (len(around) - 1)):
            return None
        first = max(0, at - self._reach)
        return at if at in self._cuts(first) else None

    def cuts(self) -> list[int]:
        """Return the first picture of every shot but the first, of all that came."""
        return self._cuts(0)

    def _cuts(self, first: int) -> list[int]:
        if len(self._scores) < 2:
            return []
        pictures = np.stack(self._coarse[first:]).astype(np.float32)
        found = find_cuts(np.array(self._scores[first:], np.float32), pictures, self._rate)
        return [first + cut.first for cut in in_order((), found, (), self._rate)]
