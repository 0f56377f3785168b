"""What transcode needs from outside. `Objects`, `ObjectReferences` and the jobs are the kit's.

`MediaProcessor`, `AssetProgressRepository` and `WorkQueue` serve handlers, commands and queries;
`MediaDriver` and what it makes serve the sandboxed child.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

import numpy as np
from numpy.typing import NDArray

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetTranscoded
from framewell.audio.v1.audio_pb2 import AudioExtracted
from framewell.chunk.v1.chunk_pb2 import ChunkPlanned, ChunkTranscoded
from framewell.media.v1.media_pb2 import CaptionFile, CaptionTrack, ObjectRef, Work
from framewell.recording.v1.recording_pb2 import RecordingClosed
from framewell.segment.v1.segment_pb2 import SegmentIngested
from framewell_kit.facts import Cause
from framewell_kit.object_references import ObjectReferences
from framewell_kit.objects.protocol import Objects
from framewell_kit.rights_decisions import Passages, RightsDecisions
from framewell_media.source_clock import SourceClock
from framewell_media.timeline import Moment, Timeline
from framewell_transcode.domain.boxes import Segment
from framewell_transcode.domain.material import Material
from framewell_transcode.domain.parts import AssetState, ChunkPart, CompleteAsset
from framewell_transcode.domain.pictures import KeptPicture, PictureSource, WantedPicture
from framewell_transcode.domain.plans import SourceAnalysis
from framewell_transcode.domain.proxy import ProxyRecipe, Size
from framewell_transcode.domain.recordings import (
    LaidSegment,
    PlannedSegment,
    RecordingClock,
    RecordingState,
    SegmentSound,
)
from framewell_transcode.domain.sound import EncodedPiece
from framewell_transcode.domain.sound_pieces import Sound, TrackState

if TYPE_CHECKING:  # the plan's table is read beside the demuxer, which only adapters may know
    from framewell_media.planning.table import ChunkTable


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


class OriginalPictures(Protocol):
    """Takes single pictures out of originals, always in the sandbox, beside the work on chunks."""

    async def take(self, source: PictureSource, wanted: WantedPicture) -> tuple[Moment, ObjectRef]:
        """Return which picture the proxy shows there, and the stored JPEG.

        Raises MediaError where the media is at fault, JobCrashed where the child died, SandboxUnavailable
        where this machine may not read media, Busy while as many as may wait are waiting.
        """
        ...


@dataclass(frozen=True, slots=True)
class EmbeddedCaptions:
    """The timed text inside an original."""

    tracks: tuple[CaptionTrack, ...]
    unread: tuple[int, ...]
    """Indexes of subtitle tracks that are pictures, or in a codec that nothing here reads."""


class CaptionReader(Protocol):
    """Reads timed text, always in the sandbox, and stores it as WebVTT.

    Both methods raise MediaError where the file is at fault, JobCrashed where the child died,
    SandboxUnavailable where this machine may not read media at all, Busy when the object store is away.
    """

    async def embedded(self, original: ObjectRef, clock: SourceClock, seconds: Fraction) -> EmbeddedCaptions:
        """Return the text inside an original that lasts `seconds`, on the clock of its asset."""
        ...

    async def beside(self, file: CaptionFile, seconds: Fraction, start: Fraction | None) -> CaptionTrack:
        """Return the text of a file beside the media; `start` is the start timecode in seconds."""
        ...


class AssetProgressRepository(Protocol):
    """What is expected of every asset, what has come, and how it ended.

    Every method may be repeated. Part and expectation may arrive in either order. Older generations are
    ignored. What a part costs does not depend on the number of parts. Every method raises Busy when the store
    is away.
    """

    async def begin(self, work: Work) -> bool:
        """Make this the newest generation, so that older work stops; return False for an older one."""
        ...

    async def expect(self, work: Work, plan: ObjectRef, chunk_count: int) -> None:
        """Note what is expected of this generation; `plan` is a stored MediaIndex without shots."""
        ...

    async def add_chunk(self, chunk: ChunkTranscoded) -> CompleteAsset | None:
        """Note a chunk; return the whole asset when nothing is missing any more, otherwise None."""
        ...

    async def add_audio(self, audio: AudioExtracted) -> CompleteAsset | None:
        """Note the sound; return the whole asset when nothing is missing any more, otherwise None."""
        ...

    async def record_end(self, end: AssetTranscoded, *, chunks_failed: int) -> None:
        """Note how the asset ended.

        The first end of a generation stays, unless a later one lacks fewer chunks: what was given up may be
        done again by a replayed dead letter.
        """
        ...

    async def latest(self, asset_id: str) -> AssetState | None:
        """Return the newest planned generation of an asset, None when there is none."""
        ...

    def arrived_chunks(self, asset: AssetState, numbers: range) -> AsyncIterator[ChunkPart]:
        """Yield the chunks with these numbers that have come, given up or not, in the order of the range."""
        ...

    async def is_current(self, work: Work) -> bool:
        """Return False for a generation that a newer one replaced, which need not be planned yet."""
        ...

    async def remove(self, asset_id: str) -> tuple[int, int]:
        """Forget the asset; return how many assets and how many documents of parts went."""
        ...


class MaterialRepository(Protocol):
    """What was made of assets for analysis alone. Every method may be repeated, and raises Busy."""

    async def keep(self, material: Material) -> None:
        """Note what was made of one part of a generation; the newest note of the part counts."""
        ...

    async def get(self, asset_id: str, generation: int, part: str) -> Material | None:
        """Return the note on one part of a generation, None when there is none."""
        ...

    async def of(self, asset_id: str) -> Sequence[Material]:
        """Return what there is of an asset, of all generations."""
        ...

    async def drop(self, material: Material) -> None:
        """Forget one note."""
        ...

    async def remove(self, asset_id: str) -> int:
        """Forget the notes on an asset and return how many went."""
        ...


class KeptPictures(Protocol):
    """Single pictures that were taken, by what was asked for.

    Every method may be repeated, and raises Busy.
    """

    async def find(self, asset_id: str, generation: int, name: str) -> KeptPicture | None:
        """Return the picture that was kept under a name, None when there is none."""
        ...

    async def keep(self, picture: KeptPicture) -> Sequence[str]:
        """Note a picture; return the keys that are not needed any more.

        Of one asset the newest pictures of the newest generation stay, up to a number.
        """
        ...

    async def remove(self, asset_id: str) -> int:
        """Forget the pictures of an asset and return how many went."""
        ...


class WorkQueue(Protocol):
    """Leased jobs that outlive a process; each is put once, however often it is asked for."""

    async def plan(self, asset: AssetIngested, cause: Cause) -> None:
        """Have this generation of the asset planned."""
        ...

    async def extract_audio(self, asset: AssetIngested, cause: Cause) -> None:
        """Have the sound of this generation taken out; `asset.work.timeline` is the clock of its pictures."""
        ...


class SegmentProcessor(Protocol):
    """Reads segments of recordings, always in the sandbox. Raises as MediaProcessor does."""

    async def plan(self, segment: SegmentIngested) -> tuple[SourceAnalysis, ObjectRef]:
        """Return the analysis of a segment, made without decoding it, and its stored frame table."""
        ...

    async def sound(
        self, segment: SegmentIngested, laid: LaidSegment
    ) -> tuple[SegmentSound, Sequence[ObjectRef]]:
        """Take the sound of a segment out where it is laid, and return it with every object made."""
        ...

    async def join(self, sounds: Sequence[SegmentSound]) -> ObjectRef:
        """Return the sound of segments, in order, as one object; between them it has gaps where they have."""
        ...


class RecordingRepository(Protocol):
    """Recordings under way, and their segments. Every method may be repeated, and raises Busy."""

    async def keep_source(self, ingested: SegmentIngested) -> None:
        """Note a segment; the first one of its number that can be used counts."""
        ...

    async def sources(self, asset_id: str) -> Sequence[SegmentIngested]:
        """Return every segment that was noted, in order."""
        ...

    async def planned(self, asset_id: str, sequence: int) -> PlannedSegment | None:
        """Return a segment as it was planned, in whatever generation; None before it was."""
        ...

    async def keep_plan(self, planned: PlannedSegment) -> None:
        """Note how a segment was planned."""
        ...

    async def begin(self, work: Work) -> RecordingState | None:
        """Make this the newest generation unless a newer one came first; return the newest."""
        ...

    async def get(self, asset_id: str) -> RecordingState | None:
        """Return the newest generation of a recording, None when the asset is none."""
        ...

    async def lay(self, state: RecordingState, laid: LaidSegment, clock: RecordingClock) -> bool:
        """Note where a segment lies; return False when the recording has changed since `state` was read."""
        ...

    async def give_up(self, work: Work, sequence: int, reason: str) -> None:
        """Note that nothing can be made of a segment; `reason` is a sentence."""
        ...

    async def add_sound(self, work: Work, sequence: int, sound: SegmentSound | None) -> None:
        """Note the sound of a segment, None where it has none."""
        ...

    async def close(self, closed: RecordingClosed) -> None:
        """Note the set of segments."""
        ...

    async def lay_out(self, state: RecordingState) -> bool:
        """Note that nothing more is laid; return False when the recording has changed since it was read."""
        ...

    async def remove(self, asset_id: str) -> tuple[int, int]:
        """Forget the recording; return how many recordings and how many segments went."""
        ...


class RecordingQueue(Protocol):
    """Leased jobs about recordings; each is put once, however often it is asked for."""

    async def plan(self, work: Work, sources: Iterable[SegmentIngested], cause: Cause) -> None:
        """Have segments planned and laid in this generation."""
        ...

    async def extract_sound(self, work: Work, sequence: int, cause: Cause) -> None:
        """Have the sound of a segment that is laid taken out."""
        ...

    async def close(self, closed: RecordingClosed, cause: Cause) -> None:
        """Have the recording put together once all of it has come."""
        ...


@dataclass(frozen=True, slots=True)
class Ports:
    """All that serves handlers, commands and queries, in one value for the entrypoints to take from."""

    processor: MediaProcessor
    sounds: SoundProcessor
    pictures: OriginalPictures
    kept_pictures: KeptPictures
    progress: AssetProgressRepository
    materials: MaterialRepository
    rights: RightsDecisions
    references: ObjectReferences
    objects: Objects
    queue: WorkQueue
    segments: SegmentProcessor
    recordings: RecordingRepository
    recording_queue: RecordingQueue
    captions: CaptionReader


@dataclass(frozen=True, slots=True)
class DisplayedPicture:
    """A decoded picture, progressive and upright."""

    row: int
    """Its row in the chunk's table."""
    frame: Any
    """The driver's own."""
    size: Size
    """How large it is displayed, in square pixels."""


