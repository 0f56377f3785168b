"""Getting past a record that the client library cannot take apart.

aiokafka decodes the names of headers as UTF-8 and, when one is something else, raises out of the poll: with
all that the poll had read, and again at every next one. Nothing of such a record is to be had, so it goes on
as an empty one, which no CloudEvent is, and becomes a dead letter that says where it stands.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from framewell_kit.telemetry import logger

log = logger(__name__)

Poll = Callable[[TopicPartition], Awaitable[dict[TopicPartition, list[Any]]]]
# So many polls are made record by record at most; the record at fault is among the next batch's.
CAREFUL_POLLS = 2000


class Carefully:
    """Polls one record of each partition at a time, from the first failure until the record is passed."""

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self._consumer = consumer
        self._polls_left = 0

    @property
    def needed(self) -> bool:
        """True while a record that cannot be taken apart is ahead."""
        return self._polls_left > 0

    def begin(self) -> None:
        """A poll failed, and what it had read is read again."""
        self._polls_left = CAREFUL_POLLS

    async def poll(self, one: Poll) -> dict[TopicPartition, list[Any]]:
        """At most one record of each partition; `one` polls one of one partition without waiting."""
        self._polls_left -= 1
        found: dict[TopicPartition, list[Any]] = {}
        for partition in self._consumer.assignment() - self._consumer.paused():
            try:
                found.update(await one(partition))
            except UnicodeDecodeError as error:
                offset = await self._consumer.position(partition)
                place = f"{partition.topic}/{partition.partition}@{offset}"
                log.error("record cannot be taken apart", place=place, error=repr(error)[:200])
                self._consumer.seek(partition, offset + 1)
                found[partition] = [_empty(partition, offset)]
                self._polls_left = 0
        return found


def _empty(partition: TopicPartition, offset: int) -> Any:
    return ConsumerRecord(
        partition.topic, partition.partition, offset, 0, 0, None, None, None, -1, -1, headers=()
    )  # fmt: skip
