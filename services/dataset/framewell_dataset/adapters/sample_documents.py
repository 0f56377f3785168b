"""Samples as documents, with the facts about them in the same document; vectors apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from framewell.dataset.v1.dataset_service_pb2 import Sample as SampleMessage
from framewell.media.v1.media_pb2 import Span
from framewell_dataset.adapters.paging import ORDER, order_of, page_of
from framewell_dataset.domain.geometry import Sighting
from framewell_dataset.domain.samples import Sample, State, Withdrawal
from framewell_dataset.domain.sightings import Vectors
from framewell_dataset.ports import Page
from framewell_dataset.telemetry import SAMPLES as SAMPLES_CHANGED
from framewell_kit.documents.protocol import Document, Documents
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.outbox import Outbox

SAMPLES = "samples"
VECTORS = "sample_vectors"
DIMENSIONS = 128


@dataclass(frozen=True, slots=True)
class SampleDocuments:
    """Collections `samples` and `sample_vectors`."""

    documents: Documents
    outbox: Outbox

    async def prepare(self) -> None:
        self.outbox.register(SAMPLES)
        for fields in (["asset_id"], ["class_id"], ["dataset_id", "state"], ["pictures"], [ORDER]):
            await self.documents.ensure_index(SAMPLES, fields)

    async def insert(self, sample: Sample, vectors: Vectors, fact: Outgoing, cause: Cause) -> bool:
        kept = {"_id": sample.sample_id, "rows": np.ascontiguousarray(vectors, np.float32).tobytes()}
        if not await self.documents.insert_once(VECTORS, kept):
            await self.set_vectors(sample.sample_id, vectors)
        document = {
            "_id": sample.sample_id,
            **_fields(sample),
            **_place(sample),
            "collapsed": list(sample.collapsed),
            ORDER: order_of(sample.created_at, sample.sample_id),
        }
        new = await self.outbox.insert(SAMPLES, document, [fact], cause)
        if new:
            SAMPLES_CHANGED.add(1, _labels(sample))
        return new

    async def change(self, before: Sample, after: Sample, fact: Outgoing | None, cause: Cause) -> bool:
        facts = [] if fact is None else [fact]
        change = {"$set": _fields(after)}
        expect = {"revision": before.revision}
        done = await self.outbox.update(SAMPLES, before.sample_id, change, facts, cause, expect=expect)
        if done is not None and after.state is not before.state:
            SAMPLES_CHANGED.add(1, _labels(after))
        return done is not None

    async def collapse(self, sample_id: str, refs: Sequence[str]) -> None:
        await self.documents.update(SAMPLES, sample_id, {"$addToSet": {"collapsed": {"$each": list(refs)}}})

    async def grow(self, sample: Sample) -> None:
        await self.documents.update(SAMPLES, sample.sample_id, {"$set": _place(sample)})

    async def get(self, sample_id: str) -> Sample | None:
        found = await self.documents.get(SAMPLES, sample_id)
        return None if found is None else _sample(found)

    async def of_asset(self, asset_id: str, dataset_id: str = "") -> list[Sample]:
        query = {"asset_id": asset_id} | ({"dataset_id": dataset_id} if dataset_id else {})
        return await self._find(query)

    async def of_class(self, class_id: str) -> list[Sample]:
        return await self._find({"class_id": class_id})

    async def in_state(self, dataset_id: str, states: Sequence[State]) -> list[Sample]:
        return await self._find({"dataset_id": dataset_id, "state": {"$in": [str(s) for s in states]}})

    async def page(
        self, page: Page, *, dataset_id: str, states: Sequence[State], class_id: str, asset_id: str
    ) -> tuple[list[Sample], str]:
        named = {"dataset_id": dataset_id, "class_id": class_id, "asset_id": asset_id}
        query: dict[str, Any] = {field: value for field, value in named.items() if value}
        if states:
            query["state"] = {"$in": [str(state) for state in states]}
        found, token = await page_of(self.documents, SAMPLES, query, page, newest_first=False)
        return [_sample(document) for document in found], token

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
        mark = {"$set": {"claimed_by": reviewer, "claimed_until": until}}
        while len(claimed) < limit:
            found = await self.documents.update_first(SAMPLES, free, mark, sort=[(ORDER, 1)])
            if found is None or found["_id"] in claimed:
                break
            claimed[found["_id"]] = _sample(found)
        return list(claimed.values())

    async def vectors(self, sample_ids: Sequence[str]) -> dict[str, Vectors]:
        if not sample_ids:
            return {}
        found = await self.documents.find(VECTORS, {"_id": {"$in": list(sample_ids)}})
        return {kept["_id"]: _rows(kept) for kept in found}

    async def set_vectors(self, sample_id: str, vectors: Vectors) -> None:
        rows = np.ascontiguousarray(vectors, np.float32).tobytes()
        await self.documents.update(VECTORS, sample_id, {"$set": {"rows": rows}}, upsert=True)

    async def forget_vectors(self, sample_id: str) -> bool:
        return await self.documents.delete(VECTORS, sample_id)

    async def uses_picture(self, key: str, but: str) -> bool:
        return bool(await self.documents.count(SAMPLES, {"pictures": key, "_id": {"$ne": but}}))

    async def _find(self, query: Document) -> list[Sample]:
        found = await self.documents.find(SAMPLES, query, sort=[(ORDER, 1)])
        return [_sample(document) for document in found]


def _labels(sample: Sample) -> dict[str, str]:
    return {"dataset": sample.dataset_id, "state": str(sample.state)}


def _rows(document: Document) -> Vectors:
    return np.frombuffer(document["rows"], np.float32).reshape(-1, DIMENSIONS)


def _fields(sample: Sample) -> Document:
    """Everything but the order, and what `grow`, `collapse` and the outbox write."""
    content = SampleMessage(crops=sample.crops, evidence=sample.evidence, passport=sample.passport)
    return {
        "dataset_id": sample.dataset_id,
        "asset_id": sample.asset_id,
        "class_id": sample.class_id,
        "programme_key": sample.programme_key,
        "rule": sample.rule,
        "purpose": sample.purpose,
        "state": str(sample.state),
        "question": sample.question,
        "content": content.SerializeToString(),
        "pictures": [crop.picture.key for crop in sample.crops],
        "quality": sample.quality,
        "created_at": sample.created_at,
        "revision": sample.revision,
        "reason": sample.reason,
        "withdrawal": str(sample.withdrawal),
        "claimed_by": sample.claimed_by,
        "claimed_until": sample.claimed_until,
    }


def _place(sample: Sample) -> Document:
    return {
        "span": sample.span.SerializeToString(),
        "trail": [[s.pts, s.x, s.y, s.width, s.height] for s in sample.trail],
    }


def _sample(document: Document) -> Sample:
    content = SampleMessage.FromString(document["content"])
    return Sample(
        sample_id=document["_id"],
        dataset_id=document["dataset_id"],
        asset_id=document["asset_id"],
        class_id=document["class_id"],
        programme_key=document["programme_key"],
        rule=document["rule"],
        purpose=document["purpose"],
        state=State(document["state"]),
        question=document["question"],
        span=Span.FromString(document["span"]),
        trail=tuple(Sighting(int(row[0]), *row[1:]) for row in document["trail"]),
        crops=tuple(content.crops),
        evidence=tuple(content.evidence),
        passport=content.passport,
        quality=document["quality"],
        collapsed=tuple(document["collapsed"]),
        created_at=document["created_at"],
        revision=document["revision"],
        reason=document["reason"],
        withdrawal=Withdrawal(document["withdrawal"]),
        claimed_by=document["claimed_by"],
        claimed_until=document["claimed_until"],
    )
