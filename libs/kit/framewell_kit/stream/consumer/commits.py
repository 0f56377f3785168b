"""Commits the offsets of one consumer's partitions, one commit at a time."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, TopicAuthorizationFailedError

from framewell_kafka.broker_reach import refused_names
from framewell_kit.stream.consumer.record import AssignedPartition
from framewell_kit.telemetry import logger

log = logger(__name__)


class Committer:
    """Commits the first unfinished record of every partition. To lose a partition is no error.

    Commits wait for each other, and never raise. One that takes longer than `seconds` is tried anew, with the
    consumer that there is then: the one before may have been replaced.
    """

    def __init__(
        self,
        group: str,
        consumer: Callable[[], Any],
        partitions: Mapping[tuple[str, int], AssignedPartition],
        seconds: float,
    ) -> None:
        self._group, self._consumer, self._partitions, self._seconds = group, consumer, partitions, seconds
        self._one_at_a_time = asyncio.Lock()

    async def commit(self) -> None:
        """Return when everything that is finished now is committed, or cannot be by this consumer."""
        async with self._one_at_a_time:
            while True:
                try:
                    async with asyncio.timeout(self._seconds):
                        return await self._commit()
                except TimeoutError:
                    log.warning("a commit takes long, it is tried anew", group=self._group)

    async def _commit(self) -> None:
        consumer = self._consumer()
        if consumer is None:
            return
        owned = consumer.assignment()
        offsets = {
            assigned.partition: offset
            for assigned in self._partitions.values()
            if (offset := assigned.offsets.committable()) is not None
            and offset != assigned.committed
            and assigned.partition in owned
        }
        if not offsets:
            return
        try:
            await consumer.commit(offsets)
        except (CommitFailedError, IllegalStateError) as error:
            log.info("partitions were lost before the commit", group=self._group, error=repr(error)[:200])
        except TopicAuthorizationFailedError as error:
            consumer.deny(error)
            denied = refused_names(error)  # the offsets of the other topics are committed
            self._committed({one: offset for one, offset in offsets.items() if one.topic not in denied})
        except Exception as error:  # noqa: BLE001 - or what ended a task of the client
            log.warning("commit failed, the next one covers it", group=self._group, error=repr(error))
        else:
            self._committed(offsets)

    def _committed(self, offsets: Mapping[TopicPartition, int]) -> None:
        for partition, offset in offsets.items():
            if (assigned := self._partitions.get(partition)) is not None:
                assigned.committed = offset
