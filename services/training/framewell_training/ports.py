"""What the handlers need from outside. Stores raise Busy while they are away."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from google.protobuf.message import Message

from framewell.media.v1.media_pb2 import ObjectRef
from framewell.model.v1.model_pb2 import ModelPromoted, ModelRetired
from framewell.snapshot.v1.snapshot_pb2 import SnapshotPublished, SnapshotWithdrawn
from framewell.training.v1.training_pb2 import LineageSources, TrainingCompleted
from framewell_kit.facts import Cause
from framewell_kit.paging import Page, PageRequest
from framewell_training.domain.faces import BackgroundFaces, Photos
from framewell_training.domain.models import Deployment, Folder, Model
from framewell_training.domain.runs import Run, RunKey, RunState, RunStopped
from framewell_training.domain.snapshots import Owed, Snapshot


class SnapshotRepository(Protocol):
    """Snapshots by id. The facts that publish and withdraw one may arrive in either order."""

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


class RunRepository(Protocol):
    """Runs, each by its id."""

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

    async def number(self, name: str, key: RunKey) -> int:
        """Return the first part of the version of what this run makes: 1, 2, … per model name.

        The same for every step from one snapshot with the same recipe, parameters and seed.
        """
        ...


class ModelRepository(Protocol):
    """Models made here."""

    async def put(self, model: Model) -> None:
        """Keep a version; made again by the same run it takes the place of the first."""
        ...

    async def get(self, name: str, version: str) -> Model | None: ...

    async def page(
        self, name: str, page: PageRequest, serving: Collection[str], *, in_service: bool | None
    ) -> Page[Model]:
        """Return one page of a name's versions (of all models, for an empty name), newest first.

        `serving` are the models in service, `<name>@<version>`; only those are returned where `in_service`
        is true, only others where it is false. Raise Rejected for a bad token.
        """
        ...

    def every(self) -> AsyncIterator[Model]:
        """Yield every model made here."""
        ...

    async def made_from(self, snapshot_id: str) -> list[Model]: ...

    async def withdraw(self, model: Model, reason: str) -> None:
        """Mark a model as one that must not be used; the first reason stays."""
        ...


class DeploymentRepository(Protocol):
    """Which version of each name is in service; every change leaves with its fact."""

    async def get(self, name: str) -> Deployment: ...

    async def names(self) -> list[Deployment]: ...

    async def promote(self, before: Deployment, fact: ModelPromoted, cause: Cause) -> Deployment | None:
        """Put a version into service if nothing changed since `before`; None otherwise."""
        ...

    async def retire(self, before: Deployment, fact: ModelRetired, cause: Cause) -> Deployment | None:
        """Take what is in service out of it if nothing changed since `before`; None otherwise."""
        ...


class ModelFolders(Protocol):
    """Model folders in the object store."""

    async def write(self, manifest: Mapping[str, object], graph: bytes, card: str) -> Folder:
        """Store graph, manifest (with the graph's hash added) and card; durable when it returns."""
        ...

    async def write_sources(self, sources: LineageSources) -> ObjectRef:
        """Store what a model was made from."""
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
