"""Counts the attempts at a heavy record in the database, so that a record that kills its worker ends.

The count is raised before the work, deleted when the record is done, and lowered again when the work ends
in any other way that Python sees: given back, failed, or revoked by a rebalance while it went on. Only the
death of the process leaves it.
"""

from dataclasses import dataclass

from framewell_kit.documents.protocol import Documents

COLLECTION = "stream_attempts"
# The fourth attempt without an end gives the record up. Its worker's first death proves nothing, since others
# were worked on beside it, or somebody killed the process; it runs alone from then on, and may die so twice.
MAX_ATTEMPTS = 4


@dataclass(frozen=True, slots=True)
class AttemptCounter:
    """The attempts of one group. Every method raises Busy as the store does."""

    documents: Documents
    group: str

    async def died(self, topic: str, partition: int, offset: int) -> bool:
        """Return whether a worker has died at this record."""
        return await self.documents.get(COLLECTION, self._id(topic, partition, offset)) is not None

    async def start(self, topic: str, partition: int, offset: int) -> int:
        """Count an attempt; return how many there are now, this one included."""
        after = await self.documents.update(
            COLLECTION, self._id(topic, partition, offset), {"$inc": {"attempts": 1}}, upsert=True
        )
        return int(after["attempts"]) if after else 1

    async def end(self, topic: str, partition: int, offset: int) -> None:
        """Forget the attempts at a record that is done."""
        await self.documents.delete(COLLECTION, self._id(topic, partition, offset))

    async def withdraw(self, topic: str, partition: int, offset: int) -> None:
        """Take back an attempt at a record that is not done, but whose worker lives."""
        name = self._id(topic, partition, offset)
        after = await self.documents.update(COLLECTION, name, {"$inc": {"attempts": -1}})
        if after is not None and after["attempts"] <= 0:
            await self.documents.delete_where(COLLECTION, {"_id": name, "attempts": {"$lte": 0}})

    def _id(self, topic: str, partition: int, offset: int) -> str:
        return f"{self.group}/{topic}/{partition}/{offset}"
