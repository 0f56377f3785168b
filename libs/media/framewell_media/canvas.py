"""How large pictures are displayed: upright, with square pixels; and the size that an asset keeps.

A recording may change size and shape on its way (a 4:3 programme between 16:9 ones). Its first picture
sets the canvas; every later one is fitted into that, so that all of them stand in one track.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from typing import Any, Final

import av.error

from framewell_media.planning.packets import attend_only_to
from framewell_media.tracks import END_OF_DEMUXING

_SQUARE: Final = Fraction(1)
_PACKETS_TRIED: Final = 500
"""A recording that is entered in the middle of a group of pictures needs at most one group to show one."""


@dataclass(frozen=True, slots=True)
class PixelAspect:
    """Shape of the pixels of a track, width to height, as it changes on the way.

    The container's statement wins over the codec's, as in libavformat, until the codec's changes.
    """

    stated: Fraction
    """By the container, or else by the codec."""
    coded_first: Fraction | None
    """By the codec when the track was opened, None where it states nothing."""

    @classmethod
    def of(cls, stream: Any) -> PixelAspect:
        """Return the shape for a track that was just opened."""
        return cls(stream.sample_aspect_ratio or _SQUARE, stream.codec_context.sample_aspect_ratio)

    def at(self, coded: Fraction | None) -> Fraction:
        """Return the shape where the codec states `coded`."""
        return self.stated if coded == self.coded_first else coded or _SQUARE


def displayed_size(frame: Any, pixel_aspect: Fraction) -> tuple[int, int]:
    """Return width and height in square pixels of a decoded picture once it is turned upright."""
    width, height = max(1, round(frame.width * pixel_aspect)), int(frame.height)
    return (height, width) if frame.rotation % 180 else (width, height)


def first_displayed_size(container: Any, stream: Any) -> tuple[int, int]:
    """Return how large the first picture that can be decoded is displayed.

    Where none can be, the container's own statement is returned, at least 1x1.
    """
    stream.thread_type = "NONE"
    attend_only_to(container, stream)
    aspect = PixelAspect.of(stream)
    for frame in _first_decoded(container, stream):
        return displayed_size(frame, aspect.at(stream.codec_context.sample_aspect_ratio))
    width, height = stream.codec_context.width, stream.codec_context.height
    return max(1, round(width * aspect.stated)), max(1, height)


def _first_decoded(container: Any, stream: Any) -> Iterator[Any]:
    with suppress(*END_OF_DEMUXING):
        for packet in islice(container.demux(stream), _PACKETS_TRIED):
            with suppress(av.error.FFmpegError):
                yield from packet.decode()
