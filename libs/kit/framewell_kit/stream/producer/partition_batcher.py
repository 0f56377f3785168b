"""Batches the records of one partition: they gather in a batch while the batch before them is being sent.

aiokafka's `send` costs a future, a task switch and some ten calls a record. Its prepared batches cost that
once a batch, and are sent with the same sequence numbers, retries and errors. A batch leaves as soon as no
other is on its way, so a lone record waits for nobody, and the busier the broker the larger the batches.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from framewell_contracts.cloudevents import Record
from framewell_contracts.topics import MAX_DEAD_LETTER_BYTES, MAX_EVENT_BYTES, RECORD_OVERHEAD_BYTES

# Full batches that may wait behind the one that fills; beyond that senders wait.
MAX_FULL = 1


class PartitionBatcher:
    """Sends records to one partition in the order in which they were put.

    A record is acknowledged with its whole batch, and fails with it: no part of a batch is written alone.
    `producer` is called for every batch, so that a replaced one is used from the next on.
    """

    def __init__(self, topic: str, partition: int, producer: Callable[[], Any]) -> None:
        self._topic, self._partition, self._producer = topic, partition, producer
        self._filling: Any = None
        self._acknowledged: asyncio.Future[None] = (
            asyncio.get_running_loop().create_future()
        )  # of the filling one
        self._full: deque[tuple[Any, asyncio.Future[None]]] = deque()
        self._sending: asyncio.Task[None] | None = None
        self._room = asyncio.Event()

    @property
    def sending(self) -> asyncio.Task[None] | None:
        """Return what ends once everything put is acknowledged or has failed; None when nothing is left."""
        return self._sending

    def put(self, record: Record) -> "asyncio.Future[None] | None":
        """Add a record; return what is done once it is acknowledged, None when there is no `room` for it.

        Raises MessageSizeTooLargeError for one that no broker of the mesh would take.
        """
        value, key, headers = record.value, record.key or None, record.headers
        if len(value) > MAX_EVENT_BYTES:
            self._refuse_too_large(record)
        if self._filling is None:
            self._begin()
        if self._filling.append(timestamp=None, key=key, value=value, headers=headers) is None:
            if len(self._full) >= MAX_FULL:
                self._room.clear()
                return None
            self._full.append((self._filling, self._acknowledged))
            self._begin()
            self._filling.append(timestamp=None, key=key, value=value, headers=headers)
        return self._acknowledged

    async def room(self) -> None:
        """Wait until `put` has room again."""
        await self._room.wait()

    def close(self) -> None:
        """Cancel what waits; what is not acknowledged may have been written or not."""
        for _, acknowledged in self._full:
            acknowledged.cancel()
        if self._filling is not None:
            self._acknowledged.cancel()
        if self._sending is not None:
            self._sending.cancel()

    def _begin(self) -> None:
        loop = asyncio.get_running_loop()
        self._filling = self._producer().create_batch()
        self._acknowledged = loop.create_future()
        if self._sending is None:
            # It begins in the next step of the loop: what is handled in this one leaves together.
            self._sending = loop.create_task(self._send())

    async def _send(self) -> None:
        try:
            while self._full or self._filling is not None:
                if self._full:
                    batch, acknowledged = self._full.popleft()
                else:
                    batch, acknowledged, self._filling = self._filling, self._acknowledged, None
                batch.close()
                self._room.set()
                await self._sent(batch, acknowledged)
        finally:
            self._sending = None

    async def _sent(self, batch: Any, acknowledged: "asyncio.Future[None]") -> None:
        try:
            sent = await self._producer().send_batch(batch, self._topic, partition=self._partition)
            await sent
        except asyncio.CancelledError:
            acknowledged.cancel()
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, whoever put the records must learn of it
            if not acknowledged.done():
                acknowledged.set_exception(
                    error if isinstance(error, KafkaError) else KafkaError(repr(error))
                )
                acknowledged.exception()  # it need not be asked for: a sender may have given up waiting
        else:
            if not acknowledged.done():
                acknowledged.set_result(None)

    def _refuse_too_large(self, record: Record) -> None:
        size = len(record.key) + len(record.value) + sum(len(n) + len(v or b"") for n, v in record.headers)
        if size > MAX_DEAD_LETTER_BYTES - RECORD_OVERHEAD_BYTES:
            raise MessageSizeTooLargeError(f"a record of {size} bytes is too large for topic {self._topic}")
