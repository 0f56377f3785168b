"""What the handlers need from outside. Stores raise Busy while they are away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from google.protobuf.message import Message

from framewell.model.v1.model_pb2 import ModelPromoted, ModelRetired
from framewell.snapshot.v1.snapshot_pb2 import SnapshotPublished, SnapshotWithdrawn
from framewell.training.v1.training_pb2 import TrainingCompleted
from framewell_kit.facts import Cause
from framewell_training.domain.models import Folder, InService, Model
from framewell_training.domain.photos import Photos, Strangers
from framewell_training.domain.runs import Run, RunKey, RunState, RunStopped
from framewell_training.domain.snapshots import Owed, Snapshot


class Snapshots(Protocol):
    """The snapshots training was told of. Publishing and withdrawing may be heard in either order."""

    async def record(self, published: SnapshotPublished) -> None:
        """Remember a snapshot; hearing of it again changes nothing."""
        ...

    async def withdraw(self, withdrawn: SnapshotWithdrawn) -> None:
        """Remember that it must not be used any more, also before it is known."""
        ...

    async def get(self, snapshot_id: str) -> Snapshot | None:
        """The snapshot, or None while its publication was not heard."""
        ...

    async def newest(self, dataset_id: str) -> Snapshot | None:
        """The snapshot of the dataset with the highest number."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """What a snapshot's tables hold."""

    photos: Photos
    strangers: Strangers
    owed: tuple[Owed, ...]


class SnapshotTables(Protocol):
    """Reads a snapshot's tables."""

    async def read(self, published: SnapshotPublished) -> Tables:
        """All of it, in memory. Raises Rejected for tables that are not what they should be."""
        ...


class Runs(Protocol):
    """Runs, each by its id."""

    async def insert(self, run: Run) -> bool:
        """Insert a run once; False when the very same run exists."""
        ...

    async def get(self, run_id: str) -> Run | None: ...

    async def page(self, dataset_id: str, after: str, size: int) -> tuple[list[Run], str]:
        """Newest first, from the page token `after`; and the token of the next page, empty on the last."""
        ...

    async def report(self, run_id: str, stage: str, progress: float) -> None:
        """Say what a run does now. Raises RunStopped when it must not go on."""
        ...

    async def stop(self, run_id: str, order: RunStopped) -> bool:
        """Ask a run to stop; False when it has ended already."""
        ...

    async def under_way(self, dataset_id: str) -> list[Run]:
        """Runs of a dataset that have not ended."""
        ...

    async def end(
        self,
        run_id: str,
        state: RunState,
        completed: TrainingCompleted,
        also: Sequence[Message],
        cause: Cause,
    ) -> Run:
        """End a run once, and with it let `completed` and the other facts leave; the run as it ended."""
        ...

    async def number(self, name: str, key: RunKey) -> int:
        """The first part of the version of what this run makes: 1, 2, … per model name.

        The same for every step from one snapshot with the same recipe, parameters and seed.
        """
        ...


class Models(Protocol):
    """Models made here."""

    async def put(self, model: Model) -> None:
        """Keep a version; made again by the same run it takes the place of the first."""
        ...

    async def get(self, name: str, version: str) -> Model | None: ...

    async def versions(self, name: str = "") -> list[Model]:
        """Newest first; all of a name, or all."""
        ...

    async def made_from(self, snapshot_id: str) -> list[Model]: ...

    async def withdraw(self, model: Model, reason: str) -> None:
        """Mark a model as one that must not be used; the first reason stays."""
        ...


class ServiceRegister(Protocol):
    """Which version of each name is in service; every change leaves with its fact."""

    async def get(self, name: str) -> InService: ...

    async def names(self) -> list[InService]: ...

    async def promote(self, before: InService, fact: ModelPromoted, cause: Cause) -> InService | None:
        """Put a version into service if nothing changed since `before`; None otherwise."""
        ...

    async def retire(self, before: InService, fact: ModelRetired, cause: Cause) -> InService | None:
        """Take what is in service out of it if nothing changed since `before`; None otherwise."""
        ...


class ModelFolders(Protocol):
    """Model folders in the object store."""

    async def write(self, manifest: Mapping[str, object], graph: bytes, card: str) -> Folder:
        """Store graph, manifest (with the graph's hash added) and card; durable when it returns."""
        ...

    async def erase(self, keys: Sequence[str]) -> int:
        """Delete objects by key; how many were there."""
        ...
