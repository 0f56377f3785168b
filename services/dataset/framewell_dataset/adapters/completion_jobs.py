"""The look at a whole asset as a leased job, one an analysis of it."""

from dataclasses import dataclass

from framewell.media.v1.media_pb2 import ObjectRef, Work
from framewell_dataset.ports.assets import COMPLETE
from framewell_kit.facts import Cause
from framewell_kit.jobs import Jobs


@dataclass(frozen=True, slots=True)
class CompletionJobs:
    """In the lane of the asset's work: a backfill never holds up a programme on air."""

    jobs: Jobs

    async def request(self, work: Work, index: ObjectRef, cause: Cause) -> None:
        payload = {"work": work.SerializeToString(), "index": index.SerializeToString()}
        key = f"{work.asset_id}/{work.generation}/{index.sha256}"
        await self.jobs.put(COMPLETE, key, payload, cause=cause, lane=work.lane)
