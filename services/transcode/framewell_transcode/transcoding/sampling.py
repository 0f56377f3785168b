"""Which pictures of a chunk the models get to see."""

from __future__ import annotations

from fractions import Fraction


class SamplingGrid:
    """The asset's sampling grid: the first picture in every slot of 1/`per_second` seconds.

    The grid belongs to the asset, not to the chunk: a slot that began in the chunk before is already
    taken, so that chunks sample the same pictures wherever they were cut.
    """

    def __init__(self, per_second: int, *, previous_seconds: Fraction | None) -> None:
        self._per_second = per_second
        self._taken = None if previous_seconds is None else self._slot(previous_seconds)

    def takes(self, seconds: Fraction) -> bool:
        """Take the picture at `seconds` from the asset's start; return whether it is its slot's first."""
        slot = self._slot(seconds)
        if slot == self._taken:
            return False
        self._taken = slot
        return True

    def _slot(self, seconds: Fraction) -> int:
        return int(seconds * self._per_second // 1)
