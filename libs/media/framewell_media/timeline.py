"""The one clock of an asset, and how seconds, timecode and frames follow from it.

A picture is its pts in the timeline's time base and its index in presentation order. Everything else is
derived, in exact fractions; nothing is ever addressed by "seconds times rate".
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from framewell_contracts.sentences import say
from framewell_contracts.timecode import Timecode, TimecodeError

LONGEST_OUTAGE_SECONDS: Final = 300.0
"""The clock of a stream that moves on by more from one picture to the next was spliced there."""
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
    has_gaps: bool = False
    """Whether pictures are missing or held although the rate is regular."""

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

        At a constant rate without gaps labels count pictures. Otherwise they count the nominal grid, since a
        label is a time of day there and not a picture's number.
        """
        first = self._first_label()
        if first is None or self.frame_rate is None:
            return None
        if self.variable_rate or self.has_gaps:
            return str(first.plus(round(self.seconds(moment.pts) * self.frame_rate)))
        return str(first.plus(moment.frame))

    def pts_of_timecode(self, label: str) -> int:
        """Return the pts at which a SMPTE label stands, within a day from the first picture.

        Raises ValueError for a label that is none at this rate, that is counted otherwise (drop frame), and
        where the asset has no start timecode.
        """
        first = self._first_label()
        if first is None or self.frame_rate is None:
            raise ValueError("the asset has no timecode")
        wanted = Timecode.parse(label, self.frame_rate)
        if wanted.drop_frame != first.drop_frame:
            said = say(
                "timecode.otherwise",
                "{label} is not counted like the asset, whose timecode starts at {first}",
                label=label,
                first=first,
            )
            raise TimecodeError(said)
        frames = (wanted.frame - first.frame) % first.frames_a_day
        return self.start_pts + round(frames / self.frame_rate / self.time_base)

    def _first_label(self) -> Timecode | None:
        if not self.start_timecode or self.frame_rate is None:
            return None
        try:
            return Timecode.parse(self.start_timecode, self.frame_rate)
        except TimecodeError:
            return None


def still_timeline() -> Timeline:
    """Return the clock of an asset of one frame, held for STILL_SECONDS."""
    rate = Fraction(25)
    time_base = Fraction(1, 90_000)
    return Timeline(time_base, rate, 0, int(STILL_SECONDS / time_base), 1)
