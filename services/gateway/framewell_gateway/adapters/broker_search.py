"""Looks for the records of one asset in what consumer groups have not handled, and in the dead letters.

Nothing is committed and no group is joined. An asset is looked for in the records between a group's
committed offset and the end of the topic, so a mesh that keeps up has nothing to search.
"""

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from aiokafka import TopicPartition
from aiokafka.errors import (
    GroupCoordinatorNotAvailableError,
    GroupLoadInProgressError,
    KafkaError,
    NotCoordinatorForGroupError,
)
from google.protobuf.timestamp_pb2 import Timestamp

from framewell.gateway.v1.explanation_pb2 import AssetDeadLetter, Backlog, Retry, WaitingRecord
from framewell_contracts.cloudevents import Unreadable, asset_of, decode
from framewell_contracts.fact_types import facts_read
from framewell_contracts.groups import GROUPS
from framewell_contracts.sentences import of_part, say, wording_of
from framewell_contracts.topics import RETRY_SUFFIX, dead_letter_topic, retry_topic
from framewell_gateway.domain.broker_state import BrokerState
from framewell_gateway.domain.moments import timestamp
from framewell_gateway.ports import BROKER, Away
from framewell_kafka import retry_headers
from framewell_kafka.broker_access import BrokerAccess
from framewell_kafka.broker_reach import BrokerUnusable
from framewell_kafka.dead_letters import DeadLetter, DeadLetterStore, Selection
from framewell_kafka.kept_admin import KeptAdmin
from framewell_kafka.topic_admin import counted_partitions
from framewell_kafka.topic_reading import read_to_end, reader

# An answer is worth more than a complete one: a person waits.
SEARCH_SECONDS = 5.0
MOST_RECORDS = 50_000
MOST_FOUND = 50
COORDINATOR_SECONDS = 0.2
# A dead letter carries the clock of whoever gave it up.
CLOCKS_DIFFER = timedelta(hours=1)


@dataclass(slots=True)
class _Search:
    """One search under way: what was found, and how much more may be looked at."""

    asset_id: str
    deadline: float
    waiting: list[WaitingRecord] = field(default_factory=list)
    dead_letters: list[AssetDeadLetter] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)

    @property
    def seconds_left(self) -> float:
        return max(self.deadline - time.monotonic(), 0.0)


