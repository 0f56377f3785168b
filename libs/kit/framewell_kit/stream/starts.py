"""Counts how often a heavy record was started, in the database, so that a record that kills its worker ends.

The count is raised before the work and deleted when the work ends in any way that Python sees; only the
death of the process leaves it.
"""

from dataclasses import dataclass

from framewell_kit.documents.protocol import Documents

COLLECTION = "stream_starts"
# The third start without an end gives the record up.
MAX_STARTS = 3


@dataclass(frozen=True, slots=True)
class StartCounts:
    """The start counts of one group."""

    documents: Documents
    group: str

    async def start(self, topic: str, partition: int, offset: int) -> int:
        """Note a start; how many there are now, this one included. Raises Busy as the store does."""
        after = await self.documents.update(
            COLLECTION, self._id(topic, partition, offset), {"$inc": {"starts": 1}}, upsert=True
        )
        return int(after["starts"]) if after else 1

    async def end(self, topic: str, partition: int, offset: int) -> None:
        """The work ended: forget its starts."""
        await self.documents.delete(COLLECTION, self._id(topic, partition, offset))

    def _id(self, topic: str, partition: int, offset: int) -> str:
        return f"{self.group}/{topic}/{partition}/{offset}"
