"""`framewell events` and `framewell dlq` on the real broker, through the command itself."""

import asyncio
import json
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from typing import Any

import pytest

from framewell.asset.v1.asset_pb2 import AssetRejected
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell_cli.dlq.formatting import moment
from framewell_contracts.cloudevents import decode
from framewell_contracts.fact_types import fact_type
from framewell_contracts.topics import dead_letter_topic
from framewell_kafka.dead_letters.sender import OutgoingRecord, Sender
from framewell_kafka.retry_headers import RetryHeaders, with_retry_headers
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Rejected
from framewell_kit.stream import Stage
from framewell_kit.testing.streams import StreamBench
from framewell_kit.testing.waiting import eventually

pytestmark = pytest.mark.integration

GROUP = "ingest.accept_request"
REQUESTED = fact_type(IngestRequested).type
A, B = "1c5b2c1e-0000-4000-8000-00000000000a", "1c5b2c1e-0000-4000-8000-00000000000b"


@pytest.fixture
async def bench(broker: str) -> AsyncIterator[StreamBench]:
    async with StreamBench(broker) as bench:
        await bench.declare(IngestRequested, AssetRejected, groups=[GROUP])
        yield bench


async def run(bench: StreamBench, *arguments: str) -> Any:
    """The JSON a command prints; `events tail` prints one a line."""
    printed = await said(bench, *arguments, "--json")
    if arguments[:2] == ("events", "tail"):
        return [json.loads(line) for line in printed.splitlines()]
    return json.loads(printed)


async def said(bench: StreamBench, *arguments: str) -> str:
    """What a command prints for people."""
    words = [*arguments, "--kafka", bench.kafka, "--prefix", bench.prefix]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "framewell_cli.main", *words, stdout=PIPE, stderr=PIPE
    )
    printed, stderr = await process.communicate()
    assert process.returncode == 0, stderr.decode()
    return printed.decode()


async def listed_when(bench: StreamBench, count: int) -> Any:
    """What `dlq list` says, once it counts so many."""
    for _ in range(10):
        listed = await run(bench, "dlq", "list")
        if listed["count"] == count:
            return listed
    raise AssertionError(f"still {listed}")


async def test_what_is_printed_may_be_sent(bench: StreamBench) -> None:
    await bench.publish(IngestRequested(asset_id=A, uri="file:///Müßig.mp4"))
    await bench.publish(IngestRequested(asset_id=B, uri="file:///b"))
    (printed,) = await run(bench, "events", "tail", "ingest.requested", "--asset", A)
    event = decode(REQUESTED, [], json.dumps(printed).encode())
    assert event.message == IngestRequested(asset_id=A, uri="file:///Müßig.mp4")
    assert len(await run(bench, "events", "tail", "ingest", "--all")) == 2


async def test_dead_letters_are_listed_shown_and_replayed_once(bench: StreamBench) -> None:
    refuse, seen = True, []

    async def handler(fact: IngestRequested, cause: Cause) -> list[AssetRejected]:
        seen.append(cause.id)
        if refuse:
            raise Rejected("not today", code="forbidden")
        return []

    await bench.publish(
        IngestRequested(asset_id=A, uri="file:///a"), IngestRequested(asset_id=B, uri="file:///b")
    )
    await bench.run(Stage(GROUP, handler))
    await eventually(lambda: len(seen) == 2)
    listed = await listed_when(bench, 2)
    (kind,) = listed["dead_letters"]
    assert (kind["group"], kind["code"], kind["type"]) == (GROUP, "forbidden", REQUESTED)
    shown = await run(bench, "dlq", "show", GROUP)
    assert [one["reason"] for one in shown["dead_letters"]] == ["not today"] * 2
    assert {one["payload"]["value"]["asset_id"] for one in shown["dead_letters"]} == {A, B}
    assert (await run(bench, "dlq", "replay", GROUP, "--dry-run"))["matching"] == 2
    refuse = False
    assert (await run(bench, "dlq", "replay", GROUP))["replayed"] == 2
    assert (await run(bench, "dlq", "replay", GROUP))["replayed"] == 0
    await eventually(lambda: len(seen) == 4)
    assert sorted(seen[2:]) == sorted(seen[:2])  # the same events
    nothing = await run(bench, "dlq", "list", "--since", "all")
    assert nothing == {"dead_letters": [], "count": 0, "since": None, "not_looked_at": {}}
    assert await said(bench, "dlq", "list", "--since", "all") == "no waiting dead letters\n"
    (handled,) = (await run(bench, "dlq", "list", "--state", "all"))["dead_letters"]
    assert (handled["state"], handled["count"]) == ("replayed", 2)


async def test_what_is_only_shown_looks_a_month_back_and_says_what_it_left_out(bench: StreamBench) -> None:
    now = int(time.time() * 1000)
    note = RetryHeaders(GROUP, REQUESTED, 0, 7, 3, 1000, 2000, "failed", "no")
    sender = Sender(bench.access)
    for event_id, days in (("old", 40), ("new", 1)):
        headers = with_retry_headers([("ce_id", event_id.encode())], note)
        topic = bench.prefix + dead_letter_topic(GROUP)
        dead_letter = OutgoingRecord(topic, 0, None, b"x", headers, now - days * 24 * 3_600_000)
        assert await sender.deliver([dead_letter]) == [None]
    await sender.close()

    listed = await run(bench, "dlq", "list")
    assert (listed["count"], listed["not_looked_at"]) == (1, {GROUP: 1})
    shown = await run(bench, "dlq", "show", GROUP)
    assert [one["event_id"] for one in shown["dead_letters"]] == ["new"]
    assert shown["since"] >= listed["since"]
    assert shown["not_looked_at"] == {GROUP: 1}
    for arguments in (("--since", "all"), ("--since", "60d")):
        assert (await run(bench, "dlq", "list", *arguments))["count"] == 2
    for arguments in (("--id", "old"), ("--until", "30d")):
        (old,) = (await run(bench, "dlq", "show", GROUP, *arguments))["dead_letters"]
        assert old["event_id"] == "old"
    planned = await run(bench, "dlq", "replay", GROUP, "--dry-run")
    assert (planned["matching"], planned["oldest"]) == (2, shown_day(now, days=40))
    assert (await run(bench, "dlq", "replay", GROUP, "--since", "30d"))["replayed"] == 1
    assert (await run(bench, "dlq", "replay", GROUP))["replayed"] == 1


def shown_day(now_ms: int, *, days: int) -> str:
    """The moment so many days ago, as commands write it."""
    return moment(now_ms - days * 24 * 3_600_000)


async def test_what_fails_again_is_a_new_letter_of_the_same_event(bench: StreamBench) -> None:
    async def handler(fact: IngestRequested, cause: Cause) -> list[AssetRejected]:
        raise Rejected("never", code="forbidden")

    await bench.publish(IngestRequested(asset_id=A, uri="file:///a"))
    await bench.run(Stage(GROUP, handler))
    await listed_when(bench, 1)
    assert (await run(bench, "dlq", "replay", GROUP))["replayed"] == 1
    await listed_when(bench, 1)
    (again,) = (await run(bench, "dlq", "show", GROUP))["dead_letters"]
    both = (await run(bench, "dlq", "show", GROUP, "--id", again["event_id"]))["dead_letters"]
    assert [(one["state"], one["attempts"]) for one in both] == [("replayed", 1), ("waiting", 1)]
