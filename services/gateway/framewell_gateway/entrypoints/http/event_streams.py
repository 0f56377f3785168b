"""What happened to an asset: as a list, or as server-sent events while it happens."""

import json
from collections.abc import AsyncIterator
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from framewell.gateway.v1.events_pb2 import ListEventsRequest
from framewell_contracts.json_mapping import to_json
from framewell_gateway.domain.events import RecordedEvent
from framewell_gateway.entrypoints.http.app_context import AppContext
from framewell_gateway.entrypoints.http.routing import json_response
from framewell_gateway.queries.follow_events import FollowEvents
from framewell_gateway.queries.list_events import ListEvents, event_message
from framewell_gateway.telemetry import EVENT_STREAMS

EVENT_STREAM: Final = "text/event-stream"
LAST_EVENT_ID: Final = "last-event-id"
_LONGEST_KEY: Final = 300
_RETRY_MS: Final = 1000
# Looks without news between two comments that keep proxies from closing an idle stream.
_LOOKS_PER_COMMENT: Final = 40


async def list_or_follow(context: AppContext, wanted: ListEventsRequest, request: Request) -> Response:
    """Answer with a page of events, or with a stream of them where the request accepts one."""
    if EVENT_STREAM not in request.headers.get("accept", ""):
        return json_response(await ListEvents(context.events)(wanted))
    last_key = request.headers.get(LAST_EVENT_ID, "")[:_LONGEST_KEY]
    return StreamingResponse(
        stream(context, wanted.asset_id, last_key),
        media_type=EVENT_STREAM,
        # nginx would hold events back.
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


async def stream(context: AppContext, asset_id: str, last_key: str) -> AsyncIterator[bytes]:
    """Yield server-sent events (WHATWG HTML, section 9.2) after the one with this key, for ever."""
    quiet_looks = 0
    EVENT_STREAMS.add(1)
    try:
        # Lets the client see at once that the stream is open.
        yield f": events of an asset\nretry: {_RETRY_MS}\n\n".encode()
        async for event in FollowEvents(context.events, context.clock)(asset_id, last_key):
            quiet_looks = quiet_looks + 1 if event is None else 0
            if event is not None:
                yield _sse(event)
            elif quiet_looks % _LOOKS_PER_COMMENT == 0:
                yield b": still here\n\n"
    finally:
        EVENT_STREAMS.add(-1)


def _sse(event: RecordedEvent) -> bytes:
    """Return an event of a stream; JSON has no line breaks, a key neither."""
    data = json.dumps(to_json(event_message(event), defaults=True), ensure_ascii=False)
    return f"event: {event.name}\ndata: {data}\nid: {event.key}\n\n".encode()
