"""Models as handlers and analysers see them: loaded graphs, identity models, and where both are kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from framewell.model.v1.model_pb2 import ModelPromoted, ModelScope
from framewell_contracts.sentences import Sentence, say
from framewell_inference.domain.identity import Identity
from framewell_inference.domain.pictures import Array, Float
from framewell_inference.domain.postings import PostingSet, PostingTable
from framewell_inference.domain.tensors import InvalidInputError, Tensors, TensorSpec
from framewell_inference.domain.tracks import FaceTrack
from framewell_inference.domain.vectors import VectorTable
from framewell_inference.ports.calls import Call, Run, RunCounts
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Outcome
from framewell_models.folders import ModelFolder
from framewell_models.manifest import Manifest, ManifestError, ModelRef

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
    def fallback(self) -> str:
        """Return why it is not on the device that the site asks for, in a sentence; empty where it is."""
        ...

    @property
    def inputs(self) -> Sequence[TensorSpec]: ...

    @property
    def outputs(self) -> Sequence[TensorSpec]: ...

    @property
    def engine(self) -> str:
        """Return how it is run: `direct`, `isolated` or `batched`."""
        ...

    @property
    def metadata(self) -> Mapping[str, str]:
        """Return what the graph's maker wrote into it, by key."""
        ...

    @property
    def labels(self) -> Sequence[str]:
        """Return the lines of its folder's file of labels, in order of the outputs; none without one."""
        ...

    def run(self, inputs: Mapping[str, Array]) -> Mapping[str, Array]:
        """Return all outputs by name, on behalf of the current call; see `measured`."""
        ...

    def measured(self, inputs: Mapping[str, Array], call: Call) -> Run:
        """Run once on behalf of a call, and return outputs, waiting and computing time.

        Raises InvalidInputError when inputs do not fit the graph, ModelBusyError when its queue is full,
        RunEndedError when the run was ended (time limit, deadline, caller gone), RunFailedError when the
        runtime failed.
        """
        ...

    @property
    def counts(self) -> RunCounts:
        """Return what became of its runs in this process."""
        ...

    def warm(self) -> None:
        """Bring the graph into memory, where it has left. Blocks."""
        ...

    def close(self) -> None:
        """Let the graph leave memory; runs under way finish, a later one brings it back."""
        ...


@dataclass(frozen=True, slots=True)
class OnDemand:
    """What is known of a graph that is loaded at its first run."""

    tensors: Tensors
    broken: Callable[[InvalidInputError], None]
    """Called in the thread of a first run whose graph cannot be loaded; the run fails as well."""


