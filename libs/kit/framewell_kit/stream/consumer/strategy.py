"""The contract between a consumer and the strategy that processes its records. All of it stands here.

A `GroupConsumer` polls, and hands every record to one `ProcessingStrategy`: `KeyQueues` for a `Stage`,
`PermitQueue` for a `HeavyStage`. The strategy decides in which order, and how many at once; what one record
comes to is the `RecordProcessor`'s. Compare `ProcessingStrategy` of getsentry/arroyo, which has the same few
verbs for threads; here everything runs on one event loop.

**What may block.** `submit` alone: FastStream polls the next batch when it returns, so a strategy that has
no room does not return. Whoever blocks long does it in `ConsumerControl.stay_member_while`, which pauses
every partition and keeps polling, so that the broker does not take the partitions away. `start` and
`give_back` return at once.

**Who owns an offset.** The `OffsetTracker` of its `AssignedPartition`, from the moment it was polled. Every
record handed over is in flight until the strategy calls exactly one of two things for it: `finish(offset)`,
when its effects are in place and its facts acknowledged, or `give_back()`, when it must be read again. A
strategy that gives back by itself also calls `postpone`, which rewinds to the first record that was given
back. Only the consumer commits, and never past the first unfinished record.

**What a rebalance does.** The partition is blocked and `give_back(partition)` is called: whatever of it was
not begun goes back, whatever was begun may end within `StreamTiming.hand_over` and is committed. Then the
partition is revoked. What is still running ends for itself: nothing of it is committed, its offsets belong to
whoever is assigned the partition next, and `abandon` is called. An assignment that comes back is a new
`AssignedPartition` with an empty tracker.

**What a stop does.** `give_back(None)`, then `drain(seconds)`: finish what was begun, or give it back.

No exception leaves a strategy except from `drain`: an error of the runtime itself ends the process
(`ConsumerControl.failed`), since FastStream would swallow it and skip the batch.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Coroutine, Sequence
from typing import Any, Protocol

from framewell_kit.stream.consumer.record import AssignedPartition, ConsumedRecord, Postponed


class ProcessingStrategy(ABC):
    """How the records of one consumer are processed: in which order, and how many at once."""

    @property
    @abstractmethod
    def in_flight(self) -> int:
        """Return how many records were handed over and are neither finished nor given back."""

    @abstractmethod
    async def submit(self, records: Sequence[ConsumedRecord]) -> None:
        """Take records, in the order of each partition; return when more may be polled."""

    @abstractmethod
    def start(self, record: ConsumedRecord) -> None:
        """Take one record that came back through the retry topic and whose time has come."""

    @abstractmethod
    def give_back(self, partition: AssignedPartition | None) -> None:
        """Give back every record of the partition (None: of all) that was taken and not begun."""

    @abstractmethod
    async def abandon(self, partitions: Sequence[AssignedPartition]) -> None:
        """Note that these were revoked while records of theirs were being processed, which go on."""

    @abstractmethod
    async def drain(self, seconds: float) -> None:
        """Finish what was begun. Raises TimeoutError when that was not possible in the time."""


class ConsumerControl(Protocol):
    """What a strategy may ask of its consumer."""

    group: str

    @property
    def partitions(self) -> Collection[AssignedPartition]:
        """Return the partitions assigned now."""

    @property
    def stopping(self) -> bool:
        """Return whether the process is to stop: nothing new may begin."""

    def postpone(self, partition: AssignedPartition, postponed: Postponed) -> None:
        """Pause the partition, give back what of it was not begun, and read it again afterwards.

        Nothing happens to a partition that was revoked.
        """

    async def commit(self) -> None:
        """Commit every assigned partition up to its first unfinished record."""

    def notify(self) -> None:
        """Say that something was finished or given back: whoever waits in `until` looks again."""

    async def until(self, condition: Callable[[], bool], seconds: float | None = None) -> bool:
        """Wait until the condition holds; return False when the time is over before it does."""

    async def stay_member_while(self, waiting: Coroutine[Any, Any, object]) -> None:
        """Wait with every partition paused and polled; return early when the process is to stop."""

    def failed(self) -> None:
        """Log the exception being handled as the runtime's own failure, and end the process."""
