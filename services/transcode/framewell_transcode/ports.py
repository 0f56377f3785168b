"""What transcode's handlers need from outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetTranscoded
from framewell.audio.v1.audio_pb2 import AudioExtracted
from framewell.chunk.v1.chunk_pb2 import ChunkPlanned, ChunkTranscoded
from framewell.media.v1.media_pb2 import ObjectRef
from framewell_kit.facts import Cause
from framewell_media.timeline import Moment, Timeline
from framewell_transcode.domain.plans import AssetParts, AssetPlan, SourceAnalysis
from framewell_transcode.domain.scores import ScoreTable


@dataclass(frozen=True, slots=True)
class FillerRequest:
    """A stretch of the proxy that nothing could be made of, and the neighbour to hold instead."""

    header: ObjectRef
    neighbour: ObjectRef
    neighbour_comes_before: bool
    start_pts: int
    end_pts: int


class MediaWorks(Protocol):
    """Reads foreign media, always in the sandbox, and stores what it makes.

    Raises MediaError where the media is at fault, JobCrashed where the child died, SandboxUnavailable
    where this machine may not read media at all; `Busy` when the object store is away.
    """

    async def plan(self, asset: AssetIngested) -> tuple[SourceAnalysis, ObjectRef]:
        """Analyse the original without decoding it; the frame table is stored."""
        ...

    async def make_chunk(self, planned: ChunkPlanned) -> ChunkTranscoded:
        """Decode a chunk (or a still) once; the answer names everything made of it, outcome done."""
        ...

    async def extract_audio(self, asset: AssetIngested, timeline: Timeline | None) -> AudioExtracted:
        """Take the sound out in one pass; `timeline` is the clock of the pictures, None without any."""
        ...

    async def make_filler(self, request: FillerRequest, timeline: Timeline) -> ObjectRef:
        """A proxy segment that holds a neighbour's picture. Raises MediaError when its header differs."""
        ...


@dataclass(frozen=True, slots=True)
class SampledPicture:
    """One picture of a frame bundle."""

    moment: Moment
    timecode: str
    jpeg: bytes


class FrameReader(Protocol):
    """Reads frame bundles."""

    async def at_or_before(self, bundle: ObjectRef, wanted: Moment) -> SampledPicture | None:
        """The last picture not after `wanted`, None when the bundle begins later.

        `wanted.frame` counts unless it is negative; then `wanted.pts` does.
        """
        ...


class ProxyStore(Protocol):
    """Reads and writes the small objects that stitching needs."""

    async def scores(self, ref: ObjectRef) -> ScoreTable:
        """The shot scores of a chunk."""
        ...

    async def header(self, ref: ObjectRef) -> bytes:
        """A CMAF header."""
        ...

    async def store_playlist(self, text: str) -> ObjectRef:
        """Store a playlist."""
        ...


class AssetBoard(Protocol):
    """What is expected of every asset, what has come, and how it ended.

    Every method is idempotent. Part and expectation may arrive in either order. A removed asset is
    remembered as removed: whatever still comes of it is ignored.
    """

    async def expect(self, plan: AssetPlan) -> None:
        """Note what is expected of this generation."""
        ...

    async def chunk_arrived(self, chunk: ChunkTranscoded) -> AssetParts | None:
        """Note a chunk; the whole asset when nothing is missing any more, otherwise None."""
        ...

    async def audio_arrived(self, audio: AudioExtracted) -> AssetParts | None:
        """Note the sound; the whole asset when nothing is missing any more, otherwise None."""
        ...

    async def ended(self, fact: AssetTranscoded) -> None:
        """Note how the asset ended, for those who ask later."""
        ...

    async def latest(self, asset_id: str) -> AssetParts | None:
        """The newest planned generation of an asset with what has come of it, None when there is none."""
        ...

    async def ending(self, asset_id: str, generation: int) -> AssetTranscoded | None:
        """How a generation ended, None while it has not."""
        ...

    async def is_current(self, asset_id: str, generation: int) -> bool:
        """False for a generation that a newer one replaced, and for a removed asset."""
        ...

    async def remove(self, asset_id: str) -> int:
        """Forget the asset for good; how many documents went."""
        ...


class References(Protocol):
    """Which asset holds which object, so that an object goes when nobody holds it any more."""

    async def hold(self, asset_id: str, refs: Sequence[ObjectRef]) -> None:
        """Note that the asset refers to these objects."""
        ...

    async def release(self, asset_id: str) -> int:
        """Let go of everything the asset holds; how many objects were deleted."""
        ...


class WorkQueue(Protocol):
    """Leased jobs that outlive a process; each is put once, however often it is asked for."""

    async def plan(self, asset: AssetIngested, cause: Cause) -> None:
        """Have this generation of the asset planned."""
        ...

    async def extract_audio(self, asset: AssetIngested, timeline: Timeline | None, cause: Cause) -> None:
        """Have the sound of this generation taken out; `timeline` is the clock of its pictures."""
        ...
