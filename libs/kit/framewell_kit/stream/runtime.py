"""All streams of one service: started after its topics exist, drained before it ends."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from aiokafka.errors import KafkaError
from faststream.kafka import KafkaBroker

from framewell_contracts.topics import retry_topic
from framewell_kafka.broker_access import BrokerAccess
from framewell_kafka.broker_reach import WHAT_IS_NEEDED, BrokerUnusable, refusal
from framewell_kafka.topic_admin import partition_counts
from framewell_kit.clock import Clock
from framewell_kit.documents.protocol import Documents
from framewell_kit.outcomes import Busy
from framewell_kit.stream.consumer import denials, start, watchdog
from framewell_kit.stream.consumer.broadcast import BroadcastConsumer
from framewell_kit.stream.consumer.group_consumer import GroupConsumer, StreamContext
from framewell_kit.stream.consumer.heavy import ARCHIVE, LIVE, HeavyConsumer
from framewell_kit.stream.consumer.key_queues import KeyQueueConsumer
from framewell_kit.stream.consumer.lag import measure
from framewell_kit.stream.consumer.pauses import PausedPartition
from framewell_kit.stream.consumer.processor import RecordProcessor
from framewell_kit.stream.consumer.security import security
from framewell_kit.stream.policy.attempts import AttemptCounter
from framewell_kit.stream.policy.breaker import Breaker
from framewell_kit.stream.policy.breaker_store import Breakers
from framewell_kit.stream.policy.permits import Permits
from framewell_kit.stream.policy.quarantine import Quarantine
from framewell_kit.stream.producer.publisher import Publisher
from framewell_kit.stream.stages import Broadcast, HeavyStage, Stage
from framewell_kit.telemetry import logger

log = logger(__name__)

# Time to write down which breakers are open, at the end.
BREAKERS_SECONDS = 2.0
# Partitions that somebody adds are read after this time; aiokafka's own is five minutes.
METADATA_MS = 30_000
# Time to leave the groups once drained; a member that does not leave is missed only after its session.
LEAVE_SECONDS = 4.0
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
        fatal: Any = None,
        quarantine: Quarantine | None = None,
    ) -> None:
        self._documents, self._clock = documents, clock
        self._kafka, self._prefix = kafka, prefix
        self._broker = KafkaBroker(
            kafka.addresses, security=security(kafka), apply_types=False, logger=None, consumer_only=True,
            allow_auto_create_topics=False, graceful_timeout=0.5, metadata_max_age_ms=METADATA_MS,
        )  # fmt: skip
        options = {"fatal": fatal} if fatal is not None else {}
        options |= {"quarantine": quarantine} if quarantine is not None else {}
        self._wiring = StreamContext(self._broker, publisher, clock, prefix, member, **options)
        self.feeds: list[GroupConsumer] = []
        self.broadcasts: list[BroadcastConsumer] = []
        self._breakers = Breakers(documents, clock, self._resumed)
        self._tasks: set[asyncio.Task[Any]] = set()
        for stage in stages:
            if isinstance(stage, Broadcast):
                self.broadcasts.append(BroadcastConsumer(self._wiring, stage, publisher.source))
            else:
                self._add(stage, publisher.source)

    async def start(self) -> None:
        """Take up what the breakers knew, subscribe, and begin to read."""
        await self._require_topics()
        await self._breakers.restore()
        try:
            await start.connect(self._broker)
            await self._broker.start()
        except BaseException as error:
            await self._disconnect()
            if refused := refusal(error):
                raise BrokerUnusable(refused) from error
            raise
        self._spawn(self._breakers.follow())
        for broadcast in self.broadcasts:
            self._spawn(broadcast.started())
            self._spawn(watchdog.watch_broadcast(broadcast))
        for feed in self.feeds:
            self._spawn(watchdog.watch(feed))

    async def _require_topics(self) -> None:
        """A consumer of a topic that does not exist waits without a word."""
        read = [feed.topics for feed in self.feeds] + [one.topics for one in self.broadcasts]
        wanted = {self._prefix + topic for topics in read for topic in topics}
        missing = sorted(wanted - (await partition_counts(self._kafka, sorted(wanted))).keys())
        if missing:
            raise Busy(
                f"{len(missing)} topics are missing on the broker, {missing[0]} among them: "
                f"run 'framewell topics apply'{HIDDEN if self._kafka.encrypted else ''}"
            )

    async def stop(self, seconds: float) -> None:
        """Stop fetching, finish or give back, publish, commit, leave; within the time."""
        for feed in self.feeds:
            feed.stop_fetching()
        for broadcast in self.broadcasts:
            broadcast.stop_fetching()
        results = await asyncio.gather(*(feed.drain(seconds) for feed in self.feeds), return_exceptions=True)
        for failure in results:
            if isinstance(failure, BaseException):
                log.warning(
                    "a stage was not drained in time, its records will be redone", error=repr(failure)
                )
        for feed in self.feeds:
            feed.gate.close()
        for task in list(self._tasks):
            task.cancel()
        await self._keep_breakers()
        await self._disconnect()

    def unready(self) -> list[str]:
        """Why this process should not be counted on yet; empty when it is ready."""
        return [reason for why in self.unready_parts().values() for reason in why()]

    def unready_parts(self) -> dict[str, Callable[[], list[str]]]:
        """The parts of the streams that may be unready, each with what tells why it is."""
        return {
            "partitions": lambda: [
                f"{feed.group} has no partitions assigned yet"
                for feed in self.feeds
                if not feed.assigned.is_set()
            ],
            "breakers": lambda: [
                f"{group}: breaker open" for group, one in self._breakers.items() if one.is_open
            ],
            "rights": lambda: [
                f"{feed.group}: {reason}" for feed in self.feeds for reason in denials.reasons_of(feed)
            ],
            "broadcasts": lambda: [
                reason
                for one in self.broadcasts
                for reason in one.refusals.reasons or ([] if one.caught_up.is_set() else [one.reason])
            ],
        }

    def waiting(self) -> list[str]:
        """What paused partitions wait for, by group: no reason to be unready, but to be told."""
        return [f"{feed.group}: {reason}" for feed in self.feeds for reason in feed.gate.reasons]

    def paused(self) -> list[PausedPartition]:
        """The partitions that are paused, by group; topics are named without the mesh's prefix."""
        return [
            replace(one, group=feed.group, topic=one.topic[len(self._prefix) :])
            for feed in self.feeds
            for one in feed.gate.paused()
        ]

    @property
    def breakers(self) -> Mapping[str, Breaker]:
        """The breaker of every stage, by group."""
        return self._breakers

    async def resume(self, group: str) -> Breaker:
        """Let the group's breaker try a record at once, in every replica.

        KeyError when there is no such stage; raises Busy while the database is away.
        """
        return await self._breakers.resume(group)

    async def measure(self) -> int:
        """Bring the gauges up to date: lag, pauses, breakers; how many records are not handled."""
        return await measure(self.feeds, self.broadcasts, self._breakers, self._clock)

    def _add(self, stage: Stage | HeavyStage, source: str) -> None:
        settler = RecordProcessor(stage, source, self._clock, self._breakers.add(stage.group))
        if isinstance(stage, Stage):
            self.feeds.append(KeyQueueConsumer(self._wiring, settler, stage))
            return
        permits, starts = Permits(stage.permits), AttemptCounter(self._documents, stage.group)
        names = [name for kind in stage.types for name in kind.topic_names]
        archive = [name for name in names if name.endswith(".archive")]
        # What comes back from the retry topic is little, and may be live: it rides with the live lane.
        first = [*(name for name in names if name not in archive), retry_topic(stage.group)]
        self.feeds.append(HeavyConsumer(self._wiring, settler, first, permits, starts, priority=LIVE))
        if archive:
            self.feeds.append(
                HeavyConsumer(self._wiring, settler, archive, permits, starts, priority=ARCHIVE)
            )

    def _resumed(self, group: str) -> None:
        for feed in self.feeds:
            if feed.group == group:
                feed.gate.release_postponed()

    async def _keep_breakers(self) -> None:
        try:
            async with asyncio.timeout(BREAKERS_SECONDS):
                await self._breakers.flush()
        except (Busy, TimeoutError) as error:
            log.warning("the state of the breakers was not kept", error=repr(error))

    def _spawn(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.warning("a task of the stream runtime failed", error=repr(task.exception()))

    async def _disconnect(self) -> None:
        try:
            async with asyncio.timeout(LEAVE_SECONDS):
                await self._broker.stop()
        except (KafkaError, TimeoutError) as error:
            log.warning("consumers did not leave in time", error=repr(error))
