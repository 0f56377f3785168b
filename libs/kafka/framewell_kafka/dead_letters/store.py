"""The dead letters of a mesh: read, counted, sent again, discarded. Nothing is ever deleted.

The same for the command and for whoever else shows or replays dead letters. One that was handled stays where
it is, with a record of what was done (`actions`); only the retention of the dead-letter topics ends it.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from typing import Any
from uuid import uuid4

from aiokafka import TopicPartition

from framewell_contracts.fact_types import topics
from framewell_contracts.topics import DEAD_LETTER_ACTIONS, dead_letter_topic
from framewell_kafka.broker_access import BrokerAccess
from framewell_kafka.dead_letters.actions import Action, ActionKind, ActionLog
from framewell_kafka.dead_letters.claims import claim
from framewell_kafka.dead_letters.counts import DAMAGED, NO_TOPIC, TOO_LARGE, ActionCounts
from framewell_kafka.dead_letters.dead_letter import DeadLetter
from framewell_kafka.dead_letters.dead_letter_id import DeadLetterId
from framewell_kafka.dead_letters.rate_limit import MAX_BATCH, RateLimit
from framewell_kafka.dead_letters.selection import Selection
from framewell_kafka.dead_letters.sender import OutgoingRecord, Sender
from framewell_kafka.topic_admin import partition_counts
from framewell_kafka.topic_reading import learn_of, read_to_end, reader

OnProgress = Callable[[ActionCounts], None]


class TopicsMissing(Exception):
    """The mesh's topics are not all on this broker; the message names the one that is missing."""


