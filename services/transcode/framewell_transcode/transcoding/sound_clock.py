"""The sound of an asset on the asset's clock.

Sample 0 is the asset's start (its first picture). Sound that begins later is preceded by silence, sound that
drifts or drops out is padded or trimmed once it is off by more than a frame's length, and a clock that leaps
(a discontinuity) goes on without a gap, as it does for pictures.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Final

import numpy as np

from framewell_media.timeline import LEAP_SECONDS
from framewell_transcode.domain.sound import SOUND_RATE
from framewell_transcode.ports import SoundBlock, SoundEncoder

_TOLERANCE: Final = SOUND_RATE // 25
"""Samples that sound may be off before it is corrected: one picture at 25 a second."""


def place_on_clock(blocks: Iterable[SoundBlock], origin: Fraction | None, encoder: SoundEncoder) -> None:
    """Give the encoder blocks that follow each other without gap from the asset's start to its end.

    `origin` is the asset's start on the file's clock in seconds, None for sound alone, whose first sample is
    the start.
    """
    shift = origin
    for block in blocks:
        samples = block.samples
        if block.start is not None:
            if shift is None:
                shift = block.start
            ahead = round((block.start - shift) * SOUND_RATE) - encoder.written
            if abs(ahead) > LEAP_SECONDS * SOUND_RATE and encoder.written:
                shift += Fraction(ahead, SOUND_RATE)
                ahead = 0
            if abs(ahead) > _TOLERANCE or (encoder.written == 0 and ahead):
                if ahead > 0:
                    encoder.put(np.zeros((2, min(ahead, encoder.room)), np.float32))
                else:
                    samples = samples[:, min(-ahead, samples.shape[1]) :]
        encoder.put(samples[:, : encoder.room])
