"""The limit: librdkafka with the acknowledgements and commits of one batch overlapped with the next ones."""

from collections import deque
from typing import Any

from confluent_kafka import Consumer, Message

from benchmarks.backbone.contestants.librdkafka import (
    clients,
    next_offsets,
    produce_answers,
    require_acknowledged,
)
from benchmarks.backbone.task import Stopwatch, Task, Timing
from benchmarks.backbone.work import BATCH_RECORDS, POLL_SECONDS

# Enough that nothing waits for an acknowledgement, little enough that memory does not grow with the topic.
MAX_UNDER_WAY = 20


class _Batch:
    """Knows when all of its answers are acknowledged, and what may be committed then."""

    __slots__ = ("next_offsets", "unacknowledged")

    def __init__(self, messages: list[Message]) -> None:
        self.unacknowledged = len(messages)
        self.next_offsets = next_offsets(messages)

    def acknowledged(self, error: Any, message: Message) -> None:
        require_acknowledged(error, message)
        self.unacknowledged -= 1


def run(task: Task) -> Timing:
    """Return after the last commit; every commit covers acknowledged answers only."""
    consumer, producer = clients(task)
    watch, read = Stopwatch(), 0
    under_way: deque[_Batch] = deque()
    while read < task.messages:
        messages = consumer.consume(BATCH_RECORDS, timeout=POLL_SECONDS)
        if not messages:
            continue
        watch.begin()
        batch = _Batch(messages)
        under_way.append(batch)
        produce_answers(producer, task.writes, messages, batch.acknowledged)
        read += len(messages)
        producer.poll(0)
        _commit(consumer, under_way)
        while len(under_way) > MAX_UNDER_WAY:
            producer.poll(POLL_SECONDS)
            _commit(consumer, under_way)
    producer.flush()
    _commit(consumer, under_way)
    if under_way:
        raise RuntimeError(f"{len(under_way)} batches were never acknowledged")
    consumer.commit(asynchronous=False, offsets=consumer.position(consumer.assignment()))
    timing = watch.timing(read)
    consumer.close()
    return timing


def _commit(consumer: Consumer, under_way: deque[_Batch]) -> None:
    """Commit the batches at the head that are acknowledged, without waiting for the answer."""
    while under_way and not under_way[0].unacknowledged:
        consumer.commit(offsets=under_way.popleft().next_offsets, asynchronous=True)
