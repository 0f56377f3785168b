"""Silence and line-up tone, found block by block."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import numpy.fft  # parts of numpy load at first use, which the sandbox does not let happen
from numpy.typing import NDArray

from framewell_transcode.domain.sound import SOUND_RATE, OpenEvents, SoundEvent, SoundEventKind
from framewell_transcode.domain.sound_pieces import GRID

Samples = NDArray[np.float32]

_SILENT_PEAK: Final = 10 ** (-60 / 20)
"""-60 dBFS: below the noise of any room."""
_SHORTEST: Final = 2 * SOUND_RATE
"""A pause between two sentences is no silence, a bleep no tone."""
_TONE_POWER: Final = 10 ** (-40 / 10) / 2
"""Mean square of a tone of -40 dBFS; line-up tone has -18 (EBU R 68) or -20 (SMPTE RP 155)."""
_TONE_CREST: Final = 2.3
"""Square of the peak over the mean square, at most: a sine has 2, speech and most music far more."""
_TONE_BINS: Final = range(20, 1001)
"""200 Hz to 10 kHz in steps of 10 Hz: hum of the mains is no tone."""
_PURE: Final = 0.995
"""Share of the power that a tone has within 30 Hz."""
_SAME: Final = 0.9
"""Share within 50 Hz in the other channels, where the tone may be interrupted to tell left from right."""
_WINDOW: Final = np.hanning(GRID).astype(np.float32)


class SoundEventFinder:
    """Silences and tones of two seconds and more, in samples from the asset's start."""

    def __init__(self, going_on: OpenEvents) -> None:
        """Begin with what goes on from before."""
        self.going_on = going_on
        self.found: list[SoundEvent] = []

    def take(self, start: int, block: Samples) -> None:
        """Take the next block (channels x n), which begins at sample `start`."""
        if float(np.abs(block).max()) >= _SILENT_PEAK:
            self._end_silence(start)
        elif self.going_on.silent_since is None:
            self.going_on = replace(self.going_on, silent_since=start)
        if block.shape[1] == GRID:
            self._follow_tone(start, tone_of(block))

    def end(self, at: int) -> None:
        """Note that everything that goes on ends there."""
        self._end_silence(at)
        self._end_tone(at)

    def _follow_tone(self, start: int, tone: int | None) -> None:
        if tone is None or abs(tone - self.going_on.tone) > 1:
            self._end_tone(start)
        if tone is not None and self.going_on.tone_since is None:
            self.going_on = replace(self.going_on, tone_since=start, tone=tone)

    def _end_silence(self, at: int) -> None:
        self._note(SoundEventKind.SILENCE, self.going_on.silent_since, at)
        self.going_on = replace(self.going_on, silent_since=None)

    def _end_tone(self, at: int) -> None:
        self._note(SoundEventKind.TONE, self.going_on.tone_since, at)
        self.going_on = replace(self.going_on, tone_since=None, tone=0)

    def _note(self, kind: SoundEventKind, since: int | None, at: int) -> None:
        if since is not None and at - since >= _SHORTEST:
            self.found.append(SoundEvent(kind, since, at))


def tone_of(block: Samples) -> int | None:
    """Return the frequency of the one tone that a block of GRID samples holds, in steps of 10 Hz, or None.

    One channel has to hold nothing else, the others nothing else or silence.
    """
    power = np.square(block).mean(axis=1)
    crest = np.square(np.abs(block).max(axis=1)) / np.maximum(power, 1e-12)
    pure = (power >= _TONE_POWER) & (crest < _TONE_CREST)
    if not pure.any():
        return None
    channel = int(np.argmax(np.where(pure, power, 0)))
    spectrum = np.square(np.abs(np.fft.rfft(block * _WINDOW, axis=1)))
    tone = int(np.argmax(spectrum[channel]))
    if tone not in _TONE_BINS or _share(spectrum[channel], tone, 3) < _PURE:
        return None
    heard = np.abs(block).max(axis=1) >= _SILENT_PEAK
    return tone if all(_share(one, tone, 5) >= _SAME for one in spectrum[heard]) else None


def _share(spectrum: NDArray[np.floating], tone: int, bins: int) -> float:
    return float(spectrum[tone - bins : tone + bins + 1].sum() / spectrum.sum())