class _Extent(NamedTuple):
    """The offsets of a partition: of its first record, and after its last."""

    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class KafkaSearch:
    """`BrokerSearch` on the Kafka of the mesh."""

    admin: KeptAdmin
    prefix: str = ""
    groups: tuple[str, ...] = tuple(GROUPS)
    seconds: float = SEARCH_SECONDS
    most_records: int = MOST_RECORDS

    @property
    def access(self) -> BrokerAccess:
        """Return how the broker is reached."""
        return self.admin.access

    async def search(self, asset_id: str, since: datetime | None) -> BrokerState:
        """See BrokerSearch."""
        search = _Search(asset_id, time.monotonic() + self.seconds)
        try:
            async with asyncio.timeout(self.seconds * 3):
                known, committed = await asyncio.gather(self._extents(), self._committed())
                starts = self._starts(known, committed)
                dead_letters = self._read_dead_letters(search, since, self._groups_with_dead_letters(known))
                await asyncio.gather(self._look_through(search, starts, known), dead_letters)
        except (KafkaError, TimeoutError, OSError) as error:
            raise Away(BROKER, self._described(error)) from error
        backlogs = _backlogs(starts, known, len(self.prefix))
        return BrokerState(search.waiting, backlogs, search.dead_letters, search.cut)

    async def backlogs(self) -> Sequence[Backlog]:
        """See BrokerSearch."""
        try:
            async with asyncio.timeout(self.seconds):
                known, committed = await asyncio.gather(self._extents(), self._committed())
        except (KafkaError, TimeoutError, OSError) as error:
            raise Away(BROKER, self._described(error)) from error
        return _backlogs(self._starts(known, committed), known, len(self.prefix))

    def _described(self, error: Exception) -> str:
        """Return a sentence about a broker that does not answer as it should."""
        if isinstance(error, BrokerUnusable):  # names the broker itself
            return str(error)
        if isinstance(error, TimeoutError):
            return say(
                "no_answer_from",
                "{servers} did not answer within {seconds} s",
                servers=self.access.servers,
                seconds=f"{self.seconds * 3:g}",
            )
        return of_part(self.access.servers, str(error) or type(error).__name__)

    async def _extents(self) -> dict[TopicPartition, _Extent]:
        """Return where every partition begins and ends that groups read or leave dead letters in."""
        names = {name for group in self.groups for name in (*self._topics(group), dead_letter_topic(group))}
        topics = sorted(self.prefix + name for name in names)
        counts = await self.admin.ask(lambda client: counted_partitions(client, topics))
        partitions = [TopicPartition(name, number) for name in counts for number in range(counts[name])]
        async with reader(self.access) as consumer:
            # Its topics become known to it at once: otherwise each costs a round of asking for metadata.
            consumer.assign(partitions)
            consumer.pause(*partitions)
            begins = await consumer.beginning_offsets(partitions)
            ends = await consumer.end_offsets(partitions)
        return {one: _Extent(begins[one], ends[one]) for one in partitions}

    # --- records that are not handled

    def _starts(
        self,
        known: Mapping[TopicPartition, _Extent],
        committed: Mapping[str, Mapping[TopicPartition, int]],
    ) -> dict[TopicPartition, dict[str, int]]:
        """Return from which offset on each group has not handled the records of a partition."""
        starts: dict[TopicPartition, dict[str, int]] = {}
        for group in self.groups:
            read = {self.prefix + name for name in self._topics(group)}
            for one, extent in known.items():
                if one.topic in read:
                    start = max(committed[group].get(one, 0), extent.begin)
                    starts.setdefault(one, {})[group] = min(start, extent.end)
        return starts

    def _topics(self, group: str) -> set[str]:
        return {name for kind in facts_read(group) for name in kind.topic_names} | {retry_topic(group)}

    async def _committed(self) -> dict[str, dict[TopicPartition, int]]:
        found = await self.admin.ask(
            lambda client: asyncio.gather(*(_offsets(client, self.prefix + group) for group in self.groups))
        )
        return {
            group: {one: at.offset for one, at in offsets.items()}
            for group, offsets in zip(self.groups, found, strict=True)
        }

    async def _look_through(
        self,
        search: _Search,
        starts: Mapping[TopicPartition, Mapping[str, int]],
        known: Mapping[TopicPartition, _Extent],
    ) -> None:
        firsts = {one: min(groups.values()) for one, groups in starts.items()}
        unread = {one: first for one, first in firsts.items() if first < known[one].end}
        if not unread:
            return
        total, looked = sum(known[one].end - first for one, first in unread.items()), 0
        try:
            async with reader(self.access) as consumer, asyncio.timeout(search.seconds_left):
                async for record in read_to_end(consumer, unread):
                    looked += 1
                    if self._is_about(search.asset_id, record):
                        groups = starts[TopicPartition(record.topic, record.partition)]
                        search.waiting += self._waiting(record, groups)
                    if looked >= self.most_records or len(search.waiting) >= MOST_FOUND:
                        break
                else:
                    return
        except TimeoutError:
            pass
        search.cut.append(
            say(
                "cut.records",
                "looked at {looked, number} of the {total, number} records that groups have not handled",
                looked=looked,
                total=total,
            )
        )

    def _is_about(self, asset_id: str, record: Any) -> bool:
        """Return whether the record is about the asset, be it readable or not."""
        topic, headers = record.topic[len(self.prefix) :], record.headers
        if topic.endswith(RETRY_SUFFIX) and (failure := retry_headers.read(headers)) is not None:
            topic, headers = failure.origin_topic, retry_headers.original_headers(headers)
        try:
            return asset_of(decode(topic, headers, record.value)) == asset_id
        except Unreadable as error:
            known = asset_of(error.partial) if error.partial else _attribute(record, "ce_subject")
            return known == asset_id

    def _waiting(self, record: Any, groups: Mapping[str, int]) -> Iterable[WaitingRecord]:
        failure = retry_headers.read(record.headers) if record.topic.endswith(RETRY_SUFFIX) else None
        retry = None
        if failure is not None:
            retry = Retry(
                attempts=failure.attempt,
                not_before=_moment(failure.not_before_ms),
                code=failure.code,
                reason=failure.reason,
                wording=wording_of(failure.reason),
                origin_topic=failure.origin_topic,
            )
        for group, start in groups.items():
            if record.offset >= start:
                yield WaitingRecord(
                    group=group,
                    topic=record.topic[len(self.prefix) :],
                    partition=record.partition,
                    offset=record.offset,
                    type=_attribute(record, "ce_type"),
                    id=_attribute(record, "ce_id"),
                    written=_moment(record.timestamp),
                    ahead=record.offset - start,
                    retry=retry,
                )

    # --- dead letters

    def _groups_with_dead_letters(self, known: Mapping[TopicPartition, _Extent]) -> tuple[str, ...]:
        full = {one.topic for one, extent in known.items() if extent.begin < extent.end}
        return tuple(group for group in self.groups if self.prefix + dead_letter_topic(group) in full)

    async def _read_dead_letters(
        self, search: _Search, since: datetime | None, groups: tuple[str, ...]
    ) -> None:
        if not groups:
            return
        since_ms = int((since - CLOCKS_DIFFER).timestamp() * 1000) if since else None
        chosen = Selection(groups, asset=search.asset_id, since_ms=since_ms)
        try:
            async with (
                DeadLetterStore(self.access, groups, prefix=self.prefix, since_ms=since_ms) as store,
                asyncio.timeout(search.seconds_left),
            ):
                async for dead_letter in store.read(chosen):
                    search.dead_letters.append(_asset_dead_letter(dead_letter))
                    if len(search.dead_letters) >= MOST_FOUND:
                        said = say("cut.found", "there may be more than {most} dead letters", most=MOST_FOUND)
                        search.cut.append(said)
                        break
        except TimeoutError:
            search.cut.append(
                say(
                    "cut.dead_letters",
                    "not all dead letters were looked at in {seconds} s",
                    seconds=f"{self.seconds:g}",
                )
            )


