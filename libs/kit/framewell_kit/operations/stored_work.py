"""What a service keeps of one asset in its database: jobs, starts of heavy records, unsent facts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from framewell_kit.documents.protocol import Document, Documents
from framewell_kit.jobs import Jobs
from framewell_kit.outbox import Outbox
from framewell_kit.stream.policy.attempts import COLLECTION as STARTS

MOST = 100


class StartedRecord(NamedTuple):
    """A heavy record that was started `starts` times and has not ended. `topic` is without the prefix."""

    group: str
    topic: str
    partition: int
    offset: int
    starts: int


@dataclass(frozen=True, slots=True)
class StoredWork:
    """What all replicas of a service keep in its database."""

    documents: Documents
    outbox: Outbox
    stored_jobs: Jobs
    prefix: str = ""

    async def jobs(self, asset_id: str) -> Sequence[Document]:
        """Return the jobs of the asset that are not done, oldest first."""
        return await self.stored_jobs.of_asset(asset_id, limit=MOST)

    async def started(self) -> list[StartedRecord]:
        """Return the heavy records that were started and have not ended, in any replica."""
        return [self._started(document) for document in await self.documents.find(STARTS, {}, limit=MOST)]

    async def unsent(self, asset_id: str) -> int:
        """Return how many facts of the asset wait in the outbox."""
        return await self.outbox.unsent(asset_id)

    def _started(self, document: Document) -> StartedRecord:
        group, topic, partition, offset = document["_id"].split("/")
        return StartedRecord(
            group, topic.removeprefix(self.prefix), int(partition), int(offset), int(document["attempts"])
        )
