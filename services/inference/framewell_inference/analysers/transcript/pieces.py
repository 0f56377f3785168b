"""Which pieces of a sound are written down at once: stretches of speech, at most 28 seconds together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from framewell_inference.domain.pictures import Float

LONGEST: Final = 28.0
"""Seconds of a piece at most; Whisper hears 30."""

SHORTER: Final = 10.0
"""Seconds of a piece that is heard anew because nothing came of a longer one."""

LONGEST_PAUSE: Final = 3.0
"""Stretches with a longer pause between them are apart, so that what lies between is not listened to."""

PADDING: Final = 0.2
"""Seconds of sound before and after a piece."""

OVERLAP: Final = 1.5
"""Seconds before the end of a piece that ends in the middle of speech: what begins there is heard anew."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """From where to where, in seconds."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Cut:
    """A piece to be written down, and whether speech goes on behind it."""

    start: float
    end: float
    goes_on: bool


def next_cut(stretches: Sequence[Stretch], begin: float, longest: float = LONGEST) -> Cut | None:
    """Return the first piece from `begin` on, None when nobody speaks any more.

    A piece ends in a pause where there is one; else in the middle of speech.
    """
    left = [one for one in stretches if one.end > begin]
    if not left:
        return None
    start = max(begin, left[0].start - PADDING)
    if left[0].end - start > longest:
        return Cut(start, start + longest, goes_on=True)
    end = left[0].end
    for one in left[1:]:
        if one.start - end > LONGEST_PAUSE or one.end - start > longest:
            break
        end = one.end
    return Cut(start, end + PADDING, goes_on=False)


@dataclass(slots=True)
class Reader:
    """Reads pieces out of blocks of sound, forward and at most a piece's length back."""

    blocks: Iterable[Float]
    rate: int
    _source: Iterator[Float] | None = None
    _held: list[Float] = field(default_factory=list)
    _first: int = 0
    _samples: int = 0

    def __call__(self, start: float, end: float) -> Float:
        """Return the samples from `start` to `end`, in seconds; fewer where the sound is shorter.

        `start` never lies before that of an earlier call.
        """
        if self._source is None:
            self._source = iter(self.blocks)
        first, last = round(start * self.rate), round(end * self.rate)
        while self._first + self._samples < last and (block := next(self._source, None)) is not None:
            self._held.append(block)
            self._samples += len(block)
            while self._held and self._first + len(self._held[0]) <= first:
                gone = len(self._held.pop(0))
                self._first, self._samples = self._first + gone, self._samples - gone
        if not self._held:
            return np.zeros(0, np.float32)
        sound = np.concatenate(self._held)
        self._held = [sound]
        return sound[max(0, first - self._first) : last - self._first]
