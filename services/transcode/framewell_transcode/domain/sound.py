"""Sound as transcode makes it: rates, and what leaves the encoders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

SOUND_RATE: Final = 48_000
"""Samples a second of the rendition, stereo; also the clock of an asset without pictures."""
SPEECH_RATE: Final = 16_000
"""Samples a second of what speech models get, mono."""
AAC_FRAME: Final = 1024
"""Samples in one AAC frame (ISO/IEC 14496-3)."""


class SoundEventKind(StrEnum):
    """What sound does for a while that is no content."""

    SILENCE = "silence"
    TONE = "tone"


@dataclass(frozen=True, slots=True)
class SoundEvent:
    """One event, in samples from the asset's start."""

    kind: SoundEventKind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class OpenEvents:
    """What goes on at the end of a piece; first samples are None where nothing does."""

    silent_since: int | None = None
    tone_since: int | None = None
    tone: int = 0
    """Its frequency in steps of 10 Hz."""


@dataclass(frozen=True, slots=True)
class EncodedPiece:
    """What was made of a piece."""

    movie: bytes
    """Fragmented MP4 with the AAC frames of the piece."""
    speech_info: bytes
    """STREAMINFO of the FLAC frames."""
    speech: bytes
    """The FLAC frames of the piece, numbered as in the whole."""
    loudness: Counter[int]
    """Blocks by momentary loudness, see `transcoding.loudness`."""
    events: Sequence[SoundEvent]
    """Those that ended in the piece."""


@dataclass(frozen=True, slots=True)
class SoundSegment:
    """One segment of the rendition: its bytes in the fragments, and its time in seconds from the start."""

    offset: int
    length: int
    start_seconds: float
    seconds: float
