"""What happens in the whole mesh: as a list, or as server-sent events while it happens."""

import json
from collections.abc import AsyncGenerator

from starlette.requests import Request
from starlette.responses import Response

from framewell.gateway.v1.events_pb2 import ListMeshEventsRequest
from framewell_gateway.domain.events import EventFilter, RecordedEvent
from framewell_gateway.entrypoints.http.app_context import AppContext
from framewell_gateway.entrypoints.http.event_streams import (
    COMMENT_SECONDS,
    LAST_EVENT_ID,
    RETRY_MS,
    check_last_event_id,
    streamed,
    wants_stream,
)
from framewell_gateway.entrypoints.http.routing import json_response
from framewell_gateway.queries.follow_mesh import Place
from framewell_gateway.queries.list_events import ListMeshEvents, filter_of


async def list_or_follow(context: AppContext, wanted: ListMeshEventsRequest, request: Request) -> Response:
    """Answer with a page of events, or with a stream of them where the request accepts one.

    Raises Rejected for a place that no event can have.
    """
    if not wants_stream(",".join(request.headers.getlist("accept"))):
        return json_response(await ListMeshEvents(context.events)(wanted))
    after = request.headers.get(LAST_EVENT_ID, "") or wanted.after
    check_last_event_id(after)
    return streamed(context, request, stream(context, filter_of(wanted), after))


async def stream(context: AppContext, wanted: EventFilter, after: str) -> AsyncGenerator[bytes, None]:
    """Yield server-sent events (WHATWG HTML, section 9.2) after the one with this key, or from now on."""
    yield f": events of the mesh\nretry: {RETRY_MS}\n\n".encode()
    sent = context.clock.monotonic()
    async for followed in context.follow_mesh(wanted, after):
        if isinstance(followed, RecordedEvent):
            yield context.event_texts.of(followed)
        elif isinstance(followed, Place):
            yield _place(followed)
        elif context.clock.monotonic() - sent < COMMENT_SECONDS:
            continue
        else:
            yield b": still here\n\n"
        sent = context.clock.monotonic()


def _place(place: Place) -> bytes:
    """Return where the stream is: an id alone, which a client keeps; with a reason an event `resync`."""
    name = f"id: {place.key}\n" if place.key else ""
    if not place.reason:
        return f"{name}\n".encode()
    return f"event: resync\ndata: {json.dumps({'reason': place.reason})}\n{name}\n".encode()
