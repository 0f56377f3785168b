"""Where shots begin, from the difference between neighbouring pictures.

The rule is the adaptive one of PySceneDetect (`AdaptiveDetector`): a cut stands out from the pictures around
it, so that camera shake and dark scenes need no threshold of their own. Considered and not used:
PySceneDetect itself (reads the file a second time), TransNet (a model; an analyser may add it later).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np

from framewell_transcode.domain.scores import Thumbnail

WINDOW: Final = 2
"""Neighbours on each side that a score is compared with; also the pictures a decision waits for."""
_CUT_RATIO: Final = 3.0
_MIN_CUT_SCORE: Final = 15.0
"""Sum of the mean differences of Y, U and V (0 to 765) below which nothing is a cut."""
_SHORTEST_SECONDS: Final = 0.3


def difference(before: Thumbnail, after: Thumbnail) -> float:
    """Return the sum over Y, U and V of the mean absolute difference, 0 to 765."""
    changed = np.maximum(before, after) - np.minimum(before, after)
    return float((changed.reshape(3, -1).sum(axis=1, dtype=np.uint32) / changed[0].size).sum())


class CutFinder:
    """Decides picture by picture, WINDOW pictures late; the same scores always give the same cuts."""

    def __init__(self, frame_rate: float) -> None:
        self._shortest = max(1, round(_SHORTEST_SECONDS * frame_rate))
        self._scores: list[float] = []
        self._undecided = 0
        self._last_cut = -self._shortest  # what came before is not known, so the first pictures may cut too

    def push(self, score: float | None) -> list[int]:
        """Take the next picture's score (None when it has no predecessor); return the cuts decided by it."""
        self._scores.append(0.0 if score is None else score)
        return self._decide(len(self._scores) - WINDOW)

    def finish(self) -> list[int]:
        """Decide about the last pictures and return the cuts among them."""
        return self._decide(len(self._scores))

    def _decide(self, until: int) -> list[int]:
        cuts = []
        for index in range(self._undecided, until):
            if index - self._last_cut >= self._shortest and self._is_cut(index):
                cuts.append(index)
                self._last_cut = index
        self._undecided = max(self._undecided, until)
        return cuts

    def _is_cut(self, index: int) -> bool:
        score = self._scores[index]
        if score < _MIN_CUT_SCORE:
            return False
        around = self._scores[max(0, index - WINDOW) : index] + self._scores[index + 1 : index + WINDOW + 1]
        return score >= _CUT_RATIO * (sum(around) / max(1, len(around)))


def find_cuts(scores: Iterable[float], frame_rate: float) -> list[int]:
    """Return the indices of the pictures that begin a shot, except the first."""
    finder = CutFinder(frame_rate)
    cuts = [cut for score in scores for cut in finder.push(score)]
    return cuts + finder.finish()