class DeadLetterStore:
    """The dead letters of some groups: `async with DeadLetterStore(access, groups) as store`.

    Entering raises KafkaError while the broker is away or refuses. Two operators may use it at once: every
    batch is claimed before it is sent (`claims`). With `since_ms` (milliseconds since 1970) neither older
    dead letters nor the actions on them are read, however many there are.
    """

    def __init__(
        self, access: BrokerAccess, groups: Sequence[str], *, prefix: str = "", since_ms: int | None = None
    ) -> None:
        self._access, self._groups, self._prefix = access, tuple(groups), prefix
        self._since_ms = since_ms
        self._sender = Sender(access)
        self._open = AsyncExitStack()
        self._partition_counts: dict[str, int] = {}
        self._consumer: Any = None
        self._actions: Any = None
        self._token = uuid4().hex

    async def __aenter__(self) -> "DeadLetterStore":
        names = {topic.name for topic in topics()} | {dead_letter_topic(group) for group in self._groups}
        found = await partition_counts(self._access, [self._prefix + name for name in sorted(names)])
        self._partition_counts = {name[len(self._prefix) :]: count for name, count in found.items()}
        try:
            self._consumer = await self._open.enter_async_context(reader(self._access))
            log_consumer = await self._open.enter_async_context(reader(self._access))
            self._actions = ActionLog(log_consumer, self._partitions(DEAD_LETTER_ACTIONS), self._groups)
            await self._actions.open(self._since_ms)
        except BaseException:
            await self._open.aclose()
            raise
        self._open.push_async_callback(self._sender.close)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()

    async def read(self, selection: Selection) -> AsyncIterator[DeadLetter]:
        """Yield the dead letters that match and exist now, group by group, oldest first.

        Holds a few fetches in memory, however many there are.
        """
        groups = {self._prefix + dead_letter_topic(group): group for group in selection.groups}
        partitions = [one for group in groups.values() for one in self._partitions(dead_letter_topic(group))]
        bounds = [moment for moment in (selection.since_ms, self._since_ms) if moment is not None]
        starts = await self._starts(partitions, max(bounds, default=None))
        async for record in read_to_end(self._consumer, starts, in_turn=True):
            found_id = DeadLetterId(groups[record.topic], record.partition, record.offset)
            action = self._actions.last(found_id, record.timestamp)
            found = DeadLetter.from_record(record, found_id, action)
            if selection.matches(found):
                yield found

    async def count_older(self) -> dict[str, int]:
        """Return how many dead letters of each group, in any state, are older than `since_ms`.

        Groups without any are left out; without `since_ms` there are none.
        """
        if self._since_ms is None:
            return {}
        groups = {one: group for group in self._groups for one in self._partitions(dead_letter_topic(group))}
        begins, ends = await self._extents([*groups])
        starts = await self._starts([*groups], self._since_ms)
        older: Counter[str] = Counter()
        for one, begin in begins.items():
            older[groups[one]] += starts.get(one, ends[one]) - begin
        return +older

    async def replay(
        self,
        selection: Selection,
        *,
        by: str,
        rate_limit: RateLimit,
        counts: ActionCounts,
        limit: int | None = None,
        dry_run: bool = False,
        on_progress: OnProgress = lambda _: None,
    ) -> None:
        """Send dead letters to the topics and partitions they came from, exactly as they were sent first.

        The action is recorded once a record is acknowledged. A crash in between leaves at most one batch
        without it, which the next replay sends again with the same ids. What comes back into the dead-letter
        topic meanwhile is a new dead letter and not part of this replay. `counts` is updated in place, batch
        by batch, so it is right also when this raises.
        """
        if not dry_run:
            self._require_action_topic()
        async for batch in _batches(self.read(selection), rate_limit.batch, limit):
            counts.add_matching(one.written_ms for one in batch)
            sendable = [one for one in batch if self._sendable(one, counts)]
            if not dry_run:
                await rate_limit.acquire(len(sendable))
                await _uninterrupted(self._send(await self._claimed(sendable, counts), by, counts))
            on_progress(counts)

    async def record_action(
        self,
        selection: Selection,
        kind: ActionKind,
        *,
        by: str,
        reason: str,
        counts: ActionCounts,
        on_progress: OnProgress = lambda _: None,
    ) -> None:
        """Discard dead letters, or restore what was discarded: only their state changes."""
        self._require_action_topic()
        async for batch in _batches(self.read(selection), MAX_BATCH, None):
            counts.add_matching(one.written_ms for one in batch)
            claimed = await self._claimed(batch, counts)
            await _uninterrupted(self._record_actions(claimed, kind, by=by, reason=reason))
            counts.done += len(claimed)
            on_progress(counts)

    async def _send(self, dead_letters: Sequence[DeadLetter], by: str, counts: ActionCounts) -> None:
        results = await self._sender.deliver([self._original(one) for one in dead_letters])
        sent = [one for one, error in zip(dead_letters, results, strict=True) if error is None]
        counts.refused.update(type(error).__name__ for error in results if error is not None)
        await self._record_actions(sent, "replayed", by=by, reason="")
        counts.done += len(sent)

    async def _record_actions(
        self, dead_letters: Sequence[DeadLetter], kind: ActionKind, *, by: str, reason: str
    ) -> None:
        now_ms = int(time.time() * 1000)
        records = []
        for one in dead_letters:
            times = (one.action.times if one.action else 0) + (kind == "replayed")
            action = Action(kind, now_ms, by, one.written_ms, times, reason)
            # Never older than its dead letter by the record's own time, whatever the clocks say: who reads
            # dead letters from some time on finds every action on them from that time on.
            timestamp_ms = max(now_ms, one.written_ms)
            records.append(self._action_record(str(one.id).encode(), action.value(), timestamp_ms))
        await self._deliver_all(records)

    def _action_record(self, key: bytes, value: bytes, timestamp_ms: int | None = None) -> OutgoingRecord:
        return OutgoingRecord(self._prefix + DEAD_LETTER_ACTIONS, 0, key, value, [], timestamp_ms)

    async def _deliver_all(self, records: Sequence[OutgoingRecord]) -> None:
        for error in await self._sender.deliver(records):
            if error is not None:
                raise error

    async def _claimed(self, dead_letters: Sequence[DeadLetter], counts: ActionCounts) -> list[DeadLetter]:
        """Claim them, and return those that nobody else has handled meanwhile or claims now."""
        if not dead_letters:
            return []
        await self._deliver_all([self._action_record(*claim(self._token, [one.id for one in dead_letters]))])
        await self._actions.catch_up()
        claimed = [
            one
            for one in dead_letters
            if self._actions.last(one.id, one.written_ms) == one.action
            and self._actions.claims.holder(one.id) == self._token
        ]
        counts.overtaken += len(dead_letters) - len(claimed)
        return claimed

    def _sendable(self, one: DeadLetter, counts: ActionCounts) -> bool:
        if one.failure is None:
            counts.left_out[DAMAGED] += 1
            return False
        if one.failure.left_out_bytes:
            counts.left_out[TOO_LARGE] += 1
            return False
        topic = one.failure.origin_topic
        if topic not in self._partition_counts:
            counts.left_out[NO_TOPIC] += 1
            return False
        counts.topics[topic] += 1
        return True

    def _original(self, one: DeadLetter) -> OutgoingRecord:
        origin = one.failure
        assert origin is not None
        exists = 0 <= origin.origin_partition < self._partition_counts[origin.origin_topic]
        partition = origin.origin_partition if exists else None
        return OutgoingRecord(self._prefix + origin.origin_topic, partition, one.key, one.value, one.headers)

    async def _starts(
        self, partitions: Sequence[TopicPartition], since_ms: int | None
    ) -> dict[TopicPartition, int]:
        """First offset to read of those partitions that hold records, in the same order."""
        begins, _ = await self._extents(partitions)
        if since_ms is None or not begins:
            return begins
        found = await self._consumer.offsets_for_times(dict.fromkeys(begins, since_ms))
        return {one: at.offset for one in begins if (at := found[one]) is not None}

    async def _extents(
        self, partitions: Sequence[TopicPartition]
    ) -> tuple[dict[TopicPartition, int], dict[TopicPartition, int]]:
        """First offsets of those partitions that hold records, in the same order; end offsets of all."""
        if not partitions:
            return {}, {}
        await learn_of(self._consumer, partitions)
        begins = await self._consumer.beginning_offsets(partitions)
        ends: dict[TopicPartition, int] = await self._consumer.end_offsets(partitions)
        return {one: begins[one] for one in partitions if begins[one] < ends[one]}, ends

    def _partitions(self, name: str) -> list[TopicPartition]:
        return [
            TopicPartition(self._prefix + name, number)
            for number in range(self._partition_counts.get(name, 0))
        ]

    def _require_action_topic(self) -> None:
        if DEAD_LETTER_ACTIONS not in self._partition_counts:
            raise TopicsMissing(
                f"the topic {self._prefix}{DEAD_LETTER_ACTIONS}, which remembers what was handled, is "
                "missing: run 'framewell topics apply'"
            )


async def _batches(
    dead_letters: AsyncIterator[DeadLetter], size: int, limit: int | None
) -> AsyncIterator[list[DeadLetter]]:
    """Yield batches of `size`, at most `limit` dead letters altogether."""
    batch: list[DeadLetter] = []
    left = limit
    async for one in dead_letters:
        if left == 0:
            break
        batch.append(one)
        if left is not None:
            left -= 1
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


async def _uninterrupted(work: Coroutine[Any, Any, None]) -> None:
    """Finish the work also when cancelled: nothing may stop between a send and the record of it."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise
