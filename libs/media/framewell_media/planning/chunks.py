"""Chunks of a source: what one is, and where one may end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from framewell_media.source_clock import SourceClock

_FULL_ENOUGH: Final = 0.95
"""A keyframe this close to the target length may end a chunk."""
_TOO_SHORT: Final = 0.3
"""A last chunk shorter than this part of the target joins its predecessor."""
_WITHOUT_KEY: Final = 6
"""A chunk without another keyframe ends after so many times the target."""
_DECODED_AGAIN: Final = 4
"""A chunk that begins with no keyframe is at least this part of what is decoded before it."""
_GAP_STEPS: Final = 1.5


@dataclass(frozen=True, slots=True)
class ChunkPlan:
    """One chunk on the asset's clock, and how to find it in the file."""

    index: int
    discontinuity: int
    """Index of the run of unbroken clock it lies in, from 0."""
    start_pts: int
    end_pts: int
    first_frame: int
    frames: int
    source_offset: int
    """pts on the asset's clock minus pts in the file."""
    first_byte: int
    """Position of its first packet, NO_TIME when not known."""
    byte_length: int
    """Bytes to the end of its last packet; 0 when not known."""


@dataclass(frozen=True, slots=True)
class ChunkRows:
    """The pictures of one chunk, one entry each."""

    plan: ChunkPlan
    pts: NDArray[np.int64]
    """On the asset's clock, strictly increasing."""
    source_pts: NDArray[np.int64]
    """On the file's clock; where pictures are counted, the dts of a packet, in the order of the file."""
    is_key: NDArray[np.bool_]
    position: NDArray[np.int64]
    """First byte of the packet, NO_TIME when not known."""


Sink = Callable[[ChunkRows], None]
"""Takes the chunks of a source one after the other."""


@dataclass(frozen=True, slots=True)
class SourcePlan:
    """What is known of a source once all of its chunks were given out."""

    time_base: Fraction
    frame_rate: Fraction
    variable_rate: bool
    serial: bool
    """Whether time stamps cannot be trusted, so that pictures are counted as they come."""
    start_pts: int
    """pts of the first picture."""
    end_pts: int
    frame_count: int
    chunks: tuple[ChunkPlan, ...]
    clock: SourceClock
    """How the file's clock maps to the asset's."""
    leaps: tuple[tuple[int, int], ...] = ()
    """pts of the pictures around every step that is much longer than others."""
    longest_step_seconds: float | None = None
    """Where the rate varies: longer steps are no held pictures but an outage; None where they may be held."""

    @property
    def seconds(self) -> Fraction:
        """Return the length in seconds, exact."""
        return (self.end_pts - self.start_pts) * self.time_base

    def gaps(self) -> list[tuple[int, int]]:
        """Return (end pts of the picture before, pts of the next) wherever pictures are missing.

        Found by the steps of the clock, since packets lost on the way leave no other trace: at a regular rate
        by every one that is too long, at a variable one by those that last for long in a stream. A serial
        plan has none.
        """
        step = 1 / (self.frame_rate * self.time_base)
        if not self.variable_rate:
            longest = float(step) * _GAP_STEPS
        elif self.longest_step_seconds is not None:
            longest = self.longest_step_seconds / float(self.time_base)
        else:
            return []
        return [(before + round(step), after) for before, after in self.leaps if after - before > longest]


@dataclass(frozen=True, slots=True)
class ChunkLength:
    """How long chunks are, in ticks of a clock."""

    target: int

    @property
    def full(self) -> float:
        """Return the length from which on a chunk may end at a keyframe."""
        return self.target * _FULL_ENOUGH

    def is_too_short(self, length: int) -> bool:
        """Return whether a last chunk of this length joins the one before."""
        return length < self.target * _TOO_SHORT

    def without_key(self, since_key: int) -> int:
        """Return the length after which a chunk ends although there is no keyframe.

        `since_key` is the time from the last keyframe to its begin, which is decoded to enter it. The length
        grows with that, so that all chunks together decode no more than a few times the whole.
        """
        return max(_WITHOUT_KEY * self.target, since_key // _DECODED_AGAIN)
