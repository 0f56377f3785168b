"""What happened to an asset: as a list, or as server-sent events while it happens."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from framewell.gateway.v1.events_pb2 import ListEventsRequest
from framewell_contracts.sentences import say
from framewell_gateway.domain.principals import acting
from framewell_gateway.entrypoints.http.aborting import abort
from framewell_gateway.entrypoints.http.app_context import AppContext
from framewell_gateway.entrypoints.http.event_stream_limit import TooManyStreams
from framewell_gateway.entrypoints.http.event_texts import server_sent
from framewell_gateway.entrypoints.http.problems import problem
from framewell_gateway.entrypoints.http.routing import json_response
from framewell_gateway.queries.follow_events import FollowEvents
from framewell_gateway.queries.list_events import ListEvents
from framewell_kit.outcomes import Busy, Rejected

EVENT_STREAM: Final = "text/event-stream"
LAST_EVENT_ID: Final = "last-event-id"
EVENT_KEY: Final = re.compile(r"[!-~]*#[!-~]+")
_QUALITY: Final = re.compile(r"q\s*=\s*([01](?:\.[0-9]*)?)")
LONGEST_KEY: Final = 2000
RETRY_MS: Final = 1000
# How long nothing may be sent before a comment keeps proxies from closing an idle stream.
COMMENT_SECONDS: Final = 10.0
SLOWEST_SECONDS: Final = 30.0
"""So long a caller may read nothing while there is something to read."""
GOODBYE_SECONDS: Final = 1.0
"""So long a stream that is over waits for its caller to take the rest."""
HEADERS: Final = {"cache-control": "no-store", "x-accel-buffering": "no"}  # nginx would hold events back


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
    if request.method == "HEAD":
        return Response(media_type=EVENT_STREAM, headers=HEADERS)
    caller = acting.get().name
    try:
        context.stream_limit.check(caller)
    except TooManyStreams as many:
        return problem(429 if many.of_caller else 503, str(many))
    return EventStream(context, stream(context, wanted.asset_id, last_key), caller)


def wants_stream(accept: str) -> bool:
    """Return whether an Accept header (RFC 9110, section 12.5.1) names event streams, and JSON not before."""
    qualities: dict[str, float] = {}
    for entry in accept.lower().split(","):
        kind, *parameters = (part.strip() for part in entry.split(";"))
        weights = [_QUALITY.fullmatch(one) for one in parameters]
        qualities[kind] = next((float(one[1]) for one in weights if one), 1.0)
    kinds_of_json = ("application/json", "application/*", "*/*")
    json_quality = next((qualities[kind] for kind in kinds_of_json if kind in qualities), 0.0)
    stream_quality = qualities.get(EVENT_STREAM, 0.0)
    return stream_quality > 0 and stream_quality >= json_quality


async def _check_place(context: AppContext, asset_id: str, key: str) -> None:
    """Raise Rejected for a key that no event of the asset can have; one that is forgotten may be resumed."""
    if not key:
        return
    if len(key) > LONGEST_KEY or EVENT_KEY.fullmatch(key) is None:
        raise Rejected(
            say(
                "bad_event_id",
                "{header} is no id of an event: give the `id` of the last one that you had",
                header=LAST_EVENT_ID,
            )
        )
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


class EventStream(StreamingResponse):
    """A stream that is counted from its first byte until its caller or the process ends it.

    It also ends when its caller reads nothing for SLOWEST_SECONDS, who resumes then, and when the caller
    would not be let in any more: the session has ended, the token was revoked, the role was lowered.
    """

    def __init__(self, context: AppContext, events: AsyncIterator[bytes], caller: str) -> None:
        super().__init__(events, media_type=EVENT_STREAM, headers=HEADERS)
        self._context, self._caller, self._principal = context, caller, acting.get()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_in_time(message: Message) -> None:
            try:
                async with asyncio.timeout(SLOWEST_SECONDS):
                    await send(message)
            except TimeoutError:
                abort(scope)
                raise ClientDisconnect from None

        ended = False
        async with self._context.stream_limit.opened(self._caller):
            admitted = asyncio.timeout(None)
            asking = asyncio.create_task(self._end_with_admission(admitted))
            try:
                with suppress(ClientDisconnect):
                    async with admitted:
                        await super().__call__(scope, receive, send_in_time)
                ended = True
            except TimeoutError:
                if not admitted.expired():
                    raise
            finally:
                asking.cancel()
        if not ended:
            try:
                async with asyncio.timeout(GOODBYE_SECONDS):
                    await send({"type": "http.response.body", "body": b"", "more_body": False})
            except TimeoutError:
                abort(scope)

    async def _end_with_admission(self, admitted: asyncio.Timeout) -> None:
        """Ask again and again whether the caller would still be let in, and end the stream when not."""
        while True:
            await self._context.clock.sleep(COMMENT_SECONDS)
            with suppress(Busy):  # while the store is away nobody knows
                if not await self._context.access.admit.holds(self._principal):
                    admitted.reschedule(asyncio.get_running_loop().time())
                    return


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
