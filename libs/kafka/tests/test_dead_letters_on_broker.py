"""The dead-letter store on the real broker: what it reads, sends again, records, and never does twice."""

import asyncio
import json
import os
import sys
import time
from asyncio.subprocess import PIPE, create_subprocess_exec
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.client import AIOKafkaClient

from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell_contracts.cloudevents import Record
from framewell_contracts.groups import GROUPS
from framewell_contracts.topics import DEAD_LETTER_ACTIONS, Topic, dead_letter_topic
from framewell_kafka.dead_letters import (
    ANY_STATE,
    ActionCounts,
    ActionKind,
    DeadLetter,
    DeadLetterId,
    DeadLetterStore,
    RateLimit,
    Selection,
    TopicsMissing,
)
from framewell_kafka.dead_letters.actions import Action
from framewell_kafka.dead_letters.sender import OutgoingRecord, Sender
from framewell_kafka.retry_headers import RetryHeaders, with_retry_headers
from framewell_kafka.topic_admin import apply
from framewell_kit.testing.streams import StreamBench

pytestmark = pytest.mark.integration

GROUP = "ingest.accept_request"
DEAD_LETTERS = dead_letter_topic(GROUP)
ORIGIN = "framewell.ingest.requested.v1"
ALL = Selection((GROUP,))
HOUR_MS = 3_600_000


@pytest.fixture
async def bench(broker: str) -> AsyncIterator[StreamBench]:
    async with StreamBench(broker) as bench:
        await bench.declare(IngestRequested, groups=[GROUP])
        yield bench


def dead_letter(
    event_id: str,
    *,
    code: str = "failed",
    asset: str = "a",
    reason: str = "RuntimeError: no",
    origin: str = ORIGIN,
    partition: int = 1,
) -> Record:
    """A dead letter, as a stage leaves it."""
    headers = [
        ("ce_specversion", b"1.0"),
        ("ce_id", event_id.encode()),
        ("ce_source", b"/test"),
        ("ce_type", ORIGIN.encode()),
        ("content-type", b"application/protobuf"),
        ("x-odd", b"\xff\x00"),
    ]
    note = RetryHeaders(GROUP, origin, partition, 7, 3, 1000, 2000, code, reason, traceback="Traceback …")
    value = IngestRequested(asset_id=asset, uri="file:///x").SerializeToString()
    return Record(DEAD_LETTERS, b"key", value, with_retry_headers(headers, note))


async def put(bench: StreamBench, *dead_letters: Record) -> None:
    await bench.publisher.deliver(dead_letters)


async def found(bench: StreamBench, selection: Selection = ALL) -> list[DeadLetter]:
    async with DeadLetterStore(bench.access, selection.groups, prefix=bench.prefix) as store:
        return [one async for one in store.read(selection)]


async def replay(bench: StreamBench, selection: Selection = ALL, **options: Any) -> ActionCounts:
    counts = ActionCounts()
    async with DeadLetterStore(bench.access, selection.groups, prefix=bench.prefix) as store:
        await store.replay(
            selection, by="op", rate_limit=options.pop("rate_limit", RateLimit()), counts=counts, **options
        )
    return counts


async def record_action(bench: StreamBench, kind: ActionKind, selection: Selection, reason: str = "") -> int:
    counts = ActionCounts()
    async with DeadLetterStore(bench.access, selection.groups, prefix=bench.prefix) as store:
        await store.record_action(selection, kind, by="op", reason=reason, counts=counts)
    return counts.done


async def sent(bench: StreamBench) -> list[str]:
    """Ids of the events in the topic they came from, in order."""
    return [dict(record.headers)["ce_id"].decode() for record in await bench.records(ORIGIN)]


