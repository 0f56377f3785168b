"""Changes that start with a call or a job: state and outgoing facts in one document, sent by a relay.

The facts lie in the changed document itself, under `outbox`, until they are acknowledged; so there is no
moment in which one exists without the other. They are sent at least once, with the same ids every time;
their order holds within one document. A document holds 16 MB, so the facts of one change must stay below 12.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from framewell_contracts.sentences import say
from framewell_kit.clock import Clock, SystemClock
from framewell_kit.documents.protocol import Change, Document, Documents, Query
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.outcomes import Rejected
from framewell_kit.records import records_from_documents, records_to_documents
from framewell_kit.relay import FIELD, PENDING, SWEEP_LIMIT, Relay, Sender
from framewell_kit.stream.producer.outgoing import derive

__all__ = ["Outbox", "Sender"]

# Names of the collections that hold facts, so that a new process knows where to look.
COLLECTIONS = "outbox_collections"
# What the facts of one change may take of the 16 MB of a document, and what key and headers of each take.
MAX_BYTES = 12 << 20
BYTES_BESIDE_A_VALUE = 640


class Outbox:
    """Writes documents together with the facts about them, and sees that the facts leave."""

    def __init__(self, documents: Documents, publisher: Sender, clock: Clock | None = None) -> None:
        self.documents = documents
        self._publisher = publisher
        self._clock = clock or SystemClock()
        self._collections: set[str] = set()
        self._registered: set[str] = set()
        self._relay = Relay(documents, publisher, self._clock, self._recall)

    @property
    def reason(self) -> str:
        """Return why facts wait; empty when they do not."""
        return self._relay.reason

    def register(self, collection: str) -> None:
        """Name a collection that will hold facts: it is indexed at the start, not before its first fact."""
        self._registered.add(collection)

    async def start(self) -> None:
        """Run the relay until `stop`."""
        await self._relay.start()

    async def stop(self) -> None:
        """Send what this process wrote, within a few seconds; the rest is sent by others, or later."""
        await self._relay.stop()

    async def insert(
        self, collection: str, document: Document, facts: Sequence[Outgoing], cause: Cause
    ) -> bool:
        """Insert the document once, with its facts; return False when it exists: its facts leave anyway."""
        await self._take_on(collection)
        pending = self._pending(collection, document["_id"], facts, cause)
        done = await self.documents.insert_once(
            collection, {**document, FIELD: pending, PENDING: bool(pending)}
        )
        if done and pending:
            self._relay.notify(collection, document["_id"])
        return done

    async def update(
        self,
        collection: str,
        id: str,  # noqa: A002
        change: Change,
        facts: Sequence[Outgoing],
        cause: Cause,
        *,
        expect: Query | None = None,
        upsert: bool = False,
    ) -> Document | None:
        """Change one document with its facts, as `Documents.update`; None, without facts, if not expected."""
        await self._take_on(collection)
        pending = self._pending(collection, id, facts, cause)
        after = await self.documents.update(
            collection, id, _with_facts(change, pending), expect=expect, upsert=upsert
        )
        if after is not None and pending:
            self._relay.notify(collection, id)
        return after

    async def flush(self) -> int:
        """Send everything that waits; return how many facts. Raises Busy when broker or database is away."""
        return await self._relay.flush()

    async def oldest_unsent(self) -> datetime | None:
        """Return when the oldest unsent fact was stored, None when none waits. Raises Busy."""
        facts = [
            fact
            for collection in sorted(self._collections)
            for document in await self.documents.find(collection, {PENDING: True}, limit=1)
            for fact in records_from_documents(document[FIELD])[:1]
        ]
        moments = [dict(fact.headers)["ce_time"].decode() for fact in facts]
        return min(map(datetime.fromisoformat, moments), default=None)

    async def unsent(self, subject: str) -> int:
        """Return how many stored facts about this asset have not been sent yet."""
        count = 0
        for collection in sorted(self._collections):
            for document in await self.documents.find(collection, {PENDING: True}, limit=SWEEP_LIMIT):
                facts = records_from_documents(document[FIELD])
                count += sum(dict(fact.headers).get("ce_subject") == subject.encode() for fact in facts)
        return count

    def _pending(
        self, collection: str, name: str, facts: Sequence[Outgoing], cause: Cause
    ) -> list[dict[str, Any]]:
        source, now = self._publisher.source, self._clock.now()
        records = derive(facts, cause, source=source, now=now, scope=f"{collection}/{name}/")
        size = sum(len(record.value) + BYTES_BESIDE_A_VALUE for record in records)
        if size > MAX_BYTES:
            raise Rejected(
                say(
                    "facts_too_large",
                    "{count} facts of {size} bytes are too many for one change of {collection}/{name} "
                    "(at most "
                    "{most}): say them in several changes",
                    count=len(records),
                    size=size,
                    collection=collection,
                    name=name,
                    most=MAX_BYTES,
                ),
            )
        return records_to_documents(records)

    async def _take_on(self, collection: str) -> None:
        """Index a collection before its first facts, and note its name for after a restart."""
        if collection not in self._collections:
            await self.documents.ensure_index(collection, [PENDING])
            await self.documents.insert_once(COLLECTIONS, {"_id": collection})
            self._collections.add(collection)

    async def _recall(self) -> Sequence[str]:
        """Return every collection that may hold facts, those of an earlier process among them."""
        kept = {document["_id"] for document in await self.documents.find(COLLECTIONS, {})}
        for collection in sorted(kept | self._registered):
            await self._take_on(collection)
        return sorted(self._collections)


def _with_facts(change: Change, pending: list[dict[str, Any]]) -> Change:
    if not pending:
        return change
    return {
        **change,
        "$push": {**change.get("$push", {}), FIELD: {"$each": pending}},
        "$set": {**change.get("$set", {}), PENDING: True},
    }
