"""The client: so many callers at once, unary or each on a stream of its own, or over HTTP. Prints JSON.

It sends one serialised request again and again and reads answers as bytes, so that little of what is
measured is its own work. It runs on the same cores as the server.
"""

from __future__ import annotations

import asyncio
import base64
import json
import sys
import time
from collections.abc import Awaitable, Callable
from statistics import median
from typing import Any

import aiohttp
import grpc
import numpy as np
import uvloop

from benchmarks.serving.nets import SHAPES
from framewell.oip.v2 import open_inference_pb2 as oip

SERVICE = "/inference.GRPCInferenceService/"
LIMIT = [("grpc.max_receive_message_length", 64 << 20), ("grpc.max_send_message_length", 64 << 20)]

JSON = {"content-type": "application/json"}

Caller = Callable[[], Awaitable[None]]


def request(net: str) -> bytes:
    values = np.zeros(SHAPES[net], "<f4")
    message = oip.ModelInferRequest(model_name=net)
    message.inputs.add(name="x", datatype="FP32", shape=values.shape)
    message.raw_input_contents.append(values.tobytes())
    return message.SerializeToString()


async def measure(callers: list[Caller], seconds: float) -> dict[str, float]:
    """Call for the time, after a third of it as warm-up; times are 0 where no call began after that."""
    begins = time.monotonic() + seconds / 3
    until, taken, failed = begins + seconds, list[float](), 0

    async def work(call: Caller) -> None:
        nonlocal failed
        while (started := time.monotonic()) < until:
            try:
                await call()
            except (grpc.RpcError, aiohttp.ClientError):
                failed += 1
            if begins <= started:
                taken.append(time.monotonic() - started)

    await asyncio.gather(*(work(call) for call in callers))
    return {
        "rate": len(taken) / (time.monotonic() - begins),
        "count": len(taken),
        "p50_ms": 1000 * median(taken) if taken else 0.0,
        "p99_ms": 1000 * sorted(taken)[len(taken) * 99 // 100] if taken else 0.0,
        "failed": failed,
    }


async def main(way: str, port: int, net: str, callers: int, seconds: float) -> None:
    if way == "http":
        url = f"http://127.0.0.1:{port}/predict"
        body = json.dumps({"x": base64.b64encode(np.zeros(SHAPES[net], "<f4").tobytes()).decode()}).encode()
        async with aiohttp.ClientSession() as session:

            async def post() -> None:
                async with session.post(url, data=body, headers=JSON) as answer:
                    answer.raise_for_status()
                    await answer.read()

            print(json.dumps(await measure([post] * callers, seconds)))
        return
    data = request(net)
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=LIMIT) as channel:
        if way == "stream":
            calls = [_streamed(channel, data) for _ in range(callers)]
            print(json.dumps(await measure(calls, seconds)))
            return
        infer: Any = channel.unary_unary(SERVICE + "ModelInfer")

        async def unary() -> None:
            await infer(data)

        print(json.dumps(await measure([unary] * callers, seconds)))


def _streamed(channel: grpc.aio.Channel, data: bytes) -> Caller:
    stream: Any = channel.stream_stream(SERVICE + "ModelStreamInfer")()

    async def call() -> None:
        await stream.write(data)
        await stream.read()

    return call


if __name__ == "__main__":
    uvloop.install()
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4]), float(sys.argv[5])))
