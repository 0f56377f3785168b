"""FastStream's plain subscriber: one event, one call, one answer.

Acknowledged as it is by default, before the handler (at most once): to commit after every event would
cost it another four fifths of its rate.
"""

from typing import Any

import uvloop
from faststream.kafka.annotations import KafkaMessage

from benchmarks.backbone.contestants.fast_stream import Application, Rejection, body
from benchmarks.backbone.task import Task, Timing


def run(task: Task) -> Timing:
    """Return after the last acknowledgement."""
    return uvloop.run(_run(task))


async def _run(task: Task) -> Timing:
    # Nothing else is on its way while the one answer is waited for, so lingering would be in vain.
    application = Application(task, linger_ms=0)

    async def handle(fact: Rejection, message: KafkaMessage) -> None:
        application.watch.begin()
        raw: Any = message.raw_message
        await application.answer(fact, raw.key, message.headers)

    application.broker.subscriber(
        task.reads, group_id=task.group, auto_offset_reset="earliest", decoder=_body
    )(handle)
    return await application.run()


async def _body(message: Any) -> dict[str, Any]:
    return body(message.body)
