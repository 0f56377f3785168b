"""Makes a dataset's snapshot: accepted samples whose rights stand, as immutable tables."""

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.mesh.v1.mesh_pb2 import Actor
from framewell.snapshot.v1.snapshot_pb2 import SnapshotPublished
from framewell_contracts.identity import derived_id
from framewell_contracts.sentences import say
from framewell_dataset.domain.classes import Dataset
from framewell_dataset.domain.ledger import flat_uses
from framewell_dataset.domain.observations import embedding_of
from framewell_dataset.domain.sample_facts import rule_actor
from framewell_dataset.domain.samples import Sample, State
from framewell_dataset.domain.snapshots import (
    BackgroundFace,
    Contents,
    Member,
    SnapshotObjects,
    SnapshotRows,
    SnapshotState,
    StoredSnapshot,
    same_samples,
    snapshot_id,
    split_counts,
)
from framewell_dataset.domain.spaces import published_in
from framewell_dataset.ports.catalogue import DatasetRepository
from framewell_dataset.ports.review import RepeatRepository, SampleRepository, VectorRepository
from framewell_dataset.ports.snapshots import BackgroundFaceRepository, SnapshotRepository, SnapshotTables
from framewell_dataset.steps.sample_changes import SampleChanges
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause, Fact
from framewell_kit.outcomes import Busy, NotFound

RULE = "publish_snapshot"
MOST_BACKGROUND_FACES = 2000
ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Place:
    """One snapshot of a batch: its id and the space of its vectors; `again` where the batch has others."""

    snapshot_id: str
    space: str
    again: bool = False


