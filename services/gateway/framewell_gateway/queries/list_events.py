"""Events as a list, of an asset or of the whole mesh: what has happened so far, page by page."""

from dataclasses import dataclass

from framewell.gateway.v1.events_pb2 import (
    Event,
    ListEventsRequest,
    ListEventsResponse,
    ListMeshEventsRequest,
)
from framewell_contracts.sentences import say
from framewell_gateway.domain.events import Cursor, EventFilter, RecordedEvent
from framewell_gateway.domain.moments import timestamp
from framewell_gateway.ports import EventRepository
from framewell_gateway.queries.asset_progress import AssetProgress
from framewell_kit.outcomes import Gone
from framewell_kit.paging import page_request

DEFAULT_PAGE_SIZE = 1000


@dataclass(frozen=True, slots=True)
class ListEvents:
    """A page of an asset's events.

    Raises NotFound for an asset that nobody knows, Away when only ingest could know it and is away, Rejected
    for a token that no page gave out.
    """

    events: EventRepository
    progress: AssetProgress

    async def __call__(self, request: ListEventsRequest) -> ListEventsResponse:
        wanted = page_request(request, default=DEFAULT_PAGE_SIZE)
        page = await self.events.page(request.asset_id, request.type, wanted)
        if not page.items and not request.page_token and not await self.events.first(request.asset_id):
            await self.progress(request.asset_id)
        return ListEventsResponse(
            events=[event_message(each) for each in page.items],
            next_page_token=page.next_token,
            total_size=page.total,
        )


def event_message(recorded: RecordedEvent) -> Event:
    """Return an event as the message that REST answers with."""
    event = Event(
        id=recorded.id,
        type=recorded.type,
        source=recorded.source,
        time=timestamp(recorded.time),
        subject=recorded.subject,
    )
    event.data.update(recorded.data)
    return event


@dataclass(frozen=True, slots=True)
class ListMeshEvents:
    """A page of the events of the whole mesh.

    Raises Rejected for a token that no page of this list gave out, Gone for a place that is not known any
    more.
    """

    events: EventRepository

    async def __call__(self, request: ListMeshEventsRequest) -> ListEventsResponse:
        after = await self._place(request.after) if request.after else None
        page = await self.events.of_mesh(
            filter_of(request), page_request(request), after=after, newest_first=request.newest_first
        )
        return ListEventsResponse(
            events=[event_message(each) for each in page.items],
            next_page_token=page.next_token,
            total_size=page.total,
        )

    async def _place(self, key: str) -> Cursor:
        event = await self.events.get(key)
        if event is None:
            raise Gone(
                say("event_unknown", "the event to go on after is not known any more: list without `after`")
            )
        return event.cursor


def filter_of(request: ListMeshEventsRequest) -> EventFilter:
    """Return which events are asked for."""
    return EventFilter(frozenset(request.type), request.asset_id, request.service)
