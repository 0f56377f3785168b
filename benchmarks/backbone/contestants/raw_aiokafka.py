"""A loop over aiokafka without anything around it: getmany, send, wait for the acknowledgements, commit."""

import asyncio
from datetime import UTC, datetime

import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from benchmarks.backbone.task import Stopwatch, Task, Timing
from benchmarks.backbone.work import (
    BATCH_RECORDS,
    LINGER_MS,
    PRODUCER_BATCH_BYTES,
    answer,
    answer_headers,
)
from framewell.asset.v1.asset_pb2 import AssetRejected


def run(task: Task) -> Timing:
    """Return after the last commit."""
    return uvloop.run(_run(task))


async def _run(task: Task) -> Timing:
    consumer = AIOKafkaConsumer(
        task.reads,
        bootstrap_servers=task.kafka,
        group_id=task.group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    producer = AIOKafkaProducer(
        bootstrap_servers=task.kafka,
        acks="all",
        enable_idempotence=True,
        linger_ms=LINGER_MS,
        max_batch_size=PRODUCER_BATCH_BYTES,
    )
    await producer.start()
    await consumer.start()
    watch, done = Stopwatch(), 0
    while done < task.messages:
        batches = await consumer.getmany(timeout_ms=100, max_records=BATCH_RECORDS)
        if not batches:
            continue
        watch.begin()
        now = datetime.now(UTC).isoformat().encode()
        sent = [
            await producer.send(
                task.writes,
                answer(AssetRejected.FromString(record.value)).SerializeToString(),
                record.key,
                headers=answer_headers(dict(record.headers), now),
            )
            for records in batches.values()
            for record in records
        ]
        await asyncio.gather(*sent)
        await consumer.commit({partition: records[-1].offset + 1 for partition, records in batches.items()})
        done += len(sent)
    timing = watch.timing(done)
    await consumer.stop()
    await producer.stop()
    return timing