async def test_where_the_dead_letters_of_all_groups_are_is_asked_at_once(
    bench: StreamBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not one group after the other, a tenth of a second each."""
    await bench.declare(IngestRequested, groups=list(GROUPS))
    asked = 0
    ask = AIOKafkaClient._metadata_update

    async def counting(self: AIOKafkaClient, *arguments: Any, **named: Any) -> Any:
        nonlocal asked
        asked += 1
        return await ask(self, *arguments, **named)

    monkeypatch.setattr(AIOKafkaClient, "_metadata_update", counting)
    await put(bench, dead_letter("e1"))
    assert [one.event_id for one in await found(bench, Selection(tuple(GROUPS)))] == ["e1"]
    assert asked < len(GROUPS) / 2


async def test_a_replay_is_the_original_again(bench: StreamBench) -> None:
    await put(bench, dead_letter("e1", partition=2))
    assert (await replay(bench)).done == 1
    (record,) = await bench.records(ORIGIN)
    original = dead_letter("e1")
    assert (record.partition, record.key, record.value) == (2, b"key", original.value)
    assert list(record.headers) == [one for one in original.headers if not one[0].startswith("framewell-")]


async def test_replayed_twice_is_sent_once_also_when_only_some_were_chosen(bench: StreamBench) -> None:
    """A remembered position could not tell: what is chosen lies between what is not."""
    await put(
        bench, dead_letter("a", code="x"), dead_letter("b"), dead_letter("c", code="x"), dead_letter("d")
    )
    assert (await replay(bench, Selection((GROUP,), code="x"))).done == 2
    assert (await replay(bench, Selection((GROUP,), code="x"))).done == 0
    assert [one.event_id for one in await found(bench)] == ["b", "d"]
    assert (await replay(bench)).done == 2
    assert (await replay(bench)).done == 0
    assert await sent(bench) == ["a", "c", "b", "d"]
    assert (await replay(bench, Selection((GROUP,), states=ANY_STATE, ids=frozenset({"c"})))).done == 1
    (again,) = await found(bench, Selection((GROUP,), states=ANY_STATE, ids=frozenset({"c"})))
    assert again.action is not None
    assert (again.action.kind, again.action.times, again.action.by) == ("replayed", 2, "op")


async def test_each_condition_narrows_what_is_meant(bench: StreamBench) -> None:
    await put(
        bench, dead_letter("a", code="x", asset="one"), dead_letter("b", reason="Disk FULL", asset="two")
    )
    late = int(time.time() * 1000) + 1

    async def ids(**conditions: Any) -> list[str]:
        return [one.event_id for one in await found(bench, Selection((GROUP,), **conditions))]

    assert await ids(code="x") == ["a"]
    assert await ids(reason="disk full") == ["b"]
    assert await ids(asset="two") == ["b"]
    assert await ids(event_type=ORIGIN) == ["a", "b"]
    assert await ids(event_type="framewell.other.v1") == []
    assert await ids(ids=frozenset({"a", "nobody"})) == ["a"]
    assert await ids(ids=frozenset({f"{GROUP}/0@1"})) == await ids(ids=frozenset({"0@1"})) == ["b"]
    assert await ids(since_ms=late) == []
    assert await ids(until_ms=late) == await ids(since_ms=late - HOUR_MS) == ["a", "b"]


async def test_dead_letters_of_many_groups_are_read_at_once_and_come_group_by_group(broker: str) -> None:
    """One change of what a consumer reads costs half a second: there must not be one a group."""
    groups = tuple(GROUPS)
    async with StreamBench(broker) as bench:
        await bench.declare(groups=groups)
        for _ in range(2):
            await put(bench, *(dead_letter("e")._replace(topic=dead_letter_topic(group)) for group in groups))
        began = time.monotonic()
        read = [one.id for one in await found(bench, Selection(groups))]
        assert read == [DeadLetterId(group, 0, offset) for group in groups for offset in (0, 1)]
        assert time.monotonic() - began < 10.0  # it takes one; a group after the other takes thirty


class Counting:
    """Counts the records that consumers are handed, by topic without the prefix."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, prefix: str) -> None:
        self.read: Counter[str] = Counter()
        getmany = AIOKafkaConsumer.getmany

        async def counted(consumer: Any, *partitions: Any, **options: Any) -> Any:
            found = await getmany(consumer, *partitions, **options)
            self.read.update({one.topic[len(prefix) :]: len(records) for one, records in found.items()})
            return found

        monkeypatch.setattr(AIOKafkaConsumer, "getmany", counted)


async def put_with_times(bench: StreamBench, times: dict[str, int]) -> None:
    """Letters that were given up at these moments, each in a batch of its own."""
    sender = Sender(bench.access)
    for event_id, written_ms in times.items():
        one = dead_letter(event_id)
        out = OutgoingRecord(
            bench.prefix + DEAD_LETTERS, 0, one.key, one.value, list(one.headers), written_ms
        )
        assert await sender.deliver([out]) == [None]
    await sender.close()


async def test_dead_letters_of_a_year_cost_nothing_to_whom_the_last_days_are_enough(
    bench: StreamBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither old dead letters nor actions on them are read; they are counted."""
    now, day_ms = int(time.time() * 1000), 24 * HOUR_MS
    old = {f"old{number}": now - 300 * day_ms + number for number in range(200)}
    await put_with_times(bench, {**old, "new1": now - 2 * day_ms})
    long_ago = [
        OutgoingRecord(bench.prefix + DEAD_LETTER_ACTIONS, 0, f"{GROUP}/0@{offset}".encode(),
            Action("replayed", at, "op", dead_letter_ms=at, times=1).value(), [], at)
        for offset, at in enumerate(old.values())
    ]  # fmt: skip
    sender = Sender(bench.access)
    assert not any(await sender.deliver(long_ago))
    await sender.close()
    await put_with_times(bench, {"new2": now - day_ms})
    assert (
        await record_action(bench, "discarded", Selection((GROUP,), ids=frozenset({"new1"})), "enough") == 1
    )

    counting = Counting(monkeypatch, bench.prefix)
    month = now - 30 * day_ms
    async with DeadLetterStore(bench.access, [GROUP], prefix=bench.prefix, since_ms=month) as store:
        states = {one.event_id: one.state async for one in store.read(Selection((GROUP,), states=ANY_STATE))}
        assert await store.count_older() == {GROUP: 200}
    assert states == {"new1": "discarded", "new2": "waiting"}
    assert counting.read[DEAD_LETTERS] == 2
    assert counting.read[DEAD_LETTER_ACTIONS] < 10

    async with DeadLetterStore(bench.access, [GROUP], prefix=bench.prefix) as store:
        assert len([one async for one in store.read(Selection((GROUP,), states=ANY_STATE))]) == 202
        assert await store.count_older() == {}


async def test_an_action_is_found_however_far_ahead_the_clock_was_of_who_gave_up(
    bench: StreamBench,
) -> None:
    """Its record is never older than its dead letter, so a replay of the last hours sends nothing twice."""
    ahead = int(time.time() * 1000) + HOUR_MS // 2
    await put_with_times(bench, {"early": ahead})
    for times in (1, 0):
        counts = ActionCounts()
        async with DeadLetterStore(bench.access, [GROUP], prefix=bench.prefix, since_ms=ahead) as store:
            await store.replay(ALL, by="op", rate_limit=RateLimit(), counts=counts)
        assert counts.done == times
    assert await sent(bench) == ["early"]


async def test_discarding_is_remembered_with_its_reason_and_taken_back(bench: StreamBench) -> None:
    await put(bench, dead_letter("a"), dead_letter("b"))
    one = Selection((GROUP,), ids=frozenset({"a"}))
    assert await record_action(bench, "discarded", one, reason="sent by hand") == 1
    assert [one.event_id for one in await found(bench)] == ["b"]
    (kept,) = await found(bench, Selection((GROUP,), states=frozenset({"discarded"})))
    assert kept.action is not None
    assert (kept.action.reason, kept.action.by) == ("sent by hand", "op")
    assert (await replay(bench)).done == 1
    assert await record_action(bench, "restored", Selection((GROUP,), states=frozenset({"discarded"}))) == 1
    assert [one.event_id for one in await found(bench)] == ["a"]
    assert await sent(bench) == ["b"]


async def test_what_cannot_be_sent_is_counted_and_in_nobodys_way(bench: StreamBench) -> None:
    nameless = [
        (name, value) for name, value in dead_letter("damaged").headers if name != "framewell-origin-topic"
    ]
    await put(
        bench,
        Record(DEAD_LETTERS, b"", b"\x00", nameless),
        dead_letter("gone", origin="framewell.no.such.v1"),
        dead_letter("fine", partition=99),  # the topic has fewer partitions now
    )
    counts = await replay(bench)
    assert (counts.matching, counts.done, sum(counts.left_out.values())) == (3, 1, 2)
    assert await sent(bench) == ["fine"]
    damaged, gone = await found(bench)
    assert (damaged.code, damaged.failure, damaged.event_id) == ("damaged", None, "damaged")
    assert gone.event_id == "gone"
    assert await record_action(bench, "discarded", ALL, reason="nothing to be done") == 2


async def test_one_dead_letter_that_the_broker_refuses_holds_nobody_up(bench: StreamBench) -> None:
    """Its topic takes less than it did; what follows a refusal in a producer's sequence fails with it."""
    small = Topic(ORIGIN, 3, 14, max_bytes=2000)
    await apply(bench.access, prefix=bench.prefix, declared=[small])
    fat = dead_letter("fat")
    await put(
        bench,
        dead_letter("a"),
        fat._replace(value=fat.value + bytes(5000)),
        dead_letter("b"),
        dead_letter("c"),
    )
    counts = await replay(bench)
    assert (counts.done, sum(counts.refused.values())) == (3, 1)
    assert sorted(await sent(bench)) == ["a", "b", "c"]
    assert [one.event_id for one in await found(bench)] == ["fat"]


async def test_a_record_without_a_value_is_one_again(bench: StreamBench) -> None:
    note = RetryHeaders(GROUP, ORIGIN, 0, 0, 1, 1, 1, "empty", "no content", valueless=True)
    await put(bench, Record(DEAD_LETTERS, b"k", b"", with_retry_headers([("ce_id", b"1")], note)))
    assert (await replay(bench)).done == 1
    (record,) = await bench.records(ORIGIN)
    assert record.value is None


async def test_what_was_too_large_to_be_kept_is_not_sent_as_nothing(bench: StreamBench) -> None:
    note = RetryHeaders(GROUP, ORIGIN, 0, 0, 1, 1, 1, "too_large", "too large", left_out_bytes=9_000_000)
    await put(bench, Record(DEAD_LETTERS, b"", b"", note.headers()))
    counts = await replay(bench)
    assert (counts.done, sum(counts.left_out.values())) == (0, 1)
    assert await sent(bench) == []


async def test_two_people_at_once_send_nothing_twice_but_a_batch_under_way(bench: StreamBench) -> None:
    await put(bench, *(dead_letter(f"e{number}") for number in range(200)))
    one, two = await asyncio.gather(
        replay(bench, rate_limit=RateLimit(100)), replay(bench, rate_limit=RateLimit(100))
    )
    times = Counter(await sent(bench))
    assert len(times) == 200
    assert one.overtaken + two.overtaken > 0
    assert sum(times.values()) <= 200 + RateLimit(100).batch


async def test_marks_of_a_topic_that_was_made_anew_hide_nothing(bench: StreamBench) -> None:
    await put(bench, dead_letter("new"))
    stale = Action("replayed", 1, "op", dead_letter_ms=1)
    await bench.publisher.deliver([Record(DEAD_LETTER_ACTIONS, f"{GROUP}/0@0".encode(), stale.value(), [])])
    await bench.publisher.deliver([Record(DEAD_LETTER_ACTIONS, b"no place", b"no mark", [])])
    assert [one.event_id for one in await found(bench)] == ["new"]


async def test_without_its_memory_nothing_is_sent(broker: str) -> None:
    async with StreamBench(broker) as bench:
        await apply(
            bench.access, prefix=bench.prefix, declared=[Topic(DEAD_LETTERS, 1, None), Topic(ORIGIN, 3, 14)]
        )
        await put(bench, dead_letter("a"))
        assert (await replay(bench, dry_run=True)).matching == 1
        with pytest.raises(TopicsMissing, match="framewell topics apply"):
            await replay(bench)
        assert await sent(bench) == []


async def test_a_rate_is_kept(bench: StreamBench) -> None:
    await put(bench, *(dead_letter(f"e{number}") for number in range(30)))
    began = time.monotonic()
    assert (await replay(bench, rate_limit=RateLimit(20))).done == 30
    assert 1.0 < time.monotonic() - began < 8.0


async def test_killed_in_the_middle_it_sends_again_only_what_was_not_marked(bench: StreamBench) -> None:
    count, rate = 200, 100
    await put(bench, *(dead_letter(f"e{number}") for number in range(count)))
    words = ["dlq", "replay", GROUP, "--rate", str(rate), "--kafka", bench.kafka, "--prefix", bench.prefix]
    for _ in range(2):
        process = await create_subprocess_exec(
            sys.executable, "-m", "framewell_cli.main", *words, stdout=PIPE
        )
        before = len(await sent(bench))
        while len(await sent(bench)) == before:  # noqa: ASYNC110 - another process sends
            await asyncio.sleep(0.05)
        process.kill()
        await process.wait()
    assert (await replay(bench)).done > 0
    times = Counter(await sent(bench))
    assert len(times) == count
    assert sum(times.values()) <= count + 2 * RateLimit(rate).batch
    assert (await replay(bench)).done == 0


@pytest.mark.slow
@pytest.mark.skipif("FRAMEWELL_LARGE" not in os.environ, reason="a minute of broker: set FRAMEWELL_LARGE")
async def test_a_hundred_thousand_dead_letters_are_listed_in_bounded_memory_and_old_ones_cost_nothing(
    bench: StreamBench,
) -> None:
    long_ago = int(time.time() * 1000) - 300 * 24 * HOUR_MS
    sender = Sender(bench.access)
    for start in range(0, 100_000, 2000):
        kept = [dead_letter(f"e{number}") for number in range(start, start + 2000)]
        outs = [
            OutgoingRecord(bench.prefix + DEAD_LETTERS, 0, one.key, one.value, list(one.headers), long_ago)
            for one in kept
        ]
        assert not any(await sender.deliver(outs))
    await sender.close()
    await put(bench, dead_letter("new"))
    count, seconds, _ = await listed(bench)
    everything, all_seconds, kilobytes = await listed(bench, "--since", "all")
    assert (count, everything) == (1, 100_001)
    assert kilobytes < 300 * 1024
    assert seconds < all_seconds
    assert all_seconds < 60


async def listed(bench: StreamBench, *words: str) -> tuple[int, float, int]:
    """How many dead letters the command lists, in how many seconds, with how many kilobytes at most."""
    code = (
        "import resource, sys; from framewell_cli.main import main\n"
        "try: main()\n"
        "finally: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)"
    )
    arguments = ["dlq", "list", "--json", "--kafka", bench.kafka, "--prefix", bench.prefix, *words]
    began = time.monotonic()
    process = await create_subprocess_exec(sys.executable, "-c", code, *arguments, stdout=PIPE, stderr=PIPE)
    printed, memory = await process.communicate()
    return json.loads(printed)["count"], time.monotonic() - began, int(memory.split()[-1])