@dataclass(frozen=True, slots=True)
class PublishSnapshot:
    """Publishes the snapshot of one batch, once.

    The draft is written first, then everything that it holds is read again, then it is published: whoever
    changes a sample, its rights or those of an unnamed face, or buries one, either finds the draft and voids
    it, or what they wrote is seen here. What publishing costs is recorded after it, and by whoever does the
    batch again. Raises Busy when the rights did not stand still over five attempts.

    A batch has one snapshot for each space that describes all samples, that of the newest sample first; what
    is owed is owed once.
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
        """Return the first snapshot, None where there is none to publish: no sample, or none that is new."""
        dataset = await self.datasets.get(dataset_id)
        if dataset is None:
            raise NotFound(
                say("dataset_unknown", "dataset {dataset_id} does not exist", dataset_id=dataset_id)
            )
        # What is taken back here withdraws snapshots in favour of this batch, while it is the open one.
        allowed = await self._allowed(dataset, cause)
        await self.datasets.close_batch(dataset_id, batch)
        first, *others = await self._spaces(allowed) or ("",)
        published = await self._in_space(dataset, Place(snapshot_id(dataset_id, batch), first), actor, cause)
        for space in others:
            name = snapshot_id(dataset_id, batch, space)
            await self._in_space(dataset, Place(name, space, again=True), actor, cause)
        return published

    async def _spaces(self, samples: Sequence[Sample]) -> tuple[str, ...]:
        """Return the spaces to publish in; none where no sample is described."""
        ids = [sample.sample_id for sample in samples]
        own = await self.vectors.own(ids)
        described = [sample for sample in samples if sample.sample_id in own]
        newest = max(described, key=lambda sample: (sample.created_at, sample.sample_id), default=None)
        space = own[newest.sample_id].space if newest is not None else ""
        return published_in(await self.vectors.spaces(ids), own, space)

    async def _in_space(
        self, dataset: Dataset, place: Place, actor: Actor, cause: Cause
    ) -> SnapshotPublished | None:
        """Publish the snapshot of one space, once."""
        dataset_id, name = dataset.dataset_id, place.snapshot_id
        for _ in range(ATTEMPTS):
            stored = await self.snapshots.get(name)
            if stored is not None and stored.state is not SnapshotState.DRAFT:
                await self._after(stored, cause)
                return stored.published if stored.state is SnapshotState.PUBLISHED else None
            contents = await self._contents(dataset, place.space, cause)
            before = await self.snapshots.newest(dataset_id, place.space)
            nothing = before is None and not contents.samples and not await self._ever_published(dataset_id)
            same = before is not None and same_samples(before.content, contents.hash)
            if nothing or (same and not await self.snapshots.is_awaited(name)):
                await self.tables.forget(name)  # what a draft that was given up left behind
                return None
            draft = await self._draft(dataset, place, contents, stored, actor)
            if await self._publish(dataset, draft, contents, place, cause):
                return draft.published
        raise Busy(
            say(
                "rights_keep_changing",
                "rights of dataset {dataset_id} keep changing while its snapshot is made",
                dataset_id=dataset_id,
            )
        )

    async def _ever_published(self, dataset_id: str) -> bool:
        return bool(await self.datasets.numbers(dataset_id))

    async def _publish(
        self, dataset: Dataset, draft: StoredSnapshot, contents: Contents, place: Place, cause: Cause
    ) -> bool:
        name, now = draft.published.snapshot_id, self.clock.now()
        members = [
            Member(each.sample_id, () if place.again else tuple(flat_uses(name, each, now)))
            for each in contents.samples
        ]
        if not await self.snapshots.put_draft(draft, members, contents.background_assets):
            return False
        if not contents.still_holds(await self._contents(dataset, place.space, cause)):
            return False
        fact = Fact(draft.published, id=derived_id(name, "framewell.snapshot.published", ""))
        if not await self.snapshots.publish(draft, fact, cause):
            return False
        await self._after(draft, cause)
        return True

    async def _after(self, stored: StoredSnapshot, cause: Cause) -> None:
        """Do what follows a publication; whoever does the batch again finishes it."""
        await self.snapshots.record_uses(stored, cause)
        if stored.state is not SnapshotState.WITHDRAWN:
            await self.tables.keep_only(stored)

    async def _contents(self, dataset: Dataset, space: str, cause: Cause) -> Contents:
        """Return what may be published now, read anew."""
        return Contents(await self._allowed(dataset, cause), await self._background(dataset, space))

    async def _allowed(self, dataset: Dataset, cause: Cause) -> tuple[Sample, ...]:
        """Return the accepted samples that may be used; take back the others."""
        accepted = [s async for s in self.samples.in_state(dataset.dataset_id, [State.ACCEPTED])]
        accepted.sort(key=lambda sample: sample.sample_id)
        actor = rule_actor(RULE, self.clock.now())
        rechecked = self.changes.recheck_each(accepted, actor, cause)
        return tuple([sample async for sample in rechecked if sample.state is State.ACCEPTED])

    async def _background(self, dataset: Dataset, space: str) -> tuple[BackgroundFace, ...]:
        """Return unnamed faces that may be used for the purpose.

        Those near somebody known are among them: training judges its thresholds against all strangers.
        """
        faces = await self.background.newest(MOST_BACKGROUND_FACES, space)
        allowed = {
            asset_id: await self.changes.gate.allows(asset_id, dataset.purpose)
            for asset_id in sorted({face.asset_id for face in faces})
        }
        return tuple(face for face in faces if allowed[face.asset_id])

    async def _draft(
        self,
        dataset: Dataset,
        place: Place,
        contents: Contents,
        stored: StoredSnapshot | None,
        actor: Actor,
    ) -> StoredSnapshot:
        number = stored.published.number if stored else await self.datasets.next_number(dataset.dataset_id)
        ids = [sample.sample_id for sample in contents.samples]
        rows = SnapshotRows(
            snapshot_id=place.snapshot_id,
            number=number,
            dataset=dataset,
            samples=contents.samples,
            vectors=await self.vectors.get(ids, place.space),
            repeats=await self.repeats.count(ids),
            background_faces=contents.background,
            embedding=embedding_of(place.space if contents.samples else ""),
            created_at=self.clock.now(),
        )
        return _draft_of(rows, contents.hash, await self.tables.write(rows), actor)


def _draft_of(rows: SnapshotRows, content: str, written: SnapshotObjects, actor: Actor) -> StoredSnapshot:
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
        purpose=rows.dataset.purpose,
    )
    return StoredSnapshot(
        published=published,
        state=SnapshotState.DRAFT,
        content=content,
        rows_key=written.rows.key,
        created_at=rows.created_at,
    )
