"""Decide once: a redelivered fact is answered with the records of its first delivery, byte for byte.

For handlers whose facts depend on more than the fact and the objects it names (a clock, a state that
others change). One insert-once document `<group>/<cause>` holds the outgoing records.

A decision is kept for as long as its fact may come again. Where a topic keeps facts for ever (erasures) that
is for ever, and there are as many decisions as facts that the mesh keeps anyway; others are forgotten
(`operations.retention`), and a fact replayed by hand after that is decided anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from framewell_contracts.cloudevents import Record
from framewell_contracts.fact_types import facts_read
from framewell_contracts.groups import GROUPS
from framewell_kit.clock import Clock, SystemClock
from framewell_kit.documents.protocol import Documents
from framewell_kit.records import records_from_documents, records_to_documents

COLLECTION = "decisions"
# Groups none of whose topics keeps its facts for ever.
_BOUNDED = sorted(
    group for group in GROUPS if all(kind.retention_days is not None for kind in facts_read(group))
)


@dataclass(frozen=True, slots=True)
class DecisionLog:
    """The decisions of one service."""

    documents: Documents
    clock: Clock = field(default_factory=SystemClock)

    async def recall(self, group: str, cause_id: str) -> list[Record] | None:
        """Return the records decided for the cause, or None when it was not decided."""
        kept = await self.documents.get(COLLECTION, f"{group}/{cause_id}")
        return None if kept is None else records_from_documents(kept["records"])

    async def keep(self, group: str, cause_id: str, records: Sequence[Record]) -> list[Record]:
        """Keep a decision and return the one in force: another worker's, when that one was first."""
        name = f"{group}/{cause_id}"
        document = {
            "_id": name,
            "group": group,
            "decided_at": self.clock.now(),
            "records": records_to_documents(records),
        }
        if await self.documents.insert_once(COLLECTION, document):
            return list(records)
        kept = await self.recall(group, cause_id)
        return list(records) if kept is None else kept  # an empty answer is a decision too

    async def forget(self, before: datetime, *, at_most: int) -> int:
        """Delete decisions older than `before` on facts that cannot be redelivered; return how many."""
        query = {"group": {"$in": _BOUNDED}, "decided_at": {"$lt": before}}
        old = await self.documents.find(COLLECTION, query, sort=[("decided_at", 1)], limit=at_most)
        return await self.documents.delete_where(COLLECTION, {"_id": {"$in": [one["_id"] for one in old]}})
