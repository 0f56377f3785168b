"""What handlers and analysers need from outside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol

from framewell.chunk.v1.chunk_pb2 import AnalyserResult
from framewell.inference.v1.inference_pb2 import ObservationSet
from framewell.media.v1.media_pb2 import Span
from framewell.model.v1.model_pb2 import ModelPromoted
from framewell_inference.domain.identity import Identity
from framewell_inference.domain.observations import Findings, SpeechStretch
from framewell_inference.domain.pictures import Array, Float, Frame, Picture
from framewell_inference.domain.places import Place, Posting, StoredSet, StoredTracks, TrackKey
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
        """The execution provider it runs on, e.g. `CPUExecutionProvider`."""
        ...

    @property
    def inputs(self) -> Sequence[TensorSpec]: ...

    @property
    def outputs(self) -> Sequence[TensorSpec]: ...

    def run(self, inputs: Mapping[str, Array]) -> Mapping[str, Array]:
        """All outputs by name. Raises InvalidInputError when names, types or shapes do not fit the graph."""
        ...


class ModelLoader(Protocol):
    """Turns a checked manifest and the bytes of its graph into a running model."""

    def load_bytes(self, manifest: Manifest, graph: bytes) -> Model:
        """Blocks while it loads. Raises InvalidInputError for a graph that cannot be loaded."""
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

    def begin(self, *, still: bool = False) -> PicturePass:
        """Start a pass; `still` says that the asset is one picture, in which nothing can move."""
        ...


class SoundAnalyser(Protocol):
    """16 kHz mono sound in, stretches of it out."""

    @property
    def name(self) -> str: ...

    @property
    def models(self) -> Sequence[ModelRef]: ...

    def listen(self, blocks: Iterable[Float]) -> Sequence[SpeechStretch]:
        """Blocks of samples in -1..1, in order of time and of any length. Blocks its thread."""
        ...


class FrameBundles(Protocol):
    """Frame bundles as transcode writes them (Arrow IPC with JPEG pictures)."""

    def frames(self, path: Path, span: Span) -> Iterator[Frame]:
        """The sampled frames of a chunk in order of time, decoded one at a time. Blocks its thread."""
        ...


class Sounds(Protocol):
    """Speech audio as transcode writes it (FLAC, 16 kHz, mono)."""

    def blocks(self, path: Path) -> Iterator[Float]:
        """The samples in -1..1, a few seconds at a time. Blocks its thread."""
        ...


class Vectors(Protocol):
    """Vector objects: Arrow IPC, one fixed-size list column `vector` of float32, a row a vector."""

    def encode(self, vectors: Float) -> bytes: ...

    def decode(self, data: bytes) -> Float:
        """[rows, dimensions] float32."""
        ...


class PictureDecoder(Protocol):
    """Pictures from outside: decoded in the sandbox, upright."""

    async def decode(self, data: bytes) -> Picture:
        """Raises Rejected when the bytes are no picture that can be read."""
        ...


class IdentityModel(Protocol):
    """A loaded identity model: distances of faces to the classes it knows, and the rule that decides."""

    @property
    def ref(self) -> ModelRef: ...

    @property
    def embedding(self) -> ModelRef:
        """The embedding whose vectors it reads; vectors of another mean nothing to it."""
        ...

    def identify(self, vectors: Float, tracks: Sequence[FaceTrack]) -> list[Identity]:
        """One decision a track, in their order. `vectors` are those of the tracks' chunk. Blocks."""
        ...


class ObservationStore(Protocol):
    """What was seen, kept once per chunk, analyser and model version."""

    async def keep(self, findings: Findings, place: Place) -> AnalyserResult:
        """Write objects, then the document that names them. The same findings again change nothing."""
        ...

    async def sets(self, asset_id: str, analysers: Sequence[str] = ()) -> list[StoredSet]:
        """What is kept of an asset, in order of chunk and analyser; of all analysers when none is named."""
        ...

    async def of_chunk(self, chunk_id: str, analyser: str, model: ModelRef) -> StoredSet | None: ...

    async def with_vectors(self, analyser: str, model: ModelRef) -> list[StoredSet]:
        """Every set of that analyser whose vectors lie in that model's space."""
        ...

    async def read(self, stored: StoredSet) -> ObservationSet: ...

    async def vectors(self, stored: StoredSet) -> Float: ...

    async def forget(self, asset_id: str) -> int:
        """Delete all observations and vectors of an asset; how many objects that were."""
        ...


