"""A POST with an Idempotency-Key has one effect, however often it is sent, to whichever gateway.

The header is that of draft-ietf-httpapi-idempotency-key-header: the same key with the same request gets the
same answer for a day, with another request it is refused. Keys belong to the caller who made them. What is
kept of an answer is enciphered with the key, which is not kept: nobody but its sender can read it again.
"""

import asyncio
import base64
import hashlib
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final
from uuid import uuid4

from cryptography.fernet import Fernet
from google.protobuf.message import Message
from starlette.requests import Request
from starlette.responses import Response

from framewell_contracts.sentences import say
from framewell_gateway.domain.principals import acting
from framewell_gateway.entrypoints.http.app_context import AppContext
from framewell_gateway.ports.kept_answers import KeptAnswer
from framewell_kit.outcomes import Busy, Rejected

HEADER: Final = "idempotency-key"
REPLAYED: Final = "idempotency-replayed"
KEPT: Final = timedelta(hours=24)
_LEASE: Final = timedelta(seconds=90)
"""Longer than the slowest call of a service: whoever has not answered by then has died."""
_WAIT_SECONDS: Final = 75.0
_LOOK_SECONDS: Final = 0.1
KEY_PATTERN: Final = "[!-~]{1,255}"
_KEY: Final = re.compile(KEY_PATTERN)
_NAMING_FIELDS: Final = ("request_id", "erasure_id")
"""Fields of requests by which services themselves know that two are one."""


async def once(
    context: AppContext, operation: str, request: Request, answer: Callable[[], Awaitable[Response]]
) -> Response:
    """Return the answer of a request, made now or kept from before.

    Raises Rejected for a key that is none, or one of another request, Busy while the same request is still
    being answered.
    """
    keys = request.headers.getlist(HEADER)
    if not keys:
        return await answer()
    key = keys[0]
    if len(keys) > 1 or _KEY.fullmatch(key) is None:
        raise Rejected(
            say(
                "bad_idempotency_key",
                "the header {header} takes 1 to 255 printable characters, such as a UUID",
                header=HEADER,
            ),
        )
    kept = _Kept(context, operation, key, await request.body(), f"{request.url.path}?{request.url.query}")
    if await kept.begin():
        return await kept.made(answer)
    return await kept.again(answer)


def name_request(operation: str, request: Request, message: Message) -> None:
    """Give a request that names itself by no id one that follows from its idempotency key.

    So the service that takes it knows it again, even where a gateway died before it kept the answer.
    """
    key = request.headers.get(HEADER)
    asked: object = getattr(message, "request", None)
    asset_id: str = getattr(asked, "asset_id", "")
    if key is None or asset_id:
        return
    for field in _NAMING_FIELDS:
        if field in message.DESCRIPTOR.fields_by_name and not getattr(message, field):
            setattr(message, field, f"idempotent-{_name(operation, key)[:40]}")


class _Kept:
    """One request under its key."""

    def __init__(self, context: AppContext, operation: str, key: str, body: bytes, path: str) -> None:
        self._answers, self._clock = context.kept_answers, context.clock
        self._name, self._holder = _name(operation, key), uuid4().hex
        self._request = hashlib.sha256(path.encode() + b"\n" + body).hexdigest()
        secret = hashlib.sha256(f"answer\n{acting.get().name}\n{key}".encode()).digest()
        self._cipher = Fernet(base64.urlsafe_b64encode(secret))

    async def begin(self) -> bool:
        """Note that the request is being answered here; False when it was made before."""
        now = self._clock.now()
        new = KeptAnswer(self._name, self._request, self._holder, now + KEPT, now + _LEASE)
        return await self._answers.begin(new)

    async def made(self, answer: Callable[[], Awaitable[Response]]) -> Response:
        """Return the answer, and keep it; of a refusal or a failure nothing is kept."""
        try:
            response = await answer()
        except BaseException:
            await asyncio.shield(self._answers.drop(self._name, self._holder))
            raise
        if response.status_code >= 300:
            await self._answers.drop(self._name, self._holder)
            return response
        content = self._cipher.encrypt(bytes(response.body))
        await self._answers.end(
            self._name, self._holder, response.status_code, content, response.media_type or ""
        )
        return response

    async def again(self, answer: Callable[[], Awaitable[Response]]) -> Response:
        """Return the answer of a request that was made before, once there is one."""
        ends = self._clock.monotonic() + _WAIT_SECONDS
        while self._clock.monotonic() < ends:
            found = await self._answers.get(self._name)
            if found is None:  # refused or failed: this one is the first again
                if await self.begin():
                    return await self.made(answer)
                continue
            if found.request != self._request:
                raise Rejected(
                    say(
                        "idempotency_key_reused",
                        "the {header} was used for another request: take a new one for this",
                        header=HEADER,
                    ),
                )
            if found.status:
                content = self._cipher.decrypt(found.content)
                return Response(content, found.status, {REPLAYED: "true"}, found.media_type)
            now = self._clock.now()
            if found.leased_until <= now and await self._answers.take_over(found, self._holder, now + _LEASE):
                return await self.made(answer)
            await asyncio.sleep(_LOOK_SECONDS)
        raise Busy(
            say(
                "still_answering",
                "the request with this {header} is still being answered: ask again",
                header=HEADER,
            )
        )


def _name(operation: str, key: str) -> str:
    return hashlib.sha256(f"{acting.get().name}\n{operation}\n{key}".encode()).hexdigest()
