"""Samples and unnamed faces of a chunk get vectors in the spaces of further embeddings."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from framewell.chunk.v1.chunk_pb2 import ChunkAnalysed
from framewell_dataset.domain.classes import Dataset
from framewell_dataset.domain.observations import SeenInChunk
from framewell_dataset.domain.sample_facts import rule_actor
from framewell_dataset.domain.samples import Sample, State
from framewell_dataset.domain.spaces import carried
from framewell_dataset.ports.review import SampleRepository, VectorRepository
from framewell_dataset.ports.snapshots import BackgroundFaceRepository
from framewell_dataset.steps.snapshot_upkeep import SnapshotUpkeep
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause

RULE = "describe_faces"


@dataclass(frozen=True, slots=True)
class DescribeFaces:
    """Carries what is stored to every space that the chunk is described in, row by row.

    Nothing of it is measured here: an embedding that was enabled describes the same faces. When the last
    crop of an accepted sample is described, the next snapshot is requested. Doing it again changes nothing.
    """

    samples: SampleRepository
    vectors: VectorRepository
    background: BackgroundFaceRepository
    upkeep: SnapshotUpkeep
    clock: Clock

    async def __call__(
        self, chunk: ChunkAnalysed, seen: SeenInChunk, datasets: Iterable[Dataset], cause: Cause
    ) -> None:
        """Describe the samples that share time with the chunk, and the asset's unnamed faces."""
        if not seen.spaces:
            return
        for dataset in datasets:
            found = await self.samples.overlapping(chunk.work.asset_id, dataset.dataset_id, chunk.span)
            if await self._describe(found, seen):
                actor = rule_actor(RULE, self.clock.now())
                await self.upkeep.request_next(dataset.dataset_id, actor, cause)
        await self.background.describe(chunk.work.asset_id, seen.spaces)

    async def _describe(self, samples: Sequence[Sample], seen: SeenInChunk) -> bool:
        """Return whether an accepted sample is described wholly in a space now."""
        own = await self.vectors.own([sample.sample_id for sample in samples])
        accepted = False
        for sample in samples:
            if (mine := own.get(sample.sample_id)) is None:
                continue
            for beside in carried(mine, seen.spaces):
                whole = await self.vectors.describe(sample.sample_id, mine, beside)
                accepted |= whole and sample.state is State.ACCEPTED
        return accepted
