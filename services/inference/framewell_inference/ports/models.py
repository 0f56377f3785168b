"""Models as handlers and analysers see them: loaded graphs, identity models, and where both are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from framewell.model.v1.model_pb2 import ModelPromoted
from framewell_inference.domain.identity import Identity
from framewell_inference.domain.pictures import Array, Float
from framewell_inference.domain.tensors import TensorSpec
from framewell_inference.domain.tracks import FaceTrack
from framewell_kit.facts import Cause
from framewell_models.manifest import Manifest, ModelRef

RELABEL_JOB: Final = "relabel"
"""The kind of job that re-labels what is stored."""


class Model(Protocol):
    """A loaded graph. Safe to run from several threads at once; blocks its thread while it runs."""

    @property
    def manifest(self) -> Manifest: ...

    @property
    def provider(self) -> str:
        """Return the execution provider it runs on, e.g. `CPUExecutionProvider`."""
        ...

    @property
    def inputs(self) -> Sequence[TensorSpec]: ...

    @property
    def outputs(self) -> Sequence[TensorSpec]: ...

    def run(self, inputs: Mapping[str, Array]) -> Mapping[str, Array]:
        """Return all outputs by name. Raises InvalidInputError when inputs do not fit the graph."""
        ...


class ModelLoader(Protocol):
    """Makes a loaded model of a checked manifest and the bytes of its graph."""

    def load_bytes(self, manifest: Manifest, graph: bytes) -> Model:
        """Return the model. Blocks. Raises InvalidInputError for a graph that cannot be loaded."""
        ...


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model in memory, and whether requests that name no version run it."""

    model: Model
    in_force: bool


class ModelRegistry(Protocol):
    """The loaded models of this replica. A swap is one step: a request gets the old or the new, whole."""

    def put(self, model: Model, *, in_force: bool) -> None:
        """Add a model; with `in_force` it replaces the version in force of its name."""
        ...

    def find(self, name: str, version: str | None = None) -> Model | None:
        """Return that version, or the one in force when none is named; None when it is not loaded."""
        ...

    def drop(self, ref: ModelRef) -> None:
        """Let go of a model; whoever runs it may finish."""
        ...

    def all(self) -> list[LoadedModel]:
        """Return every loaded model, by name and version."""
        ...


class IdentityModel(Protocol):
    """A loaded identity model: distances of faces to the classes it knows, and the rule that decides."""

    @property
    def ref(self) -> ModelRef: ...

    @property
    def embedding(self) -> ModelRef:
        """Return the embedding whose vectors it reads; vectors of another mean nothing to it."""
        ...

    def identify(self, vectors: Float, tracks: Sequence[FaceTrack]) -> list[Identity]:
        """Return one decision a track, in their order. `vectors` are those of the tracks' chunk. Blocks."""
        ...


class IdentityModelRepository(Protocol):
    """Identity models as documents: where their artefacts lie, and which version of each is in force."""

    async def register(self, promoted: ModelPromoted) -> bool:
        """Keep where a promoted model lies; False when a newer revision is known already."""
        ...

    async def load(self, ref: ModelRef) -> IdentityModel:
        """Return the model, from memory or from its objects. Raises NotFound for one never registered."""
        ...

    async def in_force(self) -> list[ModelRef]:
        """Return the version in force of every identity model, by name."""
        ...

    async def candidates(self) -> list[ModelRef]:
        """Return the versions that are in force or about to be: what new chunks are named by."""
        ...

    async def switch(self, ref: ModelRef, revision: int) -> ModelRef | None:
        """Put a version in force, unless a newer revision already is.

        Returns the version before it, also when the same is asked for again.
        """
        ...

    async def retire(self, name: str, revision: int) -> None:
        """Put no version of a name in force, unless a newer revision already is."""
        ...


class ImportedModelRepository(Protocol):
    """Model folders taken in by hand, in the object store."""

    async def keep(self, manifest: Manifest, text: bytes, files: Mapping[str, bytes]) -> Model:
        """Check, store and load a folder. Raises ManifestError or InvalidInputError."""
        ...


class RelabelQueue(Protocol):
    """Re-labelling that one replica is to do."""

    async def put(self, ref: ModelRef, revision: int, cause: Cause) -> None:
        """Ask for it, once per version and revision."""
        ...
