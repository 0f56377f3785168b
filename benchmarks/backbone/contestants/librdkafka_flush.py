"""librdkafka as most programs use it: a batch, a flush, a synchronous commit."""

from benchmarks.backbone.contestants.librdkafka import (
    clients,
    next_offsets,
    produce_answers,
    require_acknowledged,
)
from benchmarks.backbone.task import Stopwatch, Task, Timing
from benchmarks.backbone.work import BATCH_RECORDS, POLL_SECONDS


def run(task: Task) -> Timing:
    """Return after the last commit."""
    consumer, producer = clients(task)
    watch, done = Stopwatch(), 0
    while done < task.messages:
        messages = consumer.consume(BATCH_RECORDS, timeout=POLL_SECONDS)
        if not messages:
            continue
        watch.begin()
        produce_answers(producer, task.writes, messages, require_acknowledged)
        producer.flush()
        consumer.commit(offsets=next_offsets(messages), asynchronous=False)
        done += len(messages)
    timing = watch.timing(done)
    consumer.close()
    return timing