class ChunkPictures(Protocol):
    """The pictures of one chunk in order of presentation, each at most once; iterated once."""

    @property
    def damaged_frames(self) -> int:
        """Return how many pictures so far the decoder marked as damaged."""
        ...

    def __iter__(self) -> Iterator[DisplayedPicture]: ...


class Scaler(Protocol):
    """Scales pictures for one purpose: into the middle of a canvas, with black bars where shapes differ."""

    def planar(self, picture: DisplayedPicture, canvas: Size) -> Any:
        """Return the canvas, of even size, as 8-bit YUV 4:2:0, BT.709 in limited range.

        It has `planes` (each with `height`, `width`, `line_size`).
        """
        ...

    def rgb(self, picture: DisplayedPicture, canvas: Size) -> NDArray[np.uint8]:
        """Return the canvas as height x width x 3."""
        ...


class SegmentWriter(Protocol):
    """Encodes the pictures of one proxy segment; each lasts until the next, the last until the end."""

    def push(self, frame: Any, tick: int, /) -> None:
        """Take the next planar picture, which begins at `tick` of the proxy's clock."""
        ...

    def finish(self) -> Segment:
        """Return the segment. Raises ValueError unless a picture was pushed."""
        ...


@dataclass(frozen=True, slots=True)
class SoundBlock:
    """Floats (channels x samples) at SOUND_RATE."""

    start: Fraction | None
    """Seconds on the file's clock; None where it follows the block before."""
    samples: NDArray[np.float32]
    position: int | None = None
    """First byte of its packet in the file; None when not known."""


