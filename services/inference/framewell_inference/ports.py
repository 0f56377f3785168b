"""What handlers and analysers need from outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from framewell_inference.domain.observations import Findings
from framewell_inference.domain.pictures import Array, Float, Frame
from framewell_models.manifest import Manifest, ModelRef


class Model(Protocol):
    """A loaded graph. Safe to run from several threads at once; blocks its thread while it runs."""

    @property
    def manifest(self) -> Manifest: ...

    def run(self, inputs: Mapping[str, Array]) -> Mapping[str, Array]:
        """All outputs by name. Raises InvalidInputError when names, types or shapes do not fit the graph."""
        ...


class PicturePass(Protocol):
    """One analyser's look at one chunk: every frame in order of time, then the findings, once."""

    def look(self, frame: Frame) -> None: ...

    def finish(self) -> Findings: ...


class PictureAnalyser(Protocol):
    """Frames in, observations out. Holds no state between passes; passes may run at the same time."""

    @property
    def name(self) -> str: ...

    @property
    def models(self) -> Sequence[ModelRef]:
        """Every model it runs; the one its observations are named after comes first."""
        ...

    def begin(self, *, still: bool = False) -> PicturePass: ...


class SoundAnalyser(Protocol):
    """16 kHz mono sound in, observations out."""

    @property
    def name(self) -> str: ...

    @property
    def models(self) -> Sequence[ModelRef]: ...

    def listen(self, samples: Float) -> Sequence[tuple[float, float, float]]:
        """Stretches of sound as (start seconds, end seconds, score), in order of time."""
        ...
