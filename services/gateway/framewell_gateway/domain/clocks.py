"""Seconds and timecode of a moment, by the clock of its asset. Pure, in exact fractions."""

from fractions import Fraction

from framewell.media.v1.media_pb2 import Timeline
from framewell_contracts.timecode import Timecode, TimecodeError


def seconds_of(clock: Timeline, pts: int) -> Fraction:
    """Return the seconds from the first picture to `pts`."""
    return (pts - clock.start_pts) * Fraction(clock.time_base.numerator, clock.time_base.denominator)


def timecode_of(clock: Timeline, pts: int, frame: int) -> str:
    """Return the SMPTE label of a picture, empty when the asset has no start timecode.

    At a regular rate without gaps labels count pictures, otherwise the nominal grid (as transcode has it).
    """
    if not clock.start_timecode or not clock.frame_rate.denominator:
        return ""
    rate = Fraction(clock.frame_rate.numerator, clock.frame_rate.denominator)
    try:
        first = Timecode.parse(clock.start_timecode, rate)
    except TimecodeError:
        return ""
    counted = round(seconds_of(clock, pts) * rate) if clock.variable_rate or clock.has_gaps else frame
    return str(first.plus(counted))
