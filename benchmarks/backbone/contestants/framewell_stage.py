"""Ours: a Stage on the stream runtime, with everything a service has switched on."""

import asyncio
from collections.abc import Sequence

import uvloop

from benchmarks.backbone.task import Stopwatch, Task, Timing
from benchmarks.backbone.work import GROUP, answer
from framewell.asset.v1.asset_pb2 import AssetRejected, AssetRemoved
from framewell_contracts.broker_access import BrokerAccess
from framewell_kit.clock import SystemClock
from framewell_kit.documents import MemoryDocuments
from framewell_kit.facts import Cause
from framewell_kit.settings import MeshSettings
from framewell_kit.stream import Publisher, Stage, StreamRuntime
from framewell_kit.telemetry import configure

DRAIN_SECONDS = 30.0


class Answer:
    """The handler: a removal for every rejection; counts, so that the run knows its end."""

    def __init__(self, messages: int) -> None:
        self.watch = Stopwatch()
        self.all_handled = asyncio.Event()
        self._left = messages

    async def __call__(self, fact: AssetRejected, cause: Cause) -> Sequence[AssetRemoved]:
        self.watch.begin()
        self._left -= 1
        if not self._left:
            self.all_handled.set()
        return [answer(fact)]


def run(task: Task) -> Timing:
    """Returns after the last commit. Logs, metrics and traces are set up by what every service calls."""
    settings = MeshSettings(kafka=task.kafka, kafka_prefix=task.prefix, otlp=task.otlp)
    configure("bench", settings)
    return uvloop.run(_run(task))


async def _run(task: Task) -> Timing:
    access, clock = BrokerAccess(task.kafka), SystemClock()
    publisher = Publisher(access, source="framewell/bench", clock=clock, prefix=task.prefix)
    await publisher.start()
    handler = Answer(task.messages)
    runtime = StreamRuntime(
        access,
        [Stage(GROUP, reads=AssetRejected, handler=handler)],
        documents=MemoryDocuments(),
        publisher=publisher,
        clock=clock,
        prefix=task.prefix,
    )
    await runtime.start()
    await handler.all_handled.wait()
    for feed in runtime.feeds:  # what a stop does first, without leaving the group: finish, publish, commit
        feed.stop_fetching()
        await feed.drain(DRAIN_SECONDS)
    timing = handler.watch.timing(task.messages)
    await runtime.stop(DRAIN_SECONDS)
    await publisher.stop()
    return timing
