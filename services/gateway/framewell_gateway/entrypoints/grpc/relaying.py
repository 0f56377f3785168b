"""Messages of a call passed on between its two ends, each as fast as the other takes them."""

import asyncio
from contextlib import suppress

from framewell_gateway.entrypoints.grpc.exchange import Exchange
from framewell_gateway.entrypoints.http2.streams import StreamLost
from framewell_gateway.ports.relay import CallEnd, OpenCall, Relay, RelayedCall


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


async def relay_stream(call: OpenCall, exchange: Exchange, first: bytes | None = None) -> CallEnd:
    """Pass on the messages of both ends until the service ends the call, or the caller leaves it.

    With a `first` request no other is waited for. Raises CallRefused and StreamLost, the call given up.
    """
    exchange.stream.when_lost = call.cancel
    sending = asyncio.create_task(_send(call, exchange, first))
    try:
        exchange.begin(await call.initial())
        while (message := await call.read()) is not None:
            await exchange.message(message)
        end = await call.end()
    finally:
        exchange.stream.when_lost = None
        call.cancel()
        if not sending.done():
            sending.cancel()
        with suppress(asyncio.CancelledError, StreamLost):
            await sending  # raises what was wrong with a message
    return end


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
