"""Facts out: one idempotent producer a process, acknowledged by every in-sync replica.

aiokafka's producer has two traps (measured): with idempotence it waits for a broker that is away without
end, and one record the broker refuses leaves a gap in the sequence after which every send to that
partition fails. So waits are bounded here where somebody waits for an answer, and a producer that lost
its sequence, or ended inside, is replaced.
"""

import asyncio
import random
from collections.abc import Sequence
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    InvalidProducerEpoch,
    KafkaError,
    KafkaTimeoutError,
    OutOfOrderSequenceNumber,
    ProducerClosed,
    ProducerFenced,
    UnknownProducerId,
)

from framewell_contracts.cloudevents import Record
from framewell_contracts.sentences import say
from framewell_contracts.topics import MAX_DEAD_LETTER_BYTES
from framewell_kafka.broker_access import BrokerAccess, UnsafeAccess
from framewell_kafka.broker_reach import BrokerUnusable, reach, refusal
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.outcomes import Busy
from framewell_kit.stream.aiokafka_compat import waiting_sends
from framewell_kit.stream.aiokafka_compat.client_health import producer_ended
from framewell_kit.stream.producer.outgoing import derive
from framewell_kit.stream.producer.partition_batcher import PartitionBatcher
from framewell_kit.stream.producer.partitioner import partition_of
from framewell_kit.stream.timing import StreamLimits, StreamTiming
from framewell_kit.telemetry import logger

log = logger(__name__)

LOST_SEQUENCE = (InvalidProducerEpoch, OutOfOrderSequenceNumber, ProducerFenced, UnknownProducerId)


