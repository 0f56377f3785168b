"""What happened to an asset: as a list, or as events while they happen."""

import json
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header
from fastapi.responses import JSONResponse, Response, StreamingResponse
from fastapi.sse import format_sse_event

from framewell_gateway.domain.events import RecordedEvent
from framewell_gateway.entrypoints.http.assets import AssetId, TheDoor
from framewell_gateway.entrypoints.http.door import Door
from framewell_gateway.telemetry import EVENT_STREAMS
from framewell_gateway.views.from_resources import event_view
from framewell_gateway.views.resources import EventList
from framewell_kit.outcomes import NotFound

router = APIRouter(prefix="/v1", tags=["assets"])

EVENT_STREAM = "text/event-stream"
# Looks without news between two comments that keep proxies from closing an idle stream.
_LOOKS_PER_COMMENT = 40


@router.get(
    "/assets/{asset_id}/events",
    summary="Everything that happened to an asset",
    description="A list; with `Accept: text/event-stream` the same events as they happen, "
    "resumed after `Last-Event-ID`.",
    response_model=EventList,
    responses={200: {"content": {EVENT_STREAM: {"schema": {"type": "string"}}}}},
)
async def asset_events(
    the: TheDoor,
    asset_id: AssetId,
    accept: Annotated[str, Header()] = "",
    last_event_id: Annotated[str, Header(max_length=300)] = "",
) -> Response:
    if EVENT_STREAM in accept:
        return StreamingResponse(
            _stream(the, asset_id.lower(), last_event_id),
            media_type=EVENT_STREAM,
            # nginx would hold events back.
            headers={"cache-control": "no-store", "x-accel-buffering": "no"},
        )
    events = await the.log.of_asset(asset_id.lower())
    if not events:
        raise NotFound(f"nothing has happened to an asset {asset_id} here")
    body = EventList(events=[event_view(event) for event in events])
    return JSONResponse(body.model_dump(mode="json"))


async def _stream(the: Door, asset_id: str, last_event_id: str) -> AsyncIterator[bytes]:
    quiet_looks = 0
    EVENT_STREAMS.add(1)
    try:
        # Tells the client at once that the stream is open.
        yield format_sse_event(comment="events of an asset", retry=1000)
        async for event in the.follow_events(asset_id, last_event_id):
            quiet_looks = quiet_looks + 1 if event is None else 0
            if event is not None:
                yield _sse(event)
            elif quiet_looks % _LOOKS_PER_COMMENT == 0:
                yield format_sse_event(comment="still here")
    finally:
        EVENT_STREAMS.add(-1)


def _sse(event: RecordedEvent) -> bytes:
    data = json.dumps(event_view(event).model_dump(mode="json"), ensure_ascii=False)
    return format_sse_event(data_str=data, event=event.name, id=event.key)
