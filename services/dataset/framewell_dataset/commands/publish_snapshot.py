"""Makes a dataset's snapshot: accepted samples whose rights stand, as immutable tables."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from framewell.mesh.v1.mesh_pb2 import Actor, ModelVersion
from framewell.snapshot.v1.snapshot_pb2 import SnapshotPublished
from framewell_contracts.identity import derived_id
from framewell_dataset.domain.classes import Dataset
from framewell_dataset.domain.ledger import flat_uses
from framewell_dataset.domain.observations import Vectors
from framewell_dataset.domain.sample_facts import rule_actor
from framewell_dataset.domain.samples import Sample, State
from framewell_dataset.domain.snapshots import (
    BackgroundFace,
    Member,
    SnapshotObjects,
    SnapshotRows,
    SnapshotState,
    StoredSnapshot,
    content_hash,
    snapshot_id,
    split_counts,
)
from framewell_dataset.ports.catalogue import DatasetRepository
from framewell_dataset.ports.review import RepeatRepository, SampleRepository, VectorRepository
from framewell_dataset.ports.snapshots import BackgroundFaceRepository, SnapshotRepository, SnapshotTables
from framewell_dataset.rules.known_faces import PERHAPS_SAME_FACE
from framewell_dataset.steps.sample_changes import SampleChanges
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause, Fact
from framewell_kit.outcomes import Busy, NotFound

RULE = "publish_snapshot"
MOST_BACKGROUND_FACES = 2000
ATTEMPTS = 5
FACES_MODEL = "faces/"


@dataclass(frozen=True, slots=True)
class PublishSnapshot:
    """Publishes the snapshot of one batch, once.

    The draft is written first, then the rights are asked a last time, then it is published: a change of
    rights either finds the draft and voids it, or its revision is seen here. What publishing costs is
    recorded after it, and by whoever does the batch again. Raises Busy when the rights did not stand still
    over five attempts.
    """

    datasets: DatasetRepository
    samples: SampleRepository
    vectors: VectorRepository
    repeats: RepeatRepository
    background: BackgroundFaceRepository
    snapshots: SnapshotRepository
    tables: SnapshotTables
    changes: SampleChanges
    clock: Clock

    async def __call__(
        self, dataset_id: str, batch: int, actor: Actor, cause: Cause
    ) -> SnapshotPublished | None:
        """Return the snapshot, None when there is nothing to publish: no sample, or none that is new."""
        dataset = await self.datasets.get(dataset_id)
        if dataset is None:
            raise NotFound(f"dataset {dataset_id!r} does not exist")
        await self.datasets.close_batch(dataset_id, batch)
        name = snapshot_id(dataset_id, batch)
        refused: StoredSnapshot | None = None
        for _ in range(ATTEMPTS):
            stored = await self.snapshots.get(name)
            if stored is not None and stored.state is not SnapshotState.DRAFT:
                await self.snapshots.record_uses(stored, cause)
                return stored.published if stored.state is SnapshotState.PUBLISHED else None
            accepted = await self._accepted(dataset, cause)
            if refused is not None and refused.content != content_hash(accepted):
                # Nobody else can publish it either: it holds a sample that may not be used any more.
                await self.tables.discard(refused)
            before = await self.snapshots.newest(dataset_id)
            if before is None and not accepted and not await self._ever_published(dataset_id):
                return None
            if before is not None and before.content == content_hash(accepted):
                return None
            draft = await self._draft(dataset, name, accepted, stored, actor)
            if await self._publish(draft, accepted, cause):
                return draft.published
            refused = draft
        raise Busy(f"rights of dataset {dataset_id} keep changing while its snapshot is made")

    async def _ever_published(self, dataset_id: str) -> bool:
        return bool(await self.datasets.numbers(dataset_id))

    async def _publish(self, draft: StoredSnapshot, accepted: Sequence[Sample], cause: Cause) -> bool:
        name, now = draft.published.snapshot_id, self.clock.now()
        members = [Member(each.sample_id, tuple(flat_uses(name, each, now))) for each in accepted]
        if not await self.snapshots.put_draft(draft, members):
            return False
        again = await self._still_allowed(accepted, cause)
        if len(again) != len(accepted):
            return False
        fact = Fact(draft.published, id=derived_id(name, "framewell.snapshot.published", ""))
        if not await self.snapshots.publish(draft, fact, cause):
            return False
        await self.snapshots.record_uses(draft, cause)
        return True

    async def _accepted(self, dataset: Dataset, cause: Cause) -> list[Sample]:
        accepted = [s async for s in self.samples.in_state(dataset.dataset_id, [State.ACCEPTED])]
        accepted.sort(key=lambda sample: sample.sample_id)
        return await self._still_allowed(accepted, cause)

    async def _still_allowed(self, accepted: Sequence[Sample], cause: Cause) -> list[Sample]:
        actor = rule_actor(RULE, self.clock.now())
        rechecked = self.changes.recheck_each(accepted, actor, cause)
        return [sample async for sample in rechecked if sample.state is State.ACCEPTED]

    async def _draft(
        self,
        dataset: Dataset,
        name: str,
        accepted: Sequence[Sample],
        stored: StoredSnapshot | None,
        actor: Actor,
    ) -> StoredSnapshot:
        number = stored.published.number if stored else await self.datasets.next_number(dataset.dataset_id)
        ids = [sample.sample_id for sample in accepted]
        vectors = await self.vectors.get(ids)
        rows = SnapshotRows(
            snapshot_id=name,
            number=number,
            dataset=dataset,
            samples=tuple(accepted),
            vectors=vectors,
            repeats=await self.repeats.count(ids),
            background_faces=await self._background(dataset, vectors),
            embedding=_embedding(accepted),
            created_at=self.clock.now(),
        )
        return _draft_of(rows, await self.tables.write(rows), actor)

    async def _background(self, dataset: Dataset, known: dict[str, Vectors]) -> tuple[BackgroundFace, ...]:
        """Return unnamed faces that may be used for the purpose and are nobody the dataset knows."""
        centroids = [rows.mean(axis=0) for rows in known.values() if len(rows)]
        gate = self.changes.gate
        allowed: dict[str, bool] = {}
        kept = []
        for face in await self.background.newest(MOST_BACKGROUND_FACES):
            if face.asset_id not in allowed:
                rights = await gate.rights_by_id(face.asset_id)
                allowed[face.asset_id] = rights is not None and gate.weigh(rights, dataset.purpose).allowed
            if allowed[face.asset_id] and not _like_any(face.vectors, centroids):
                kept.append(face)
        return tuple(kept)


def _like_any(vectors: Vectors, centroids: Sequence[Vectors]) -> bool:
    if not centroids:
        return False
    distances = np.linalg.norm(vectors[:, None, :] - np.stack(centroids)[None, :, :], axis=2)
    return bool(distances.min() < PERHAPS_SAME_FACE)


def _embedding(samples: Sequence[Sample]) -> ModelVersion:
    """Return the model whose vectors the samples carry: the `faces` analyser's, by its name."""
    for sample in samples:
        for model in sample.provenance.models:
            if model.name.startswith(FACES_MODEL):
                return model
    return ModelVersion()


def _draft_of(rows: SnapshotRows, written: SnapshotObjects, actor: Actor) -> StoredSnapshot:
    published = SnapshotPublished(
        snapshot_id=rows.snapshot_id,
        dataset_id=rows.dataset.dataset_id,
        number=rows.number,
        manifest=written.manifest,
        samples=written.samples,
        background=written.background,
        splits=split_counts(rows.samples, rows.dataset.recipe),
        recipe=rows.dataset.recipe,
        embedding=rows.embedding,
        actor=actor,
    )
    return StoredSnapshot(
        published=published,
        state=SnapshotState.DRAFT,
        content=content_hash(rows.samples),
        rows_key=written.rows.key,
        created_at=rows.created_at,
    )