class SoundSink(Protocol):
    """Takes one continuous stream of samples."""

    @property
    def written(self) -> int:
        """Return the samples so far: where the next one stands."""
        ...

    @property
    def room(self) -> int:
        """Return the samples until the end of the asset."""
        ...

    def put(self, block: NDArray[np.float32], /) -> None:
        """Append samples (channels x samples, may be none)."""
        ...

    def put_silence(self, samples: int, /) -> None:
        """Append so much silence."""
        ...


class SoundEncoder(SoundSink, Protocol):
    """Encodes stereo samples for the proxy."""

    def finish(self) -> bytes:
        """End the encoder and return a fragmented MP4 with one AAC track."""
        ...


class PieceEncoder(SoundSink, Protocol):
    """Encodes one piece of a sound; see `adapters.pyav.sound_pieces`."""

    @property
    def channels(self) -> int:
        """Return how many channels blocks must have."""
        ...

    @property
    def is_full(self) -> bool:
        """Return whether the piece has all it needs."""
        ...

    @property
    def ends_here(self) -> bool:
        """Return whether sound that goes on no more ends in this piece."""
        ...

    @property
    def silent_since(self) -> int | None:
        """Return the sample at which silence began that lasts until the end of the piece."""
        ...

    def carry(self, runs: Sequence[int], samples: NDArray[np.float32], /) -> None:
        """Take what the piece before left."""
        ...

    def carried(self) -> tuple[list[int], bytes]:
        """Return what the next piece begins with: runs of samples, and those from the file as floats."""
        ...

    def finish(self, *, last: bool) -> EncodedPiece:
        """Return the piece; the last one takes all that is there."""
        ...


