"""Sound made in pieces: how long they are, and what one leaves to the next, in values that JSON carries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from framewell_transcode.domain.sound import SOUND_RATE

GRID: Final = 4_800
"""Samples in a block of 100 ms: loudness, silence and tone are measured by these."""
STEP: Final = 691_200
"""14.4 s: a whole number of AAC frames (1,024), of FLAC frames for speech (3 x 1,152) and of blocks."""
RUN_IN: Final = 16 * GRID
"""Samples before a piece that its encoders and its meter hear again, so that they stand where one pass would.

1.6 s: the meter looks back 400 ms, the K filter and the AAC encoder far less. A multiple of 1,024 and 3.
"""
RUN_OUT: Final = GRID
"""Samples behind a piece that the AAC encoder looks ahead to."""


def piece_samples(seconds: float) -> int:
    """Return how many samples pieces of about that length have: whole steps, at least one."""
    return max(1, round(seconds * SOUND_RATE / STEP)) * STEP


@dataclass(slots=True)
class StreamMark:
    """How far one stream of the file is read: the last packet, and where its resampler stands."""

    packets: int = 0
    """Packets read so far."""
    last: tuple[int | None, int | None, int | None, int, int] | None = None
    """pts, dts, position, size and CRC-32 of the last one."""
    entry: tuple[int | None, int | None] | None = None
    """pts and position of a packet a second or more before: reading begins there again."""
    layout: str = ""
    """Format, layout and rate that the resampler takes."""
    taken: int = 0
    """Samples that the resampler took at this layout."""
    given: int = 0
    """Samples that it gave."""


@dataclass(slots=True)
class TrackState:
    """What one piece of a track leaves to the next; its samples lie beside it, in one file."""

    marks: dict[str, StreamMark] = field(default_factory=dict)
    """By index of the stream."""
    layout: str = ""
    """Channels of the track: those of its first frame."""
    ended: bool = False
    """Whether the file has no more of it."""
    clock: dict[str, Any] = field(default_factory=dict)
    """Fields of SoundClockState."""
    carried: list[int] = field(default_factory=list)
    """Runs of placed samples from RUN_IN before the next piece on: so many from the file, or so much silence
    (negative)."""
    events: dict[str, Any] = field(default_factory=dict)
    """Fields of OpenEvents."""


def state_from(values: Mapping[str, Any]) -> TrackState:
    """Return the state in JSON values. Raises KeyError or TypeError for what is none."""
    marks = {name: _mark(mark) for name, mark in values["marks"].items()}
    return TrackState(**{**values, "marks": marks})


def _mark(values: Mapping[str, Any]) -> StreamMark:
    last, entry = values["last"], values["entry"]
    pairs = {"last": last and tuple(last), "entry": entry and tuple(entry)}
    return StreamMark(**{**values, **pairs})


@dataclass(slots=True)
class TrackPieces:
    """What has been made of one sound; keys and numbers that JSON carries."""

    description: dict[str, Any]
    """Fields of audio.v1.SoundTrack that the file itself has."""
    header: str = ""
    segments: list[tuple[str, int, float, float]] = field(default_factory=list)
    """Key, size, start and length in seconds of every segment of the rendition."""
    speech: list[str] = field(default_factory=list)
    """Keys of FLAC frames, of the main sound alone."""
    speech_info: str = ""
    loudness: dict[str, int] = field(default_factory=dict)
    events: list[tuple[str, int, int]] = field(default_factory=list)
    """Kind, first sample and end of silences and tones that have ended."""
    pieces: int = 0
    seconds: float = 0.0
    heard: int = 0
    ended: bool = False
    state: dict[str, Any] | None = None
    """Fields of TrackState, None before the first piece."""
    carried: str = ""
    """Key of the samples that the next piece begins with."""


@dataclass(slots=True)
class Sound:
    """How far the sounds of an asset are taken out."""

    withheld: list[tuple[int, int]]
    """The passages that speech was made without."""
    tracks: list[TrackPieces] = field(default_factory=list)
    """The main one first; none before it has a piece."""

    @property
    def ended(self) -> bool:
        """Return whether all pieces of all sounds are there."""
        return bool(self.tracks) and all(track.ended for track in self.tracks)

    @property
    def temporary(self) -> list[str]:
        """Return the keys of what is needed for the next pieces alone."""
        return [key for track in self.tracks for key in (*track.speech, track.carried) if key]

    @property
    def kept(self) -> list[str]:
        """Return the keys of what is the asset's to stay."""
        return [
            key for track in self.tracks for key in (track.header, *(one[0] for one in track.segments)) if key
        ]

    @property
    def next(self) -> int:
        """Return the number of the sound whose next piece comes first; the main one leads."""
        open_tracks = [number for number, track in enumerate(self.tracks) if not track.ended]
        return min(open_tracks, key=lambda number: self.tracks[number].pieces, default=0)


def sound_from(values: Mapping[str, Any]) -> Sound:
    """Return the sounds in JSON values. Raises KeyError or TypeError for what is none."""
    tracks = [TrackPieces(**track) for track in values["tracks"]]
    return Sound([(int(start), int(end)) for start, end in values["withheld"]], tracks)
