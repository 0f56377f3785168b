"""The list of assets in the document store: one document an asset, whose size does not grow with it.

A document holds what is shown as messages, and beside them the values that lists are filtered and ordered
by. What a fact says replaces only what has a lower rank, in one compare and set: neither the order of facts
nor their repetition matters. A document without `requested_at` is of an asset that nobody asked for, as far
as is known yet, and is not listed.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from google.protobuf.duration_pb2 import Duration

from framewell.gateway.v1.asset_view_pb2 import AssetState, AssetSummary, ChunkCounts
from framewell.media.v1.media_pb2 import Programme
from framewell_gateway.domain.asset_lists import AssetFilter, AssetOrder, SortField, StateCounts
from framewell_gateway.domain.summaries import (
    HIGHEST,
    ListedAsset,
    Standing,
    SummaryChange,
    give_programme,
)
from framewell_kit.documents.protocol import Document, Documents, Query
from framewell_kit.outcomes import Rejected
from framewell_kit.paging import KeyPart, Order, Page, PageRequest, find_page

SUMMARIES: Final = "asset_summaries"

_LOWEST: Final = -HIGHEST
_ASSETS_IN_MEMORY: Final = 10_000
_SORTED_BY: Final[Mapping[SortField, tuple[str, type[KeyPart]]]] = {
    SortField.REQUESTED_AT: ("requested_at", datetime),
    SortField.TITLE: ("title", str),
    SortField.DURATION: ("duration_ms", int),
}
_NOTHING_KNOWN: Final[Mapping[str, Any]] = {
    "known": b"", "source": "", "labels": [], "length": None, "duration_ms": 0, "programme": b"", "title": "",
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

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._reached: OrderedDict[str, _Reached] = OrderedDict()

    async def prepare(self) -> None:
        """Make the indexes that the orders of lists need."""
        for field, _ in _SORTED_BY.values():
            await self._documents.ensure_index(SUMMARIES, [field, "_id"])

    async def add(self, change: SummaryChange) -> None:
        """See SummaryRepository."""
        reached = self._reached.get(change.asset_id, _Reached())
        further = reached.after(change)
        if further == reached and change.known is None and change.programme is None:
            return  # as most facts of chunks: this process has recorded as much, or more, before
        parts = list(_parts(change))
        first = {"_id": change.asset_id, **_EMPTY}
        for _, values in parts:
            first |= values
        if not await self._documents.insert_once(SUMMARIES, first):
            for expected, values in parts:
                await self._documents.update(SUMMARIES, change.asset_id, {"$set": values}, expect=expected)
        self._remember(change.asset_id, further)

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
        field, kind = _SORTED_BY[order.field]
        by = Order(field, kind, descending=order.descending)
        inner = PageRequest(page.size, _token_of(order, page.token))
        found = (await find_page(self._documents, SUMMARIES, _query(wanted), inner, by)).map(_listed)
        return replace(found, next_token=f"{_name(order)}.{found.next_token}" if found.next_token else "")

    async def count_states(self) -> StateCounts:
        """See SummaryRepository."""
        listed = {"requested_at": {"$ne": None}}
        states = [state for state in AssetState.values() if state != AssetState.ASSET_STATE_UNSPECIFIED]
        by_state = {
            state: await self._documents.count(SUMMARIES, {**listed, "state": state}) for state in states
        }
        failed = {**listed, "state": AssetState.ASSET_STATE_ANALYSED, "reason": {"$ne": None}}
        rejected = by_state[AssetState.ASSET_STATE_REJECTED]
        return StateCounts(by_state, rejected + await self._documents.count(SUMMARIES, failed))

    async def forget(self, asset_id: str) -> None:
        """See SummaryRepository."""
        removed = Standing(AssetState.ASSET_STATE_REMOVED)
        await self._documents.update(SUMMARIES, asset_id, {"$set": _of_standing(removed)})
        self._remember(asset_id, _Reached(removed))

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
    return {"programme": programme.SerializeToString(), "title": programme.title.casefold()}


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
    counted = document.get("counted_generation") == document["generation"]
    summary.chunks.CopyFrom(ChunkCounts.FromString(document["chunks"] if counted else b""))
    return ListedAsset(summary, counted=counted)


def _query(wanted: AssetFilter) -> Query:
    asked: Document = {"$ne": None}
    if wanted.requested_from is not None:
        asked["$gte"] = wanted.requested_from
    if wanted.requested_until is not None:
        asked["$lt"] = wanted.requested_until
    query: Document = {"requested_at": asked}
    if wanted.states:
        query["state"] = {"$in": list(wanted.states)}
    if wanted.kinds:
        query["kind"] = {"$in": list(wanted.kinds)}
    if wanted.title:
        query["title"] = {"$regex": re.escape(wanted.title.casefold())}
    if wanted.source:
        query["source"] = wanted.source
    if wanted.labels:
        query["$and"] = [{"labels": label} for label in wanted.labels]
    return query
