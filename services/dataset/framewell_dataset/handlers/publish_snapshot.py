"""Makes a dataset's snapshot: accepted samples whose rights stand, as immutable tables."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from framewell.mesh.v1.mesh_pb2 import Actor, ModelVersion
from framewell.snapshot.v1.snapshot_pb2 import SnapshotPublished
from framewell_contracts.identity import derived_id
from framewell_dataset.domain.classes import Dataset
from framewell_dataset.domain.ledger import flat_usage
from framewell_dataset.domain.sample_facts import rule_actor
from framewell_dataset.domain.samples import Sample, State
from framewell_dataset.domain.sightings import Vectors
from framewell_dataset.domain.snapshots import (
    KeptSnapshot,
    SnapshotObjects,
    SnapshotRows,
    SnapshotState,
    Stranger,
    content_hash,
    counts,
    snapshot_id,
)
from framewell_dataset.handlers.rights_gate import RightsGate
from framewell_dataset.handlers.sample_changes import SampleChanges
from framewell_dataset.ports import (
    AssetBook,
    Catalogue,
    SampleStore,
    SnapshotStore,
    SnapshotTables,
    Strangers,
)
from framewell_dataset.rules.known_faces import PERHAPS_SAME_FACE
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause, Fact
from framewell_kit.outcomes import Busy, NotFound

RULE = "publish_snapshot"
MOST_STRANGERS = 2000
ATTEMPTS = 5
FACES_MODEL = "faces/"


@dataclass(frozen=True, slots=True)
class PublishSnapshot:
    """Publishes the snapshot of one turn, once.

    The draft is written first, then the rights are asked a last time, then it is told of: a change of
    rights either finds the draft and voids it, or its revision is seen here. Raises Busy when the rights
    did not stand still over five attempts.
    """

    catalogue: Catalogue
    assets: AssetBook
    samples: SampleStore
    strangers: Strangers
    snapshots: SnapshotStore
    tables: SnapshotTables
    gate: RightsGate
    changes: SampleChanges
    clock: Clock

    async def __call__(
        self, dataset_id: str, turn: int, actor: Actor, cause: Cause
    ) -> SnapshotPublished | None:
        """The snapshot, None when there is nothing to publish: no sample, or none that is new."""
        dataset = await self.catalogue.dataset(dataset_id)
        if dataset is None:
            raise NotFound(f"dataset {dataset_id!r} does not exist")
        await self.snapshots.take_turn(dataset_id, turn)
        name = snapshot_id(dataset_id, turn)
        refused: KeptSnapshot | None = None
        for _ in range(ATTEMPTS):
            kept = await self.snapshots.get(name)
            if kept is not None and kept.state is not SnapshotState.DRAFT:
                return kept.published if kept.state is SnapshotState.PUBLISHED else None
            accepted = await self._accepted(dataset, cause)
            if refused is not None and refused.content != content_hash(accepted):
                # Nobody else can publish it either: it holds a sample that may not be used any more.
                await self.tables.discard(refused)
            before = await self.snapshots.newest(dataset_id)
            if before is None and not accepted and not await self._ever_published(dataset_id):
                return None
            if before is not None and before.content == content_hash(accepted):
                return None
            draft = await self._draft(dataset, name, accepted, kept, actor)
            if await self._publish(draft, accepted, cause):
                return draft.published
            refused = draft
        raise Busy(f"rights of dataset {dataset_id} keep changing while its snapshot is made")

    async def _ever_published(self, dataset_id: str) -> bool:
        return bool(await self.snapshots.numbers(dataset_id))

    async def _publish(self, draft: KeptSnapshot, accepted: Sequence[Sample], cause: Cause) -> bool:
        if not await self.snapshots.put_draft(draft):
            return False
        again = await self._still_allowed(accepted, cause)
        if len(again) != len(accepted):
            return False
        now = self.clock.now()
        usage = [fact for s in again for fact in flat_usage(draft.published.snapshot_id, s, now)]
        told = Fact(
            draft.published, id=derived_id(draft.published.snapshot_id, "framewell.snapshot.published", "")
        )
        return await self.snapshots.publish(draft, [told, *usage], cause)

    async def _accepted(self, dataset: Dataset, cause: Cause) -> list[Sample]:
        accepted = await self.samples.in_state(dataset.dataset_id, [State.ACCEPTED])
        accepted.sort(key=lambda sample: sample.sample_id)
        return await self._still_allowed(accepted, cause)

    async def _still_allowed(self, accepted: Sequence[Sample], cause: Cause) -> list[Sample]:
        actor = rule_actor(RULE, self.clock.now())
        asked = [await self.changes.ask_again(sample, actor, cause) for sample in accepted]
        return [sample for sample in asked if sample.state is State.ACCEPTED]

    async def _draft(
        self,
        dataset: Dataset,
        name: str,
        accepted: Sequence[Sample],
        kept: KeptSnapshot | None,
        actor: Actor,
    ) -> KeptSnapshot:
        number = kept.published.number if kept else await self.snapshots.next_number(dataset.dataset_id)
        vectors = await self.samples.vectors([sample.sample_id for sample in accepted])
        rows = SnapshotRows(
            snapshot_id=name,
            number=number,
            dataset=dataset,
            samples=tuple(accepted),
            vectors=vectors,
            strangers=await self._background(dataset, vectors),
            embedding=_embedding(accepted),
            created_at=self.clock.now(),
        )
        return _kept(rows, await self.tables.write(rows), actor)

    async def _background(self, dataset: Dataset, known: dict[str, Vectors]) -> tuple[Stranger, ...]:
        """Unnamed faces that may be used for the purpose and are nobody the dataset knows."""
        centroids = [rows.mean(axis=0) for rows in known.values() if len(rows)]
        allowed: dict[str, bool] = {}
        kept = []
        for stranger in await self.strangers.newest(MOST_STRANGERS):
            if stranger.asset_id not in allowed:
                asset = await self.assets.get(stranger.asset_id)
                allowed[stranger.asset_id] = (
                    asset is not None
                    and not asset.removed
                    and (await self.gate.decide(asset, dataset.purpose)).allowed
                )
            if allowed[stranger.asset_id] and not _like_any(stranger.vectors, centroids):
                kept.append(stranger)
        return tuple(kept)


def _like_any(vectors: Vectors, centroids: Sequence[Vectors]) -> bool:
    if not centroids:
        return False
    distances = np.linalg.norm(vectors[:, None, :] - np.stack(centroids)[None, :, :], axis=2)
    return bool(distances.min() < PERHAPS_SAME_FACE)


def _embedding(samples: Sequence[Sample]) -> ModelVersion:
    """The model whose vectors the samples carry: the `faces` analyser's, by its name in the catalogue."""
    for sample in samples:
        for model in sample.passport.models:
            if model.name.startswith(FACES_MODEL):
                return model
    return ModelVersion()


def _kept(rows: SnapshotRows, written: SnapshotObjects, actor: Actor) -> KeptSnapshot:
    published = SnapshotPublished(
        snapshot_id=rows.snapshot_id,
        dataset_id=rows.dataset.dataset_id,
        number=rows.number,
        manifest=written.manifest,
        samples=written.samples,
        background=written.background,
        counts=counts(rows.samples, rows.dataset.recipe),
        recipe=rows.dataset.recipe,
        embedding=rows.embedding,
        actor=actor,
    )
    return KeptSnapshot(
        published=published,
        state=SnapshotState.DRAFT,
        sample_ids=tuple(sample.sample_id for sample in rows.samples),
        content=content_hash(rows.samples),
        rows_key=written.rows.key,
        created_at=rows.created_at,
    )
