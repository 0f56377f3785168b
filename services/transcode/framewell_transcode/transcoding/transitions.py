"""Cuts and fades between shots, and which transitions count where several were found.

A cut stands out from the changes around it, as in PySceneDetect's AdaptiveDetector, concerns the whole
picture and does not lead back to what was before. A fade leads through pictures without contrast to another
shot (Lienhart, "Reliable transition detection in videos", 2001). Considered and not used: PySceneDetect,
which reads the file a second time and knows no dissolves; TransNetV2, a model on torch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, overload

import numpy as np
from numpy.typing import NDArray

from framewell_transcode.transcoding.coarse_pictures import Floats, comes_back, runs, spread

_MIN_CUT_SCORE: Final = 5.0
"""Sum of the mean differences of Y, U and V (0 to 765) below which nothing is a cut."""
_CUT_RATIO: Final = 3.0
LEAST_SPREAD: Final = 0.38
"""Below it, a change is a caption or an inset: measured, captions reach 0.27, cuts begin at 0.50."""
_FLAT_CONTRAST: Final = 2.5
_SHORTEST_RAMP: Final = 3
_MAX_FADE_SECONDS: Final = 3.0
SHORTEST_SECONDS: Final = 0.3
"""Shots are no shorter."""
_SLACK: Final = 2
"""Pictures by which transitions lie apart at least."""


class Kind(StrEnum):
    """How one shot passes into the next."""

    CUT = "cut"
    FADE = "fade"
    DISSOLVE = "dissolve"
    WIPE = "wipe"


@dataclass(frozen=True, slots=True)
class Passage:
    """A transition, by the places of pictures: from `first` to before `end` they are neither shot's alone.

    For a cut both are the first picture of the new shot.
    """

    kind: Kind
    first: int
    end: int
    misfit: float = 0.0
    """How badly it fits its kind, from 0: of two that overlap the better one stays."""

    @property
    def middle(self) -> int:
        """Return the first picture that is counted to the new shot."""
        return (self.first + self.end) // 2


def find_cuts(score: Floats, pictures: Floats, rate: float) -> list[Passage]:
    """Return the cuts; `score` is each picture's difference from the one before, `pictures` are coarse."""
    return [
        Passage(Kind.CUT, at, at)
        for at in np.flatnonzero(stands_out(score, _around(score))).tolist()
        if at
        and spread(pictures[at] - pictures[at - 1]) >= LEAST_SPREAD
        and not comes_back(pictures, at, at, rate)
    ]


@overload
def stands_out(score: float, around: float) -> bool: ...
@overload
def stands_out(score: Floats, around: Floats) -> NDArray[np.bool_]: ...
def stands_out(score: Any, around: Any) -> Any:
    """Return whether a picture's difference from the one before stands out from the mean of those around."""
    return (score >= _MIN_CUT_SCORE) & (score >= _CUT_RATIO * around)


def _around(score: Floats, reach: int = 2) -> Floats:
    """Return the mean of `reach` scores before and after each."""
    weights = np.ones(2 * reach + 1)
    weights[reach] = 0
    if len(score) < len(weights):
        return np.asarray((score.sum() - score) / max(1, len(score) - 1), np.float32)
    total = np.convolve(score, weights, "same")
    return np.asarray(total / np.convolve(np.ones_like(score), weights, "same"), np.float32)


def find_fades(contrasts: Floats, rate: float, same: Callable[[int, int], bool]) -> list[Passage]:
    """Return the fades: they lead to pictures without contrast or from them, and to another shot.

    `same` says of two places whether their pictures show the same shot.
    """
    found = []
    limit = round(_MAX_FADE_SECONDS * rate)
    last, beside = len(contrasts) - 1, round(SHORTEST_SECONDS * rate)
    for first, end in runs(contrasts < _FLAT_CONTRAST):
        if not first or end > last:
            continue
        out, into = _ramp(contrasts[max(0, first - limit) : first][::-1]), _ramp(contrasts[end : end + limit])
        fade = Passage(Kind.FADE, first - out, end + into)
        ends = [(max(0, fade.first - away), min(fade.end - 1 + away, last)) for away in (1, beside)]
        if (out or into) and not any(same(*pair) for pair in ends):
            found.append(fade)
    return found


def _ramp(contrasts: Floats) -> int:
    """Return over how many pictures contrast rises until it stays for two, 0 where that is at once."""
    length, top = 0, 0.0
    for place, value in enumerate(contrasts.tolist()):
        if value > top * 1.015 + 0.05:
            top, length = value, place + 1
        elif place > length:
            break
    return length if length >= _SHORTEST_RAMP and contrasts[0] < 0.5 * top else 0


def without_overlaps(found: Sequence[Passage]) -> list[Passage]:
    """Return the best fitting ones of transitions that overlap, in order of time."""
    kept: list[Passage] = []
    for one in sorted(found, key=lambda one: (one.misfit, one.first)):
        if all(one.end < other.first or other.end < one.first for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda one: one.first)


def in_order(
    fades: Sequence[Passage], cuts: Sequence[Passage], gradual: Sequence[Passage], rate: float
) -> list[Passage]:
    """Return the transitions that count, in order: fades before cuts, cuts before dissolves and wipes."""
    shortest = max(1, round(SHORTEST_SECONDS * rate))
    kept, last_cut = list(fades), -shortest
    for cut in sorted(cuts, key=lambda one: one.first):
        if cut.first - last_cut >= shortest and _apart(cut, fades):
            kept.append(cut)
            last_cut = cut.first
    kept += [one for one in without_overlaps(gradual) if _apart(one, kept)]
    return sorted(kept, key=lambda one: (one.first, one.end))


def _apart(one: Passage, others: Sequence[Passage]) -> bool:
    return all(one.end < other.first - _SLACK or other.end + _SLACK < one.first for other in others)
