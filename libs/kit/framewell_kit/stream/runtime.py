"""All streams of one service: started after its topics exist, drained before it ends."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from aiokafka.errors import KafkaError
from faststream.kafka import KafkaBroker

from framewell_contracts.sentences import of_part, say
from framewell_contracts.topics import retry_topic
from framewell_kafka.broker_access import BrokerAccess
from framewell_kafka.broker_reach import REFUSES, WHAT_IS_NEEDED, BrokerUnusable, refusal
from framewell_kafka.membership import ARCHIVE_LANE, LIVE_LANE
from framewell_kafka.topic_admin import partition_counts
from framewell_kit.clock import Clock
from framewell_kit.documents.protocol import Documents
from framewell_kit.outcomes import Busy
from framewell_kit.stream.consumer import start, watchdog
from framewell_kit.stream.consumer.broadcast import BroadcastConsumer
from framewell_kit.stream.consumer.context import StreamContext
from framewell_kit.stream.consumer.group_consumer import GroupConsumer
from framewell_kit.stream.consumer.key_queues import KeyQueues
from framewell_kit.stream.consumer.lag import measure
from framewell_kit.stream.consumer.pauses import PausedPartition
from framewell_kit.stream.consumer.permit_queue import MAX_RECORDS, PermitQueue
from framewell_kit.stream.consumer.processor import RecordProcessor
from framewell_kit.stream.consumer.security import security
from framewell_kit.stream.policy.attempts import AttemptCounter
from framewell_kit.stream.policy.breaker import BREAKER_OPEN, Breaker
from framewell_kit.stream.policy.breaker_store import Breakers
from framewell_kit.stream.policy.permits import ARCHIVE, LIVE, Permits
from framewell_kit.stream.policy.quarantine import Quarantine
from framewell_kit.stream.producer.publisher import Publisher
from framewell_kit.stream.stages import Broadcast, HeavyStage, Stage
from framewell_kit.stream.timing import StreamLimits, StreamTiming
from framewell_kit.telemetry import logger

log = logger(__name__)

# A broker hides topics from those who have no right to them.
HIDDEN = f"; if they are there, the right to them is missing ({WHAT_IS_NEEDED})"
AnyStage = Stage | HeavyStage | Broadcast


class StreamRuntime:
    """The consumer runtime of one process.

    `start` connects, raising KafkaError while the broker is away and Busy while topics are missing.
    `stop` drains within its time and then leaves the groups within a few seconds more.
    """

    def __init__(
        self,
        kafka: BrokerAccess,
        stages: Sequence[AnyStage],
        *,
        documents: Documents,
        publisher: Publisher,
        clock: Clock,
        prefix: str = "",
        member: str = "",
        fatal: Callable[[], None] | None = None,
        quarantine: Quarantine | None = None,
        timing: StreamTiming = StreamTiming(),  # noqa: B008 - frozen
        limits: StreamLimits = StreamLimits(),  # noqa: B008 - frozen
    ) -> None:
        self._documents, self._clock = documents, clock
        self._kafka, self._prefix, self._timing = kafka, prefix, timing
        self._broker = KafkaBroker(
            kafka.addresses, security=security(kafka), apply_types=False, logger=None, consumer_only=True,
            allow_auto_create_topics=False, graceful_timeout=0.5, metadata_max_age_ms=timing.metadata_ms,
        )  # fmt: skip
        context = StreamContext(
            self._broker, publisher, clock, prefix, member, quarantine or Quarantine(),
            timing=timing, limits=limits,
        )  # fmt: skip
        self._context = context if fatal is None else replace(context, fatal=fatal)
        self.consumers: list[GroupConsumer] = []
        self.broadcasts: list[BroadcastConsumer] = []
        self._breakers = Breakers(documents, clock, self._resumed, look_seconds=timing.breaker_look)
        self._tasks: set[asyncio.Task[Any]] = set()
        for stage in stages:
            if isinstance(stage, Broadcast):
                self.broadcasts.append(BroadcastConsumer(self._context, stage))
            else:
                self._add(stage)

    async def start(self) -> None:
        """Restore the breakers, subscribe, and begin to read."""
        await self._require_topics()
        await self._breakers.restore()
        try:
            await start.connect(self._broker, self._timing)
            await self._broker.start()
        except BaseException as error:
            await self._disconnect()
            if refused := refusal(error):
                raise BrokerUnusable(refused) from error
            raise
        self._spawn(self._breakers.follow())
        for broadcast in self.broadcasts:
            self._spawn(broadcast.started())
            self._spawn(watchdog.watch_broadcast(broadcast, self._timing))
        for consumer in self.consumers:
            self._spawn(watchdog.watch(consumer))

    async def stop(self, seconds: float) -> None:
        """Stop fetching, finish or give back, publish, commit, leave; within the time."""
        for consumer in self.consumers:
            consumer.stop_fetching()
        for broadcast in self.broadcasts:
            broadcast.stop_fetching()
        results = await asyncio.gather(
            *(consumer.drain(seconds) for consumer in self.consumers), return_exceptions=True
        )
        for failure in results:
            if isinstance(failure, BaseException):
                log.warning(
                    "a stage was not drained in time, its records will be redone", error=repr(failure)
                )
        for consumer in self.consumers:
            consumer.pauses.close()
        for task in list(self._tasks):
            task.cancel()
        await self._keep_breakers()
        await self._disconnect()

    # --- what is known about it

    def unready(self) -> list[str]:
        """Return why this process should not be counted on yet; nothing when it is ready."""
        return [reason for reasons in self.unready_parts().values() for reason in reasons()]

    def unready_parts(self) -> dict[str, Callable[[], list[str]]]:
        """Return the parts of the streams that may be unready, each with what returns the reasons."""
        return {
            "partitions": lambda: [
                say("no_partitions", "{group} has no partitions assigned yet", group=one.group)
                for one in self.consumers
                if not one.assigned.is_set()
            ],
            "breakers": lambda: [
                of_part(group, BREAKER_OPEN) for group, one in self._breakers.items() if one.is_open
            ],
            "rights": lambda: [
                of_part(one.group, reason) for one in self.consumers for reason in _denials(one)
            ],
            "broadcasts": lambda: [
                reason
                for one in self.broadcasts
                for reason in one.denials.reasons or ([] if one.caught_up.is_set() else [one.reason])
            ],
        }

    def waiting(self) -> list[str]:
        """Return what paused partitions wait for, by group: no reason to be unready, but one to be shown."""
        return [of_part(one.group, reason) for one in self.consumers for reason in one.pauses.reasons]

    def paused(self) -> list[PausedPartition]:
        """Return the partitions that are paused, by group; topics are named without the mesh's prefix."""
        return [
            replace(paused, group=one.group, topic=paused.topic[len(self._prefix) :])
            for one in self.consumers
            for paused in one.pauses.paused()
        ]

    @property
    def breakers(self) -> Mapping[str, Breaker]:
        """Return the breaker of every stage, by group."""
        return self._breakers

    async def resume(self, group: str) -> Breaker:
        """Let the group's breaker try a record at once, in every replica.

        KeyError when there is no such stage; raises Busy while the database is away.
        """
        return await self._breakers.resume(group)

    async def measure(self) -> int:
        """Set the gauges of lag, pauses and breakers; return how many records are not handled."""
        return await measure(self.consumers, self.broadcasts, self._breakers, self._clock)

    # --- building

    def _add(self, stage: Stage | HeavyStage) -> None:
        context, breaker = self._context, self._breakers.add(stage.group)
        source = context.publisher.source
        processor = RecordProcessor(stage, source, self._clock, breaker, self._timing)
        names = [name for kind in stage.types for name in kind.topic_names]
        retry = retry_topic(stage.group)
        if isinstance(stage, Stage):
            concurrency = stage.concurrency
            self.consumers.append(
                GroupConsumer(
                    context, stage.group, [*names, retry],
                    lambda control: KeyQueues(context, control, processor, concurrency),
                    max_records=context.limits.poll,
                )
            )  # fmt: skip
            return
        permits = stage.shared or Permits(stage.permits, stage.live_permits)
        attempts = AttemptCounter(self._documents, stage.group)
        archive = [name for name in names if name.endswith(".archive")]
        # What comes back from the retry topic is little, and may be live: it rides with the live lane.
        lanes = [(LIVE, LIVE_LANE, [*(name for name in names if name not in archive), retry])]
        lanes += [(ARCHIVE, ARCHIVE_LANE, archive)] if archive else []
        for priority, suffix, topics in lanes:
            self.consumers.append(
                GroupConsumer(
                    context, stage.group, topics,
                    partial(_permit_queue, context, processor, permits, attempts, priority),
                    max_records=MAX_RECORDS, suffix=suffix,
                )
            )  # fmt: skip

    # --- starting and stopping

    async def _require_topics(self) -> None:
        """Raise Busy for topics that do not exist: their consumer would wait without an error."""
        read = [one.topics for one in self.consumers] + [one.topics for one in self.broadcasts]
        wanted = {self._prefix + topic for topics in read for topic in topics}
        missing = sorted(wanted - (await partition_counts(self._kafka, sorted(wanted))).keys())
        if missing:
            raise Busy(
                say(
                    "topics_missing",
                    "{count} topics are missing on the broker, {topic} among them: run 'framewell topics "
                    "apply'{hint}",
                    count=len(missing),
                    topic=missing[0],
                    hint=HIDDEN if self._kafka.encrypted else "",
                )
            )

    def _resumed(self, group: str) -> None:
        for consumer in self.consumers:
            if consumer.group == group:
                consumer.pauses.release_postponed()

    async def _keep_breakers(self) -> None:
        try:
            async with asyncio.timeout(self._timing.breaker_flush):
                await self._breakers.flush()
        except (Busy, TimeoutError) as error:
            log.warning("the state of the breakers was not kept", error=repr(error))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.warning("a task of the stream runtime failed", error=repr(task.exception()))

    async def _disconnect(self) -> None:
        try:
            async with asyncio.timeout(self._timing.leave):
                await self._broker.stop()
        except (KafkaError, TimeoutError) as error:
            log.warning("consumers did not leave in time", error=repr(error))


def _permit_queue(  # noqa: PLR0917 - `partial` fills all but the last
    context: StreamContext,
    processor: RecordProcessor,
    permits: Permits,
    attempts: AttemptCounter,
    priority: int,
    control: GroupConsumer,
) -> PermitQueue:
    return PermitQueue(context, control, processor, permits, attempts, priority=priority)


def _denials(member: GroupConsumer) -> list[str]:
    """Return what the broker denies a stage: to read, and to write where a partition waits for that."""
    writing = {reason for reason in member.pauses.reasons if reason.startswith(REFUSES)}
    return [*member.denials.reasons, *sorted(writing - set(member.denials.reasons))]