class Publisher:
    """Publishes facts and waits until they cannot be lost any more."""

    def __init__(
        self,
        kafka: BrokerAccess,
        *,
        source: str,
        clock: Clock,
        prefix: str = "",
        timing: StreamTiming = StreamTiming(),  # noqa: B008 - frozen
        limits: StreamLimits = StreamLimits(),  # noqa: B008 - frozen
    ) -> None:
        self.source = source
        self._kafka, self._prefix = kafka, prefix
        self._clock = clock
        self._timing, self._limits = timing, limits
        self._producer: Any = None
        self._replacing = asyncio.Lock()
        self._retired: set[asyncio.Task[None]] = set()
        self._batchers: dict[tuple[str, int], PartitionBatcher] = {}
        self._routes: dict[str, list[PartitionBatcher]] = {}
        self._forgetting: asyncio.TimerHandle | None = None
        self._watching: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Connect; raises KafkaError while the broker is away."""
        self._producer = await self._connected()
        self._forget_routes()
        self._watching = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """Send what is left and disconnect, within a few seconds."""
        if self._forgetting is not None:
            self._forgetting.cancel()
        if self._watching is not None:
            self._watching.cancel()
        sending = [task for batcher in self._batchers.values() if (task := batcher.sending) is not None]
        if sending and (await asyncio.wait(sending, timeout=self._timing.producer_stop))[1]:
            log.warning("facts not acknowledged at the end: whatever led to them is redone")
        producer, self._producer = self._producer, None
        if producer is not None:
            await self._stop(producer)
        for batcher in self._batchers.values():
            batcher.close()
        for task in self._retired:
            task.cancel()

    async def ping(self) -> None:
        """Return when the broker answers a question; raise Busy when it does not."""
        if self._producer is None or not await self._producer.client.force_metadata_update():
            raise Busy(
                say("broker_away", "the broker at {servers} does not answer", servers=self._kafka.servers)
            )

    async def publish(self, facts: Sequence[Outgoing | Record], cause: Cause) -> None:
        """Publish the facts of a cause and wait for their acknowledgement.

        Raises Busy when the broker does not answer: they may or may not be out, and publishing them again
        makes the same events.
        """
        await self.deliver(derive(facts, cause, source=self.source, now=self._clock.now()))

    async def deliver(self, records: Sequence[Record]) -> None:
        """Publish records and wait for their acknowledgement; raises Busy as `publish` does."""
        left = list(records)
        for attempt in range(self._limits.publish_tries):
            try:
                async with asyncio.timeout(self._timing.answer):
                    left = await self._delivered(left)
            except (KafkaError, TimeoutError) as error:
                if refused := refusal(error):
                    raise Busy(refused, code="broker_refuses") from error
                raise Busy(
                    say(
                        "broker_away.does_not_acknowledge",
                        "the broker at {servers} does not acknowledge: {why}",
                        servers=self._kafka,
                        why=repr(error),
                    )
                ) from error
            if not left:
                return
            await self._clock.sleep(0.1 * 2**attempt * random.uniform(0.5, 1.5))
        raise Busy(
            say(
                "broker_refused",
                "the broker at {servers} refused {count} records {tries} times",
                servers=self._kafka,
                count=len(left),
                tries=self._limits.publish_tries,
            )
        )

    def put(self, record: Record) -> "asyncio.Future[None] | None":
        """Put a record on its way; what is returned is done once it is acknowledged. None: use `send`.

        Order per key is the order of the calls. Failures, of the call or of what it returns, are
        KafkaErrors: tell `recover` about them.
        """
        route = self._routes.get(record.topic)
        return None if route is None else route[partition_of(record.key or None, len(route))].put(record)

    async def send(self, record: Record) -> "asyncio.Future[None]":
        """Send as `put`, after waiting for room."""
        while True:
            route = self._routes.get(record.topic)
            if route is None:
                await self._find_route(record.topic)
                continue
            batcher = route[partition_of(record.key or None, len(route))]
            if (acknowledged := batcher.put(record)) is not None:
                return acknowledged
            await batcher.room()

    async def recover(self, errors: Sequence[BaseException]) -> None:
        """After failed sends: replace the producer when it lost its sequence, or no longer works."""
        failed = self._producer
        lost = next((repr(error) for error in errors if isinstance(error, LOST_SEQUENCE)), "")
        reason = lost or (producer_ended(failed) if failed is not None else "")
        if not reason:
            return
        async with self._replacing:
            if self._producer is not failed or failed is None:
                return  # somebody else has replaced it meanwhile
            try:
                self._producer = await self._connected()
            except (KafkaError, UnsafeAccess) as error:  # the next failure leads here again
                log.warning(
                    "no new producer yet in place of one that failed", reason=reason, error=repr(error)
                )
                return
            log.warning("producer replaced", reason=reason)
            task = asyncio.create_task(self._retire(failed))
            self._retired.add(task)
            task.add_done_callback(self._retired.discard)

    async def _watch(self) -> None:
        """Replace a producer that ended and fails nothing: whoever waits for it would wait for ever."""
        while True:
            await asyncio.sleep(self._timing.watch)
            await self.recover(())

    async def _delivered(self, records: Sequence[Record]) -> list[Record]:
        """Return those records that were not acknowledged, for a reason that a new try may mend."""
        sent = [await self.send(record) for record in records]
        if not sent:
            return []
        await asyncio.wait(sent)  # which, other than gather, does not cancel them when it is cancelled
        results = [future.exception() for future in sent]
        failures = [error for error in results if error is not None]
        await self.recover(failures)
        for failure in failures:
            if not isinstance(failure, (*LOST_SEQUENCE, ProducerClosed)):
                raise failure
        return [record for record, result in zip(records, results, strict=True) if result is not None]

    async def _find_route(self, topic: str) -> None:
        """Learn how many partitions a topic has. Raises KafkaError when it cannot be learned in time."""
        name = self._prefix + topic
        try:
            async with asyncio.timeout(self._timing.answer):
                partitions = await self._live().partitions_for(name)
        except TimeoutError as error:
            raise KafkaTimeoutError(f"how many partitions {name} has was not answered in time") from error
        self._routes[topic] = [
            self._batchers.setdefault((name, number), PartitionBatcher(name, number, self._live))
            for number in sorted(partitions)
        ]

    def _forget_routes(self) -> None:
        """Forget the partitions of topics once a minute: topics may get more of them."""
        self._routes.clear()
        self._forgetting = asyncio.get_running_loop().call_later(
            self._timing.partition_count, self._forget_routes
        )

    def _live(self) -> Any:
        if self._producer is None:
            raise ProducerClosed
        return self._producer

    async def _connected(self) -> Any:
        await reach(self._kafka)
        producer = AIOKafkaProducer(
            **self._kafka.client_options(),
            acks="all",
            enable_idempotence=True,
            max_batch_size=1 << 18,
            max_request_size=MAX_DEAD_LETTER_BYTES,
        )
        try:
            await producer.start()
        except BaseException as error:
            await self._stop(producer)
            if refused := refusal(error):
                raise BrokerUnusable(refused) from error
            raise
        return producer

    async def _retire(self, producer: Any) -> None:
        """Stop a producer that was replaced, once what it still holds is out or has failed."""
        try:
            async with asyncio.timeout(self._timing.producer_retire):
                await producer.stop()
        except Exception as error:  # noqa: BLE001 - whatever a task of it met
            log.warning("the replaced producer did not stop cleanly", error=repr(error))
            waiting_sends.fail(producer)

    async def _stop(self, producer: Any) -> None:
        """Stop a producer, but never wait for a broker that is away."""
        try:
            async with asyncio.timeout(self._timing.producer_stop):
                await producer.stop()
        except Exception as error:  # noqa: BLE001 - whatever a task of it met
            log.warning("producer did not stop cleanly", error=repr(error))
