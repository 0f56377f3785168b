"""SMPTE ST 12 timecode: frame numbers to labels and back, drop frame included.

Drop frame skips *labels*, never pictures: at 29.97 the labels ;00 and ;01 (at 59.94 ;00 to ;03)
do not exist in the first second of every minute that is not a multiple of ten, so that the label
keeps to wall-clock time. Counting is exact integer arithmetic; labels wrap after 24 hours.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from framewell_contracts.sentences import Sentence, say

HOURS_PER_DAY: Final = 24
_LABEL: Final = re.compile(r"^(\d{1,2}):(\d{2}):(\d{2})([:;.,])(\d{2,3})$")


class TimecodeError(ValueError):
    """A label that cannot exist at its rate, or a rate that has no timecode; `reason` says why."""

    def __init__(self, reason: Sentence) -> None:
        super().__init__(reason)
        self.reason = reason


def nominal_rate(frame_rate: Fraction) -> int:
    """Return the frames that a timecode second counts: 30 for 29.97, 24 for 23.976, 60 for 59.94.

    Raises TimecodeError for a rate that is not positive.
    """
    if frame_rate <= 0:
        raise TimecodeError(
            say("timecode.rate", "a frame rate must be positive, not {rate}", rate=frame_rate)
        )
    return max(1, round(frame_rate))


def allows_drop_frame(fps: int) -> bool:
    """Return whether ST 12-1 or -3 defines drop frame at this rate: nominal multiples of 30 only."""
    return fps >= 30 and fps % 30 == 0


@dataclass(frozen=True, slots=True)
class Timecode:
    """A label at a nominal rate, held as the number of frames since 00:00:00:00.

    `frame` may exceed a day; `str()` wraps it the way tape does.
    """

    frame: int
    fps: int
    drop_frame: bool = False

    def __post_init__(self) -> None:
        if self.fps < 1:
            raise TimecodeError(
                say("timecode.slow", "a timecode rate must be at least 1, not {rate}", rate=self.fps)
            )
        if self.drop_frame and not allows_drop_frame(self.fps):
            said = say(
                "timecode.no_drops",
                "drop frame is defined for 29.97 and its multiples, not for {rate}",
                rate=self.fps,
            )
            raise TimecodeError(said)

    @classmethod
    def parse(cls, label: str, frame_rate: Fraction) -> Timecode:
        """Return the timecode of `HH:MM:SS:ff`; `;`, `.` or `,` before the frames means drop frame.

        Raises TimecodeError for labels outside the clock and for labels that drop frame skips.
        """
        match = _LABEL.match(label.strip())
        if match is None:
            said = say(
                "timecode.none",
                "{label} is no timecode; expected HH:MM:SS:ff or HH:MM:SS;ff",
                label=repr(label),
            )
            raise TimecodeError(said)
        hours, minutes, seconds, frames = (int(match[group]) for group in (1, 2, 3, 5))
        fps = nominal_rate(frame_rate)
        drop_frame = match[4] != ":"
        if hours >= HOURS_PER_DAY or minutes >= 60 or seconds >= 60 or frames >= fps:
            said = say(
                "timecode.beyond",
                "{label} does not exist at {rate} frames a second",
                label=repr(label),
                rate=fps,
            )
            raise TimecodeError(said)
        total_minutes = hours * 60 + minutes
        count = (total_minutes * 60 + seconds) * fps + frames
        timecode = cls(count, fps, drop_frame)
        if drop_frame:
            dropped = _dropped_labels(fps)
            if seconds == 0 and frames < dropped and minutes % 10:
                said = say("timecode.skipped", "{label} is skipped by drop frame", label=repr(label))
                raise TimecodeError(said)
            return cls(count - dropped * (total_minutes - total_minutes // 10), fps, True)
        return timecode

    @property
    def frames_a_day(self) -> int:
        """Return the pictures of 24 hours by the clock, after which labels begin again."""
        dropped = _dropped_labels(self.fps) if self.drop_frame else 0
        return 6 * HOURS_PER_DAY * (self.fps * 600 - 9 * dropped)

    def plus(self, frames: int) -> Timecode:
        """Return the timecode `frames` pictures later (earlier where negative)."""
        return Timecode(self.frame + frames, self.fps, self.drop_frame)

    def __str__(self) -> str:
        count = self.frame
        if self.drop_frame:
            dropped = _dropped_labels(self.fps)
            per_minute = self.fps * 60 - dropped
            per_ten_minutes = self.fps * 600 - 9 * dropped
            tens, rest = divmod(count % (per_ten_minutes * 6 * HOURS_PER_DAY), per_ten_minutes)
            count = count % (per_ten_minutes * 6 * HOURS_PER_DAY) + 9 * dropped * tens
            if rest >= dropped:
                count += dropped * ((rest - dropped) // per_minute)
        seconds, frames = divmod(count, self.fps)
        minutes, seconds = divmod(seconds, 60)
        hours, minutes = divmod(minutes, 60)
        separator = ";" if self.drop_frame else ":"
        return f"{hours % HOURS_PER_DAY:02d}:{minutes:02d}:{seconds:02d}{separator}{frames:02d}"


def _dropped_labels(fps: int) -> int:
    """Return the labels skipped at the top of a minute: 2 at 29.97, 4 at 59.94."""
    return fps // 15
