"""The one clock of an asset, and how seconds, timecode and frames follow from it.

A picture is its pts in the timeline's time base and its index in presentation order. Everything else is
derived, in exact fractions; nothing is ever addressed by "seconds times rate".
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from framewell_contracts.timecode import Timecode, TimecodeError

LEAP_SECONDS: Final = 10.0
"""A clock that moves on by more from one packet to the next has a discontinuity there."""
STILL_SECONDS: Final = 1
"""How long a still picture is held, so that a player has something to play."""


@dataclass(frozen=True, slots=True)
class Span:
    """Part of an asset: pts from `start_pts` (inclusive) to `end_pts` (exclusive), and the same in frames."""

    start_pts: int
    end_pts: int
    first_frame: int
    frames: int


@dataclass(frozen=True, slots=True)
class Moment:
    """One picture: its pts and its index in presentation order."""

    pts: int
    frame: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """Time base, extent and start timecode of an asset. `frame_rate` is None for sound alone."""

    time_base: Fraction
    frame_rate: Fraction | None
    start_pts: int
    duration_pts: int
    frame_count: int
    variable_rate: bool = False
    start_timecode: str = ""
    drop_frame: bool = False

    @property
    def duration_seconds(self) -> Fraction:
        """Return the length in seconds, exact."""
        return self.duration_pts * self.time_base

    @property
    def end_pts(self) -> int:
        """Return the first pts after the asset."""
        return self.start_pts + self.duration_pts

    def seconds(self, pts: int) -> Fraction:
        """Return the seconds from the first picture to `pts`, exact."""
        return (pts - self.start_pts) * self.time_base

    def timecode(self, moment: Moment) -> str | None:
        """Return the SMPTE label of a picture, None when the asset has no start timecode.

        At a constant rate labels count pictures. At a variable rate they count the nominal grid, since
        a label is a time of day there and not a picture's number.
        """
        if not self.start_timecode or self.frame_rate is None:
            return None
        try:
            first = Timecode.parse(self.start_timecode, self.frame_rate)
        except TimecodeError:
            return None
        if self.variable_rate:
            return str(first.plus(round(self.seconds(moment.pts) * self.frame_rate)))
        return str(first.plus(moment.frame))


def still_timeline() -> Timeline:
    """Return the clock of an asset of one frame, held for STILL_SECONDS."""
    rate = Fraction(25)
    time_base = Fraction(1, 90_000)
    return Timeline(time_base, rate, 0, int(STILL_SECONDS / time_base), 1)
