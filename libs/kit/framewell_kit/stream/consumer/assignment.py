"""The partitions assigned to one consumer: which of their records are taken now, and which are read later."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import TopicPartition

from framewell_contracts.sentences import say
from framewell_kit.clock import Clock
from framewell_kit.stream.consumer.delay_queue import DelayQueue
from framewell_kit.stream.consumer.pauses import PauseController
from framewell_kit.stream.consumer.record import AssignedPartition, ConsumedRecord, Postponed, consumed
from framewell_kit.stream.timing import StreamLimits, StreamTiming
from framewell_kit.telemetry import logger
from framewell_kit.telemetry.metrics import PAUSES

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class StrategyCalls:
    """What an assignment asks of the strategy (see `ProcessingStrategy`)."""

    start: Callable[[ConsumedRecord], None]
    give_back: Callable[[AssignedPartition | None], None]


class Assignment:
    """What holds at every moment: a record that was read and is not finished is in flight, or lies at or
    behind the offset from which its partition will be read next. So whoever gives a record back rewinds.
    """

    def __init__(
        self,
        group: str,
        *,
        prefix: str,
        clock: Clock,
        consumer: Callable[[], Any],
        strategy: StrategyCalls,
        timing: StreamTiming,
        limits: StreamLimits,
    ) -> None:
        self.partitions: dict[tuple[str, int], AssignedPartition] = {}  # TopicPartition is such a tuple
        self.pauses = PauseController(consumer, self._unpaused, timing.keep_alive)
        self._delays = DelayQueue(self._due, limits)
        self._group, self._prefix, self._clock = group, prefix, clock
        self._strategy, self._timing, self._limits = strategy, timing, limits

    # --- what the broker assigns and revokes

    def assign(self, partitions: Iterable[TopicPartition]) -> None:
        """Begin with these and nothing else: each is read from its commit.

        What is still there from before was not revoked, because the revocation failed, which aiokafka logs
        and passes over.
        """
        self.revoke(list(self.partitions.values()))
        for partition in partitions:
            self.partitions[partition] = AssignedPartition(partition, self._prefix)
        self.pauses.assigned()

    def block(self, leaving: Iterable[AssignedPartition]) -> None:
        """Start nothing more of these, and give back what was not begun."""
        for assigned in leaving:
            assigned.blocked = True
            self._give_back(assigned)

    def revoke(self, leaving: Sequence[AssignedPartition]) -> None:
        """Forget these: nothing of them is committed from now on, what is in flight ends for itself."""
        self.pauses.revoked(assigned.partition for assigned in leaving)
        for assigned in leaving:
            if self.partitions.get(assigned.partition) is assigned:
                del self.partitions[assigned.partition]
            assigned.revoked = True
        self.block(leaving)

    # --- what was polled

    def take(self, raw: Sequence[Any]) -> list[ConsumedRecord]:
        """Return the records that must be handled now; the others are read again when they must."""
        taken: list[ConsumedRecord] = []
        for run in _runs(raw):
            assigned = self._assigned(run[0])
            if assigned is None:
                continue
            offsets = [record.offset for record in run]
            if (
                not (assigned.blocked or assigned.is_retry)
                and assigned.offsets.remembered + len(run) <= self._limits.ahead
                and assigned.offsets.take_all(offsets)
            ):  # the usual case, on the path of every record
                taken += [consumed(record, assigned) for record in run]
            else:
                taken += self._take_each(run, assigned)
        return taken

    def postpone(self, assigned: AssignedPartition, postponed: Postponed) -> None:
        """Pause a partition, and read it again from the first record that was given back."""
        self._give_back(assigned)
        PAUSES.add(1, {"group": self._group})
        self._pause(assigned, postponed.seconds, postponed.reason)

    def stop(self) -> None:
        """Pause everything, and give back whatever was not begun."""
        self._delays.give_back()
        self._strategy.give_back(None)
        self.pauses.hold()

    def _take_each(self, run: Sequence[Any], assigned: AssignedPartition) -> list[ConsumedRecord]:
        taken: list[ConsumedRecord] = []
        end, left = self._window_end(assigned), False
        for record in run:
            if end is not None and record.offset >= end and not assigned.blocked:
                seconds = self._timing.behind_slow_record
                self._pause(assigned, seconds, "a record takes long, the others wait for it")
            if assigned.blocked:
                assigned.offsets.leave(record.offset)
                left = True
            elif assigned.offsets.take(record.offset):
                one = consumed(record, assigned)
                if one.retry is None or not self._delay(one):
                    taken.append(one)
        if left:
            self._rewind(assigned)
        return taken

    def _assigned(self, first: Any) -> AssignedPartition | None:
        """Return the partition of a poll's records, of which this is the first; None when it was revoked."""
        assigned = self.partitions.get((first.topic, first.partition))
        if assigned is None:
            return None
        if assigned.offsets.is_over(first.offset):
            assigned = self._start_over(assigned, first.offset)
        assigned.ages.polled(first.offset, first.timestamp)
        return assigned

    def _start_over(self, assigned: AssignedPartition, offset: int) -> AssignedPartition:
        """Begin a partition anew whose end the broker lost: it writes other records to finished offsets.

        aiokafka then finds its position out of range and reads from the beginning without an error.
        """
        log.error(
            "the broker has lost the end of a partition: all that it keeps of it is done again",
            group=self._group, partition=str(assigned.partition), read_to=assigned.offsets.end,
            again_from=offset,
        )  # fmt: skip
        self.revoke([assigned])
        again = self.partitions[assigned.partition] = AssignedPartition(assigned.partition, self._prefix)
        return again

    def _window_end(self, assigned: AssignedPartition) -> int | None:
        """Return the offset from which a partition may not be read yet; what was given back always may."""
        offsets = assigned.offsets
        if offsets.remembered < self._limits.ahead:
            return None
        offsets.committable()  # forgets what lies before the first unfinished record
        return None if offsets.remembered < self._limits.ahead else offsets.end

    # --- pauses and delays

    def _pause(self, assigned: AssignedPartition, seconds: float, reason: str) -> None:
        assigned.blocked = True
        self.pauses.postpone(assigned.partition, assigned.offsets.first_waiting(), seconds, reason)

    def _unpaused(self, partition: TopicPartition) -> None:
        assigned = self.partitions.get(partition)
        if assigned is not None:
            assigned.blocked = False

    def _rewind(self, assigned: AssignedPartition) -> None:
        self.pauses.rewind(assigned.partition, assigned.offsets.first_waiting())

    def _give_back(self, assigned: AssignedPartition) -> None:
        self._strategy.give_back(assigned)
        self._delays.give_back(assigned)

    def _delay(self, record: ConsumedRecord) -> bool:
        """Keep a record that came back before its time, or give it back; return False when it is due."""
        seconds = 0.0 if record.retry is None else record.retry.seconds_left(self._clock.now())
        if record.retry is None or seconds <= 0:
            return False
        if not self._delays.is_full:
            self._delays.add(record, seconds)
            return True
        record.give_back()
        reason = say(
            "records_wait.time",
            "{count} records wait for their time: {why}",
            count=len(self._delays),
            why=record.retry.reason,
        )
        self._pause(record.assigned, self._delays.seconds_to_next, reason)
        return True

    def _due(self, record: ConsumedRecord) -> None:
        if record.assigned.blocked:  # paused since: it is read again
            record.give_back()
            self._rewind(record.assigned)
        else:
            self._strategy.start(record)


def _runs(raw: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Yield the records of each partition: they lie one partition after the other."""
    begin, topic, number = 0, raw[0].topic, raw[0].partition
    for index, record in enumerate(raw):
        if record.partition != number or record.topic != topic:
            yield raw[begin:index]
            begin, topic, number = index, record.topic, record.partition
    yield raw[begin:] if begin else raw
