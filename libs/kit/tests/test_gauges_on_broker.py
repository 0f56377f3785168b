"""What is measured of streams, on the real broker: lag in records and in seconds, pauses, broadcasts."""

import asyncio
from typing import Any

import pytest

from framewell.asset.v1.asset_pb2 import AssetIngested
from framewell.chunk.v1.chunk_pb2 import ChunkPlanned
from framewell.media.v1.media_pb2 import Work
from framewell.mesh.v1.mesh_pb2 import LANE_ARCHIVE, ModelVersion
from framewell.model.v1.model_pb2 import ModelPromoted, ModelRetired
from framewell_kit.facts import Cause, Fact
from framewell_kit.outcomes import Busy
from framewell_kit.stream import Broadcast, HeavyStage, Stage
from framewell_kit.stream.consumer.record_ages import RecordAges
from framewell_kit.telemetry.metrics import configure_metrics, exposition
from framewell_kit.testing.streams import StreamBench
from framewell_kit.testing.waiting import PATIENCE, eventually

INGESTED = "framewell.asset.ingested.v1"
PLANNED = "framewell.chunk.planned.v1.archive"


@pytest.fixture(scope="module", autouse=True)
def collected() -> None:
    configure_metrics("test")


def gauge(name: str, **labels: str) -> float:
    """The value of a metric as Prometheus reads it."""
    for line in exposition().decode().splitlines():
        if line.startswith(name + "{") and all(f'{key}="{value}"' in line for key, value in labels.items()):
            return float(line.rsplit(" ", 1)[1])
    raise AssertionError(f"{name} {labels} is not exposed")


@pytest.mark.integration
async def test_lag_grows_while_a_stage_is_paused_and_is_nothing_once_it_keeps_up(broker: str) -> None:
    group = "transcode.plan_chunks"
    free = asyncio.Event()

    async def handle(fact: AssetIngested, cause: Cause) -> list[Any]:
        if not free.is_set():
            raise Busy("the store is full", retry_after=2.5)
        return []

    async with StreamBench(broker) as bench:
        await bench.declare(AssetIngested, groups=[group])
        runtime = await bench.run(Stage(group, handle))
        await runtime.measure()
        assert gauge("framewell_lag_records", group=group, topic=INGESTED) == 0
        await bench.publish(*[AssetIngested(work=Work(asset_id=f"a{number}")) for number in range(30)])
        await eventually(runtime.paused)

        async def waiting() -> bool:  # it is tried again in between, and paused anew
            if await runtime.measure() < 30 or gauge("framewell_paused", group=group) < 1:
                return False
            return gauge("framewell_lag_seconds", group=group, topic=INGESTED) > 1.0

        await eventually(waiting)
        assert gauge("framewell_lag_records", group=group, topic=INGESTED) == 30
        assert gauge("framewell_lag_seconds", group=group, topic=INGESTED) < 90 + PATIENCE
        assert gauge("framewell_pauses_total", group=group) >= 1
        assert gauge("framewell_breaker_open", group=group) == 0
        free.set()

        async def kept_up() -> bool:
            return await runtime.measure() == 0

        await eventually(kept_up, every=0.1)
        assert gauge("framewell_lag_records", group=group, topic=INGESTED) == 0
        assert gauge("framewell_lag_seconds", group=group, topic=INGESTED) == 0
        assert gauge("framewell_paused", group=group) == 0
        assert gauge("framewell_records_total", group=group) == 30
        assert gauge("framewell_handler_seconds_count", group=group) >= 1


@pytest.mark.integration
async def test_lag_of_a_heavy_stage_counts_what_it_does_not_even_fetch(broker: str) -> None:
    group, started, free = "transcode.make_chunk", asyncio.Event(), asyncio.Event()

    async def handle(fact: ChunkPlanned, cause: Cause) -> list[Any]:
        started.set()
        await free.wait()
        return []

    async with StreamBench(broker) as bench:
        await bench.declare(ChunkPlanned, groups=[group])
        runtime = await bench.run(HeavyStage(group, handle))
        chunks = [ChunkPlanned(work=Work(asset_id="a"), chunk_id=f"a/0/{number}") for number in range(20)]
        await bench.publish(*[Fact(chunk, lane=LANE_ARCHIVE) for chunk in chunks])
        await eventually(started.is_set)
        assert gauge("framewell_in_flight", group=group) == 1

        async def behind() -> bool:
            whole = await runtime.measure() == 20
            return whole and gauge("framewell_lag_seconds", group=group, topic=PLANNED) > 0.3

        await eventually(behind)
        assert gauge("framewell_lag_records", group=group, topic=PLANNED) == 20
        free.set()


@pytest.mark.integration
async def test_a_broadcast_is_shown_as_caught_up_when_it_is(broker: str) -> None:
    free = asyncio.Event()

    async def follow(fact: ModelPromoted, cause: Cause) -> list[Any]:
        if not free.is_set():
            raise Busy("the model is loading", retry_after=0.1)
        return []

    async with StreamBench(broker) as bench:
        await bench.declare(ModelPromoted, ModelRetired)
        await bench.publish(ModelPromoted(model=ModelVersion(name="faces", version="1")))
        runtime = await bench.begin(Broadcast("inference.follow_models", follow))
        await runtime.measure()
        assert gauge("framewell_broadcast_caught_up", topic="framewell.model.promoted.v1") == 0
        free.set()
        await eventually(lambda: not runtime.unready())
        await runtime.measure()
        assert gauge("framewell_broadcast_caught_up", topic="framewell.model.promoted.v1") == 1


def test_the_age_is_that_of_the_poll_of_the_first_unfinished_record() -> None:
    ages = RecordAges()
    ages.polled(0, 1_000)
    ages.polled(500, 2_000)
    ages.polled(1_000, 3_000)
    assert ages.oldest_ms(0, 1_200, 9_000) == 1_000
    assert ages.oldest_ms(499, 1_200, 9_000) == 1_000
    assert ages.oldest_ms(500, 1_200, 9_000) == 2_000
    assert ages.oldest_ms(1_200, 1_200, 9_000) is None
    assert ages.oldest_ms(1_200, 1_300, 9_000) == 3_000


def test_what_was_never_read_is_as_old_as_it_has_been_missed() -> None:
    ages = RecordAges()
    assert ages.oldest_ms(7, 9, 5_000) == 5_000
    assert ages.oldest_ms(7, 9, 8_000) == 5_000
    assert ages.oldest_ms(9, 9, 9_000) is None
    assert ages.oldest_ms(9, 10, 11_000) == 11_000


def test_records_that_are_read_again_are_not_noted_twice() -> None:
    ages = RecordAges()
    ages.polled(0, 1_000)
    ages.polled(500, 2_000)
    ages.polled(200, 1_500)
    assert ages.oldest_ms(300, 600, 9_000) == 1_500