class SoundSource(Protocol):
    """One sound of an open file, from where its state stands."""

    @property
    def layout(self) -> str:
        """Return the channels that blocks have, by FFmpeg's name."""
        ...

    def described(self) -> list[dict[str, Any]]:
        """Return what the file's sounds are, the main one first: fields of audio.v1.SoundTrack."""
        ...

    def blocks(self, enough: Callable[[], bool], /) -> Iterator[SoundBlock]:
        """Yield blocks in the order of the file until it ends or there are enough."""
        ...

    def __enter__(self) -> SoundSource: ...

    def __exit__(self, *_: object) -> None: ...


class MediaDriver(Protocol):
    """Decoders and encoders. Every method that reads a source raises MediaError where it is at fault."""

    def chunk_pictures(self, source: BinaryIO, table: ChunkTable, threads: int) -> ChunkPictures:
        """Return the pictures of one chunk of a plan."""
        ...

    def scaler(self) -> Scaler:
        """Return a scaler; one for each purpose."""
        ...

    def planar_from_rgb(self, pixels: NDArray[np.uint8]) -> Any:
        """Return height x width x 3 RGB as a planar picture, as `Scaler.planar` does."""
        ...

    def edge_picture(self, movie: bytes, edge: str) -> Any:
        """Return the `first` or `last` picture of a fragmented movie, planar."""
        ...

    def copy(self, frame: Any) -> Any:
        """Return a copy of a planar picture that can be encoded for itself."""
        ...

    def segment_writer(
        self, recipe: ProxyRecipe, first: Any, frame_rate: Fraction, *, start_tick: int, end_tick: int
    ) -> SegmentWriter:
        """Return a writer of one segment; all pictures have the size of `first`."""
        ...

    def sound(self, source: BinaryIO) -> Iterator[SoundBlock]:
        """Yield the sound of the source in the order of the file."""
        ...

    def sound_source(self, source: BinaryIO, number: int, language: str, state: TrackState) -> SoundSource:
        """Return one of the file's sounds, the main one is 0, to be read on from where `state` stands."""
        ...

    def piece_encoder(
        self,
        layout: str,
        piece: tuple[int, int],
        limit: int | None,
        silenced: Passages,
        silent_since: int | None,
    ) -> PieceEncoder:
        """Return an encoder for a piece (first sample and end) of sound of that layout.

        `limit` is the asset's length in samples, None for sound alone.
        """
        ...

    def sound_encoder(self, samples: int) -> SoundEncoder:
        """Return an encoder for the sound of a recording's segment, at most so many samples."""
        ...
