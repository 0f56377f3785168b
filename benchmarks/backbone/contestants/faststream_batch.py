"""FastStream's batch subscriber: a handler takes up to 500 bodies, its answers are published side by side."""

import asyncio
from typing import Any

import uvloop
from faststream import AckPolicy
from faststream.kafka.annotations import KafkaMessage

from benchmarks.backbone.contestants.fast_stream import Application, Rejection, body
from benchmarks.backbone.task import Task, Timing
from benchmarks.backbone.work import BATCH_RECORDS, LINGER_MS


def run(task: Task) -> Timing:
    """Return after the last acknowledgement."""
    return uvloop.run(_run(task))


async def _run(task: Task) -> Timing:
    application = Application(task, linger_ms=LINGER_MS)

    async def handle(bodies: list[Rejection], message: KafkaMessage) -> None:
        application.watch.begin()
        raw: Any = message.raw_message
        await asyncio.gather(
            *(
                application.answer(fact, record.key, headers)
                for fact, record, headers in zip(bodies, raw, message.batch_headers, strict=True)
            )
        )

    application.broker.subscriber(
        task.reads,
        batch=True,
        group_id=task.group,
        max_records=BATCH_RECORDS,
        auto_offset_reset="earliest",
        ack_policy=AckPolicy.NACK_ON_ERROR,
        decoder=_bodies,
    )(handle)
    return await application.run()


async def _bodies(message: Any) -> list[dict[str, Any]]:
    return [body(value) for value in message.body]
