"""A reviewer takes samples, so that nobody else decides about them meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from framewell.dataset.v1.review_service_pb2 import REVIEW_REFUSAL_NOT_FOUND
from framewell_dataset.commands.review_samples import Reviewed
from framewell_dataset.domain.refusals import NotTaken, claimed_by_another, decided_already, not_open
from framewell_dataset.domain.samples import DECIDED, Sample, State
from framewell_dataset.ports.review import Lease, SampleOrdering, SampleRepository, Wanted
from framewell_kit.clock import Clock


@dataclass(frozen=True, slots=True)
class ClaimSamples:
    """A claim is no change of a sample: its revision stays. A lease that ended is nobody's."""

    samples: SampleRepository
    clock: Clock

    async def __call__(
        self, wanted: Wanted, reviewer: str, lease: timedelta, limit: int, order: SampleOrdering
    ) -> list[Sample]:
        """Return samples that nobody else is reviewing, those of the reviewer among them, in order."""
        return await self.samples.claim(wanted, self._lease(reviewer, lease), limit, order)

    async def each(self, sample_ids: Sequence[str], reviewer: str, lease: timedelta) -> list[Reviewed]:
        """Claim these samples, longer where they are claimed already; say of each that is not why."""
        return [await self._one(each, self._lease(reviewer, lease)) for each in sample_ids]

    async def _one(self, sample_id: str, lease: Lease) -> Reviewed:
        claimed = await self.samples.claim_one(sample_id, lease)
        if claimed is not None:
            return Reviewed(claimed)
        sample = await self.samples.get(sample_id)
        if sample is None:
            return Reviewed(None, f"sample {sample_id} does not exist", REVIEW_REFUSAL_NOT_FOUND)
        refused = _refused(sample)
        return Reviewed(sample, str(refused), refused.refusal)

    def _lease(self, reviewer: str, lease: timedelta) -> Lease:
        now = self.clock.now()
        return Lease(reviewer, now, now + lease)


def _refused(sample: Sample) -> NotTaken:
    if sample.state in DECIDED:
        return decided_already(sample)
    if sample.state is State.PROPOSED:
        return claimed_by_another(sample)
    return not_open(sample)
