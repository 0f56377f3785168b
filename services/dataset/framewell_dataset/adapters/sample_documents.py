"""Samples as documents, with the facts about them in the same document."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from framewell.media.v1.media_pb2 import Span
from framewell_dataset.adapters.sample_mapping import changing_fields, place_fields, sample_of
from framewell_dataset.domain.samples import Sample, State
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
    ["dataset_id", "state", *OLDEST_FIRST.fields],
    OLDEST_FIRST.fields,
)
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

    async def page(
        self, page: PageRequest, *, dataset_id: str, states: Sequence[State], class_id: str, asset_id: str
    ) -> Page[Sample]:
        named = {"dataset_id": dataset_id, "class_id": class_id, "asset_id": asset_id}
        query: dict[str, Any] = {field: value for field, value in named.items() if value}
        if states:
            query["state"] = {"$in": _names(states)}
        return (await find_page(self.documents, SAMPLES, query, page, OLDEST_FIRST)).map(sample_of)

    async def claim(
        self, dataset_id: str, reviewer: str, limit: int, now: datetime, until: datetime
    ) -> list[Sample]:
        free = {
            "dataset_id": dataset_id,
            "state": str(State.PROPOSED),
            "$or": [
                {"claimed_until": None},
                {"claimed_until": {"$lte": now}},
                {"claimed_by": reviewer, "claimed_until": {"$lt": until}},
            ],
        }
        claimed: dict[str, Sample] = {}
        claim = {"$set": {"claimed_by": reviewer, "claimed_until": until}}
        while len(claimed) < limit:
            found = await self.documents.update_first(SAMPLES, free, claim, sort=AGE)
            if found is None or found["_id"] in claimed:
                break
            claimed[found["_id"]] = sample_of(found)
        return list(claimed.values())

    async def _find(self, query: Mapping[str, Any]) -> list[Sample]:
        found = await self.documents.find(SAMPLES, query, sort=AGE)
        return [sample_of(document) for document in found]

    async def _each(self, query: Mapping[str, Any]) -> AsyncIterator[Sample]:
        async for document in scan(self.documents, SAMPLES, query, OLDEST_FIRST):
            yield sample_of(document)


def _age(document: Document) -> tuple[datetime, str]:
    return document["created_at"], document["_id"]


def _names(states: Sequence[State]) -> list[str]:
    return [str(state) for state in states]


def _labels(sample: Sample) -> dict[str, str]:
    return {"dataset": sample.dataset_id, "state": str(sample.state)}
