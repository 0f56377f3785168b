"""A person decided: see that the dataset's next snapshot is asked for, whatever became of the call."""

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.sample.v1.sample_pb2 import SampleReviewed
from framewell_dataset.handlers.snapshot_upkeep import SnapshotUpkeep
from framewell_kit.facts import Cause, Outgoing


@dataclass(frozen=True, slots=True)
class RenewSnapshot:
    """The call asks at once; this asks again, in case its process died between decision and asking.

    Asking for a snapshot that would change nothing publishes nothing.
    """

    upkeep: SnapshotUpkeep

    async def __call__(self, fact: SampleReviewed, cause: Cause) -> Sequence[Outgoing]:
        await self.upkeep.renew(fact.dataset_id, fact.actor, cause)
        return ()