class TrackStore(Protocol):
    """Face tracks with their vectors, ready to be named anew without looking at a picture."""

    async def keep(self, place: Place, result: AnalyserResult, tracks: Sequence[FaceTrack]) -> None: ...

    async def chunk(self, chunk_id: str, embedding: ModelRef) -> StoredTracks | None: ...

    async def chunks(self, embedding: ModelRef, *, asset_id: str | None = None) -> list[StoredTracks]:
        """Every chunk with tracks in that embedding's space, of one asset or of all."""
        ...

    async def vectors(self, stored: StoredTracks) -> Float: ...

    async def forget(self, asset_id: str) -> int: ...


class PostingStore(Protocol):
    """Who each face track is by one model version: a posting set, complete before it is switched to."""

    async def post(self, model: ModelRef, stored: StoredTracks, identities: Sequence[Identity]) -> None:
        """Insert the postings of one chunk, once."""
        ...

    async def of_asset(self, model: ModelRef, asset_id: str) -> dict[str, list[Posting]]:
        """Postings of an asset by chunk id."""
        ...

    async def known_chunks(self, model: ModelRef) -> set[str]:
        """Chunks that have their postings for this version."""
        ...

    async def classes(self, model: ModelRef) -> dict[TrackKey, str]:
        """The class of every track by this version, empty for unknown."""
        ...

    async def forget(self, asset_id: str) -> int: ...

    async def forget_class(self, class_id: str) -> int:
        """Make every track of a class unknown, in all versions; how many tracks that were."""
        ...


class ModelShelf(Protocol):
    """The loaded models of this replica. A swap is one step: a request sees the old or the new, whole."""

    def put(self, model: Model, *, in_force: bool) -> None: ...

    def find(self, name: str, version: str | None = None) -> Model | None:
        """That version, or the one in force when none is named."""
        ...

    def drop(self, ref: ModelRef) -> None: ...

    def all(self) -> list[tuple[Model, bool]]:
        """Every loaded model and whether it is in force, by name and version."""
        ...


class IdentityCatalogue(Protocol):
    """Identity models as documents: their artefacts, and which version of each is in force."""

    async def register(self, promoted: ModelPromoted) -> bool:
        """Keep where a promoted model lies. False when a newer revision is known already."""
        ...

    async def load(self, ref: ModelRef) -> IdentityModel:
        """The model, from memory or from its objects. Raises NotFound for one never registered."""
        ...

    async def in_force(self) -> list[ModelRef]:
        """The version in force of every identity model, by name."""
        ...

    async def candidates(self) -> list[ModelRef]:
        """Versions that are in force or about to be: what new chunks are named by."""
        ...

    async def choose(self, ref: ModelRef) -> int:
        """Announce a registered version as the one to switch to, and return its new revision.

        Raises NotFound for one never registered.
        """
        ...

    async def switch(self, ref: ModelRef, revision: int) -> ModelRef | None:
        """Put a version in force, unless a newer revision already is. Returns the one before, also when
        the same is asked for again."""
        ...

    async def retire(self, name: str, revision: int) -> None: ...


class ImportedModels(Protocol):
    """Model folders taken in by hand, in the object store."""

    async def keep(self, manifest: Manifest, text: bytes, files: Mapping[str, bytes]) -> Model:
        """Check, store and load. Raises ManifestError or InvalidInputError."""
        ...


class RelabelJobs(Protocol):
    """Where re-labelling is put, once per version and revision."""

    async def put(self, ref: ModelRef, revision: int, cause: Cause) -> None: ...
