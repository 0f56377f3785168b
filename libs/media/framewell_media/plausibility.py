"""Refuse what no recording has, before any work begins on it: rates and lengths out of a lying header.

A header costs its author nothing, but what it promises may cost the mesh hours: 1.5 MB of sound at one
sample a second are 106 hours of silence.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Final

import av

from framewell_media.errors import UNREADABLE, MediaError
from framewell_media.formats import CLOCKLESS, Format

LONGEST_SECONDS: Final = 7 * 24 * 3600
FASTEST_PICTURES: Final = 1000
SOUND_RATES: Final = range(2000, 768_001)
"""From telephone sound at a quarter of its rate to the fastest converters, in samples a second."""

_ADVICE: Final = "Its header or its time stamps are damaged: send it again, or correct it."


def check_headers(container: Any, fmt: Format) -> None:
    """Check what an open container says of itself and its tracks. Raises MediaError (`unreadable`)."""
    for stream in container.streams:
        if stream.type == "audio" and stream.codec_context is not None:
            _check_sound(stream.codec_context.sample_rate)
        if stream.type == "video" and stream.frames != 1:
            # Of raw DV the average is the ticks of its clock.
            _check_pictures(stream.guessed_rate if fmt.name == "dv" else stream.average_rate)
        if fmt.name not in CLOCKLESS and stream.duration and stream.time_base:
            _check_seconds(stream.duration * stream.time_base)
    if fmt.name not in CLOCKLESS and container.duration:
        _check_seconds(Fraction(container.duration, av.time_base))


def check_measured(pictures: int, seconds: Fraction) -> None:
    """Check what the pictures of a file were found to be. Raises MediaError (`unreadable`)."""
    _check_seconds(seconds)
    if pictures > 2:
        _check_pictures(pictures / seconds)


def _check_sound(rate: int) -> None:
    if rate and rate not in SOUND_RATES:
        raise MediaError(
            UNREADABLE,
            f"The file says that its sound has {_counted(rate, 'sample')} a second; sound has between "
            f"{SOUND_RATES[0]:,} and {SOUND_RATES[-1]:,}. {_ADVICE}",
        )


def _check_pictures(rate: Fraction | None) -> None:
    if rate and rate > FASTEST_PICTURES:
        raise MediaError(
            UNREADABLE,
            f"The file says that it shows {_counted(round(rate), 'picture')} a second; at most "
            f"{FASTEST_PICTURES:,} are read. {_ADVICE}",
        )


def _check_seconds(seconds: Fraction) -> None:
    if seconds > LONGEST_SECONDS:
        raise MediaError(
            UNREADABLE,
            f"The file says that it lasts {_counted(round(seconds / 86400), 'day')}; at most "
            f"{LONGEST_SECONDS // 86400} days are read. {_ADVICE}",
        )


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
