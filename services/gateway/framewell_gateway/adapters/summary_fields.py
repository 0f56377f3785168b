"""One document an asset: what a fact sets in it, what an asset is found by, and what is shown of it.

A document holds what is shown as messages, and beside them the values that lists are filtered and ordered
by. A document without `requested_at` is of an asset that nobody asked for, as far as is known yet, and is not
listed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final
from zlib import crc32

from google.protobuf.duration_pb2 import Duration

from framewell.gateway.v1.asset_view_pb2 import AssetState, AssetSummary, ChunkCounts
from framewell.media.v1.media_pb2 import Programme
from framewell_contracts.sentences import kept_wording, worded_as_kept, wording_of
from framewell_gateway.domain.asset_index import NEVER, AssetRow
from framewell_gateway.domain.search_words import folded, search_text
from framewell_gateway.domain.summaries import (
    HIGHEST,
    ListedAsset,
    Standing,
    SummaryChange,
    give_programme,
)
from framewell_kit.documents.protocol import Document, Query

LOWEST: Final = -HIGHEST
SHARDS: Final = 64
"""Parts in which all documents are read, of about the same size."""
ROW_FIELDS: Final = (
    "state", "kind", "requested_at", "duration_ms", "changed", "reason", "title", "search", "source",
    "labels",
)  # fmt: skip
_NOTHING_KNOWN: Final[Mapping[str, Any]] = {
    "known": b"", "source": "", "labels": [], "length": None, "duration_ms": 0, "programme": b"", "title": "",
    "search": "",
}  # fmt: skip
_EMPTY: Final[Mapping[str, Any]] = {
    **_NOTHING_KNOWN,
    "rank": LOWEST,
    "known_rank": LOWEST,
    "length_rank": LOWEST,
    "programme_rank": LOWEST,
    "state": AssetState.ASSET_STATE_REQUESTED,
    "kind": 0,
    "generation": 0,
}


def new_document(change: SummaryChange, marks: Document) -> Document:
    """Return the first document of an asset; `marks` say when it changed."""
    document = {"_id": change.asset_id, **_EMPTY, "shard": shard(change.asset_id), **marks}
    for _, values in parts_of(change):
        document |= values
    return document


def settled(generation: int, chunks: ChunkCounts) -> Document:
    """Return the fields that hold the final counts of the chunks of a generation."""
    return {"chunks": chunks.SerializeToString(), "counted_generation": generation}


def parts_of(change: SummaryChange) -> Iterator[tuple[Query, Document]]:
    """Yield, part by part, what must be so for it to be news, and the fields that it sets."""
    if change.requested_at is not None:
        yield {"requested_at": None}, {"requested_at": change.requested_at}
    if change.kind:
        yield {"kind": {"$lt": change.kind}}, {"kind": change.kind}
    if change.standing is not None:
        yield {"rank": {"$lt": change.standing.rank}}, of_standing(change.standing)
    if change.known is not None:
        expected = {"known_rank": {"$lt": change.known_rank}}
        yield expected, {**_of_known(change.known), "known_rank": change.known_rank}
    if change.length is not None:
        expected = {"length_rank": {"$lt": change.length_rank}}
        yield expected, {**_of_length(change.length), "length_rank": change.length_rank}
    if change.programme is not None:
        expected = {"programme_rank": {"$lt": change.programme_rank}}
        yield expected, {**of_programme(change.programme), "programme_rank": change.programme_rank}


def of_standing(standing: Standing) -> Document:
    reached = {"rank": standing.rank, "state": standing.state, **_reason(standing.reason)}
    if standing.state == AssetState.ASSET_STATE_REMOVED:
        ranks = dict.fromkeys(("known_rank", "length_rank", "programme_rank"), HIGHEST)
        return {**reached, **_NOTHING_KNOWN, **ranks}
    return {**reached, "generation": standing.generation}


def _reason(reason: str | None) -> Document:
    return {"reason": None if reason is None else str(reason), "reason_wording": kept_wording(reason or "")}


def _of_known(known: AssetSummary) -> Document:
    labels = known.request_labels.items()
    return {
        "known": known.SerializeToString(),
        "source": known.source,
        "labels": [*(name for name, _ in labels), *(f"{name}:{value}" for name, value in labels)],
    }


def _of_length(length: Duration) -> Document:
    return {"length": length.SerializeToString(), "duration_ms": length.ToMilliseconds()}


def of_programme(programme: Programme) -> Document:
    names = (programme.title, programme.series, programme.channel, *programme.identifiers.values())
    return {
        "programme": programme.SerializeToString(),
        "title": folded(programme.title),
        "search": search_text(names),
    }


def shard(asset_id: str) -> int:
    return crc32(asset_id.encode()) % SHARDS


def row_of(document: Document) -> AssetRow:
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


def listed(document: Document) -> ListedAsset:
    summary = AssetSummary.FromString(document["known"])
    give_programme(summary, Programme.FromString(document["programme"]))
    if document["length"] is not None:
        summary.duration.CopyFrom(Duration.FromString(document["length"]))
    summary.asset_id, summary.state, summary.kind = document["_id"], document["state"], document["kind"]
    if document.get("reason") is not None:
        summary.reason = document["reason"]
        if (
            wording := wording_of(worded_as_kept(summary.reason, document.get("reason_wording")))
        ) is not None:
            summary.reason_wording.CopyFrom(wording)
    if document.get("requested_at") is not None:
        summary.requested_at.FromDatetime(document["requested_at"])
    if document.get("changed"):
        summary.changed_at.FromMicroseconds(document["changed"])
    counted = document.get("counted_generation") == document["generation"]
    summary.chunks.CopyFrom(ChunkCounts.FromString(document["chunks"] if counted else b""))
    return ListedAsset(summary, counted=counted)
