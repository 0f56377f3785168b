"""A person decided: see that the dataset's next snapshot is requested, whatever became of the call."""

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.sample.v1.sample_pb2 import SampleReviewed
from framewell_dataset.steps.snapshot_upkeep import SnapshotUpkeep
from framewell_kit.facts import Cause, Outgoing


@dataclass(frozen=True, slots=True)
class RequestSnapshot:
    """The call requests it at once; this does again, in case its process died in between.

    A snapshot that would change nothing is not published.
    """

    upkeep: SnapshotUpkeep

    async def __call__(self, fact: SampleReviewed, cause: Cause) -> Sequence[Outgoing]:
        await self.upkeep.request_next(fact.dataset_id, fact.actor, cause)
        return ()
