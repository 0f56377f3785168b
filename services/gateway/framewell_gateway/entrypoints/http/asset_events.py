"""What happened to an asset: as a list, or as server-sent events while it happens."""

from collections.abc import AsyncIterator
from contextlib import suppress

from starlette.requests import Request
from starlette.responses import Response

from framewell.gateway.v1.events_pb2 import ListEventsRequest
from framewell_contracts.sentences import say
from framewell_gateway.entrypoints.http.app_context import AppContext
from framewell_gateway.entrypoints.http.event_streams import (
    COMMENT_SECONDS,
    LAST_EVENT_ID,
    RETRY_MS,
    check_last_event_id,
    streamed,
    wants_stream,
)
from framewell_gateway.entrypoints.http.event_texts import server_sent
from framewell_gateway.entrypoints.http.routing import json_response
from framewell_gateway.queries.follow_events import FollowEvents
from framewell_gateway.queries.list_events import ListEvents
from framewell_kit.outcomes import Busy, Rejected


async def list_or_follow(context: AppContext, wanted: ListEventsRequest, request: Request) -> Response:
    """Answer with a page of events, or with a stream of them where the request accepts one.

    Raises NotFound for an asset that nobody knows, Rejected for a Last-Event-ID that no event has.
    """
    if not wants_stream(",".join(request.headers.getlist("accept"))):
        return json_response(await ListEvents(context.events, context.asset_progress)(wanted))
    last_key = request.headers.get(LAST_EVENT_ID, "")
    with suppress(Busy):  # while the store is away nobody knows: the stream opens and goes on with it
        await _check_place(context, wanted.asset_id, last_key)
        if await context.events.first(wanted.asset_id) is None:
            await context.asset_progress(wanted.asset_id)
    return streamed(context, request, stream(context, wanted.asset_id, last_key))


async def _check_place(context: AppContext, asset_id: str, key: str) -> None:
    """Raise Rejected for a key that no event of the asset can have; one that is forgotten may be resumed."""
    check_last_event_id(key)
    if not key:
        return
    event = await context.events.get(key)
    if event is not None and event.asset_id not in ("", asset_id):
        raise Rejected(
            say(
                "bad_event_id.other_asset",
                "{header} names an event of another asset, {asset_id}",
                header=LAST_EVENT_ID,
                asset_id=event.asset_id,
            )
        )


async def stream(context: AppContext, asset_id: str, last_key: str) -> AsyncIterator[bytes]:
    """Yield server-sent events (WHATWG HTML, section 9.2) after the one with this key, for ever."""
    # Lets the client see at once that the stream is open.
    yield f": events of an asset\nretry: {RETRY_MS}\n\n".encode()
    sent = context.clock.monotonic()
    async for event in FollowEvents(context.events, context.clock)(asset_id, last_key):
        if event is not None:
            yield server_sent(event)
        elif context.clock.monotonic() - sent < COMMENT_SECONDS:
            continue
        else:
            yield b": still here\n\n"
        sent = context.clock.monotonic()