class ModelLoader(Protocol):
    """Makes loaded models. Those that are not `trusted` run in processes of their own."""

    def load(self, folder: ModelFolder, *, trusted: bool = False, on_demand: OnDemand | None = None) -> Model:
        """Return the model of a folder whose files were checked. Blocks.

        With `on_demand` one that runs in processes of its own starts the first of them at its first run.
        Raises InvalidInputError for a graph that cannot be loaded.
        """
        ...

    def load_bytes(self, manifest: Manifest, graph: bytes, *, trusted: bool = False) -> Model:
        """Return the model of a graph in memory. Blocks.

        Raises InvalidInputError for a graph that cannot be loaded.
        """
        ...


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model that can be run, and whether requests that name no version run it."""

    model: Model
    in_force: bool
    enabled: Sequence[ModelScope] = ()
    """For which programmes it looks at chunks: only of a declared model that is in force."""


def folder_unfit(why: str) -> Sentence:
    """Return why a model's folder cannot be used: what was found in it, as it was found."""
    return say("quarantine.folder", "{why}", why=why)


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A model that cannot be used: `name` and `version` as far as they are known, and the reason."""

    name: str
    version: str
    reason: str
    manifest: Manifest | None = None

    @staticmethod
    def because(ref: ModelRef, error: Exception, manifest: Manifest | None) -> Quarantined:
        """Return a model that an error keeps from being used: its reason says nothing of the machine."""
        if isinstance(error, Outcome):
            return Quarantined(ref.name, ref.version, error.reason, manifest)
        known = isinstance(error, ManifestError | InvalidInputError)
        reason = (
            folder_unfit(str(error))
            if known
            else say(
                "quarantine.not_loaded",
                "it cannot be loaded ({kind}): the log says why",
                kind=type(error).__name__,
            )
        )
        return Quarantined(ref.name, ref.version, reason, manifest)


class ModelRegistry(Protocol):
    """The loaded models of this replica. A swap is one step: a request gets the old or the new, whole."""

    def put(self, model: Model, *, in_force: bool) -> None:
        """Add a model; with `in_force` it replaces the version in force of its name."""
        ...

    def find(self, name: str, version: str | None = None) -> Model | None:
        """Return that version, or the one in force when none is named; None when it is not loaded."""
        ...

    def drop(self, ref: ModelRef) -> None:
        """Let go of a model, or of why it could not be used; whoever runs it may finish."""
        ...

    def enable(self, name: str, scopes: Sequence[ModelScope]) -> None:
        """Have the version in force of a name look at the chunks of these programmes, and no others."""
        ...

    def quarantine(self, broken: Quarantined) -> None:
        """Keep why a model cannot be used; it is not found any more, and stops no other."""
        ...

    def quarantined(self) -> list[Quarantined]:
        """Return every model that cannot be used, by name and version."""
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

    @property
    def classes(self) -> Sequence[str]:
        """Return the classes that it knows, by id."""
        ...

    def identify(self, vectors: Float, tracks: Sequence[FaceTrack]) -> list[Identity]:
        """Return one decision a track, in their order. `vectors` are those of the tracks' chunk. Blocks."""
        ...

    def decide(
        self, table: VectorTable, before: tuple[IdentityModel, PostingSet] | None = None
    ) -> PostingTable:
        """Return the decisions about all face tracks of a table, as matrix products. Blocks.

        The same as `identify` gives, as far as vectors in half precision allow: distances differ by less than
        .001. `before` is another version and its decisions: where this one only adds classes to those, only
        they are compared.
        """
        ...


@dataclass(frozen=True, slots=True)
class EmbeddingsRead:
    """Embeddings that identity models read: one entry a model in force, and those of all candidates."""

    in_force: Sequence[ModelRef]
    candidates: Sequence[ModelRef]


Reported = Callable[[ModelRef, int], Awaitable[bool]]
"""Whether everybody heard of the switch to a version, by its revision."""


@dataclass(frozen=True, slots=True)
class Switched:
    """A version is in force. `previous` is the version that everybody knew of before, None for none.

    What a worker switched to that died before its job ended, nobody knew of.
    """

    previous: ModelRef | None


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

    async def embeddings(self) -> EmbeddingsRead:
        """Return which embeddings the identity models read."""
        ...

    async def candidates(self) -> list[ModelRef]:
        """Return the versions that are in force or about to be: what new chunks are named by."""
        ...

    async def is_overtaken(self, name: str, revision: int) -> bool:
        """Return whether a newer revision of a name is in force, or was taken out of it, already."""
        ...

    async def switch(self, ref: ModelRef, revision: int, reported: Reported) -> Switched | None:
        """Put a version in force; None, and nothing changes, when a newer revision already is.

        `reported` tells whether everybody heard of an earlier switch. Asked for again it answers the same.
        """
        ...

    async def retire(self, name: str, revision: int) -> None:
        """Put no version of a name in force, unless a newer revision already is."""
        ...


class RelabelQueue(Protocol):
    """Re-labelling that one replica is to do."""

    async def put(self, ref: ModelRef, revision: int, cause: Cause) -> None:
        """Ask for it, once per version and revision."""
        ...

    async def ended(self, ref: ModelRef, revision: int) -> bool:
        """Return whether it was done, and what it changed was said."""
        ...
