"""Counts how often a heavy record was started, in the database, so that a record that kills its worker ends.

The count is raised before the work, deleted when the record is done, and lowered again when the work ends
in any other way that Python sees: given back, failed, or taken away by a rebalance while it went on. Only
the death of the process leaves it.
"""

from dataclasses import dataclass

from framewell_kit.documents.protocol import Documents

COLLECTION = "stream_starts"
# The third start without an end gives the record up.
MAX_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class AttemptCounter:
    """The start counts of one group."""

    documents: Documents
    group: str

    async def died(self, topic: str, partition: int, offset: int) -> bool:
        """Whether a worker has died at this record. Raises Busy as the store does."""
        return await self.documents.get(COLLECTION, self._id(topic, partition, offset)) is not None

    async def start(self, topic: str, partition: int, offset: int) -> int:
        """Note a start; how many there are now, this one included. Raises Busy as the store does."""
        after = await self.documents.update(
            COLLECTION, self._id(topic, partition, offset), {"$inc": {"starts": 1}}, upsert=True
        )
        return int(after["starts"]) if after else 1

    async def end(self, topic: str, partition: int, offset: int) -> None:
        """The record is done: forget its starts."""
        await self.documents.delete(COLLECTION, self._id(topic, partition, offset))

    async def withdraw(self, topic: str, partition: int, offset: int) -> None:
        """The record is not done, but its worker lives: this start does not count."""
        name = self._id(topic, partition, offset)
        after = await self.documents.update(COLLECTION, name, {"$inc": {"starts": -1}})
        if after is not None and after["starts"] <= 0:
            await self.documents.delete_where(COLLECTION, {"_id": name, "starts": {"$lte": 0}})

    def _id(self, topic: str, partition: int, offset: int) -> str:
        return f"{self.group}/{topic}/{partition}/{offset}"
