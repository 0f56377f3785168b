"""Comparing pictures from afar: means of blocks, in which noise and small movements vanish.

A coarse picture is 3 x rows x columns (Y, U, V), 0 to 255; several are pictures x 3 x rows x columns.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_CONTRAST_SHARES: Final = (0.1, 0.64)
_SAME_SHARE: Final = 1.3
"""Measured: the same shot reaches 1.02 of its contrast in a second, other shots begin at 1.60."""
_RETURN_SHARE: Final = 0.4
"""A picture that is nearer than this share of a change to what was before it has come back."""
_FLASH_SECONDS: Final = 0.4
LONGEST_FLASH_SECONDS: Final = 1.2
"""Explosions last longer, and are brighter than what is before and after."""
_BRIGHTER: Final = 10.0


def change(before: Floats, after: Floats) -> Floats:
    """Return the sum over Y, U and V of the mean absolute difference, 0 to 765; of several, one each."""
    return np.asarray(np.abs(after - before).mean(axis=(-2, -1)).sum(axis=-1), np.float32)


def contrast(pictures: Floats) -> Floats:
    """Return how much the blocks of each picture differ: half the way between two of their percentiles.

    Summed over Y, U and V. The percentiles leave out a logo, a clock or a caption in front of nothing.
    """
    blocks = np.sort(pictures.reshape(*pictures.shape[:2], -1), axis=2)
    low, high = (int(share * blocks.shape[2]) for share in _CONTRAST_SHARES)
    return np.asarray((blocks[:, :, high] - blocks[:, :, low]).sum(axis=1) / 2, np.float32)


def spread(difference: Floats) -> float:
    """Return over how much of the picture a change is spread: 1 where all of it changes alike.

    It is the participation ratio of its blocks, (sum of changes)^2 / (blocks x sum of squares).
    """
    size = np.abs(difference).sum(axis=0)
    squares = float((size**2).sum()) * size.size
    return float(size.sum()) ** 2 / squares if squares else 0.0


def same_shot(one: Floats, other: Floats) -> bool:
    """Return whether two pictures differ little for their contrast."""
    return bool(change(one, other) < _SAME_SHARE * contrast(np.stack([one, other])).mean())


def comes_back(pictures: Floats, first: int, end: int, rate: float) -> bool:
    """Return whether the change from picture `first` - 1 to `end` is undone soon, or undoes an earlier one.

    That is a flash of light, an insert of a few pictures, an explosion: no new shot.
    """
    before, after = pictures[first - 1], pictures[end]
    near = _RETURN_SHARE * float(change(before, after))
    brightness = float(after[0].mean() - before[0].mean())
    for seconds, brighter in ((_FLASH_SECONDS, -np.inf), (LONGEST_FLASH_SECONDS, _BRIGHTER)):
        reach = max(1, round(seconds * rate))
        later, earlier = pictures[end + 1 : end + 1 + reach], pictures[max(0, first - 1 - reach) : first - 1]
        if brightness > brighter and len(later) and change(before, later).min() < near:
            return True
        if -brightness > brighter and len(earlier) and change(after, earlier).min() < near:
            return True
    return False


def runs(chosen: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return the first place and the end of every run of chosen places."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], chosen, [False]]).astype(np.int8)))
    return [(int(first), int(end)) for first, end in zip(edges[::2], edges[1::2], strict=True)]
