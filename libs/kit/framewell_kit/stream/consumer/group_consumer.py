"""One consumer of a group: polls, hands records to its strategy, commits, and obeys rebalances."""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Sequence
from typing import Any

from aiokafka import ConsumerRebalanceListener, TopicPartition

from framewell_kafka.membership import static_member
from framewell_kit.stream.consumer.assignment import Assignment, StrategyCalls
from framewell_kit.stream.consumer.commits import Committer
from framewell_kit.stream.consumer.context import StreamContext
from framewell_kit.stream.consumer.denials import Denials
from framewell_kit.stream.consumer.pauses import PauseController
from framewell_kit.stream.consumer.progress import Progress
from framewell_kit.stream.consumer.record import AssignedPartition, ConsumedRecord, Postponed
from framewell_kit.stream.consumer.strategy import ProcessingStrategy
from framewell_kit.stream.consumer.subscription import subscribe
from framewell_kit.telemetry import logger

log = logger(__name__)

StrategyFactory = Callable[["GroupConsumer"], ProcessingStrategy]


class GroupConsumer(ConsumerRebalanceListener):  # type: ignore[misc]
    """The records of some topics for one group, from polling to commit; the `ConsumerControl` of a strategy.

    `suffix` keeps apart the static members of one process in one group.
    """

    def __init__(
        self,
        context: StreamContext,
        group: str,
        topics: Sequence[str],
        strategy: StrategyFactory,
        *,
        max_records: int,
        suffix: str = "",
    ) -> None:
        self.context, self.group, self.topics = context, group, tuple(topics)
        self.stopping = False
        self.assigned = asyncio.Event()
        self.denials = Denials(group, self._consumer, context.timing)
        self.assignment = Assignment(
            group, prefix=context.prefix, clock=context.clock, consumer=self._consumer,
            strategy=StrategyCalls(self._start, self._give_back),
            timing=context.timing, limits=context.limits,
        )  # fmt: skip
        self._committer = Committer(group, self._consumer, self.assignment.partitions, context.timing.commit)
        self._progress = Progress()
        self.strategy = strategy(self)
        member = static_member(group, context.member, suffix) if context.member else None
        self.subscriber = subscribe(
            context,
            topics,
            self._polled,
            max_records=max_records,
            group_id=context.prefix + group,
            listener=self,
            heartbeat_interval_ms=context.timing.heartbeat_ms,
            rebalance_timeout_ms=int(context.timing.rebalance * 1000),
            **({"group_instance_id": member} if member else {}),
        )

    # --- rebalances, called by aiokafka

    async def on_partitions_assigned(self, assigned: Sequence[TopicPartition]) -> None:
        """Begin to read these, each from its commit."""
        self.assignment.assign(assigned)
        self.assigned.set()
        self.notify()

    async def on_partitions_revoked(self, revoked: Sequence[TopicPartition]) -> None:
        """Give back what was not begun, wait for what was, commit, and let the partitions go.

        Returns within `StreamTiming.rebalance`: until then the partitions are still assigned to this member.
        """
        self.assigned.clear()
        timing, held = self.context.timing, self.assignment.partitions
        end = asyncio.get_running_loop().time() + timing.rebalance
        leaving = [held[partition] for partition in revoked if partition in held]
        self.assignment.block(leaving)
        done = await self.until(
            lambda: not any(assigned.offsets.in_flight for assigned in leaving), timing.hand_over
        )
        try:
            async with asyncio.timeout_at(end):
                await self.commit()
        except TimeoutError:
            log.warning("not committed before the rebalance, records will be redone", group=self.group)
        self.assignment.revoke(leaving)
        self.notify()
        if not done:
            log.warning("records not finished before the rebalance, they will be redone", group=self.group)
            await self.strategy.abandon([one for one in leaving if one.offsets.in_flight])

    # --- stopping

    def stop_fetching(self) -> None:
        """Take no more records, and give back those that are not begun."""
        self.stopping = True
        self.assignment.stop()
        self.notify()

    async def drain(self, seconds: float) -> None:
        """After `stop_fetching`: finish what was begun, and commit it. Raises TimeoutError when late."""
        await self.strategy.drain(seconds)

    # --- what a strategy may ask (`ConsumerControl`)

    @property
    def partitions(self) -> Collection[AssignedPartition]:
        """Return the partitions assigned now."""
        return self.assignment.partitions.values()

    @property
    def pauses(self) -> PauseController:
        """Return which partitions are paused, and why."""
        return self.assignment.pauses

    def postpone(self, partition: AssignedPartition, postponed: Postponed) -> None:
        """Pause a partition, and read it again from the first record that was given back."""
        self.notify()
        if not partition.revoked and not self.stopping:
            self.assignment.postpone(partition, postponed)
            self.notify()

    async def commit(self) -> None:
        """Commit every assigned partition up to its first unfinished record."""
        await self._committer.commit()

    def notify(self) -> None:
        """Say that something was finished or given back: whoever waits in `until` looks again."""
        self._progress.notify()

    async def until(self, condition: Callable[[], bool], seconds: float | None = None) -> bool:
        """Wait until the condition holds; return False when the time is over before it does."""
        return await self._progress.until(condition, seconds)

    async def stay_member_while(self, waiting: Coroutine[Any, Any, object]) -> None:
        """Wait with every partition paused and polled; return early when the process is to stop."""
        wait = asyncio.create_task(waiting)
        stopped = asyncio.create_task(self.until(lambda: self.stopping))
        alive = asyncio.create_task(self.pauses.keep_alive())
        self.pauses.hold()
        try:
            await asyncio.wait([wait, stopped, alive], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (wait, stopped, alive):
                task.cancel()
            ended = await asyncio.gather(wait, stopped, alive, return_exceptions=True)
            if not self.stopping:
                self.pauses.release()
        for result in ended:
            if isinstance(result, Exception):
                raise result

    def failed(self) -> None:
        """Log, in the `except` of what must not fail, and end the process; others take the work over."""
        log.exception("the stream runtime failed, this process ends", group=self.group)
        self.context.fatal()

    # --- polls, called by FastStream

    async def _polled(self, raw: Sequence[Any]) -> None:
        try:
            if self.stopping or not raw:
                return
            records = self.assignment.take(raw)
            if records:
                await self.strategy.submit(records)
        except Exception:  # noqa: BLE001 - logged there
            self.failed()

    def _start(self, record: ConsumedRecord) -> None:
        self.strategy.start(record)

    def _give_back(self, partition: AssignedPartition | None) -> None:
        self.strategy.give_back(partition)
        self.notify()

    def _consumer(self) -> Any:
        """Return aiokafka's consumer; None before the start, and while it is being replaced."""
        return self.subscriber.consumer
