"""Ours: a Stage on the stream runtime, with everything a service has switched on."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from benchmarks.backbone.task import Stopwatch, Task, Timing
from benchmarks.backbone.work import GROUP, answer
from framewell.asset.v1.asset_pb2 import AssetIngested, AssetRejected
from framewell_kafka.broker_access import BrokerAccess
from framewell_kit import garbage_collection, loop
from framewell_kit.clock import SystemClock
from framewell_kit.documents import MemoryDocuments
from framewell_kit.facts import Cause
from framewell_kit.settings import MeshSettings
from framewell_kit.stream import Publisher, Stage, StreamRuntime
from framewell_kit.telemetry import configure

DRAIN_SECONDS = 30.0


class Answer:
    """The handler: a removal for every rejection; counts, so that the run knows its end."""

    def __init__(self, messages: int, watch: Stopwatch) -> None:
        self.watch = watch
        self.all_handled = asyncio.Event()
        self._messages, self._handled = messages, 0

    async def __call__(self, fact: AssetRejected, cause: Cause) -> Sequence[AssetIngested]:
        if not self._handled:
            self.watch.begin()
        self._handled += 1
        if self._handled == self._messages:
            self.all_handled.set()
        return [answer(fact)]


def run(task: Task, watch: Stopwatch | None = None) -> Timing:
    """Return after the last commit."""
    configure_as_service(task.kafka, task.prefix, task.otlp)
    return loop.run(_run(task, watch or Stopwatch()))


def configure_as_service(kafka: str, prefix: str, otlp: str) -> None:
    """Logs, metrics and traces by what every service calls, with its default settings."""
    configure("bench", MeshSettings(kafka=kafka, kafka_prefix=prefix, otlp=otlp))


@asynccontextmanager
async def streaming(kafka: str, prefix: str, stage: Stage) -> AsyncIterator[StreamRuntime]:
    """The stage, reading, while the block lasts."""
    access, clock = BrokerAccess(kafka), SystemClock()
    publisher = Publisher(access, source="framewell/bench", clock=clock, prefix=prefix)
    await publisher.start()
    runtime = StreamRuntime(
        access, [stage], documents=MemoryDocuments(), publisher=publisher, clock=clock, prefix=prefix
    )
    await runtime.start()
    garbage_collection.freeze()  # as run_service does once a service has started
    try:
        yield runtime
    finally:
        await runtime.stop(DRAIN_SECONDS)
        await publisher.stop()


async def _run(task: Task, watch: Stopwatch) -> Timing:
    handler = Answer(task.messages, watch)
    stage = Stage(GROUP, handler=handler)
    async with streaming(task.kafka, task.prefix, stage) as runtime:
        await handler.all_handled.wait()
        for consumer in runtime.consumers:  # as a stop begins, without leaving the group
            consumer.stop_fetching()
            await consumer.drain(DRAIN_SECONDS)
        return handler.watch.timing(task.messages)
