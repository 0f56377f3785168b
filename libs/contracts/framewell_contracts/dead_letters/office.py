"""The dead letters of a mesh: read, counted, sent again, discarded. Nothing is ever deleted.

The same for the command and for whoever else shows or replays letters. A letter that was handled stays
where it is, with a mark (`handled`); retention of the dead-letter topics is all that ends it.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from typing import Any
from uuid import uuid4

from aiokafka import TopicPartition

from framewell_contracts.broker_access import BrokerAccess
from framewell_contracts.catalogue import topics
from framewell_contracts.dead_letters.claims import claim
from framewell_contracts.dead_letters.handled import Deed, Handled, Mark
from framewell_contracts.dead_letters.letter import Letter, letter
from framewell_contracts.dead_letters.pace import MAX_BATCH, Pace
from framewell_contracts.dead_letters.place import Place
from framewell_contracts.dead_letters.selection import Selection
from framewell_contracts.dead_letters.sender import Out, Sender
from framewell_contracts.dead_letters.tally import DAMAGED, NO_TOPIC, TOO_LARGE, Tally
from framewell_contracts.topic_admin import partition_counts
from framewell_contracts.topic_reading import read_to_end, reader
from framewell_contracts.topics import HANDLED_LETTERS, dead_letter_topic

Told = Callable[[Tally], None]


class TopicsMissing(Exception):
    """The mesh's topics are not all on this broker; the message says which one."""


