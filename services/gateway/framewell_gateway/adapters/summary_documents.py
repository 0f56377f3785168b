"""The list of assets in the document store: one document an asset, whose size does not grow with it.

What a fact says replaces only what has a lower rank, in one compare and set: neither the order of facts nor
their repetition matters. What a document holds stands in `summary_fields`.

Lists are found in memory (see AssetIndex): every process reads the values once when it starts, a `shard` at a
time, and then what others have changed of late, by its `tick`. Both are looked up by equality, which MongoDB
and the embedded database have indexes for.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

from framewell.gateway.v1.asset_view_pb2 import AssetState, AssetSummary, ChunkCounts
from framewell.media.v1.media_pb2 import Programme
from framewell_gateway.adapters.change_ticks import (
    LOOK_BACK_TICKS,
    TICK_MICROS,
    changed_within,
    marks_at,
)
from framewell_gateway.adapters.summary_fields import (
    LOWEST,
    ROW_FIELDS,
    SHARDS,
    listed,
    new_document,
    of_programme,
    of_standing,
    parts_of,
    row_of,
    settled,
    shard,
)
from framewell_gateway.domain.asset_index import AssetIndex
from framewell_gateway.domain.asset_lists import AssetFilter, AssetOrder, SortField, StateCounts
from framewell_gateway.domain.summaries import ListedAsset, Standing, SummaryChange
from framewell_gateway.telemetry import LIST_READS_ON
from framewell_kit.clock import Clock, SystemClock
from framewell_kit.documents.protocol import Document, Documents, Query
from framewell_kit.outcomes import Busy
from framewell_kit.paging import KeyPart, Page, PageRequest, decode_token
from framewell_kit.telemetry import logger

SUMMARIES: Final = "asset_summaries"
LIST: Final = "asset_list"
_COMPLETE: Final = "complete"
"""In LIST: every document has what this version finds it by."""
log = logger(__name__)

_ASSETS_IN_MEMORY: Final = 10_000


@dataclass(frozen=True, slots=True)
class _Reached:
    """What this process has recorded of an asset: the highest ranks of what facts of chunks say, too."""

    standing: Standing | None = None
    length_rank: int = LOWEST

    def after(self, change: SummaryChange) -> _Reached:
        """Return what is recorded once a change is."""
        standing = self.standing
        if change.standing is not None and (standing is None or change.standing.rank > standing.rank):
            standing = change.standing
        length_rank = change.length_rank if change.length is not None else LOWEST
        return _Reached(standing, max(self.length_rank, length_rank))


class SummaryDocuments:
    """`SummaryRepository` on the gateway's own database."""

    def __init__(self, documents: Documents, clock: Clock | None = None) -> None:
        self._documents = documents
        self._clock = clock or SystemClock()
        self._reached: OrderedDict[str, _Reached] = OrderedDict()
        self._process = uuid4().hex
        self._index = AssetIndex()
        self._read_until: int | None = None
        self._reading = asyncio.Lock()
        self._lost: set[str] = set()

    async def prepare(self) -> None:
        """Make the indexes that reading needs, and read the list into memory."""
        for field in ("shard", "tick", "hour"):
            await self._documents.ensure_index(SUMMARIES, [field])
        await self._complete()
        await self._catch_up()

    async def add(self, change: SummaryChange) -> None:
        """See SummaryRepository."""
        reached = self._reached.get(change.asset_id, _Reached())
        further = reached.after(change)
        if further == reached and change.known is None and change.programme is None:
            return  # as most facts of chunks: this process has recorded as much, or more, before
        first = new_document(change, self._marks())
        with self._noting_lost(change.asset_id):
            is_first = await self._documents.insert_once(SUMMARIES, first)
        if is_first:
            self._index.put(row_of(first))
        else:
            for expected, values in parts_of(change):
                await self._set(change.asset_id, values, expected)
        self._remember(change.asset_id, further)

    async def _set(self, asset_id: str, values: Document, expected: Query | None = None) -> None:
        """Change a document that is as expected, and what the index has of it."""
        marks = self._marks()
        update = {
            "$set": {**values, **{name: marks[name] for name in ("tick", "hour", "by")}},
            "$max": {"changed": marks["changed"]},
        }
        with self._noting_lost(asset_id):
            after = await self._documents.update(SUMMARIES, asset_id, update, expect=expected)
        if after is not None:
            self._index.put(row_of(after))

    @contextmanager
    def _noting_lost(self, asset_id: str) -> Iterator[None]:
        """Have a document read again whose write may have happened unheard: the index has nothing of it.

        Made once more the write changes nothing, and what bears this process's mark is not read; so that gets
        another, for what happens later than the next look.
        """
        try:
            yield
        except BaseException:
            self._lost.add(asset_id)
            self._process = uuid4().hex
            raise

    def _marks(self) -> Document:
        return marks_at(self._micros(), self._process)

    def _micros(self) -> int:
        return int(self._clock.now().timestamp() * 1_000_000)

    def reached(self, asset_id: str) -> AssetState.ValueType:
        """See SummaryRepository."""
        standing = self._reached.get(asset_id, _Reached()).standing
        return AssetState.ASSET_STATE_UNSPECIFIED if standing is None else standing.state

    async def settle(self, asset_id: str, generation: int, chunks: ChunkCounts) -> None:
        """See SummaryRepository."""
        change = {"$set": settled(generation, chunks)}
        await self._documents.update(SUMMARIES, asset_id, change, expect={"generation": {"$lte": generation}})

    async def get(self, asset_id: str) -> AssetSummary | None:
        """See SummaryRepository."""
        document = await self._documents.get(SUMMARIES, asset_id)
        return None if document is None else listed(document).summary

    async def page(self, wanted: AssetFilter, order: AssetOrder, page: PageRequest) -> Page[ListedAsset]:
        """See SummaryRepository."""
        kind: type[KeyPart] = str if order.field is SortField.TITLE else int
        after = decode_token(order.place(page.token), (kind, str))
        await self._catch_up()
        ids, last, total = self._index.find(wanted, order, page.size, after)
        documents = await self._documents.find(SUMMARIES, {"_id": {"$in": [*ids]}})
        by_id = {document["_id"]: listed(document) for document in documents}
        token = "" if last is None else order.token(last)
        return Page([by_id[asset_id] for asset_id in ids if asset_id in by_id], token, total)

    async def count_states(self) -> StateCounts:
        """See SummaryRepository."""
        await self._catch_up()
        return self._index.count_states()

    async def forget(self, asset_id: str) -> None:
        """See SummaryRepository."""
        removed = Standing(AssetState.ASSET_STATE_REMOVED)
        await self._set(asset_id, of_standing(removed))
        self._remember(asset_id, _Reached(removed))

    async def _catch_up(self) -> None:
        """Take into memory what others have changed since the last time, or everything."""
        async with self._reading:
            now, queries = self._micros(), None
            if self._read_until is not None:
                last = self._read_until // TICK_MICROS - LOOK_BACK_TICKS
                queries = changed_within(last, now // TICK_MICROS + LOOK_BACK_TICKS)
            if queries is None:
                for shard in range(SHARDS):
                    await self._read_patiently({"shard": shard})
                self._index.sort()
            for query, reached in queries or ():
                await self._read({**query, "by": {"$ne": self._process}})
                self._read_until = min(now, reached * TICK_MICROS)
            self._read_until = now
            if self._lost:
                lost = [*self._lost]
                await self._read({"_id": {"$in": lost}})
                self._lost.difference_update(lost)

    async def _read_patiently(self, query: Query) -> None:
        """Read what a query finds, however long the database has no time for that."""
        while True:
            try:
                return await self._read(query)
            except Busy as busy:
                log.info(LIST_READS_ON, reason=busy.reason)
                await self._clock.sleep(busy.retry_after)

    async def _read(self, query: Query) -> None:
        for document in await self._documents.find(SUMMARIES, query, fields=ROW_FIELDS):
            self._index.put(row_of(document))

    async def _complete(self) -> None:
        """Give documents of an earlier version what lists are found by; once, as it reads all there are."""
        if await self._documents.get(LIST, _COMPLETE) is not None:
            return
        for document in await self._documents.find(SUMMARIES, {"shard": None}):
            programme = Programme.FromString(document["programme"])
            found = {**of_programme(programme), "shard": shard(document["_id"]), "changed": 0}
            await self._documents.update(SUMMARIES, document["_id"], {"$set": found}, expect={"shard": None})
        await self._documents.insert_once(LIST, {"_id": _COMPLETE})

    def _remember(self, asset_id: str, reached: _Reached) -> None:
        self._reached.pop(asset_id, None)
        self._reached[asset_id] = reached
        if len(self._reached) > _ASSETS_IN_MEMORY:
            self._reached.popitem(last=False)
