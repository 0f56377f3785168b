"""What every replica must know: read without a group, from the beginning, in order."""

import asyncio
import random
from collections.abc import Sequence
from typing import Any

from faststream import AckPolicy

from framewell_contracts.cloudevents import Unreadable, decode
from framewell_kit.cancellation import told_to_stop
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Busy, NotYet, Rejected
from framewell_kit.stream.consumer.denials import Denials
from framewell_kit.stream.consumer.group_consumer import StreamContext, undecoded, unparsed
from framewell_kit.stream.stages import Broadcast
from framewell_kit.telemetry import handling, logger, new_traceparent

log = logger(__name__)

MAX_RECORDS = 200
POLL_MS = 5
MAX_TRIES = 5


class BroadcastConsumer:
    """Runs a `Broadcast`. `caught_up` is set once everything there was at the start has been handled."""

    def __init__(self, wiring: StreamContext, broadcast: Broadcast, source: str) -> None:
        self.topics = tuple(name for kind in broadcast.types for name in kind.topic_names)
        self.caught_up = asyncio.Event()
        self.reason = "has not read its topics yet"
        self._wiring, self._broadcast, self._source = wiring, broadcast, source
        self._ends: dict[Any, int] = {}
        self._stopping = False
        self.subscriber: Any = wiring.broker.subscriber(
            *(wiring.prefix + topic for topic in self.topics),
            batch=True,
            group_id=None,
            ack_policy=AckPolicy.MANUAL,
            max_records=MAX_RECORDS,
            batch_timeout_ms=POLL_MS,
            auto_offset_reset="earliest",
            isolation_level="read_committed",  # what a sender aborted never happened
            parser=unparsed,
            decoder=undecoded,
        )
        self.subscriber(self._polled)
        self.refusals = Denials(source, lambda: self.subscriber.consumer)

    async def started(self) -> None:
        """After the subscription started: note how far there is to read."""
        consumer = self.subscriber.consumer
        partitions = consumer.assignment()  # complete at once: without a group nobody else takes any
        self._ends = await consumer.end_offsets(partitions)
        await self._note_position()
        while not self.caught_up.is_set():  # an empty or compacted end is never polled
            await asyncio.sleep(0.1)
            await self._note_position()

    def stop_fetching(self) -> None:
        """Take no more records."""
        self._stopping = True

    async def _note_position(self) -> None:
        consumer = self.subscriber.consumer
        if consumer is None or self._busy:
            return
        for partition, end in self._ends.items():
            if end and await consumer.position(partition) < end:
                self.reason = f"reads {partition.topic} from the beginning"
                return
        self.reason = ""
        self.caught_up.set()

    _busy = False

    async def _polled(self, raw: Sequence[Any]) -> None:
        self._busy = True
        try:
            for record in raw:
                await self._one(record)
        except Exception:
            log.exception("the stream runtime failed, this process ends", topics=self.topics)
            self._wiring.fatal()
        finally:
            self._busy = False

    async def _one(self, raw: Any) -> None:
        if raw.value is None:
            return  # a compacted key that was deleted
        topic = raw.topic[len(self._wiring.prefix) :]
        try:
            event = decode(topic, raw.headers, raw.value)
        except Unreadable as error:
            log.error("record cannot be read, skipped", reason=error.reason, topic=topic)
            return
        said = event.envelope
        cause = Cause(
            id=said.id, source=said.source, type=said.type, time=said.time, subject=said.subject,
            traceparent=said.traceparent or new_traceparent(),
        )  # fmt: skip
        with handling(cause, "broadcast") as bound:
            await self._handle(event.message, bound)

    async def _handle(self, message: Any, cause: Cause) -> None:
        failures = 0
        while not self._stopping:
            try:
                outgoing = await self._broadcast.handler(message, cause)
                if outgoing:
                    await self._wiring.publisher.publish(outgoing, cause)
            except (Busy, NotYet) as wait:
                self.reason = wait.reason
                await self._wiring.clock.sleep(wait.retry_after)
            except Rejected as refusal:
                log.error("broadcast fact rejected, skipped", reason=refusal.reason, code=refusal.code)
                return
            except (Exception, asyncio.CancelledError) as error:
                if told_to_stop():
                    raise
                failures += 1
                if failures == MAX_TRIES:
                    log.exception("broadcast fact failed, skipped")
                    return
                log.warning("broadcast fact failed, tried again", error=repr(error))
                await self._wiring.clock.sleep(0.2 * 2**failures * random.uniform(0.5, 1.5))
            else:
                return
