"""Where sound is silent, found block by block."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from framewell_transcode.domain.sound import SOUND_RATE

_SILENT_PEAK: Final = 10 ** (-60 / 20)
"""-60 dBFS: below the noise of any room."""
_SHORTEST: Final = 2 * SOUND_RATE
"""A pause between two sentences is no silence."""


class SilenceFinder:
    """Silences of two seconds and more, in samples from the asset's start."""

    def __init__(self, since: int | None) -> None:
        """Begin where silence goes on since then, or not (None)."""
        self.since = since
        self.found: list[tuple[int, int]] = []

    def take(self, start: int, block: NDArray[np.float32]) -> None:
        """Take the next block (channels x n), which begins at sample `start`."""
        if float(np.abs(block).max()) >= _SILENT_PEAK:
            self.end(start)
        elif self.since is None:
            self.since = start

    def end(self, at: int) -> None:
        """Note that a silence, if there is one, ends there."""
        if self.since is not None and at - self.since >= _SHORTEST:
            self.found.append((self.since, at))
        self.since = None
