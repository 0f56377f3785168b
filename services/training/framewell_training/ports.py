"""What the handlers need from outside. Stores raise Busy while they are away."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from google.protobuf.message import Message

from framewell.media.v1.media_pb2 import ObjectRef
from framewell.model.v1.model_pb2 import ModelHeld, ModelPromoted, ModelRetired
from framewell.snapshot.v1.snapshot_pb2 import SnapshotPublished, SnapshotWithdrawn
from framewell.training.v1.training_pb2 import LineageSources, TrainingCompleted
from framewell_contracts.sentences import Sentence
from framewell_kit.facts import Cause
from framewell_kit.paging import Page, PageRequest
from framewell_models.manifest import Manifest
from framewell_training.domain.faces import BackgroundFaces, Photos
from framewell_training.domain.models import Deployment, Folder, Hold, Left, Model
from framewell_training.domain.runs import Run, RunKey, RunState, RunStopped, Step
from framewell_training.domain.snapshots import Owed, Snapshot


class SnapshotRepository(Protocol):
    """Snapshots by id. The facts that publish and withdraw one may arrive in either order."""

    async def prepare(self) -> None:
        """Make the indexes that it needs."""
        ...

    async def record(self, published: SnapshotPublished) -> None:
        """Store a published snapshot; storing it again changes nothing."""
        ...

    async def withdraw(self, withdrawn: SnapshotWithdrawn) -> None:
        """Store that a snapshot must not be used any more, also before it is known."""
        ...

    async def get(self, snapshot_id: str) -> Snapshot | None:
        """Return the snapshot, or None while its publication has not arrived."""
        ...

    async def newest(self, dataset_id: str) -> Snapshot | None:
        """Return the dataset's snapshot with the highest number."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """The contents of a snapshot's tables."""

    photos: Photos
    background: BackgroundFaces
    owed: tuple[Owed, ...]


class SnapshotTables(Protocol):
    """Reads a snapshot's tables."""

    async def read(self, published: SnapshotPublished) -> Tables:
        """Return all of it, in memory. Raise Rejected for tables of another layout."""
        ...


NameHash = Callable[[str], str]
"""A name to its keyed hash, 64 hex digits. Raises ValueError where the mesh has no key for names."""


class SourceRepository(Protocol):
    """Which run read which subjects (`asset:<id>`, `class:<id>`, `holder:<hash>`)."""

    async def prepare(self) -> None:
        """Make the indexes that it needs."""
        ...

    async def note(self, run_id: str, subjects: Collection[str]) -> None:
        """Note what a run reads; noting it again changes nothing."""
        ...

    async def subjects_of(self, run_id: str) -> list[str]:
        """Return what a run read, in order."""
        ...

    async def runs_of(self, subjects: Collection[str]) -> list[str]:
        """Return the runs that read one of the subjects, in order."""
        ...

    async def forget(self, run_id: str) -> int:
        """Delete what is noted of a run; return of how many subjects."""
        ...


class RunRepository(Protocol):
    """Runs, each by its id."""

    async def prepare(self) -> None:
        """Make the indexes that it needs, and have the outbox sweep what a crash left behind."""
        ...

    async def insert(self, run: Run) -> bool:
        """Insert a run once. Return False when the very same run exists."""
        ...

    async def get(self, run_id: str) -> Run | None: ...

    async def page(self, dataset_id: str, states: Sequence[RunState], page: PageRequest) -> Page[Run]:
        """Return one page of a dataset's runs (of all runs, for an empty id), newest first.

        Only of runs in one of the states, unless there are none. Raise Rejected for a bad token.
        """
        ...

    async def report(self, run_id: str, stage: str, progress: float) -> None:
        """Store the stage and progress (0 to 1) of a run. Raise RunStopped when it must not go on."""
        ...

    async def measured(self, run_id: str, epoch: int, loss: float) -> None:
        """Store what was lost in an epoch; an epoch that is trained again takes the place of the first."""
        ...

    async def on_snapshot(self, snapshot_id: str) -> list[Run]:
        """Return the runs on a snapshot that have not ended."""
        ...

    async def last_done(self, recipe: str, step: Step, limit: int) -> list[Run]:
        """Return the runs of a recipe's step that ended well last, newest first."""
        ...

    async def stop(self, run_id: str, order: RunStopped) -> bool:
        """Ask a run to stop. Return False when it has ended already."""
        ...

    async def under_way(self, dataset_id: str) -> list[Run]:
        """Return the runs of a dataset that have not ended."""
        ...

    async def end(
        self,
        run_id: str,
        state: RunState,
        completed: TrainingCompleted,
        also: Sequence[Message],
        cause: Cause,
    ) -> Run:
        """End a run once and let `completed` and the other facts leave with it. Return the ended run."""
        ...

    async def note_object(self, run_id: str, ref: ObjectRef, *, instead: str = "") -> None:
        """Note an object that a run is about to store, so that it is found whenever the run dies.

        It takes the place of the noted object whose key is `instead`.
        """
        ...

    async def objects_of(self, run_id: str) -> list[str]:
        """Return the keys of the objects that a run noted, in order."""
        ...

    async def clear(self, run_id: str) -> int:
        """Delete what is said of a run beside that it was, its state and why it ended; return 1, or 0."""
        ...

    async def number(self, name: str, key: RunKey) -> int:
        """Return the first part of the version of what this run makes: 1, 2, … per model name.

        The same for every step from one snapshot with the same recipe, parameters and seed.
        """
        ...


