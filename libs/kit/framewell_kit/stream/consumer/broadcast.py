"""What every replica must know: read without a group, from the beginning, in order."""

import asyncio
import random
from collections.abc import Sequence
from typing import Any

from framewell_contracts.cloudevents import Unreadable, decode
from framewell_contracts.sentences import say
from framewell_kit.cancellation import is_cancelled
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Busy, NotYet, Rejected
from framewell_kit.stream.consumer.context import StreamContext
from framewell_kit.stream.consumer.denials import Denials
from framewell_kit.stream.consumer.subscription import subscribe
from framewell_kit.stream.stages import Broadcast
from framewell_kit.telemetry import handling, logger, new_traceparent
from framewell_kit.telemetry.metrics import UNREADABLE_SKIPPED

log = logger(__name__)


class BroadcastConsumer:
    """Runs a `Broadcast`. `caught_up` is set once everything there was at the start has been handled."""

    def __init__(self, context: StreamContext, broadcast: Broadcast) -> None:
        self.topics = tuple(name for kind in broadcast.types for name in kind.topic_names)
        self.caught_up = asyncio.Event()
        self.reason: str = say("broadcast.unread", "has not read its topics yet")
        self._context, self._broadcast = context, broadcast
        self._ends: dict[Any, int] = {}
        self._stopping = self._busy = False
        self.subscriber = subscribe(
            context, self.topics, self._polled, max_records=context.limits.broadcast_poll, group_id=None
        )
        self.denials = Denials(broadcast.name, lambda: self.subscriber.consumer, context.timing)

    async def started(self) -> None:
        """After the subscription started: set `caught_up` once everything that is there now has been read."""
        consumer = self.subscriber.consumer
        partitions = consumer.assignment()  # complete at once: without a group nobody else takes any
        self._ends = await consumer.end_offsets(partitions)
        await self._look_at_position()
        while not self.caught_up.is_set():  # an empty or compacted end is never polled
            await asyncio.sleep(0.1)
            await self._look_at_position()

    def stop_fetching(self) -> None:
        """Take no more records."""
        self._stopping = True

    async def _look_at_position(self) -> None:
        consumer = self.subscriber.consumer
        if consumer is None or self._busy:
            return
        for partition, end in self._ends.items():
            if end and await consumer.position(partition) < end:
                self.reason = say(
                    "broadcast.reads", "reads {topic} from the beginning", topic=partition.topic
                )
                return
        self.reason = ""
        self.caught_up.set()

    async def _polled(self, raw: Sequence[Any]) -> None:
        self._busy = True
        try:
            for record in raw:
                await self._one(record)
        except Exception:
            log.exception("the stream runtime failed, this process ends", topics=self.topics)
            self._context.fatal()
        finally:
            self._busy = False

    async def _one(self, raw: Any) -> None:
        if raw.value is None:
            return  # a compacted key that was deleted
        topic = raw.topic[len(self._context.prefix) :]
        try:
            event = decode(topic, raw.headers, raw.value)
        except Unreadable as error:  # a group that reads the topic, too, makes a dead letter of it
            UNREADABLE_SKIPPED.add(1, {"group": self._broadcast.name, "code": error.code})
            log.debug("record cannot be read, another group keeps it", reason=error.reason, topic=topic)
            return
        envelope = event.envelope
        cause = Cause(
            id=envelope.id, source=envelope.source, type=envelope.type, time=envelope.time,
            subject=envelope.subject, traceparent=envelope.traceparent or new_traceparent(),
        )  # fmt: skip
        with handling(cause, "broadcast") as bound:
            await self._handle(event.message, bound)

    async def _handle(self, message: Any, cause: Cause) -> None:
        failures = 0
        while not self._stopping:
            try:
                outgoing = await self._broadcast.handler(message, cause)
                if outgoing:
                    await self._context.publisher.publish(outgoing, cause)
            except (Busy, NotYet) as wait:
                self.reason = wait.reason
                await self._context.clock.sleep(wait.retry_after)
            except Rejected as refusal:
                log.error("broadcast fact rejected, skipped", reason=refusal.reason, code=refusal.code)
                return
            except (Exception, asyncio.CancelledError) as error:
                if is_cancelled():
                    raise
                failures += 1
                if failures == self._context.limits.broadcast_tries:
                    log.exception("broadcast fact failed, skipped")
                    return
                log.warning("broadcast fact failed, tried again", error=repr(error))
                await self._context.clock.sleep(0.2 * 2**failures * random.uniform(0.5, 1.5))
            else:
                return
