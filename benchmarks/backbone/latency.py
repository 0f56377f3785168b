"""How long an event takes over two hops: written, handled by one process, then by another, and read.

At 20 events a second nothing queues, so this is what polling, lingering, acknowledging and waking cost.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

from confluent_kafka import Consumer, Producer, TopicPartition

from benchmarks.backbone.environment import Void, declare
from benchmarks.backbone.hop import SECOND_GROUP
from benchmarks.backbone.work import GROUP, READS, WRITES, inputs
from framewell.recording.v1.recording_pb2 import RecordingClosed
from framewell_contracts.fact_types import FACTS, fact_type

PREFIX = "bench-hops."
LAST = fact_type(RecordingClosed).type
EVENTS_A_SECOND = 20
EVENTS = 300
# The first events make connections, look up partitions and fill caches.
WARM_UP = 20
GOAL_P50_MS = 15.0
READY_SECONDS = 30.0
ARRIVE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds from the producer's call to the second stage's answer in the hands of a reader."""

    events: int
    p50_ms: float
    p95_ms: float
    worst_ms: float


def measure(kafka: str, otlp: str, folder: Path, events: int = EVENTS) -> Latency:
    """Raise Void when an event does not come out."""
    declare(kafka, PREFIX, READS, WRITES, LAST, groups=(GROUP, SECOND_GROUP))
    with ExitStack() as both:
        for which in ("first", "second"):
            both.enter_context(_hop(which, kafka, otlp, folder))
        seconds = _one_by_one(kafka, WARM_UP + events)[WARM_UP:]
    cuts = quantiles(seconds, n=20)
    return Latency(events, cuts[9] * 1000, cuts[18] * 1000, max(seconds) * 1000)


@contextmanager
def _hop(which: str, kafka: str, otlp: str, folder: Path) -> Iterator[None]:
    with (folder / f"hop-{which}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.backbone.hop", which, kafka, PREFIX, otlp],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True,
        )  # fmt: skip
    try:
        if process.stdout is None or process.stdout.readline() != "ready\n":
            raise Void(f"the {which} hop did not start: see {log.name}")
        yield
    finally:
        process.terminate()
        process.communicate(timeout=READY_SECONDS)


def _one_by_one(kafka: str, events: int) -> list[float]:
    """Seconds each event took, in order; written at an even pace, and read as they come out."""
    producer = Producer({"bootstrap.servers": kafka, "acks": "all", "linger.ms": 0})
    reader = Consumer({"bootstrap.servers": kafka, "group.id": f"{PREFIX}reader"})
    reader.assign([TopicPartition(PREFIX + LAST, number, 0) for number in range(FACTS[LAST].partitions)])
    written: dict[int, float] = {}
    took: dict[int, float] = {}
    waiting = inputs(events)
    begun = time.perf_counter()
    while len(took) < events:
        now = time.perf_counter()
        if len(written) < events and now >= begun + len(written) / EVENTS_A_SECOND:
            record = next(waiting)
            written[len(written)] = now
            producer.produce(PREFIX + record.topic, record.value, record.key, headers=record.headers)  # type: ignore[arg-type]
            producer.poll(0)
        message = reader.poll(0.005)
        if message is not None and message.error() is None:
            number = RecordingClosed.FromString(message.value() or b"").work.generation
            took.setdefault(number, time.perf_counter() - written[number])
        if now > begun + events / EVENTS_A_SECOND + ARRIVE_SECONDS:
            raise Void(f"{events - len(took)} of {events} events did not come out of the second hop")
    producer.flush(ARRIVE_SECONDS)
    reader.close()
    return [took[number] for number in range(events)]
