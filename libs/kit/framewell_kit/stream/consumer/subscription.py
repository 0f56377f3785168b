"""The subscription that FastStream carries for a consumer.

FastStream declares it and polls. Its own parsing is kept out (it decodes headers before our code and loses
the batch over a bad one: its issue 2458), it never commits (manual acknowledgement), and no exception may
reach it (it swallows every one and skips the batch).
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from faststream import AckPolicy
from faststream.kafka.message import KafkaMessage

from framewell_kit.stream.consumer.context import StreamContext

OnBatch = Callable[[Sequence[Any]], Awaitable[None]]


def subscribe(
    context: StreamContext, topics: Sequence[str], on_batch: OnBatch, *, max_records: int, **options: Any
) -> Any:
    """Return FastStream's subscriber of these topics, which calls `on_batch` with the records of each poll.

    Topics are without the mesh's prefix. The next poll begins when `on_batch` returns.
    """
    subscriber: Any = context.broker.subscriber(
        *(context.prefix + topic for topic in topics),
        batch=True,
        ack_policy=AckPolicy.MANUAL,
        max_records=max_records,
        batch_timeout_ms=context.timing.poll_ms,
        auto_offset_reset="earliest",
        isolation_level="read_committed",  # what a sender aborted never happened
        max_partition_fetch_bytes=context.limits.fetch_bytes,
        parser=_unparsed,
        decoder=_undecoded,
        **options,
    )
    subscriber(on_batch)
    return subscriber


async def _unparsed(raw: Any) -> Any:
    """Return a message that hands the records on as they are."""
    nobody: Any = None  # nothing is acknowledged through it
    return KafkaMessage(
        body=b"", raw_message=raw, headers={}, message_id="-", correlation_id="-", consumer=nobody
    )


async def _undecoded(message: Any) -> Any:
    """Return the records themselves: bytes are decoded by the processor."""
    return message.raw_message
