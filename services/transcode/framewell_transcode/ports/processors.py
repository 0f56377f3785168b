"""What reads foreign media for handlers and commands, always in the sandbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from framewell.asset.v1.asset_pb2 import AssetIngested
from framewell.audio.v1.audio_pb2 import AudioExtracted
from framewell.chunk.v1.chunk_pb2 import ChunkPlanned, ChunkTranscoded
from framewell.media.v1.media_pb2 import CaptionFile, CaptionTrack, ObjectRef
from framewell.segment.v1.segment_pb2 import SegmentIngested
from framewell_kit.rights_decisions import Passages
from framewell_media.captions.cues import LeftOut, Unread
from framewell_media.source_clock import SourceClock
from framewell_media.timeline import Moment, Timeline
from framewell_transcode.domain.frame_runs import FrameRun
from framewell_transcode.domain.pictures import PictureSource, WantedPicture
from framewell_transcode.domain.plans import SourceAnalysis
from framewell_transcode.domain.recording_layout import LaidSegment
from framewell_transcode.domain.recordings import PlannedSegment, SegmentSound
from framewell_transcode.domain.sound_pieces import Sound


@dataclass(frozen=True, slots=True)
class FillerRequest:
    """A span of the proxy that nothing could be made of, and the neighbour to hold instead."""

    header: str
    """Key of the neighbour's CMAF header."""
    neighbour: str
    """Key of the neighbour's CMAF segment."""
    neighbour_comes_before: bool
    start_pts: int
    end_pts: int


class MediaProcessor(Protocol):
    """Reads foreign media, always in the sandbox, and stores what it makes.

    Every method raises MediaError where the media is at fault, JobCrashed where the child died,
    SandboxUnavailable where this machine may not read media at all, Busy when the object store is away.
    """

    async def plan(self, asset: AssetIngested) -> tuple[SourceAnalysis, ObjectRef]:
        """Return the analysis of the original, made without decoding it, and its stored frame table."""
        ...

    async def make_chunk(self, planned: ChunkPlanned, withheld: Passages) -> ChunkTranscoded:
        """Decode a chunk (or a still) once and return the fact that names everything made of it.

        Frames and scores have nothing of the `withheld` passages, and are unset when nothing is left.
        """
        ...

    async def make_filler(self, request: FillerRequest, timeline: Timeline) -> ObjectRef:
        """Return a segment that holds a neighbour's picture. Raises MediaError when its header differs."""
        ...


class SoundProcessor(Protocol):
    """Takes the sound out of originals, piece by piece, always in the sandbox.

    Every method raises what MediaProcessor's do. `asset.work.timeline` is the clock of the pictures, unset
    for sound alone.
    """

    async def next_piece(self, asset: AssetIngested, plan: ObjectRef, sound: Sound) -> Sound:
        """Make the next piece of one of the asset's sounds and return them with it.

        `plan` is the stored MediaIndex of the asset, whose clock places the sound. The same sounds give the
        same objects.
        """
        ...

    async def finish(self, asset: AssetIngested, sound: Sound) -> tuple[AudioExtracted, Sequence[ObjectRef]]:
        """Return the fact of sounds that have all their pieces, and every object it names.

        What is made for speech models is unset when everything is withheld. Raises MediaError (`unreadable`)
        when not one sample came out.
        """
        ...

    async def save(self, sound: Sound) -> ObjectRef:
        """Store how far the sounds have come."""
        ...

    async def saved(self, key: str) -> Sound:
        """Return sounds that were stored. Raises NotFound."""
        ...


class SegmentProcessor(Protocol):
    """Reads segments of recordings, always in the sandbox. Raises as MediaProcessor does."""

    async def plan(self, segment: SegmentIngested) -> tuple[SourceAnalysis, ObjectRef]:
        """Return the analysis of a segment and its stored frame table.

        Nothing is decoded but sound alone, which has no table, and whose gaps are in samples of SOUND_RATE.
        """
        ...

    async def sound(
        self, planned: PlannedSegment, laid: LaidSegment
    ) -> tuple[SegmentSound, Sequence[ObjectRef]]:
        """Take the sound of a segment out where it is laid, and return it with every object made."""
        ...

    async def join(self, sounds: Sequence[SegmentSound]) -> ObjectRef:
        """Return the sound of segments, in order, as one object; between them it has gaps where they have."""
        ...


class OriginalPictures(Protocol):
    """Takes single pictures out of originals, always in the sandbox, beside the work on chunks."""

    async def take(self, source: PictureSource, wanted: WantedPicture) -> tuple[Moment, ObjectRef]:
        """Return which picture the proxy shows there, and the stored JPEG.

        Raises MediaError where the media is at fault, JobCrashed where the child died, SandboxUnavailable
        where this machine may not read media, Busy while as many as may wait are waiting.
        """
        ...


@dataclass(frozen=True, slots=True)
class ListedRuns:
    """A part of a frame table."""

    runs: tuple[FrameRun, ...]
    end_pts: int
    """When its last picture ends."""
    next_frame: int | None
    """Index of the picture behind it; None at the end of the table."""


class FrameTables(Protocol):
    """Reads stored frame tables, always in the sandbox: they were made there."""

    async def runs(self, source: PictureSource, wanted: WantedPicture, most: int) -> ListedRuns:
        """Return at most so many runs from a picture on; `source` has a table.

        Raises MediaError, JobCrashed and SandboxUnavailable as OriginalPictures does.
        """
        ...


@dataclass(frozen=True, slots=True)
class EmbeddedCaptions:
    """The timed text inside an original."""

    tracks: tuple[CaptionTrack, ...]
    unread: tuple[tuple[int, Unread], ...]
    """Indexes of tracks of which nothing is read, and why."""
    left_out: tuple[tuple[int, LeftOut], ...] = ()
    """Indexes of tracks, and how many of their texts are not shown."""


class CaptionReader(Protocol):
    """Reads timed text, always in the sandbox, and stores it as WebVTT.

    Both methods raise MediaError where the file is at fault, JobCrashed where the child died,
    SandboxUnavailable where this machine may not read media at all, Busy when the object store is away.
    """

    async def embedded(self, original: ObjectRef, clock: SourceClock, seconds: Fraction) -> EmbeddedCaptions:
        """Return the text inside an original that lasts `seconds`, on the clock of its asset."""
        ...

    async def beside(
        self, file: CaptionFile, seconds: Fraction, start: Fraction | None
    ) -> tuple[CaptionTrack, LeftOut]:
        """Return the text of a file beside the media, and how many texts of it are not shown.

        `start` is the start timecode of the asset in seconds.
        """
        ...
