"""Read topics without a consumer group: nothing is committed, no group is disturbed.

For the command, for dead letters and for tests.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from framewell_kafka.aiokafka_compat import batch_decoding
from framewell_kafka.broker_access import BrokerAccess
from framewell_kafka.broker_reach import reach
from framewell_kafka.topic_admin import partition_counts

POLL_MS = 500


@asynccontextmanager
async def reader(access: BrokerAccess) -> AsyncIterator[Any]:
    """Open a consumer without a group; what retention deletes while it reads is skipped.

    Raise BrokerUnusable, with the reason, where no broker can be used.
    """
    await reach(access)
    batch_decoding.install()
    consumer = AIOKafkaConsumer(
        **access.client_options(), auto_offset_reset="earliest", enable_auto_commit=False
    )
    await consumer.start()
    try:
        await asyncio.sleep(0)  # stopped before its tasks have run once, it raises their CancelledError
        yield consumer
    finally:
        await consumer.stop()


async def partitions_of(access: BrokerAccess, names: Sequence[str]) -> list[TopicPartition]:
    """Return the partitions of those topics that exist."""
    counts = await partition_counts(access, names)
    return [TopicPartition(name, number) for name, count in counts.items() for number in range(count)]


async def learn_of(consumer: Any, partitions: Iterable[TopicPartition]) -> None:
    """Ask the broker once where all of these are; nothing is asked where the consumer knows them all.

    Asked for offsets of topics that it does not know, aiokafka (0.14) learns of one topic after the other, a
    tenth of a second each. What it knew of other topics is forgotten.
    """
    names = {one.topic for one in partitions}
    if any(consumer.partitions_for_topic(name) is None for name in names):
        await consumer._client.set_topics(names)  # noqa: SLF001 - there is no other way without fetching


async def read_to_end(
    consumer: Any,
    starts: Mapping[TopicPartition, int],
    *,
    until: Mapping[TopicPartition, int] | None = None,
    in_turn: bool = False,
) -> AsyncIterator[Any]:
    """Yield every record from these offsets to the current ends of the partitions, in order per partition.

    `until` are offsets to end before. With `in_turn` one partition after the other, in the order of `starts`.
    Replaces the assignment of the consumer, once: each change of it costs half a second of metadata. Holds at
    most one fetch per partition in memory.
    """
    if not starts:
        return
    consumer.assign(list(starts))
    ends = await consumer.end_offsets(list(starts))
    for partition, offset in (until or {}).items():
        ends[partition] = min(ends[partition], offset)
    for partition, offset in starts.items():
        consumer.seek(partition, offset)
    for together in [[one] for one in starts] if in_turn else [list(starts)]:
        unread = {one for one in together if starts[one] < ends[one]}
        while unread:
            for partition, records in (await consumer.getmany(*unread, timeout_ms=POLL_MS)).items():
                for record in records:
                    if record.offset < ends[partition]:
                        yield record
            unread = {one for one in unread if await consumer.position(one) < ends[one]}
