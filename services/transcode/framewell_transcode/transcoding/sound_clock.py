"""The sound of an asset on the asset's clock, which its pictures set.

Sound that begins later than the pictures is preceded by silence; sound that drifts or drops out is padded or
trimmed once it is off by more than nobody sees. Where the clock of the file steps back or leaps, sound
follows the pictures, whose plan decided there (`framewell_media.source_clock`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from framewell_media.source_clock import SourceClock
from framewell_transcode.domain.sound import SOUND_RATE
from framewell_transcode.ports.sound import SoundBlock, SoundSink

_TOLERANCE: Final = SOUND_RATE // 50
"""Samples that sound may be off before it is corrected: 20 ms, which nobody sees."""
_BROKEN_SECONDS: Final = 10
"""Where sound steps by more and pictures do not, its time stamps are broken: it goes on without a gap."""


@dataclass(slots=True)
class SoundClockState:
    """How far the sound of an asset is placed; plain values, so that a later process can go on."""

    run: int = 0
    """Index of the run of the file's clock that the last block lay in."""
    expected: str | None = None
    """Seconds on the file's clock at which the next block is expected, a fraction; None before the first."""
    correction: str = "0"
    """Seconds that are added in this run where the time stamps of the sound alone are broken, a fraction."""
    heard: int = 0
    """Samples placed so far that are sound of the file, not silence put in for what it lacks."""


def place_on_clock(
    blocks: Iterable[SoundBlock], clock: SourceClock | None, encoder: SoundSink, state: SoundClockState
) -> None:
    """Give the encoder blocks that follow each other without gap, from where `state` stands.

    `blocks` come in the order of the file. `state` is updated: calling this again with the next blocks goes
    on as if it had never ended. `encoder.written` counts from the asset's start. `clock` is None for sound
    alone, whose first sample is the start. What is missing behind the last block is not filled.
    """
    cursor = _Cursor(clock, state)
    for block in blocks:
        run = state.run
        ahead = round(cursor.take(block) * SOUND_RATE) - encoder.written
        samples = block.samples
        if abs(ahead) > _TOLERANCE or encoder.written == 0 or state.run != run:
            if ahead > 0:
                encoder.put_silence(min(ahead, encoder.room))
            samples = samples[:, max(0, -ahead) :]
        samples = samples[:, : encoder.room]
        state.heard += samples.shape[1]
        encoder.put(samples)


@dataclass(frozen=True, slots=True)
class _Cursor:
    """Where on the asset's clock the blocks of a file lie that come one after the other."""

    clock: SourceClock | None
    state: SoundClockState

    def take(self, block: SoundBlock) -> Fraction:
        """Return the asset's seconds at which the block begins, and go on to its end."""
        source = self._source(block)
        if self.state.expected is not None:
            self._follow(source, source - Fraction(self.state.expected), block.position)
        elif self.clock is None:
            self.state.correction = str(-source)
        self.state.expected = str(source + Fraction(block.samples.shape[1], SOUND_RATE))
        offset = self.clock.runs[self.state.run].offset if self.clock is not None else 0
        return source + offset + Fraction(self.state.correction)

    def _source(self, block: SoundBlock) -> Fraction:
        """Return the time of a block on the file's clock; without a time stamp it follows the one before."""
        if block.start is not None:
            return block.start
        if self.state.expected is not None:
            return Fraction(self.state.expected)
        return self.clock.runs[0].source_start if self.clock is not None else Fraction(0)

    def _follow(self, source: Fraction, step: Fraction, position: int | None) -> None:
        """Find the run of a block that begins `step` seconds after the end of the one before."""
        run = self.state.run
        if self.clock is not None:
            run = self.clock.run_of(source, after=run, step=step, position=position)
        if run != self.state.run:
            self.state.run, self.state.correction = run, "0"
        elif step < -_BROKEN_SECONDS or (step > _BROKEN_SECONDS and not self._is_known(source)):
            self.state.correction = str(Fraction(self.state.correction) - step)

    def _is_known(self, source: Fraction) -> bool:
        return self.clock is not None and self.clock.knows(source, self.state.run)
