"""`make bench-door`: gRPC through the gateway's port against the service itself, REST and events as before.

Every server is a process; rounds take turns, so that what else the machine does meets all of them alike.
"""

import argparse
import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import grpc

from benchmarks.door.servers import EVENT, EVENTS
from benchmarks.tables import Table, machine, record, revision
from framewell.ingest.v1.ingest_service_pb2 import SubmitRequest, UploadRequest
from framewell.ingest.v1.ingest_service_pb2_grpc import IngestServiceStub

AT_ONCE = 32
PART = UploadRequest(data=b"x" * (1 << 20))
SHOWN = {"direct": "the service itself", "door": "through the gateway", "tls": "through the gateway, TLS"}


@dataclass(slots=True)
class Figures:
    """What the rounds of one contestant gave."""

    milliseconds: list[float] = field(default_factory=list)
    """Of one call after another."""
    calls: list[float] = field(default_factory=list)
    """A second, with 32 at once, by round."""
    bulk: list[float] = field(default_factory=list)
    """MB a second of an upload, or events a second, by round."""


@contextmanager
def serving(*arguments: str) -> Iterator[int]:
    """Run a server; yield its port."""
    command = [sys.executable, "-m", "benchmarks.door.servers", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


async def measured(one: Callable[[], Awaitable[object]], count: int, figures: Figures) -> None:
    """Call one after another, then many at once."""
    for _ in range(count):
        begun = time.perf_counter()
        await one()
        figures.milliseconds.append(1000 * (time.perf_counter() - begun))

    async def many() -> None:
        for _ in range(count // AT_ONCE + 1):
            await one()

    begun = time.perf_counter()
    await asyncio.gather(*(many() for _ in range(AT_ONCE)))
    figures.calls.append((count // AT_ONCE + 1) * AT_ONCE / (time.perf_counter() - begun))


async def grpc_rounds(channels: dict[str, grpc.aio.Channel], rounds: int, count: int) -> dict[str, Figures]:
    """Return the figures of calls and of uploads, in turns."""
    found = {name: Figures() for name in channels}

    async def parts() -> AsyncIterator[UploadRequest]:
        for _ in range(count // 8 + 1):
            yield PART

    for place in range(rounds):
        order = [*channels][place % len(channels) :] + [*channels][: place % len(channels)]
        for name in order:
            stub = IngestServiceStub(channels[name])
            request = SubmitRequest(request_id="1c5b2c1e-0000-4000-8000-00000000000a")
            await stub.Submit(request)
            await measured(lambda: stub.Submit(request), count, found[name])  # noqa: B023 - awaited here
            begun = time.perf_counter()
            answer = await stub.Upload(parts())
            found[name].bulk.append(answer.size / 1e6 / (time.perf_counter() - begun))
    return found


async def rest_rounds(ports: dict[str, int], rounds: int, count: int) -> dict[str, Figures]:
    """Return the figures of requests and of events over HTTP/1.1, in turns."""
    found = {name: Figures() for name in ports}
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=AT_ONCE)) as session:
        for place in range(rounds):
            for name in [*ports][:: 1 if place % 2 else -1]:
                url = f"http://127.0.0.1:{ports[name]}"

                async def ask(url: str = url) -> None:
                    async with session.get(f"{url}/answer") as answer:
                        await answer.read()

                await ask()
                await measured(ask, count, found[name])
                begun = time.perf_counter()
                async with session.get(f"{url}/events") as answer:
                    size = len(await answer.read())
                found[name].bulk.append(EVENTS / (time.perf_counter() - begun))
                assert size == EVENTS * len(EVENT)
    return found


def table(found: dict[str, Figures], names: dict[str, str], bulk: str) -> Table:
    """Return the medians."""
    rows = []
    for name, one in found.items():
        p95 = statistics.quantiles(one.milliseconds, n=20)[-1]
        rows.append(
            (
                names[name],
                f"{statistics.median(one.milliseconds):.2f}",
                f"{p95:.2f}",
                f"{statistics.median(one.calls):,.0f}",
                f"{statistics.median(one.bulk):,.0f}",
            )
        )
    return Table(("way", "median ms", "p95 ms", f"calls/s, {AT_ONCE} at once", bulk), tuple(rows))


async def compare(rounds: int, count: int) -> dict[str, Table]:
    """Start the servers, measure, and return both tables."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        ca = Path(folder) / "ca.pem"
        service = f"127.0.0.1:{stack.enter_context(serving('service'))}"
        door = stack.enter_context(serving("door", service))
        tls = stack.enter_context(serving("tls", service, str(ca), folder))
        before = stack.enter_context(serving("before"))
        trusted = grpc.ssl_channel_credentials(ca.read_bytes())
        channels = {
            "direct": grpc.aio.insecure_channel(service),
            "door": grpc.aio.insecure_channel(f"127.0.0.1:{door}"),
            "tls": grpc.aio.secure_channel(f"localhost:{tls}", trusted),
        }
        calls = await grpc_rounds(channels, rounds, count)
        for channel in channels.values():
            await channel.close()
        requests = await rest_rounds({"before": before, "door": door}, rounds, count)
    shown = {"before": "uvicorn's own port", "door": "the gateway's port"}
    return {"grpc": table(calls, SHOWN, "upload MB/s"), "rest": table(requests, shown, "events/s")}


def main() -> None:
    """Measure and print; with --record also write docs/evidence/door.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two short rounds")
    parser.add_argument("--record", action="store_true", help="write docs/evidence/door.json")
    options = parser.parse_args()
    rounds, count = (2, 64) if options.quick else (9, 800)
    tables = asyncio.run(compare(rounds, count))
    for one in tables.values():
        print(one, end="\n\n")
    if options.record:
        record(
            "door",
            {
                "measured": datetime.now(UTC).isoformat(timespec="seconds"),
                "revision": revision(),
                "machine": machine("grpcio", "h2", "uvicorn"),
                "rounds": rounds,
                "tables": {name: one.as_json() for name, one in tables.items()},
            },
        )


if __name__ == "__main__":
    main()