class ModelRepository(Protocol):
    """Models made here."""

    async def prepare(self) -> None:
        """Make the indexes that it needs."""
        ...

    async def put(self, model: Model) -> None:
        """Keep a version as a draft; made again by the same run it takes the place of the first."""
        ...

    async def show(self, model: Model) -> bool:
        """Make a draft a candidate that everybody sees; return False when it was withdrawn meanwhile."""
        ...

    async def get(self, name: str, version: str) -> Model | None: ...

    async def page(
        self, name: str, page: PageRequest, serving: Collection[str], *, in_service: bool | None
    ) -> Page[Model]:
        """Return one page of a name's versions (of all models, for an empty name), newest first.

        `serving` are the models in service, `<name>@<version>`; only those are returned where `in_service`
        is true, only others where it is false. Drafts are left out. Raise Rejected for a bad token.
        """
        ...

    async def newer(self, name: str, snapshot_number: int) -> list[Model]:
        """Return the versions of a name, no drafts, from snapshots after that number, newest first."""
        ...

    async def made_from(self, snapshot_id: str) -> list[Model]: ...

    async def made_by(self, run_id: str) -> list[Model]: ...

    async def hold(self, model: Model, hold: Hold | None, fact: ModelHeld, cause: Cause) -> Model | None:
        """Hold a version back, or release it (None), with the fact about it.

        None where somebody did so since `model` was read.
        """
        ...

    async def withdraw(self, model: Model, reason: str) -> None:
        """Mark a model as one that must not be used; the first reason stays."""
        ...

    async def clear(self, model: Model) -> int:
        """Delete what is said of a withdrawn model beside that it was; return 1, 0 when there was nothing."""
        ...


class DeploymentRepository(Protocol):
    """Which version of each name is in service; every change leaves with its fact."""

    async def prepare(self) -> None:
        """Have the outbox sweep what a crash left behind."""
        ...

    async def get(self, name: str) -> Deployment: ...

    async def names(self) -> list[Deployment]: ...

    async def nominate(self, before: Deployment, version: str) -> bool:
        """Note which version is about to enter service; False when something changed since `before`."""
        ...

    async def dismiss(self, name: str, version: str) -> bool:
        """Take a nomination back, so that the version does not enter; return whether there was one."""
        ...

    async def promote(
        self, before: Deployment, fact: ModelPromoted, cause: Cause, left: Left | None = None
    ) -> Deployment | None:
        """Put the nominated version into service if nothing changed since `before`; None otherwise.

        `left` is the version that had to leave service and has no successor yet.
        """
        ...

    async def retire(
        self, before: Deployment, fact: ModelRetired, cause: Cause, left: Left | None = None
    ) -> Deployment | None:
        """Take what is in service out of it if nothing changed since `before`; None otherwise."""
        ...


Note = Callable[[ObjectRef], Awaitable[None]]
"""Notes an object that is about to be stored."""


class UnreadableModel(Exception):
    """A model's files are not what its run made; the message says which and how."""

    def __init__(self, reason: Sentence) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """What inference would load of a model."""

    manifest: Manifest
    graph: bytes


class ModelFolders(Protocol):
    """Model folders in the object store."""

    async def write(self, manifest: Mapping[str, object], graph: bytes, card: str, note: Note) -> Folder:
        """Store graph, manifest (with the graph's hash added) and card; durable when it returns.

        `note` is told each object before it is stored.
        """
        ...

    async def write_sources(self, sources: LineageSources, note: Note) -> ObjectRef:
        """Store what a model was made from."""
        ...

    async def read(self, model: Model) -> ModelFiles:
        """Return manifest and graph as stored.

        Raise UnreadableModel when one is gone, or is not what the model's run made.
        """
        ...

    async def read_sources(self, ref: ObjectRef) -> LineageSources:
        """Return what a model was made from. Raise NotFound when the object is gone."""
        ...

    async def erase(self, keys: Sequence[str]) -> int:
        """Delete objects by key. Return how many there were."""
        ...


@dataclass(frozen=True, slots=True)
class Stores:
    """Everything that training keeps, in one value: what handlers are built of."""

    snapshots: SnapshotRepository
    runs: RunRepository
    models: ModelRepository
    deployments: DeploymentRepository
    folders: ModelFolders
    sources: SourceRepository
