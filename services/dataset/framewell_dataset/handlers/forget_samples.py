"""Taking samples away with everything made of them: crops, vectors, snapshots' tables, exports."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from framewell.mesh.v1.mesh_pb2 import Actor
from framewell.sample.v1.sample_pb2 import Passport
from framewell_dataset.domain.samples import Sample, Withdrawal
from framewell_dataset.domain.snapshots import KeptSnapshot
from framewell_dataset.handlers.sample_changes import SampleChanges
from framewell_dataset.ports import Pictures, SampleStore, SnapshotStore
from framewell_kit.facts import Cause


@dataclass(frozen=True, slots=True)
class ForgetSamples:
    """Withdraws first, so that nothing uses a sample whose parts are going; empties its document last,
    so that an attempt that was cut off finds again what is left. Counts what it took away."""

    samples: SampleStore
    snapshots: SnapshotStore
    pictures: Pictures
    changes: SampleChanges

    async def __call__(
        self, samples: Sequence[Sample], why: Withdrawal, reason: str, actor: Actor, cause: Cause
    ) -> Counter[str]:
        """What was erased, by kind. Doing it again finds nothing more."""
        counts: Counter[str] = Counter()
        for found in samples:
            held = await self.snapshots.ever_containing(found.sample_id)
            sample = await self.changes.apply(found, lambda each: each.withdrawn(why, reason), actor, cause)
            await self.changes.upkeep.withdraw_with([sample], reason, actor, cause)
            for kept in held:
                counts += await self._empty_snapshot(kept)
            for crop in sample.crops:
                if not await self.samples.uses_picture(crop.picture.key, but=sample.sample_id):
                    counts["crops"] += await self.pictures.delete(crop.picture.key)
            counts["vectors"] += await self.samples.forget_vectors(sample.sample_id)
            counts["samples"] += await self._empty(sample, cause)
        return counts

    async def _empty(self, sample: Sample, cause: Cause) -> bool:
        """Leave nothing of a person in the document; False when there was nothing left."""
        current: Sample | None = sample
        while current is not None and (current.crops or current.evidence or current.trail):
            if await self.samples.change(current, _emptied(current), None, cause):
                return True
            current = await self.samples.get(sample.sample_id)
        return False

    async def _empty_snapshot(self, kept: KeptSnapshot) -> Counter[str]:
        """The tables and exports of a withdrawn snapshot hold the vectors and crops that were forgotten."""
        counts: Counter[str] = Counter()
        for key in (kept.published.samples.key, kept.rows_key):
            counts["snapshot_tables"] += bool(key) and await self.pictures.delete(key)
        for export in await self.snapshots.exports(kept.published.snapshot_id):
            counts["exports"] += await self.pictures.delete(export.key)
        return counts


def _emptied(sample: Sample) -> Sample:
    bare = Passport(asset_id=sample.asset_id, span=sample.span)
    return sample.changed(crops=(), evidence=(), trail=(), passport=bare, claimed_by="")
