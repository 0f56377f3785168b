"""Analysers, and the media they are shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from framewell.media.v1.media_pb2 import Span
from framewell_inference.domain.observations import Findings, SoundSegment
from framewell_inference.domain.pictures import Float, Frame, Picture
from framewell_models.manifest import ModelRef


class PicturePass(Protocol):
    """One analyser's pass over one chunk: batches of frames in order of time, then the findings, once.

    The findings do not depend on where a batch ends. What a batch goes through is the same everywhere:
    *prepare* (all pictures to the tensors of a network), *run* (all rows through it), *assemble* (in order
    of time: tracks, runs of labels, lines of text).
    """

    def look(self, frames: Sequence[Frame]) -> None:
        """Take in the next frames, one or more. Blocks its thread."""
        ...

    def finish(self) -> Findings:
        """Return what was observed in all frames."""
        ...


class PictureAnalyser(Protocol):
    """Frames in, observations out. Holds no state between passes; passes may run at the same time."""

    @property
    def name(self) -> str: ...

    @property
    def description(self) -> str:
        """Return one sentence: what it reports."""
        ...

    @property
    def models(self) -> Sequence[ModelRef]:
        """Return every model it runs; the one its observations are named after comes first."""
        ...

    def begin(self, *, still: bool = False) -> PicturePass:
        """Start a pass; with `still` the asset is one picture, in which nothing can move."""
        ...


class SoundAnalyser(Protocol):
    """16 kHz mono sound in, segments of what is heard out."""

    @property
    def name(self) -> str: ...

    @property
    def description(self) -> str:
        """Return one sentence: what it reports."""
        ...

    @property
    def models(self) -> Sequence[ModelRef]:
        """Return every model it runs; the one its observations are named after comes first."""
        ...

    def listen(self, blocks: Iterable[Float]) -> Sequence[SoundSegment]:
        """Return the segments in order of time. Blocks its thread.

        `blocks` are samples in -1..1, in order of time and of any length; they may be gone through again.
        """
        ...


InsideT = TypeVar("InsideT", PictureAnalyser, SoundAnalyser)


@dataclass(frozen=True, slots=True)
class Around(Generic[InsideT]):
    """What stands around an analyser under its name: base of those that measure, bound or remember it."""

    inside: InsideT

    @property
    def name(self) -> str:
        return self.inside.name

    @property
    def description(self) -> str:
        return self.inside.description

    @property
    def models(self) -> Sequence[ModelRef]:
        return self.inside.models


class FrameBundles(Protocol):
    """Frame bundles as transcode writes them (Arrow IPC with JPEG pictures)."""

    def frames(self, path: Path, span: Span, tick_seconds: float) -> Iterator[Frame]:
        """Yield the sampled frames of a chunk in order of time, decoded one at a time. Blocks its thread.

        `tick_seconds` is the asset's time base, 0 for a still.
        """
        ...


class Sounds(Protocol):
    """Speech audio as transcode writes it (FLAC, 16 kHz, mono)."""

    def blocks(self, path: Path) -> Iterable[Float]:
        """Return the samples in -1..1, a few seconds at a time, as often as they are gone through.

        Going through them blocks its thread.
        """
        ...


class Vectors(Protocol):
    """Vector objects: Arrow IPC, one fixed-size list column `vector` of float32, a row a vector."""

    def encode(self, vectors: Float) -> bytes:
        """Return vectors [rows, dimensions] as the bytes of an object."""
        ...

    def decode(self, data: bytes) -> Float:
        """Return the vectors of an object, [rows, dimensions] float32."""
        ...


class PictureDecoder(Protocol):
    """Pictures from outside: decoded in the sandbox, upright."""

    async def decode(self, data: bytes) -> Picture:
        """Return the picture. Raises Rejected when the bytes are no picture that can be read."""
        ...


@dataclass(frozen=True, slots=True)
class AbsentAnalyser:
    """An optional analyser whose models are not installed on this machine."""

    name: str
    description: str
    models: Sequence[ModelRef]
    listens: bool = False
    """Whether it takes sound; else pictures."""

    @property
    def reason(self) -> str:
        """Return why it is not at work, and what to do, in a sentence."""
        return (
            f"{self.name} is optional and not installed: run 'framewell models pull --with {self.name}' "
            "where inference runs, and start it again"
        )


@dataclass(frozen=True, slots=True)
class Analysers:
    """All analysers of the process; they share its loaded models."""

    pictures: Sequence[PictureAnalyser]
    sounds: Sequence[SoundAnalyser]
    embedding: ModelRef
    """The space in which faces are described."""
    features: ModelRef
    """The space in which whole pictures are described."""
    absent: Sequence[AbsentAnalyser] = ()
    """The optional ones that this machine lacks."""