class DeadLetterOffice:
    """Opened for some groups: `async with DeadLetterOffice(access, groups) as office`.

    Raises KafkaError while the broker is away or does not let us. Two people may use it at once: every batch
    is claimed before it is sent (`claims`). With `since_ms` (milliseconds since 1970) it knows nothing of
    letters that were given up before: neither they nor their marks are read, however many there are.
    """

    def __init__(
        self, access: BrokerAccess, groups: Sequence[str], *, prefix: str = "", since_ms: int | None = None
    ) -> None:
        self._access, self._groups, self._prefix = access, tuple(groups), prefix
        self._since_ms = since_ms
        self._sender = Sender(access)
        self._open = AsyncExitStack()
        self._counts: dict[str, int] = {}
        self._letters: Any = None
        self._handled: Any = None
        self._token = uuid4().hex

    async def __aenter__(self) -> "DeadLetterOffice":
        names = {topic.name for topic in topics()} | {dead_letter_topic(group) for group in self._groups}
        found = await partition_counts(self._access, [self._prefix + name for name in sorted(names)])
        self._counts = {name[len(self._prefix) :]: count for name, count in found.items()}
        try:
            self._letters = await self._open.enter_async_context(reader(self._access))
            marks = await self._open.enter_async_context(reader(self._access))
            self._handled = Handled(marks, self._partitions(HANDLED_LETTERS), self._groups)
            await self._handled.open(self._since_ms)
        except BaseException:
            await self._open.aclose()
            raise
        self._open.push_async_callback(self._sender.close)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()

    async def letters(self, selection: Selection) -> AsyncIterator[Letter]:
        """The letters that are meant and are there now, group by group, oldest first.

        Memory is that of a few fetches, however many there are.
        """
        groups = {self._prefix + dead_letter_topic(group): group for group in selection.groups}
        partitions = [one for group in groups.values() for one in self._partitions(dead_letter_topic(group))]
        bounds = [moment for moment in (selection.since_ms, self._since_ms) if moment is not None]
        starts = await self._starts(partitions, max(bounds, default=None))
        async for record in read_to_end(self._letters, starts, in_turn=True):
            place = Place(groups[record.topic], record.partition, record.offset)
            found = letter(record, place, self._handled.of(place, record.timestamp))
            if selection.takes(found):
                yield found

    async def older(self) -> dict[str, int]:
        """How many letters of each group lie before `since_ms`, whatever became of them; none without it."""
        if self._since_ms is None:
            return {}
        lies = {one: group for group in self._groups for one in self._partitions(dead_letter_topic(group))}
        held, ends = await self._extents([*lies])
        starts = await self._starts([*lies], self._since_ms)
        older: Counter[str] = Counter()
        for one, begin in held.items():
            older[lies[one]] += starts.get(one, ends[one]) - begin
        return +older

    async def replay(
        self,
        selection: Selection,
        *,
        by: str,
        pace: Pace,
        tally: Tally,
        limit: int | None = None,
        dry_run: bool = False,
        told: Told = lambda _: None,
    ) -> None:
        """Send letters to the topics and partitions they came from, as they were sent first.

        A letter is marked once its record is acknowledged. A death in between leaves at most a batch
        unmarked, which the next replay sends again with the same ids. What comes back into the dead-letter
        topic meanwhile is a new letter and not part of this replay.
        """
        if not dry_run:
            self._require_marks()
        async for batch in _batches(self.letters(selection), pace.batch, limit):
            tally.take(one.written_ms for one in batch)
            sendable = [one for one in batch if self._sendable(one, tally)]
            if not dry_run:
                await pace.step(len(sendable))
                await _whole(self._send(await self._not_overtaken(sendable, tally), by, tally))
            told(tally)

    async def mark(
        self,
        selection: Selection,
        deed: Deed,
        *,
        by: str,
        reason: str,
        tally: Tally,
        told: Told = lambda _: None,
    ) -> None:
        """Discard letters, or restore what was discarded: only the mark changes."""
        self._require_marks()
        async for batch in _batches(self.letters(selection), MAX_BATCH, None):
            tally.take(one.written_ms for one in batch)
            fresh = await self._not_overtaken(batch, tally)
            await _whole(self._mark(fresh, deed, by=by, reason=reason))
            tally.done += len(fresh)
            told(tally)

    async def _send(self, letters: Sequence[Letter], by: str, tally: Tally) -> None:
        results = await self._sender.deliver([self._original(one) for one in letters])
        sent = [one for one, error in zip(letters, results, strict=True) if error is None]
        tally.refused.update(type(error).__name__ for error in results if error is not None)
        await self._mark(sent, "replayed", by=by, reason="")
        tally.done += len(sent)

    async def _mark(self, letters: Sequence[Letter], deed: Deed, *, by: str, reason: str) -> None:
        now_ms = int(time.time() * 1000)
        marks = []
        for one in letters:
            times = (one.mark.times if one.mark else 0) + (deed == "replayed")
            mark = Mark(deed, now_ms, by, one.written_ms, times, reason)
            # Never older than its letter by the record's own time, whatever the clocks say: who reads letters
            # from some moment on finds all their marks from that moment on.
            marks.append(
                Out(
                    self._prefix + HANDLED_LETTERS, 0, str(one.place).encode(), mark.value(), headers=[],
                    timestamp_ms=max(now_ms, one.written_ms),
                )
            )  # fmt: skip
        await self._remember(marks)

    async def _remember(self, records: Sequence[Out]) -> None:
        for error in await self._sender.deliver(records):
            if error is not None:
                raise error

    async def _not_overtaken(self, letters: Sequence[Letter], tally: Tally) -> list[Letter]:
        """Those that are ours to handle: nobody has marked them meanwhile, and nobody is at them now."""
        if not letters:
            return []
        key, value = claim(self._token, [one.place for one in letters])
        await self._remember([Out(self._prefix + HANDLED_LETTERS, 0, key, value, headers=[])])
        await self._handled.catch_up()
        fresh = [
            one
            for one in letters
            if self._handled.of(one.place, one.written_ms) == one.mark
            and self._handled.claims.holder(one.place) == self._token
        ]
        tally.overtaken += len(letters) - len(fresh)
        return fresh

    def _sendable(self, one: Letter, tally: Tally) -> bool:
        if one.note is None:
            tally.left_out[DAMAGED] += 1
            return False
        if one.note.left_out_bytes:
            tally.left_out[TOO_LARGE] += 1
            return False
        topic = one.note.origin_topic
        if topic not in self._counts:
            tally.left_out[NO_TOPIC] += 1
            return False
        tally.topics[topic] += 1
        return True

    def _original(self, one: Letter) -> Out:
        note = one.note
        assert note is not None
        known = 0 <= note.origin_partition < self._counts[note.origin_topic]
        partition = note.origin_partition if known else None
        return Out(self._prefix + note.origin_topic, partition, one.key, one.value, one.headers)

    async def _starts(
        self, partitions: Sequence[TopicPartition], since_ms: int | None
    ) -> dict[TopicPartition, int]:
        """Where to begin in those partitions that hold anything, in the same order."""
        held, _ = await self._extents(partitions)
        if since_ms is None or not held:
            return held
        found = await self._letters.offsets_for_times(dict.fromkeys(held, since_ms))
        return {one: at.offset for one in held if (at := found[one]) is not None}

    async def _extents(
        self, partitions: Sequence[TopicPartition]
    ) -> tuple[dict[TopicPartition, int], dict[TopicPartition, int]]:
        """Where those that hold anything begin, in the same order; and where all of them end."""
        if not partitions:
            return {}, {}
        begins = await self._letters.beginning_offsets(partitions)
        ends: dict[TopicPartition, int] = await self._letters.end_offsets(partitions)
        return {one: begins[one] for one in partitions if begins[one] < ends[one]}, ends

    def _partitions(self, name: str) -> list[TopicPartition]:
        return [TopicPartition(self._prefix + name, one) for one in range(self._counts.get(name, 0))]

    def _require_marks(self) -> None:
        if HANDLED_LETTERS not in self._counts:
            raise TopicsMissing(
                f"the topic {self._prefix}{HANDLED_LETTERS}, which remembers what was handled, is missing: "
                "run 'framewell topics apply'"
            )


async def _batches(
    letters: AsyncIterator[Letter], size: int, limit: int | None
) -> AsyncIterator[list[Letter]]:
    """In batches, at most `limit` letters altogether."""
    batch: list[Letter] = []
    left = limit
    async for one in letters:
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


async def _whole(work: Coroutine[Any, Any, None]) -> None:
    """Cancelled or not, finish what was begun: between a send and its mark nobody should stop."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise
