"""Messages of a call passed on between its two ends, each as fast as the other takes them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, suppress

from framewell_gateway.entrypoints.grpc.exchange import Exchange
from framewell_gateway.entrypoints.http2.streams import StreamLost
from framewell_gateway.ports.relay import CallEnd, Code, OpenCall, Relay, RelayedCall


async def relay_unary(relay: Relay, call: RelayedCall, exchange: Exchange, request: bytes) -> CallEnd:
    """Pass on one request and its answer. Raises StreamLost, the call given up, when the caller leaves."""
    task = asyncio.current_task()
    assert task is not None
    exchange.stream.when_lost = task.cancel
    try:
        answer = await relay.ask(call, request)
    except asyncio.CancelledError:
        if not exchange.stream.lost:
            raise
        task.uncancel()
        raise StreamLost from None
    finally:
        exchange.stream.when_lost = None
    if answer.message is not None:
        exchange.begin(answer.initial)
        await exchange.message(answer.message)
    return answer.end


async def relay_stream(
    call: OpenCall, exchange: Exchange, first: bytes | None = None, revoked: Awaitable[None] | None = None
) -> CallEnd:
    """Pass on the messages of both ends until the service ends the call, or the caller leaves it.

    With a `first` request no other is waited for. The call ends, UNAUTHENTICATED, once `revoked` returns: who
    opened it may not go on. Raises CallRefused and StreamLost, the call given up.
    """
    exchange.stream.when_lost = call.cancel
    sending = asyncio.create_task(_send(call, exchange, first))
    try:
        async with _until(revoked):
            return await _receive(call, exchange)
    except _Revoked:
        return CallEnd(Code.UNAUTHENTICATED, "who opened this call may not go on with it: sign in again")
    finally:
        exchange.stream.when_lost = None
        call.cancel()
        if not sending.done():
            sending.cancel()
        with suppress(asyncio.CancelledError, StreamLost):
            await sending  # raises what was wrong with a message


class _Revoked(Exception):
    """Whoever opened a call has lost the right to it."""


@asynccontextmanager
async def _until(revoked: Awaitable[None] | None) -> AsyncIterator[None]:
    """Break the body off once `revoked` returns. Raises _Revoked then."""
    task, is_over = asyncio.current_task(), False
    assert task is not None

    async def watch(over: Awaitable[None]) -> None:
        nonlocal is_over
        await over
        is_over = True
        task.cancel()

    watching = asyncio.create_task(watch(revoked)) if revoked is not None else None
    try:
        yield
    except asyncio.CancelledError:
        if not is_over:
            raise
        task.uncancel()
        raise _Revoked from None
    finally:
        if watching is not None:
            watching.cancel()


async def _receive(call: OpenCall, exchange: Exchange) -> CallEnd:
    exchange.begin(await call.initial())
    while (message := await call.read()) is not None:
        await exchange.message(message)
    return await call.end()


async def _send(call: OpenCall, exchange: Exchange, first: bytes | None) -> None:
    try:
        if first is not None:
            await call.write(first)
        else:
            while (message := await exchange.next()) is not None:
                if not await call.write(message):
                    return
        await call.end_writing()
    except BaseException:
        call.cancel()
        raise
