"""A producer for single records, each known to be acknowledged or known to be refused."""

import asyncio
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    CorruptRecordException,
    InvalidProducerEpoch,
    InvalidTimestampError,
    KafkaError,
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    OutOfOrderSequenceNumber,
    ProducerClosed,
    RecordListTooLargeError,
    UnknownProducerId,
)

from framewell_contracts.topics import MAX_DEAD_LETTER_BYTES
from framewell_kafka.broker_access import BrokerAccess

# An idempotent producer would wait for ever for a broker that is away; a person wants to know.
ANSWER_WITHIN_SECONDS = 30.0
STOP_SECONDS = 5.0
# A record that the broker refuses fails every record of the same request, and leaves a gap in the producer's
# sequence, after which everything to that partition fails: with these errors each record is sent once more,
# alone, and only then it is the record's own fault.
SENT_ALONE_AFTER = (
    CorruptRecordException,
    InvalidProducerEpoch,
    InvalidTimestampError,
    MessageSizeTooLargeError,
    OutOfOrderSequenceNumber,
    ProducerClosed,
    RecordListTooLargeError,
    UnknownProducerId,
)


class OutgoingRecord(NamedTuple):
    """A record to send; `topic` includes the mesh's prefix, `partition` is None where the key decides.

    `timestamp_ms` is its time (milliseconds since 1970); None means now.
    """

    topic: str
    partition: int | None
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes]]
    timestamp_ms: int | None = None


class Sender:
    """A producer whose every record is awaited (acks of all in-sync replicas)."""

    def __init__(self, access: BrokerAccess) -> None:
        self._access = access
        self._producer: Any = None

    async def deliver(self, records: Sequence[OutgoingRecord]) -> list[KafkaError | None]:
        """Send them all and wait; return for each None, or the error with which the broker refused it.

        Raise KafkaError for what is no record's fault (the broker is away, or does not allow writing), and
        KafkaTimeoutError when it does not answer: any of the records may have been written then.
        """
        try:
            async with asyncio.timeout(ANSWER_WITHIN_SECONDS):
                results = await self._deliver(records)
                for number, result in enumerate(results):
                    if isinstance(result, SENT_ALONE_AFTER):
                        (results[number],) = await self._deliver(records[number : number + 1])
                    elif result is not None:
                        raise result
                return results
        except TimeoutError:
            raise KafkaTimeoutError(f"no acknowledgement within {ANSWER_WITHIN_SECONDS:.0f} s") from None

    async def close(self) -> None:
        """Disconnect, within a few seconds."""
        producer, self._producer = self._producer, None
        if producer is not None:
            with suppress(KafkaError, TimeoutError):
                async with asyncio.timeout(STOP_SECONDS):
                    await producer.stop()

    async def _deliver(self, records: Sequence[OutgoingRecord]) -> list[KafkaError | None]:
        if self._producer is None:
            self._producer = await self._connected()
        results = [await _acknowledged(sent) for sent in [await self._send(record) for record in records]]
        if any(results):
            await self.close()  # the next producer begins a sequence of its own
        return results

    async def _send(self, record: OutgoingRecord) -> Awaitable[Any] | KafkaError:
        """Return an awaitable of the acknowledgement, or the error with which sending failed at once."""
        try:
            sent: Awaitable[Any] = await self._producer.send(
                record.topic, record.value, record.key, partition=record.partition, headers=record.headers,
                timestamp_ms=record.timestamp_ms,
            )  # fmt: skip
        except KafkaError as error:
            return error
        return sent

    async def _connected(self) -> Any:
        producer = AIOKafkaProducer(
            **self._access.client_options(),
            acks="all",
            enable_idempotence=True,
            max_request_size=MAX_DEAD_LETTER_BYTES,
        )
        try:
            await producer.start()
        except BaseException:
            await producer.stop()
            raise
        return producer


async def _acknowledged(sent: Awaitable[Any] | KafkaError) -> KafkaError | None:
    if isinstance(sent, KafkaError):
        return sent
    try:
        await asyncio.shield(sent)
    except KafkaError as error:
        return error
    return None
