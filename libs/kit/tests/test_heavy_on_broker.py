"""What the stream runtime promises about records that cost seconds, on the real broker."""

import asyncio
import time
from collections.abc import Sequence

import pytest

from framewell.chunk.v1.chunk_pb2 import ChunkPlanned, ChunkTranscoded
from framewell.media.v1.media_pb2 import Work
from framewell.mesh.v1.mesh_pb2 import LANE_ARCHIVE, LANE_LIVE
from framewell_contracts.fact_types import fact_type
from framewell_kafka import retry_headers
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Busy
from framewell_kit.stream import HeavyStage
from framewell_kit.stream.policy.attempts import COLLECTION, MAX_ATTEMPTS
from framewell_kit.testing.streams import StreamBench
from framewell_kit.testing.waiting import eventually

pytestmark = pytest.mark.integration

GROUP = "transcode.make_chunk"
PLANNED_LIVE, PLANNED_ARCHIVE = fact_type(ChunkPlanned).topic_names
MADE_LIVE, MADE_ARCHIVE = fact_type(ChunkTranscoded).topic_names


@pytest.fixture
async def bench(broker: str):
    async with StreamBench(broker) as bench:
        await bench.declare(ChunkPlanned, ChunkTranscoded, groups=[GROUP])
        yield bench


class Decoder:
    """Takes its time, and remembers how many were at it at once."""

    def __init__(self, seconds: float, live_seconds: float | None = None) -> None:
        self.seconds = seconds
        self.live_seconds = seconds if live_seconds is None else live_seconds
        self.done: list[str] = []
        self.at_once, self.most_at_once = 0, 0

    async def __call__(self, fact: ChunkPlanned, cause: Cause) -> Sequence[ChunkTranscoded]:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(self.live_seconds if fact.work.lane == LANE_LIVE else self.seconds)
        finally:
            self.at_once -= 1
        self.done.append(fact.chunk_id)
        return [ChunkTranscoded(work=Work(lane=fact.work.lane), chunk_id=fact.chunk_id)]


def planned(number: int, lane: int = LANE_ARCHIVE) -> ChunkPlanned:
    return ChunkPlanned(work=Work(lane=lane), chunk_id=f"{'live' if lane == LANE_LIVE else 'old'}/{number}")


async def test_no_more_records_are_worked_on_than_there_are_permits(bench: StreamBench) -> None:
    await bench.publish(*[planned(n) for n in range(24)])
    decoder = Decoder(0.05)
    runtime = await bench.run(HeavyStage(GROUP, decoder, permits=3))
    await eventually(lambda: len(decoder.done) == 24)
    await bench.stop(runtime)
    assert decoder.most_at_once == 3
    assert len({event.message.chunk_id for event in await bench.events(MADE_ARCHIVE)}) == 24
    assert await bench.committed(GROUP, PLANNED_ARCHIVE) == 24
    assert await bench.documents.count(COLLECTION, {}) == 0


async def test_live_goes_before_archive(bench: StreamBench) -> None:
    await bench.publish(*[planned(n) for n in range(8)])
    decoder = Decoder(0.5, live_seconds=0)
    await bench.run(HeavyStage(GROUP, decoder))
    await eventually(lambda: len(decoder.done) >= 2)
    await bench.publish(*[planned(n, LANE_LIVE) for n in range(3)])
    published_after = len(decoder.done)
    await eventually(lambda: sum(name.startswith("live") for name in decoder.done) == 3)
    archive_between = [name for name in decoder.done[published_after:] if name.startswith("old")]
    # One may have begun before, and one more in each of the moments in which the lane was asked for more.
    assert len(archive_between) <= 3
    await eventually(lambda: len(decoder.done) == 11)
    assert {e.message.chunk_id for e in await bench.events(MADE_LIVE)} == {f"live/{n}" for n in range(3)}


async def test_busy_gives_the_permit_back_and_the_record_is_done_later(bench: StreamBench) -> None:
    tries: list[str] = []

    async def busy_twice(fact: ChunkPlanned, cause: Cause) -> list[ChunkTranscoded]:
        tries.append(fact.chunk_id)
        if tries.count("old/1") <= 2 and fact.chunk_id == "old/1":
            raise Busy("no decoder free", retry_after=0.2)
        return [ChunkTranscoded(chunk_id=fact.chunk_id)]

    await bench.publish(*[planned(n) for n in range(6)])
    runtime = await bench.run(HeavyStage(GROUP, busy_twice))
    await eventually(lambda: set(tries) == {f"old/{n}" for n in range(6)} and tries.count("old/1") == 3)
    await bench.stop(runtime)
    assert await bench.committed(GROUP, PLANNED_ARCHIVE) == 6
    assert len(tries) == 8


async def test_the_fourth_start_without_an_end_gives_the_record_up(bench: StreamBench) -> None:
    await bench.publish(planned(1), planned(2))
    (bad,) = [r for r in await bench.records(PLANNED_ARCHIVE) if b"old/1" in r.value]
    place = f"{GROUP}/{bad.topic}/{bad.partition}/{bad.offset}"
    await bench.documents.insert_once(COLLECTION, {"_id": place, "attempts": MAX_ATTEMPTS - 1})
    decoder = Decoder(0.0)
    stage = HeavyStage(
        GROUP, decoder,
        gave_up=lambda fact, reason: [ChunkTranscoded(chunk_id=f"{fact.chunk_id} {reason.code}")],
    )  # fmt: skip
    runtime = await bench.run(stage)
    await eventually(lambda: decoder.done == ["old/2"])
    await asyncio.sleep(0.3)
    await bench.stop(runtime)
    (dead_letter,) = await bench.records(f"{GROUP}.dead-letter")
    note = retry_headers.read(dead_letter.headers)
    assert note is not None
    assert note.code == "killed_its_worker"
    answers = {event.message.chunk_id for event in await bench.events(MADE_ARCHIVE)}
    assert answers == {"old/1 killed_its_worker", "old/2"}
    assert await bench.documents.count(COLLECTION, {}) == 0


async def test_a_drain_past_its_time_gives_the_record_back(bench: StreamBench) -> None:
    slow = Decoder(60)
    runtime = await bench.run(HeavyStage(GROUP, slow))
    await bench.publish(planned(1))  # now that no lane has still to join: a rebalance would wait for it
    await eventually(lambda: slow.at_once == 1)
    started = time.monotonic()
    await bench.stop(runtime, 0.5)
    assert time.monotonic() - started < 30  # the record takes sixty
    assert await bench.committed(GROUP, PLANNED_ARCHIVE) == 0
    assert await bench.documents.count(COLLECTION, {}) == 0  # it was no death of the worker
    quick = Decoder(0)
    await bench.run(HeavyStage(GROUP, quick))
    await eventually(lambda: quick.done == ["old/1"])


async def test_a_second_member_takes_over_part_of_the_work_and_nothing_is_done_twice(
    bench: StreamBench,
) -> None:
    await bench.publish(*[planned(n) for n in range(60)])
    first, second = Decoder(0.2), Decoder(0.02)
    await bench.run(HeavyStage(GROUP, first))
    await eventually(lambda: len(first.done) >= 3)
    await bench.run(HeavyStage(GROUP, second))
    await eventually(lambda: len(first.done) + len(second.done) >= 60)
    assert len(second.done) > 5
    assert sorted(first.done + second.done) == sorted(f"old/{n}" for n in range(60))
