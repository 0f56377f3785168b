"""Server-sent events: who asks for them, after which one, and how they reach whoever reads."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from framewell_contracts.sentences import say
from framewell_gateway.domain.principals import acting
from framewell_gateway.entrypoints.http.aborting import abort
from framewell_gateway.entrypoints.http.app_context import AppContext
from framewell_gateway.entrypoints.http.event_stream_limit import TooManyStreams
from framewell_gateway.entrypoints.http.problems import problem
from framewell_kit.outcomes import Busy, Rejected

EVENT_STREAM: Final = "text/event-stream"
LAST_EVENT_ID: Final = "last-event-id"
_EVENT_KEY: Final = re.compile(r"[!-~]*#[!-~]+")
_QUALITY: Final = re.compile(r"q\s*=\s*([01](?:\.[0-9]*)?)")
_LONGEST_KEY: Final = 2000
RETRY_MS: Final = 1000
# How long nothing may be sent before a comment keeps proxies from closing an idle stream.
COMMENT_SECONDS: Final = 10.0
SLOWEST_SECONDS: Final = 30.0
"""So long a caller may read nothing while there is something to read."""
GOODBYE_SECONDS: Final = 1.0
"""So long a stream that is over waits for its caller to take the rest."""
HEADERS: Final = {"cache-control": "no-store", "x-accel-buffering": "no"}  # nginx would hold events back


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


def check_last_event_id(key: str) -> None:
    """Raise Rejected for what no event can have as its id; nothing is one, of whoever has had none yet."""
    if key and (len(key) > _LONGEST_KEY or _EVENT_KEY.fullmatch(key) is None):
        raise Rejected(
            say(
                "bad_event_id",
                "{header} is no id of an event: give the `id` of the last one that you had",
                header=LAST_EVENT_ID,
            )
        )


def streamed(context: AppContext, request: Request, events: AsyncIterator[bytes]) -> Response:
    """Return the answer that sends these events: its headers alone for HEAD.

    It is a problem where the caller has too many streams open already (429), or all callers have (503).
    """
    if request.method == "HEAD":
        return Response(media_type=EVENT_STREAM, headers=HEADERS)
    caller = acting.get().name
    try:
        context.stream_limit.check(caller)
    except TooManyStreams as many:
        return problem(429 if many.of_caller else 503, many.reason)
    return EventStream(context, events, caller)


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
