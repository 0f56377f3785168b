"""Changes that start with a call or a job: state and outgoing facts in one document, sent by a relay.

The facts lie in the changed document itself, under `outbox`, until they are acknowledged; so there is no
moment in which one exists without the other. The relay sends at once, and sweeps every few seconds for what a
crash or an outage left behind. Order of facts holds within one document.
"""

import asyncio
from collections.abc import Sequence
from typing import Any, Protocol

from framewell_contracts.cloudevents import Record
from framewell_kit.clock import Clock, SystemClock
from framewell_kit.documents.protocol import Change, Document, Documents, Query
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.outcomes import Busy
from framewell_kit.records import records_from_documents, records_to_documents
from framewell_kit.stream.emit import derive
from framewell_kit.telemetry import logger
from framewell_kit.telemetry.metrics import OUTBOX_SENT

log = logger(__name__)

FIELD = "outbox"
PENDING = "outbox_pending"
# Names of the collections that hold facts, so that a new process knows where to look.
COLLECTIONS = "outbox_collections"
# What this process writes is sent at once; the sweep is for what a crash of another left behind.
SWEEP_SECONDS = 5.0
SWEEP_LIMIT = 200


class Sender(Protocol):
    """What the relay needs of a publisher."""

    @property
    def source(self) -> str: ...

    async def deliver(self, records: Sequence[Record]) -> None: ...


class Outbox:
    """Writes documents together with the facts about them, and sees that the facts leave."""

    def __init__(self, documents: Documents, publisher: Sender, clock: Clock | None = None) -> None:
        self.documents = documents
        self._publisher = publisher
        self._clock = clock or SystemClock()
        self._collections: set[str] = set()
        self._registered: set[str] = set()
        self._touched: set[str] = set()
        self._wake = asyncio.Event()
        self._relay: asyncio.Task[None] | None = None
        self._sending = asyncio.Lock()
        self.reason = ""

    def register(self, collection: str) -> None:
        """Name a collection that will hold facts: it is indexed at the start, not before its first fact."""
        self._registered.add(collection)

    async def start(self) -> None:
        """Run the relay until `stop`."""
        self._relay = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop the relay; what is not sent yet is sent after the next start."""
        if self._relay is not None:
            self._relay.cancel()
            await asyncio.gather(self._relay, return_exceptions=True)
            self._relay = None

    async def insert(
        self, collection: str, document: Document, facts: Sequence[Outgoing], cause: Cause
    ) -> bool:
        """Insert the document once, with its facts; False when it exists (its facts are on their way)."""
        await self._take_on(collection)
        pending = self._pending(collection, document["_id"], facts, cause)
        done = await self.documents.insert_once(
            collection, {**document, FIELD: pending, PENDING: bool(pending)}
        )
        self._tell(collection)
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
        """Change one document with its facts, as `Documents.update`; None (no fact) if not as expected."""
        await self._take_on(collection)
        pending = self._pending(collection, id, facts, cause)
        after = await self.documents.update(
            collection, id, _with_facts(change, pending), expect=expect, upsert=upsert
        )
        if after is not None and pending:
            self._tell(collection)
        return after

    async def flush(self) -> int:
        """Send everything that waits; how many facts. Raises Busy when the broker or database is away."""
        await self._recall()
        return await self._flush(self._collections)

    async def unsent(self, subject: str) -> int:
        """How many stored facts about this asset have not been sent yet."""
        count = 0
        for collection in sorted(self._collections):
            for document in await self.documents.find(collection, {PENDING: True}, limit=SWEEP_LIMIT):
                facts = records_from_documents(document[FIELD])
                count += sum(dict(fact.headers).get("ce_subject") == subject.encode() for fact in facts)
        return count

    async def _flush(self, collections: set[str]) -> int:
        async with self._sending:
            return sum([await self._sweep(collection) for collection in sorted(collections)])

    def _pending(
        self, collection: str, name: str, facts: Sequence[Outgoing], cause: Cause
    ) -> list[dict[str, Any]]:
        source, now = self._publisher.source, self._clock.now()
        records = derive(facts, cause, source=source, now=now, scope=f"{collection}/{name}/")
        return records_to_documents(records)

    def _tell(self, collection: str) -> None:
        self._touched.add(collection)
        self._wake.set()

    async def _take_on(self, collection: str) -> None:
        """Before the first facts of a collection: index it, and note its name for after a restart."""
        if collection not in self._collections:
            await self.documents.ensure_index(collection, [PENDING])
            await self.documents.insert_once(COLLECTIONS, {"_id": collection})
            self._collections.add(collection)

    async def _recall(self) -> None:
        """Sweep also what an earlier process wrote to and left behind."""
        kept = {document["_id"] for document in await self.documents.find(COLLECTIONS, {})}
        for collection in sorted(kept | self._registered):
            await self._take_on(collection)

    async def _run(self) -> None:
        everything = True
        while True:
            self._wake.clear()
            touched, self._touched = self._touched, set()
            try:
                if everything:
                    await self._recall()
                await self._flush(self._collections if everything else touched)
                self.reason = ""
            except Busy as busy:
                log.warning("outbox waits", reason=busy.reason)
                await self._wait_and_retry(busy.reason, busy.retry_after)
                continue
            except Exception as error:
                log.exception("outbox relay failed, goes on")
                await self._wait_and_retry(f"the outbox relay fails: {error!r}", SWEEP_SECONDS)
                continue
            try:
                async with asyncio.timeout(SWEEP_SECONDS):
                    await self._wake.wait()
                everything = False
            except TimeoutError:
                everything = True

    async def _wait_and_retry(self, reason: str, seconds: float) -> None:
        """Everything again after a while: what failed may be of any collection."""
        self.reason = reason
        self._touched |= self._collections
        await self._clock.sleep(seconds)

    async def _sweep(self, collection: str) -> int:
        sent = 0
        while True:
            documents = await self.documents.find(collection, {PENDING: True}, limit=SWEEP_LIMIT)
            records = [record for document in documents for record in records_from_documents(document[FIELD])]
            await self._publisher.deliver(records)
            OUTBOX_SENT.add(len(records))
            sent += len(records)
            for document in documents:
                await self._forget(collection, document)
            if len(documents) < SWEEP_LIMIT:
                return sent

    async def _forget(self, collection: str, document: Document) -> None:
        """Remove what was sent by id: facts that were added meanwhile stay."""
        ids = [one["id"] for one in document[FIELD]]
        await self.documents.update(collection, document["_id"], {"$pull": {FIELD: {"id": {"$in": ids}}}})
        await self.documents.update(
            collection, document["_id"], {"$set": {PENDING: False}}, expect={FIELD: []}
        )


def _with_facts(change: Change, pending: list[dict[str, Any]]) -> Change:
    if not pending:
        return change
    return {
        **change,
        "$push": {**change.get("$push", {}), FIELD: {"$each": pending}},
        "$set": {**change.get("$set", {}), PENDING: True},
    }
