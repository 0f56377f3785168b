"""Taking samples away with everything made of them: crops, vectors, snapshots' tables, exports."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass

from framewell.mesh.v1.mesh_pb2 import Actor
from framewell.sample.v1.sample_pb2 import Provenance
from framewell_dataset.domain.samples import Sample, Withdrawal
from framewell_dataset.ports.review import (
    CropReferences,
    RepeatRepository,
    SampleRepository,
    VectorRepository,
    WordRepository,
)
from framewell_dataset.ports.snapshots import SnapshotRepository
from framewell_dataset.steps.forget_files import ForgetFiles
from framewell_dataset.steps.sample_changes import SampleChanges
from framewell_kit.facts import Cause

CROPS = "objects/image/jpeg"


@dataclass(frozen=True, slots=True)
class ForgetSamples:
    """Withdraws first, so that nothing uses a sample whose parts are going; empties its document last,
    so that an attempt that was cut off finds again what is left. Counts what it took away."""

    samples: SampleRepository
    vectors: VectorRepository
    words: WordRepository
    repeats: RepeatRepository
    crops: CropReferences
    snapshots: SnapshotRepository
    files: ForgetFiles
    changes: SampleChanges

    async def __call__(
        self, samples: AsyncIterator[Sample], why: Withdrawal, reason: str, actor: Actor, cause: Cause
    ) -> Counter[str]:
        """Return how many things went, by store. Doing it again finds nothing more."""
        counts: Counter[str] = Counter()
        async for found in samples:
            held = [stored async for stored in self.snapshots.ever_containing(found.sample_id)]
            sample = await self.changes.apply(found, lambda each: each.withdrawn(why, reason), actor, cause)
            await self.changes.upkeep.withdraw_holding(sample, reason, actor, cause)
            for stored in held:
                counts += await self.files.of_samples(stored, reason, actor, cause)
            counts[CROPS] += await self.crops.release(sample.sample_id)
            counts["sample_vectors"] += await self.vectors.forget(sample.sample_id)
            counts["words"] += await self.words.forget_sample(sample.sample_id)
            await self.repeats.forget_sample(sample.sample_id)
            counts["samples"] += await self._empty(sample, cause)
        return counts

    async def _empty(self, sample: Sample, cause: Cause) -> bool:
        """Leave nothing of a person in the document; return False when there was nothing left."""
        current: Sample | None = sample
        while current is not None and (current.crops or current.evidence):
            if await self.samples.change(current, _emptied(current), None, cause):
                return True
            current = await self.samples.get(sample.sample_id)
        return False


def _emptied(sample: Sample) -> Sample:
    """Span and trajectory stay: by them the same sighting is known again and makes no new sample."""
    bare = Provenance(asset_id=sample.asset_id, span=sample.span)
    return sample.changed(crops=(), evidence=(), provenance=bare, claimed_by="", programme_key="")
