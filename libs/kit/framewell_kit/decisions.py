"""Decide once: a redelivered fact says again what its first delivery said, byte for byte.

For handlers whose facts depend on more than the fact and the objects it names (a clock, a state that
others change). One insert-once document `<group>/<cause>` holds the outgoing records.

A decision is kept for ever, for its fact may come again for as long as its topic keeps it. So only stages
whose topics are kept for ever decide once: there are as many decisions as facts that the mesh keeps anyway.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from framewell_contracts.cloudevents import Record
from framewell_kit.documents.protocol import Documents
from framewell_kit.records import records_from_documents, records_to_documents

COLLECTION = "decisions"


@dataclass(frozen=True, slots=True)
class DecisionLog:
    """The decisions of one service."""

    documents: Documents

    async def recall(self, group: str, cause_id: str) -> list[Record] | None:
        """What was decided about the cause, or None."""
        kept = await self.documents.get(COLLECTION, f"{group}/{cause_id}")
        return None if kept is None else records_from_documents(kept["records"])

    async def keep(self, group: str, cause_id: str, records: Sequence[Record]) -> list[Record]:
        """Keep a decision; what is returned holds (another worker's, when that one was first)."""
        name = f"{group}/{cause_id}"
        document = {"_id": name, "records": records_to_documents(records)}
        if await self.documents.insert_once(COLLECTION, document):
            return list(records)
        kept = await self.recall(group, cause_id)
        return list(records) if kept is None else kept  # to say nothing is a decision too
