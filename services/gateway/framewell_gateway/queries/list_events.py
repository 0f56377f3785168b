"""GET /v1/assets/{id}/events as a list: what has happened so far, page by page."""

from dataclasses import dataclass

from framewell.gateway.v1.events_pb2 import Event, ListEventsRequest, ListEventsResponse
from framewell_gateway.domain.events import RecordedEvent
from framewell_gateway.domain.moments import timestamp
from framewell_gateway.ports import EventRepository
from framewell_gateway.queries.asset_progress import AssetProgress
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