async def _offsets(admin: Any, group: str) -> Mapping[TopicPartition, Any]:
    """Return a group's committed offsets. A broker that has just begun knows no coordinators for a second."""
    while True:
        try:
            return dict(await admin.list_consumer_group_offsets(group))
        except (GroupCoordinatorNotAvailableError, GroupLoadInProgressError, NotCoordinatorForGroupError):
            await asyncio.sleep(COORDINATOR_SECONDS)


def _asset_dead_letter(dead_letter: DeadLetter) -> AssetDeadLetter:
    dead_letter_id = str(dead_letter.id)
    return AssetDeadLetter(
        dead_letter_id=dead_letter_id,
        group=dead_letter.id.group,
        type=dead_letter.event_type,
        id=dead_letter.event_id,
        code=dead_letter.code,
        reason=dead_letter.reason,
        wording=wording_of(dead_letter.reason),
        attempts=dead_letter.failure.attempt if dead_letter.failure else 0,
        given_up=_moment(dead_letter.written_ms),
        replay=f"framewell dlq replay {dead_letter.id.group} --id {dead_letter_id.rpartition('/')[2]}",
    )


def _backlogs(
    starts: Mapping[TopicPartition, Mapping[str, int]], known: Mapping[TopicPartition, _Extent], cut: int
) -> list[Backlog]:
    """Return sums per group and topic, only where something is behind."""
    summed: dict[tuple[str, str], list[int]] = {}
    for one, groups in starts.items():
        for group, start in groups.items():
            committed_end = summed.setdefault((group, one.topic[cut:]), [0, 0])
            committed_end[0] += start
            committed_end[1] += known[one].end
    return [
        Backlog(group=group, topic=topic, committed=committed, end=end, behind=end - committed)
        for (group, topic), (committed, end) in sorted(summed.items())
        if end > committed
    ]


def _attribute(record: Any, name: str) -> str:
    content = next((content for header, content in record.headers if header == name), b"") or b""
    return str(content[:256].decode("utf-8", "replace"))


def _moment(milliseconds: int) -> Timestamp:
    return timestamp(datetime.fromtimestamp(milliseconds / 1000, UTC))
