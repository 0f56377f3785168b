"""Refuse what no recording has, before any work begins on it: rates and lengths out of a lying header.

A header costs its author nothing, but what it promises may cost the mesh hours: 1.5 MB of sound at one
sample a second are 106 hours of silence.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Final

import av

from framewell_contracts.sentences import say
from framewell_media.errors import UNREADABLE, MediaError
from framewell_media.formats import CLOCKLESS, Format

LONGEST_SECONDS: Final = 7 * 24 * 3600
FASTEST_PICTURES: Final = 1000
SOUND_RATES: Final = range(2000, 768_001)
"""From telephone sound at a quarter of its rate to the fastest converters, in samples a second."""

_ADVICE: Final = say(
    "implausible.advice", "Its header or its time stamps are damaged: send it again, or correct it."
)


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
            say(
                "implausible.sound",
                "The file says that its sound has {rate, plural, one {# sample} other {# samples}} a second; "
                "sound has between {least, number} and {most, number}. {advice}",
                rate=rate,
                least=SOUND_RATES[0],
                most=SOUND_RATES[-1],
                advice=_ADVICE,
            ),
        )


def _check_pictures(rate: Fraction | None) -> None:
    if rate and rate > FASTEST_PICTURES:
        raise MediaError(
            UNREADABLE,
            say(
                "implausible.pictures",
                "The file says that it shows {rate, plural, one {# picture} other {# pictures}} a second; at "
                "most {most, number} are read. {advice}",
                rate=round(rate),
                most=FASTEST_PICTURES,
                advice=_ADVICE,
            ),
        )


def _check_seconds(seconds: Fraction) -> None:
    if seconds > LONGEST_SECONDS:
        raise MediaError(
            UNREADABLE,
            say(
                "implausible.length",
                "The file says that it lasts {days, plural, one {# day} other {# days}}; at most {most} days "
                "are read. {advice}",
                days=round(seconds / 86400),
                most=LONGEST_SECONDS // 86400,
                advice=_ADVICE,
            ),
        )
