"""The log of events in the document store: one document an event, inserted once, never changed."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from framewell_gateway.domain.events import Cursor, Failure, RecordedEvent
from framewell_kit.documents.protocol import Document, Documents

EVENTS = "events"

# A recorder may become visible a little after one that started later; readers look back so far.
LOOK_BACK = 10_000_000  # microseconds

_ORDER = (("recorded", 1), ("_id", 1))


class StoredEventLog:
    """EventLog on the gateway's own database."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    async def prepare(self) -> None:
        """Make the indexes that the queries below need."""
        await self._documents.ensure_index(EVENTS, ["assets", "recorded"])
        await self._documents.ensure_index(EVENTS, ["sample_id"])

    async def record(self, event: RecordedEvent) -> bool:
        return await self._documents.insert_once(EVENTS, _document(event))

    async def of_asset(self, asset_id: str, *, after: Cursor | None = None) -> Sequence[RecordedEvent]:
        """See EventLog. With `after`, events up to LOOK_BACK before it come again: readers drop them."""
        since = {"recorded": {"$gte": after.recorded - LOOK_BACK}} if after else {}
        events = await self._find({"assets": asset_id, **since})
        samples = sorted(
            {event.sample_id for event in await self._of_samples(asset_id, events, after)} - {""}
        )
        if samples:
            # Reviews name their sample only; the sample's proposal names the asset.
            events += await self._find({"sample_id": {"$in": samples}, **since})
        known = {event.key: event for event in events}
        return sorted(known.values(), key=lambda event: event.cursor)

    async def _of_samples(
        self, asset_id: str, events: list[RecordedEvent], after: Cursor | None
    ) -> list[RecordedEvent]:
        """Events that name both the asset and a sample of it: the proposal may be older than `after`."""
        return events if after is None else await self._find({"assets": asset_id, "sample_id": {"$gt": ""}})

    async def of_assets(self, asset_ids: Sequence[str]) -> Mapping[str, Sequence[RecordedEvent]]:
        found: dict[str, list[RecordedEvent]] = {asset_id: [] for asset_id in asset_ids}
        for event in await self._find({"assets": {"$in": list(asset_ids)}}):
            for asset_id in event.assets:
                if asset_id in found:
                    found[asset_id].append(event)
        return found

    async def get(self, key: str) -> RecordedEvent | None:
        document = await self._documents.get(EVENTS, key)
        return None if document is None else _event(document)

    async def forget(self, asset_id: str) -> int:
        return await self._documents.delete_where(EVENTS, {"assets": asset_id})

    async def _find(self, query: Mapping[str, Any]) -> list[RecordedEvent]:
        return [_event(document) for document in await self._documents.find(EVENTS, query, sort=_ORDER)]


def _document(event: RecordedEvent) -> Document:
    return {
        "_id": event.key,
        "id": event.id,
        "type": event.type,
        "source": event.source,
        "time": event.time,
        "recorded": event.recorded,
        "assets": list(event.assets),
        "subject": event.subject,
        "generation": event.generation,
        "chunk_id": event.chunk_id,
        "sample_id": event.sample_id,
        "failure": event.failure and {"code": event.failure.code, "detail": event.failure.detail},
        # As text: the keys of maps come from outside and must not be read as operators or paths.
        "data": json.dumps(event.data, ensure_ascii=False),
    }


def _event(document: Document) -> RecordedEvent:
    failure = document["failure"]
    return RecordedEvent(
        id=document["id"],
        type=document["type"],
        source=document["source"],
        time=document["time"],
        recorded=document["recorded"],
        assets=tuple(document["assets"]),
        subject=document["subject"],
        generation=document["generation"],
        chunk_id=document["chunk_id"],
        sample_id=document["sample_id"],
        failure=Failure(failure["code"], failure["detail"]) if failure else None,
        data=json.loads(document["data"]),
    )
