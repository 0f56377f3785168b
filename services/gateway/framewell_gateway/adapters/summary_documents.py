"""The list of assets in the document store: one document an asset, whose size does not grow with it.

A document holds what is shown as messages, and beside them the values that lists are filtered and ordered
by. What a fact says replaces only what has a lower rank, in one compare and set: neither the order of facts
nor their repetition matters. A document without `requested_at` is of an asset that nobody asked for, as far
as is known yet, and is not listed.

Lists are found in memory (see AssetIndex): every process reads the values once when it starts, a `shard` at a
time, and then what others have changed of late, by its `tick`. Both are looked up by equality, which MongoDB
and the embedded database have indexes for.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4
from zlib import crc32

from google.protobuf.duration_pb2 import Duration

from framewell.gateway.v1.asset_view_pb2 import AssetState, AssetSummary, ChunkCounts
from framewell.media.v1.media_pb2 import Programme
from framewell_gateway.domain.asset_index import NEVER, AssetIndex, AssetRow
from framewell_gateway.domain.asset_lists import AssetFilter, AssetOrder, SortField, StateCounts
from framewell_gateway.domain.search_words import folded, search_text
from framewell_gateway.domain.summaries import (
    HIGHEST,
    ListedAsset,
    Standing,
    SummaryChange,
    give_programme,
)
from framewell_kit.clock import Clock, SystemClock
from framewell_kit.documents.protocol import Document, Documents, Query
from framewell_kit.outcomes import Rejected
from framewell_kit.paging import KeyPart, Page, PageRequest, decode_token, encode_token

SUMMARIES: Final = "asset_summaries"

_LOWEST: Final = -HIGHEST
_ASSETS_IN_MEMORY: Final = 10_000
_SHARDS: Final = 64
_TICK_MICROS: Final = 5_000_000
_LOOK_BACK_TICKS: Final = 2
"""A change of another process may become visible so long after its time, whose clock may differ."""
_TICKS_OF_HOUR: Final = 720
_MOST_TICKS: Final = 500
"""Whoever has not looked for longer looks hour by hour, for up to as many hours; then everything is read."""
_ROW_FIELDS: Final = (
    "state", "kind", "requested_at", "duration_ms", "changed", "reason", "title", "search", "source",
    "labels",
)  # fmt: skip
_NOTHING_KNOWN: Final[Mapping[str, Any]] = {
    "known": b"", "source": "", "labels": [], "length": None, "duration_ms": 0, "programme": b"", "title": "",
    "search": "",
}  # fmt: skip
_EMPTY: Final[Mapping[str, Any]] = {
    **_NOTHING_KNOWN,
    "rank": _LOWEST,
    "known_rank": _LOWEST,
    "length_rank": _LOWEST,
    "programme_rank": _LOWEST,
    "state": AssetState.ASSET_STATE_REQUESTED,
    "kind": 0,
    "generation": 0,
}


@dataclass(frozen=True, slots=True)
class _Reached:
    """What this process has recorded of an asset: the highest ranks of what facts of chunks say, too."""

    standing: Standing | None = None
    length_rank: int = _LOWEST

    def after(self, change: SummaryChange) -> _Reached:
        """Return what is recorded once a change is."""
        standing = self.standing
        if change.standing is not None and (standing is None or change.standing.rank > standing.rank):
            standing = change.standing
        length_rank = change.length_rank if change.length is not None else _LOWEST
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
        parts = list(_parts(change))
        marks = self._marks()
        first = {"_id": change.asset_id, **_EMPTY, "shard": _shard(change.asset_id), **marks}
        for _, values in parts:
            first |= values
        if await self._documents.insert_once(SUMMARIES, first):
            self._index.put(_row(first))
        else:
            for expected, values in parts:
                await self._set(change.asset_id, values, expected)
        self._remember(change.asset_id, further)

    async def _set(self, asset_id: str, values: Document, expected: Query | None = None) -> None:
        """Change a document that is as expected, and what the index has of it."""
        marks = self._marks()
        update = {
            "$set": {**values, **{name: marks[name] for name in ("tick", "hour", "by")}},
            "$max": {"changed": marks["changed"]},
        }
        after = await self._documents.update(SUMMARIES, asset_id, update, expect=expected)
        if after is not None:
            self._index.put(_row(after))

    def _marks(self) -> Document:
        changed = self._micros()
        tick = changed // _TICK_MICROS
        return {"changed": changed, "tick": tick, "hour": tick // _TICKS_OF_HOUR, "by": self._process}

    def _micros(self) -> int:
        return int(self._clock.now().timestamp() * 1_000_000)

    def reached(self, asset_id: str) -> AssetState.ValueType:
        """See SummaryRepository."""
        standing = self._reached.get(asset_id, _Reached()).standing
        return AssetState.ASSET_STATE_UNSPECIFIED if standing is None else standing.state

    async def settle(self, asset_id: str, generation: int, chunks: ChunkCounts) -> None:
        """See SummaryRepository."""
        settled = {"chunks": chunks.SerializeToString(), "counted_generation": generation}
        await self._documents.update(
            SUMMARIES, asset_id, {"$set": settled}, expect={"generation": {"$lte": generation}}
        )

    async def get(self, asset_id: str) -> AssetSummary | None:
        """See SummaryRepository."""
        document = await self._documents.get(SUMMARIES, asset_id)
        return None if document is None else _listed(document).summary

    async def page(self, wanted: AssetFilter, order: AssetOrder, page: PageRequest) -> Page[ListedAsset]:
        """See SummaryRepository."""
        kind: type[KeyPart] = str if order.field is SortField.TITLE else int
        after = decode_token(_token_of(order, page.token), (kind, str))
        await self._catch_up()
        ids, last, total = self._index.find(wanted, order, page.size, after)
        documents = await self._documents.find(SUMMARIES, {"_id": {"$in": [*ids]}})
        by_id = {document["_id"]: _listed(document) for document in documents}
        token = "" if last is None else f"{_name(order)}.{encode_token(last)}"
        return Page([by_id[asset_id] for asset_id in ids if asset_id in by_id], token, total)

    async def count_states(self) -> StateCounts:
        """See SummaryRepository."""
        await self._catch_up()
        return self._index.count_states()

    async def forget(self, asset_id: str) -> None:
        """See SummaryRepository."""
        removed = Standing(AssetState.ASSET_STATE_REMOVED)
        await self._set(asset_id, _of_standing(removed))
        self._remember(asset_id, _Reached(removed))

    async def _catch_up(self) -> None:
        """Take into memory what others have changed since the last time, or everything."""
        async with self._reading:
            now = self._micros()
            if self._read_until is None:
                query = None
            else:
                last = self._read_until // _TICK_MICROS - _LOOK_BACK_TICKS
                query = _changed(last, now // _TICK_MICROS + _LOOK_BACK_TICKS)
            if query is not None:
                await self._read({**query, "by": {"$ne": self._process}})
            else:
                for shard in range(_SHARDS):
                    await self._read({"shard": shard})
                self._index.sort()
            self._read_until = now

    async def _read(self, query: Query) -> None:
        for document in await self._documents.find(SUMMARIES, query, fields=_ROW_FIELDS):
            self._index.put(_row(document))

    async def _complete(self) -> None:
        """Give documents of an earlier version what lists are found by."""
        for document in await self._documents.find(SUMMARIES, {"shard": None}):
            programme = Programme.FromString(document["programme"])
            found = {**_of_programme(programme), "shard": _shard(document["_id"]), "changed": 0}
            await self._documents.update(SUMMARIES, document["_id"], {"$set": found}, expect={"shard": None})

    def _remember(self, asset_id: str, reached: _Reached) -> None:
        self._reached.pop(asset_id, None)
        self._reached[asset_id] = reached
        if len(self._reached) > _ASSETS_IN_MEMORY:
            self._reached.popitem(last=False)


def _token_of(order: AssetOrder, token: str) -> str:
    """Return the place that a page token names. Raises Rejected for one of a list in another order."""
    other, dot, place = token.partition(".")
    if dot and other != _name(order):
        raise Rejected(
            f"the page token is one of a list in another order ({other[:40]}): begin without a token",
            code="bad_page_token",
        )
    return place if dot else token


def _name(order: AssetOrder) -> str:
    """Return a name of the order that may stand in an address as it is."""
    return f"{order.field}-desc" if order.descending else str(order.field)


def _parts(change: SummaryChange) -> Iterator[tuple[Query, Document]]:
    """Yield, part by part, what must be so for it to be news, and the fields that it sets."""
    if change.requested_at is not None:
        yield {"requested_at": None}, {"requested_at": change.requested_at}
    if change.kind:
        yield {"kind": {"$lt": change.kind}}, {"kind": change.kind}
    if change.standing is not None:
        yield {"rank": {"$lt": change.standing.rank}}, _of_standing(change.standing)
    if change.known is not None:
        expected = {"known_rank": {"$lt": change.known_rank}}
        yield expected, {**_of_known(change.known), "known_rank": change.known_rank}
    if change.length is not None:
        expected = {"length_rank": {"$lt": change.length_rank}}
        yield expected, {**_of_length(change.length), "length_rank": change.length_rank}
    if change.programme is not None:
        expected = {"programme_rank": {"$lt": change.programme_rank}}
        yield expected, {**_of_programme(change.programme), "programme_rank": change.programme_rank}


def _of_standing(standing: Standing) -> Document:
    reached = {"rank": standing.rank, "state": standing.state, "reason": standing.reason}
    if standing.state == AssetState.ASSET_STATE_REMOVED:
        ranks = dict.fromkeys(("known_rank", "length_rank", "programme_rank"), HIGHEST)
        return {**reached, **_NOTHING_KNOWN, **ranks}
    return {**reached, "generation": standing.generation}


def _of_known(known: AssetSummary) -> Document:
    labels = known.request_labels.items()
    return {
        "known": known.SerializeToString(),
        "source": known.source,
        "labels": [*(name for name, _ in labels), *(f"{name}:{value}" for name, value in labels)],
    }


def _of_length(length: Duration) -> Document:
    return {"length": length.SerializeToString(), "duration_ms": length.ToMilliseconds()}


def _of_programme(programme: Programme) -> Document:
    names = (programme.title, programme.series, programme.channel, *programme.identifiers.values())
    return {
        "programme": programme.SerializeToString(),
        "title": folded(programme.title),
        "search": search_text(names),
    }


def _changed(first: int, last: int) -> Query | None:
    """Return the query for what changed between two ticks, None where that would be too many to name."""
    if last - first <= _MOST_TICKS:
        return {"tick": {"$in": [*range(first, last + 1)]}}
    hours = range(first // _TICKS_OF_HOUR, last // _TICKS_OF_HOUR + 1)
    return {"hour": {"$in": [*hours]}} if len(hours) <= _MOST_TICKS else None


def _shard(asset_id: str) -> int:
    return crc32(asset_id.encode()) % _SHARDS


def _row(document: Document) -> AssetRow:
    """Return what an asset is found by, of a document or the part of it that is read for that."""
    asset_id, state, asked = document["_id"], document["state"], document.get("requested_at")
    failed = state == AssetState.ASSET_STATE_ANALYSED and document.get("reason") is not None
    return AssetRow(
        asset_id,
        state=state,
        kind=document["kind"],
        requested=NEVER if asked is None else int(asked.timestamp() * 1000),
        duration=document["duration_ms"],
        changed=document.get("changed", 0),
        failed=failed or state == AssetState.ASSET_STATE_REJECTED,
        title=document["title"],
        text=f"{document.get('search', '')} {asset_id.replace('-', ' ')}",
        source=document["source"],
        labels=tuple(document["labels"]),
    )


def _listed(document: Document) -> ListedAsset:
    summary = AssetSummary.FromString(document["known"])
    give_programme(summary, Programme.FromString(document["programme"]))
    if document["length"] is not None:
        summary.duration.CopyFrom(Duration.FromString(document["length"]))
    summary.asset_id, summary.state, summary.kind = document["_id"], document["state"], document["kind"]
    if document.get("reason") is not None:
        summary.reason = document["reason"]
    if document.get("requested_at") is not None:
        summary.requested_at.FromDatetime(document["requested_at"])
    if document.get("changed"):
        summary.changed_at.FromMicroseconds(document["changed"])
    counted = document.get("counted_generation") == document["generation"]
    summary.chunks.CopyFrom(ChunkCounts.FromString(document["chunks"] if counted else b""))
    return ListedAsset(summary, counted=counted)
