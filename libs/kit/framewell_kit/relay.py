"""Sends the facts that lie in documents: what this process wrote at once, what others left behind by sweeps.

Several replicas relay the same collections. Each sends its own documents by id; a sweep sends what it saw
wait for a whole sweep already, so that replicas do not send each other's facts twice. Memory is bounded by
`SWEEP_LIMIT` documents, however many wait.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Protocol

from framewell_contracts.cloudevents import Record
from framewell_contracts.sentences import say
from framewell_kit.clock import Clock
from framewell_kit.documents.protocol import Document, Documents, Query
from framewell_kit.outcomes import Busy
from framewell_kit.records import records_from_documents
from framewell_kit.staleness import StalenessTracker
from framewell_kit.telemetry import logger
from framewell_kit.telemetry.metrics import OUTBOX_SENT

log = logger(__name__)

FIELD = "outbox"
PENDING = "outbox_pending"
SWEEP_SECONDS = 5.0
SWEEP_LIMIT = 200
# Ids of own documents that are kept while the broker is away; beyond that a sweep finds them.
MAX_OWN_IDS = 10_000
STOP_SECONDS = 2.0


class Sender(Protocol):
    """What the relay needs of a publisher."""

    @property
    def source(self) -> str: ...

    async def deliver(self, records: Sequence[Record]) -> None: ...


class Relay:
    """Sends facts and removes them. `collections` returns where facts may lie; called before every sweep."""

    def __init__(
        self,
        documents: Documents,
        publisher: Sender,
        clock: Clock,
        collections: Callable[[], Awaitable[Sequence[str]]],
    ) -> None:
        self._documents, self._publisher, self._clock = documents, publisher, clock
        self._collections = collections
        self._own: dict[str, set[str]] = {}
        self._everything = True  # at first: what an earlier process left behind
        self._seen: dict[str, StalenessTracker] = {}
        self._wake = asyncio.Event()
        self._running: asyncio.Task[None] | None = None
        self._sending = asyncio.Lock()
        self.reason = ""

    def notify(self, collection: str, id: str) -> None:  # noqa: A002
        """Send the facts that this process just wrote into that document."""
        ids = self._own.setdefault(collection, set())
        if len(ids) < MAX_OWN_IDS:
            ids.add(id)
        else:
            self._everything = True
        self._wake.set()

    async def start(self) -> None:
        """Send until `stop`."""
        self._running = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Send this process's own facts if that is possible within two seconds, and end."""
        if self._running is None:
            return
        self._running.cancel()
        await asyncio.gather(self._running, return_exceptions=True)
        self._running = None
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self._send_own()
        except (Busy, TimeoutError):
            log.warning("facts are left to the next relay", reason=self.reason)

    async def flush(self) -> int:
        """Send everything that waits; return how many facts. Raises Busy when broker or database is away."""
        self._own.clear()
        return sum([await self._sweep(name, left_behind_only=False) for name in await self._collections()])

    async def _run(self) -> None:
        sweep_at = 0.0
        while True:
            self._wake.clear()
            try:
                if self._everything:
                    self._everything = False
                    await self.flush()
                elif self._clock.monotonic() >= sweep_at:
                    for collection in await self._collections():
                        await self._sweep(collection, left_behind_only=True)
                    sweep_at = self._clock.monotonic() + SWEEP_SECONDS
                await self._send_own()
                self.reason = ""
            except Busy as busy:
                log.warning("outbox waits", reason=busy.reason)
                await self._wait_and_retry(busy.reason, busy.retry_after)
                continue
            except Exception as error:
                log.exception("outbox relay failed, goes on")
                said = say("outbox_fails", "the outbox relay fails: {why}", why=repr(error))
                await self._wait_and_retry(said, SWEEP_SECONDS)
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(max(sweep_at - self._clock.monotonic(), 0.01)):
                    await self._wake.wait()

    async def _wait_and_retry(self, reason: str, seconds: float) -> None:
        """Wait, then send everything: what failed may be of any collection."""
        self.reason, self._everything = reason, True
        await self._clock.sleep(seconds)

    async def _send_own(self) -> None:
        for collection in list(self._own):
            while ids := self._own.get(collection):
                batch = [ids.pop() for _ in range(min(len(ids), SWEEP_LIMIT))]
                query = {"_id": {"$in": batch}, PENDING: True}
                try:
                    await self._send(collection, await self._documents.find(collection, query))
                except BaseException:  # not sent, or nobody knows: the next try or the end of this process
                    self._own.setdefault(collection, set()).update(batch)
                    raise

    async def _sweep(self, collection: str, *, left_behind_only: bool) -> int:
        sent = 0
        while True:
            documents = await self._documents.find(collection, {PENDING: True}, limit=SWEEP_LIMIT)
            more = len(documents) == SWEEP_LIMIT
            if left_behind_only and not more:
                documents = self._left_behind(collection, documents)
            sent += await self._send(collection, documents)
            if not more:
                return sent

    def _left_behind(self, collection: str, documents: Sequence[Document]) -> list[Document]:
        """Return those that have waited unchanged since the last sweep: no process is about to send them."""
        seen = self._seen.setdefault(collection, StalenessTracker(self._clock))
        seen.retain({document["_id"] for document in documents})
        return [
            document
            for document in documents
            if seen.seconds(document["_id"], [one["id"] for one in document[FIELD]]) > 0
        ]

    async def _send(self, collection: str, documents: Sequence[Document]) -> int:
        async with self._sending:
            records = [record for document in documents for record in records_from_documents(document[FIELD])]
            await self._publisher.deliver(records)
            OUTBOX_SENT.add(len(records))
            for document in documents:
                await self._forget(collection, document)
            return len(records)

    async def _forget(self, collection: str, document: Document) -> None:
        """Remove what was sent by id: facts that were added meanwhile stay.

        Written as a whole and compared by its ends, for `$pull` of many takes the embedded database a time
        that grows with their square (12,000: more than a minute). Facts are only ever added at the end.
        """
        name, sent = document["_id"], {one["id"] for one in document[FIELD]}
        kept: Document | None = document
        while kept is not None:
            left = [one for one in kept[FIELD] if one["id"] not in sent]
            change = {"$set": {FIELD: left, PENDING: bool(left)}}
            if await self._documents.update(collection, name, change, expect=_as_it_was(kept[FIELD])):
                return
            kept = await self._documents.get(collection, name)


def _as_it_was(facts: Sequence[Document]) -> Query:
    end = {f"{FIELD}.{len(facts)}": {"$exists": False}}
    if not facts:
        return end
    return {**end, f"{FIELD}.0.id": facts[0]["id"], f"{FIELD}.{len(facts) - 1}.id": facts[-1]["id"]}
