"""Samples as documents, with the facts about them in the same document."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from framewell.media.v1.media_pb2 import Span
from framewell_dataset.adapters.sample_mapping import changing_fields, place_fields, sample_of
from framewell_dataset.domain.samples import Sample, State
from framewell_dataset.ports.review import Grouping, Lease, SampleOrdering, Wanted
from framewell_dataset.telemetry import SAMPLES as SAMPLES_CHANGED
from framewell_kit.documents.protocol import Document, Documents
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.outbox import Outbox
from framewell_kit.paging import Order, Page, PageRequest, find_page, scan

SAMPLES = "samples"
OLDEST_FIRST = Order("created_at", datetime)
AGE = [(field, 1) for field in OLDEST_FIRST.fields]
INDEXES = (
    ["asset_id", "dataset_id", "end_pts"],
    ["asset_id", *OLDEST_FIRST.fields],
    ["class_id", *OLDEST_FIRST.fields],
    ["class_id", "programme_key", "state"],
    ["class_id", "state", *OLDEST_FIRST.fields],
    ["dataset_id", "state", *OLDEST_FIRST.fields],
    ["dataset_id", "state", "certainty", "_id"],
    ["dataset_id", "state", "class_id", "_id"],
    ["decided_by", "decided_at", "_id"],
    ["claimed_by", "claimed_until"],
    ["cluster_decision_id"],
    OLDEST_FIRST.fields,
)
ORDERS: Final[Mapping[SampleOrdering, Order]] = {
    "oldest": OLDEST_FIRST,
    "doubtful": Order("certainty", int),
    "person": Order("class_id", str),
    "decided": Order("decided_at", datetime, descending=True),
}
UNNOTED: Final = ({"question": True}, 0), ({"question": False}, 1_500_000)
"""Certainty of samples that were kept before that was noted, until they change."""
NEARBY = (State.PROPOSED, State.ACCEPTED, State.WITHHELD)


@dataclass(frozen=True, slots=True)
class SampleDocuments:
    """Collection `samples`."""

    documents: Documents
    outbox: Outbox

    async def prepare(self) -> None:
        self.outbox.register(SAMPLES)
        for fields in INDEXES:
            await self.documents.ensure_index(SAMPLES, fields)
        for query, certainty in UNNOTED:
            unnoted = {**query, "certainty": {"$exists": False}}
            await self.documents.update_where(SAMPLES, unnoted, {"$set": {"certainty": certainty}})

    async def insert(self, sample: Sample, fact: Outgoing, cause: Cause) -> bool:
        document = {
            "_id": sample.sample_id,
            **changing_fields(sample),
            **place_fields(sample),
            "created_at": sample.created_at,
        }
        new = await self.outbox.insert(SAMPLES, document, [fact], cause)
        if new:
            SAMPLES_CHANGED.add(1, _labels(sample))
        return new

    async def change(self, before: Sample, after: Sample, fact: Outgoing | None, cause: Cause) -> bool:
        facts = [] if fact is None else [fact]
        change = {"$set": changing_fields(after)}
        expect = {"revision": before.revision}
        done = await self.outbox.update(SAMPLES, before.sample_id, change, facts, cause, expect=expect)
        if done is not None and after.state is not before.state:
            SAMPLES_CHANGED.add(1, _labels(after))
        return done is not None

    async def grow(self, sample: Sample) -> None:
        await self.documents.update(SAMPLES, sample.sample_id, {"$set": place_fields(sample)})

    async def get(self, sample_id: str) -> Sample | None:
        found = await self.documents.get(SAMPLES, sample_id)
        return None if found is None else sample_of(found)

    async def overlapping(self, asset_id: str, dataset_id: str, span: Span) -> list[Sample]:
        query = {
            "asset_id": asset_id,
            "dataset_id": dataset_id,
            "end_pts": {"$gt": span.start_pts},
            "start_pts": {"$lt": max(span.end_pts, span.start_pts + 1)},
        }
        return await self._find(query)

    async def nearby(self, asset_id: str, dataset_id: str, pts: int, limit: int) -> list[Sample]:
        query = {"asset_id": asset_id, "dataset_id": dataset_id, "state": {"$in": _names(NEARBY)}}
        before, after = {**query, "end_pts": {"$lte": pts}}, {**query, "end_pts": {"$gt": pts}}
        found = await self.documents.find(SAMPLES, before, sort=[("end_pts", -1)], limit=limit)
        found += await self.documents.find(SAMPLES, after, sort=[("end_pts", 1)], limit=limit)
        return [sample_of(document) for document in sorted(found, key=_age)]

    def of_asset(self, asset_id: str) -> AsyncIterator[Sample]:
        return self._each({"asset_id": asset_id})

    def of_class(self, class_id: str) -> AsyncIterator[Sample]:
        return self._each({"class_id": class_id})

    async def newest_of_class(self, class_id: str, states: Sequence[State], limit: int) -> list[Sample]:
        query = {"class_id": class_id, "state": {"$in": _names(states)}}
        found = await self.documents.find(SAMPLES, query, sort=[("created_at", -1), ("_id", -1)], limit=limit)
        return [sample_of(document) for document in found]

    async def count(self, class_id: str, programme_key: str) -> int:
        kept = [state for state in State if state not in (State.REJECTED, State.WITHDRAWN)]
        query = {"class_id": class_id, "programme_key": programme_key, "state": {"$in": _names(kept)}}
        return await self.documents.count(SAMPLES, query)

    def in_state(self, dataset_id: str, states: Sequence[State]) -> AsyncIterator[Sample]:
        return self._each({"dataset_id": dataset_id, "state": {"$in": _names(states)}})

    async def page(self, page: PageRequest, wanted: Wanted, order: SampleOrdering = "oldest") -> Page[Sample]:
        query = _query(wanted)
        if order == "decided" and not wanted.decided_by:
            query["decided_by"] = {"$gt": ""}
        return (await find_page(self.documents, SAMPLES, query, page, ORDERS[order])).map(sample_of)

    async def count_wanted(self, wanted: Wanted) -> int:
        return await self.documents.count(SAMPLES, _query(wanted))

    async def count_by(self, wanted: Wanted, field: Grouping, most: int) -> dict[str, int]:
        query, counts = _query(wanted), dict[str, int]()
        while len(counts) < most:
            beyond: Document = {**query, field: {"$gt": max(counts)}} if counts else query
            found = await self.documents.find(SAMPLES, beyond, sort=[(field, 1)], limit=1)
            if not found:
                break
            value = found[0][field]
            counts[value] = await self.documents.count(SAMPLES, {**query, field: value})
        return counts

    async def claim(
        self, wanted: Wanted, lease: Lease, limit: int, order: SampleOrdering = "oldest"
    ) -> list[Sample]:
        sort = [(field, 1) for field in ORDERS[order].fields]
        free = {**_query(wanted), **_free(lease)}
        claimed: dict[str, Sample] = {}
        while len(claimed) < limit:
            found = await self.documents.update_first(SAMPLES, free, _claim(lease), sort=sort)
            if found is None or found["_id"] in claimed:
                break
            claimed[found["_id"]] = sample_of(found)
        return list(claimed.values())

    async def claim_one(self, sample_id: str, lease: Lease) -> Sample | None:
        mine = {"claimed_by": lease.reviewer}
        free = {"state": str(State.PROPOSED), "$or": [*_unclaimed(lease), mine]}
        found = await self.documents.update(SAMPLES, sample_id, _claim(lease), expect=free)
        return None if found is None else sample_of(found)

    async def release(self, sample_ids: Sequence[str], reviewer: str) -> int:
        mine = {"_id": {"$in": list(sample_ids)}, "claimed_by": reviewer}
        given_back = {"$set": {"claimed_by": "", "claimed_until": None}}
        return await self.documents.update_where(SAMPLES, mine, given_back)

    async def _find(self, query: Mapping[str, Any]) -> list[Sample]:
        found = await self.documents.find(SAMPLES, query, sort=AGE)
        return [sample_of(document) for document in found]

    async def _each(self, query: Mapping[str, Any]) -> AsyncIterator[Sample]:
        async for document in scan(self.documents, SAMPLES, query, OLDEST_FIRST):
            yield sample_of(document)


def _query(wanted: Wanted) -> Document:
    """Return what matches the samples that are wanted."""
    named = {
        "dataset_id": wanted.dataset_id,
        "asset_id": wanted.asset_id,
        "decided_by": wanted.decided_by,
        "claimed_by": wanted.claimed_by,
        "cluster_decision_id": wanted.cluster_decision_id,
    }
    query: Document = {field: value for field, value in named.items() if value}
    if wanted.states:
        query["state"] = {"$in": _names(wanted.states)}
    if wanted.class_id is not None:
        query["class_id"] = wanted.class_id
    if wanted.question is not None:
        query["question"] = wanted.question
    if wanted.without_ids:
        query["_id"] = {"$nin": list(wanted.without_ids)}
    if wanted.claimed_at is not None:
        query["claimed_until"] = {"$gt": wanted.claimed_at}
    return query


def _unclaimed(lease: Lease) -> list[Document]:
    return [{"claimed_until": None}, {"claimed_until": {"$lte": lease.now}}]


def _free(lease: Lease) -> Document:
    """Match what nobody else has claimed, and what the reviewer's own claim would be longer of."""
    mine = {"claimed_by": lease.reviewer, "claimed_until": {"$lt": lease.until}}
    return {"state": str(State.PROPOSED), "$or": [*_unclaimed(lease), mine]}


def _claim(lease: Lease) -> Document:
    return {"$set": {"claimed_by": lease.reviewer, "claimed_until": lease.until}}


def _age(document: Document) -> tuple[datetime, str]:
    return document["created_at"], document["_id"]


def _names(states: Sequence[State]) -> list[str]:
    return [str(state) for state in states]


def _labels(sample: Sample) -> dict[str, str]:
    return {"dataset": sample.dataset_id, "state": str(sample.state)}
