"""Events in the document store: one document an event, inserted once."""

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final
from uuid import uuid4

from framewell_contracts.sentences import say
from framewell_gateway.domain.events import Cursor, EventFilter, RecordedEvent
from framewell_kit.documents.protocol import Document, Documents
from framewell_kit.outcomes import Rejected
from framewell_kit.paging import Order, Page, PageRequest, decode_token, encode_token, find_page

EVENTS: Final = "events"
ORDER: Final = Order("recorded", int)
NEWEST_FIRST: Final = Order("recorded", int, descending=True)
HOURS: Final = "event_hours"
_HOUR_MICROS: Final = 3_600_000_000
_TICK_MICROS: Final = 5_000_000
_TICKS_AHEAD: Final = 3
"""The clock of another process may be so far ahead."""
_MOST_TICKS: Final = 1000
"""So many are named in one query."""
_BACKWARDS: Final = "newest."
"""What the page tokens of a list with the newest first begin with."""

# An event may become visible a little after one that arrived later; readers look back so far.
LOOK_BACK: Final = 10_000_000  # microseconds


class EventDocuments:
    """`EventRepository` on the gateway's own database.

    The embedded database has indexes for equality alone. Therefore an event also has the `hour` and the
    `tick` (five seconds) of its arrival, and events of the whole mesh are read hour by hour. Events of an
    earlier version, without them, are listed with their assets only.

    A review names its sample only, and the proposal of the sample names the asset: whichever comes second
    gives the asset to the other, so that all events of an asset are found by its id.
    """

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._followers: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self._listeners: set[Callable[[RecordedEvent], None]] = set()
        self._process = uuid4().hex
        self._hours: set[int] = set()

    async def prepare(self) -> None:
        """Make the indexes that the queries below need."""
        await self._documents.ensure_index(EVENTS, ["asset_id", *ORDER.fields])
        for field in ("tick", "hour", "type"):
            await self._documents.ensure_index(EVENTS, [field, *ORDER.fields])
        await self._documents.ensure_index(EVENTS, ["sample_id", "asset_id"])
        await self._documents.ensure_index(EVENTS, ["class_id"])
        await self._documents.ensure_index(EVENTS, ["holders"])

    async def record(self, event: RecordedEvent) -> bool:
        """See EventRepository."""
        hour, tick = event.recorded // _HOUR_MICROS, event.recorded // _TICK_MICROS
        if hour not in self._hours:  # first: whoever finds the event finds its hour
            await self._documents.insert_once(HOURS, {"_id": f"{hour:010}"})
            self._hours.add(hour)
        document = {**_document(event), "by": self._process, "hour": hour, "tick": tick}
        is_new = await self._documents.insert_once(EVENTS, document)
        if event.sample_id:
            self._wake_followers(await self._give_asset(event.sample_id, event.asset_id))
        else:
            self._wake_followers(event.asset_id)
        if is_new:
            for hear in list(self._listeners):
                hear(event)
        return is_new

    @contextmanager
    def following(self, asset_id: str) -> Iterator[asyncio.Event]:
        """See EventRepository."""
        recorded = asyncio.Event()
        self._followers[asset_id].add(recorded)
        try:
            yield recorded
        finally:
            self._followers[asset_id].discard(recorded)
            if not self._followers[asset_id]:
                del self._followers[asset_id]

    def _wake_followers(self, asset_id: str) -> None:
        for recorded in self._followers.get(asset_id, ()):
            recorded.set()

    async def page(self, asset_id: str, types: Sequence[str], page: PageRequest) -> Page[RecordedEvent]:
        """See EventRepository."""
        of_types = {"type": {"$in": list(types)}} if types else {}
        found = await find_page(self._documents, EVENTS, {"asset_id": asset_id, **of_types}, page, ORDER)
        return found.map(_event)

    async def since(self, asset_id: str, cursor: Cursor | None) -> Sequence[RecordedEvent]:
        """See EventRepository."""
        after = {"recorded": {"$gte": cursor.recorded - LOOK_BACK}} if cursor else {}
        return await self._find({"asset_id": asset_id, **after})

    async def first(self, asset_id: str) -> RecordedEvent | None:
        """See EventRepository."""
        return next(iter(await self._find({"asset_id": asset_id}, limit=1)), None)

    async def last(self, asset_id: str) -> RecordedEvent | None:
        """See EventRepository."""
        return next(iter(await self._find({"asset_id": asset_id}, limit=1, direction=-1)), None)

    async def get(self, key: str) -> RecordedEvent | None:
        """See EventRepository."""
        document = await self._documents.get(EVENTS, key)
        return None if document is None else _event(document)

    async def of_mesh(
        self,
        wanted: EventFilter,
        page: PageRequest,
        *,
        after: Cursor | None = None,
        newest_first: bool = False,
    ) -> Page[RecordedEvent]:
        """See EventRepository."""
        if bool(page.token) and page.token.startswith(_BACKWARDS) is not newest_first:
            raise Rejected(
                say(
                    "bad_page_token.other_order",
                    "the page token is one of a list in the other order: begin without a token",
                ),
            )
        inner = PageRequest(page.size, page.token.removeprefix(_BACKWARDS))
        query, order = _meant(wanted, after), NEWEST_FIRST if newest_first else ORDER
        if wanted.asset_id or wanted.types:
            if after is not None:
                query["hour"] = {"$in": await self._hours_from(after.recorded)}
            found = await find_page(self._documents, EVENTS, query, inner, order)
        else:
            found = await self._by_hours(query, inner, order, after)
        backwards = newest_first and bool(found.next_token)
        token = _BACKWARDS + found.next_token if backwards else found.next_token
        return replace(found.map(_event), next_token=token)

    async def _by_hours(
        self, query: Document, page: PageRequest, order: Order, after: Cursor | None
    ) -> Page[Document]:
        """Return a page of the events that match, read from as many hours as it takes to fill it."""
        key = decode_token(page.token, order.key_types)
        start = key[0] if key is not None and isinstance(key[0], int) else None
        hours = await self._hours_from(after.recorded if after else 0)
        if order.descending:
            hours = [hour for hour in reversed(hours) if start is None or hour <= start // _HOUR_MICROS]
        else:
            hours = [hour for hour in hours if start is None or hour >= start // _HOUR_MICROS]
        found: list[Document] = []
        for hour in hours:
            left = PageRequest(page.size + 1 - len(found), page.token)
            of_hour = {**query, "hour": hour}
            part = await find_page(self._documents, EVENTS, of_hour, left, order, counted=False)
            found += part.items
            if len(found) > page.size:
                break
        total = await self._documents.count(EVENTS, query)
        if len(found) <= page.size:
            return Page(found, total=total)
        last = found[page.size - 1]
        return Page(found[: page.size], encode_token((last["recorded"], last["_id"])), total)

    async def _hours_from(self, since: int) -> list[int]:
        """Return the hours in which events arrived, from that of a moment on, in order."""
        hours = sorted(int(one["_id"]) for one in await self._documents.find(HOURS, {}))
        return [hour for hour in hours if hour >= since // _HOUR_MICROS]

    async def newest(self) -> RecordedEvent | None:
        """See EventRepository."""
        for hour in reversed(await self._hours_from(0)):
            if found := await self._find({"hour": hour}, limit=1, direction=-1):
                return found[0]
        return None

    async def count(self, event_type: str, since: int) -> int:
        """See EventRepository."""
        query = {"type": event_type, "recorded": {"$gte": since}}
        return await self._documents.count(EVENTS, query)

    async def by_others(self, since: int, most: int) -> Sequence[RecordedEvent]:
        """See EventRepository."""
        now = int(time.time() * 1_000_000)
        ticks = range(since // _TICK_MICROS, max(since, now) // _TICK_MICROS + _TICKS_AHEAD)
        wanted: Document = {"recorded": {"$gte": since}, "by": {"$ne": self._process}}
        if len(ticks) <= _MOST_TICKS:
            wanted["tick"] = {"$in": [*ticks]}
        return await self._find(wanted, limit=most)

    @contextmanager
    def hearing(self, hear: Callable[[RecordedEvent], None]) -> Iterator[None]:
        """See EventRepository."""
        self._listeners.add(hear)
        try:
            yield
        finally:
            self._listeners.discard(hear)

    async def samples_of(self, *, asset_id: str = "", class_id: str = "") -> Sequence[str]:
        """See EventRepository."""
        found = await self._documents.find(EVENTS, _about(asset_id=asset_id, class_id=class_id))
        return sorted({each["sample_id"] for each in found} - {""})

    async def forget(
        self,
        *,
        asset_id: str = "",
        sample_id: str = "",
        class_id: str = "",
        holder: str = "",
        key: str = "",
    ) -> int:
        """See EventRepository."""
        if key:
            return int(await self._documents.delete(EVENTS, key))
        query = _about(asset_id=asset_id, sample_id=sample_id, class_id=class_id, holders=holder)
        return await self._documents.delete_where(EVENTS, query)

    async def _give_asset(self, sample_id: str, asset_id: str) -> str:
        """Give its asset to a sample's events that do not name it, as soon as one does; return its id."""
        if not asset_id:
            query = {"sample_id": sample_id, "asset_id": {"$gt": ""}}
            proposals = await self._documents.find(EVENTS, query, limit=1)
            asset_id = str(proposals[0]["asset_id"]) if proposals else ""
        if asset_id:
            orphans = {"sample_id": sample_id, "asset_id": ""}
            await self._documents.update_where(EVENTS, orphans, {"$set": {"asset_id": asset_id}})
        return asset_id

    async def _find(
        self, query: Mapping[str, Any], *, limit: int | None = None, direction: int = 1
    ) -> list[RecordedEvent]:
        sort = [(field, direction) for field in ORDER.fields]
        return [_event(each) for each in await self._documents.find(EVENTS, query, sort=sort, limit=limit)]


def _meant(wanted: EventFilter, after: Cursor | None) -> Document:
    """Return the query for the events of a filter that arrived after a place."""
    query: Document = {}
    if wanted.asset_id:
        query["asset_id"] = wanted.asset_id
    if wanted.types:
        query["type"] = {"$in": sorted(wanted.types)}
    if wanted.source:
        query["source"] = wanted.source
    if after is not None:
        query["recorded"] = {"$gte": after.recorded}
        query["$or"] = [{"recorded": {"$gt": after.recorded}}, {"_id": {"$gt": after.key}}]
    return query


def _about(**fields: str) -> Document:
    """Return the query for the one field that is given. Raises ValueError for none: that would be all."""
    query = {name: value for name, value in fields.items() if value}
    if not query:
        raise ValueError("say whose events are meant")
    return query


def _document(event: RecordedEvent) -> Document:
    return {
        "_id": event.key,
        "id": event.id,
        "type": event.type,
        "source": event.source,
        "time": event.time,
        "recorded": event.recorded,
        "subject": event.subject,
        "asset_id": event.asset_id,
        "sample_id": event.sample_id,
        "class_id": event.class_id,
        "holders": list(event.holders),
        # As text: the keys of maps come from outside and must not be read as operators or paths.
        "data": json.dumps(event.data, ensure_ascii=False),
    }


def _event(document: Document) -> RecordedEvent:
    return RecordedEvent(
        id=document["id"],
        type=document["type"],
        source=document["source"],
        time=document["time"],
        recorded=document["recorded"],
        subject=document["subject"],
        asset_id=document["asset_id"],
        sample_id=document["sample_id"],
        class_id=document["class_id"],
        holders=tuple(document["holders"]),
        data=json.loads(document["data"]),
    )
