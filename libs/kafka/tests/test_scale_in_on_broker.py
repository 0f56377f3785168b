"""Replicas that will not come back: what they had goes to the others at once, on the real broker."""

from collections.abc import AsyncIterator
from functools import partialmethod

import pytest

from framewell.chunk.v1.chunk_pb2 import ChunkPlanned
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell_kafka.membership import remove
from framewell_kit.facts import Cause, Fact
from framewell_kit.stream import HeavyStage, Stage
from framewell_kit.stream.consumer.start import LongPollConsumer
from framewell_kit.testing.streams import StreamBench
from framewell_kit.testing.waiting import eventually, remains

pytestmark = pytest.mark.integration

GROUP, HEAVY = "ingest.accept_request", "transcode.make_chunk"
# After it they would be missed anyhow.
SESSION_MS = 20 * 60 * 1000


@pytest.fixture
async def bench(broker: str) -> AsyncIterator[StreamBench]:
    async with StreamBench(broker) as bench:
        await bench.declare(IngestRequested, ChunkPlanned, groups=[GROUP, HEAVY])
        yield bench


async def nothing(fact: IngestRequested | ChunkPlanned, cause: Cause) -> list[Fact]:
    return []


async def test_the_partitions_of_a_replica_that_stays_away_go_to_the_others_at_once(
    bench: StreamBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    lasting = partialmethod(LongPollConsumer.__init__, session_timeout_ms=SESSION_MS)
    monkeypatch.setattr(LongPollConsumer, "__init__", lasting)
    stays = await bench.run(Stage(GROUP, nothing), member="0")
    leaves = await bench.run(Stage(GROUP, nothing), member="1")
    ours, theirs = stays.consumers[0].assignment.partitions, leaves.consumers[0].assignment.partitions
    await eventually(lambda: ours and theirs and not ours.keys() & theirs.keys())
    every = ours.keys() | theirs.keys()
    await bench.stop(leaves)
    await remains(lambda: ours.keys() != every)  # a static member does not leave by itself
    removed = await remove(bench.access, "ingest", {1}, prefix=bench.prefix)
    await eventually(lambda: ours.keys() == every)
    assert removed == {GROUP: [f"{GROUP}.1"]}
    assert await remove(bench.access, "ingest", {1}, prefix=bench.prefix) == {}


async def test_a_replica_that_still_runs_joins_again_and_handles_what_comes(bench: StreamBench) -> None:
    seen: list[str] = []

    async def handler(fact: IngestRequested, cause: Cause) -> list[Fact]:
        seen.append(fact.asset_id)
        return []

    runtime = await bench.run(Stage(GROUP, handler), member="0")
    assert await remove(bench.access, "ingest", {0}, prefix=bench.prefix) == {GROUP: [f"{GROUP}.0"]}
    await bench.publish(*[IngestRequested(asset_id=f"a{number}") for number in range(100)])
    await eventually(lambda: len(set(seen)) == 100)
    await eventually(lambda: not runtime.unready())


async def test_both_lanes_of_a_stage_of_heavy_records_are_removed(bench: StreamBench) -> None:
    runtime = await bench.run(HeavyStage(HEAVY, nothing), member="4")
    await bench.stop(runtime)
    removed = await remove(bench.access, "transcode", {3, 4}, prefix=bench.prefix)
    assert removed == {HEAVY: [f"{HEAVY}.live.4", f"{HEAVY}.archive.4"]}
