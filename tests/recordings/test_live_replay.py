"""A minute of live in the mesh: shuffled, repeated, missing, late, while an archive waits, and kill -9."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import accumulate
from pathlib import Path
from random import Random
from statistics import median
from typing import Any, Final

import pytest
from aiokafka import AIOKafkaProducer

from framewell.asset.v1.asset_pb2 import AssetAnalysed, AssetIngested, AssetTranscoded
from framewell.chunk.v1.chunk_pb2 import ChunkAnalysed, ChunkPlanned, ChunkTranscoded
from framewell.media.v1.media_pb2 import MediaIndex
from framewell.recording.v1.recording_pb2 import RecordingClosed
from framewell.segment.v1.segment_pb2 import SegmentIngested
from framewell_cli.mesh.folder import MeshFolder
from framewell_cli.mesh.process_table import ProcessTable
from framewell_client.gateway import Gateway
from framewell_demo.facts import FactLog, following
from framewell_demo.temporary_mesh import TemporaryMesh
from framewell_kafka.broker_access import BrokerAccess
from framewell_kit.objects import LocalObjects
from framewell_kit.outcome_messages import is_done
from framewell_kit.testing.waiting import PATIENCE
from framewell_media.testing import Clip, make_clip
from framewell_media.testing.segments import make_segments

pytestmark = [pytest.mark.story, pytest.mark.slow, pytest.mark.timeout(900)]

RECORDING: Final = "5a3c6f4e-8a53-4d0e-9f0b-6c1d2a7be417"
NEVER: Final = 7
"""The segment that is not sent before the end: it comes as a straggler."""
BACKLOG: Final = 6
SECONDS: Final = 60


def lengths() -> list[int]:
    """Return pictures of segments of 2 to 4 seconds that are a minute together, the same every time."""
    random, frames = Random(11), list[int]()
    while (left := SECONDS * 25 - sum(frames)) > 100:
        frames.append(min(left - 50, random.randint(50, 100)))
    return [*frames, left]


def order(count: int) -> Iterator[tuple[int, int]]:
    """Yield (moment, segment): segments in pairs that change places, some again, one not at all."""
    random = Random(5)
    for number in range(0, count, 2):
        pair = [one for one in (number, number + 1) if one < count]
        random.shuffle(pair)
        for one in pair:
            if one != NEVER:
                yield max(pair), one
        if random.random() < 0.3 and pair[0] != NEVER:
            yield max(pair), pair[0]


@dataclass(slots=True)
class Replay:
    """Sends the recording, and knows when each segment was sent first."""

    producer: AIOKafkaProducer
    paths: Sequence[Path]
    frames: Sequence[int]
    sent: dict[int, float] = field(default_factory=dict)

    async def run(self) -> None:
        """Send every segment when the last picture of its pair was recorded."""
        ends = [end / 25 for end in accumulate(self.frames)]
        begun, last = time.monotonic(), len(self.paths) - 1
        for moment, number in order(len(self.paths)):
            await asyncio.sleep(max(0.0, begun + ends[moment] - time.monotonic()))
            await self.send(number, last=number == last)

    async def send(self, number: int, *, last: bool = False) -> None:
        self.sent.setdefault(number, time.monotonic())
        data = {"asset_id": RECORDING, "sequence": number, "uri": self.paths[number].as_uri(), "last": last}
        await publish(self.producer, "framewell.segment.arrived.v1", f"{number}/{time.monotonic_ns()}", data)


async def publish(producer: AIOKafkaProducer, topic: str, name: str, data: Mapping[str, Any]) -> None:
    event = {"specversion": "1.0", "id": name, "source": "/replay", "type": topic, "data": dict(data)}
    await producer.send_and_wait(topic, json.dumps(event).encode())


def analysed(log: FactLog, generation: int) -> dict[int, Any]:
    """Return when each segment of a generation was analysed, by number."""
    return {
        fact.index: received.time
        for fact, received in log.of(ChunkAnalysed, RECORDING)
        if fact.work.generation == generation and is_done(fact.outcome)
    }


def end_of(log: FactLog, generation: int) -> AssetAnalysed | None:
    ends = [fact for fact, _ in log.of(AssetAnalysed, RECORDING) if fact.work.generation == generation]
    return ends[0] if ends else None


async def test_a_minute_of_live_loses_nothing_while_an_archive_waits(tmp_path: Path) -> None:
    frames = lengths()
    media = tmp_path / "media"
    media.mkdir()
    paths = make_segments(media, frames, continuous=True)
    backlog = [
        make_clip(media / f"archive-{one}.mp4", Clip(frames=1000, cuts=(one,))) for one in range(BACKLOG)
    ]
    mesh = TemporaryMesh.at(tmp_path / "mesh", roots=(media,))
    async with mesh.running(stay=False) as endpoints:
        kafka = endpoints["kafka"]
        objects = LocalObjects(Path(endpoints["objects"]))
        async with (
            following(BrokerAccess(kafka)) as log,
            AIOKafkaProducer(bootstrap_servers=kafka) as producer,
        ):
            for path in backlog:
                await publish(producer, "framewell.ingest.requested.v1", path.name, {"uri": path.as_uri()})
            replay = Replay(producer, paths, frames)
            watching = asyncio.ensure_future(latencies(log, replay))
            await replay.run()
            first = await log.until(lambda log: end_of(log, 1), "the recording's end", 4 * PATIENCE)
            assert is_done(first.outcome)
            waited = await watching
            print_latencies(waited, frames)
            print_stages(log, replay)
            assert set(analysed(log, 1)) == set(range(len(frames))) - {NEVER}
            assert any(f"segment {NEVER} of the recording never came" in one for one in first.missing)
            closed = next(fact for fact, _ in log.of(RecordingClosed, RECORDING))
            assert [(one.first, one.last) for one in closed.missing] == [(NEVER, NEVER)]

            await replay.send(NEVER)
            second = await log.until(lambda log: end_of(log, 2), "the next generation", 4 * PATIENCE)
            assert set(analysed(log, 2)) == set(range(len(frames)))
            assert list(second.missing) == []
            ended = [fact for fact, _ in log.of(AssetTranscoded, RECORDING)][-1]
            index = MediaIndex.FromString(await objects.read(ended.index))
            assert [one.span.frames for one in index.chunks] == frames

            with Gateway(endpoints["rest"]) as gateway:
                await asyncio.to_thread(gateway.reprocess, RECORDING)
            for service, count in (("transcode", 2), ("inference", 6), ("transcode", 10)):
                await log.until(partial(has_made, generation=3, count=count), "segments", 4 * PATIENCE)
                kill(mesh.folder, service)
            third = await log.until(lambda log: end_of(log, 3), "the generation of the kills", 4 * PATIENCE)
            assert is_done(third.outcome)
            assert made(log, 3) == made(log, 2), "kill -9 makes nothing else"
            recorded = [fact.work.generation for fact, _ in log.of(AssetIngested, RECORDING)]
            assert recorded == [1, 2, 3]


def kill(folder: MeshFolder, service: str) -> None:
    """Kill a service of the mesh by SIGKILL; its supervisor brings it back."""
    table = ProcessTable.read(folder)
    assert table is not None
    os.kill(dict(table.processes)[service].pid, signal.SIGKILL)


def has_made(log: FactLog, generation: int, count: int) -> bool | None:
    """Return True once so many segments of a generation were transcoded."""
    numbers = {
        fact.index for fact, _ in log.of(ChunkTranscoded, RECORDING) if fact.work.generation == generation
    }
    return len(numbers) >= count or None


def made(log: FactLog, generation: int) -> dict[int, set[str]]:
    """Return the names, which are hashes, of everything that was made of each segment, by number."""
    keys: dict[int, set[str]] = {}
    for fact, _ in log.of(ChunkTranscoded, RECORDING):
        if fact.work.generation == generation:
            objects = (fact.proxy_header, fact.proxy_segment, fact.frames, fact.shot_scores)
            keys.setdefault(fact.index, set()).update(one.key for one in objects)
    for analysed_chunk, _ in log.of(ChunkAnalysed, RECORDING):
        if analysed_chunk.work.generation == generation:
            sets = (result.observation_set.key for result in analysed_chunk.results)
            keys.setdefault(analysed_chunk.index, set()).update(sets)
    return keys


async def latencies(log: FactLog, replay: Replay) -> dict[int, float]:
    """Return the seconds from when each segment was sent until it was analysed."""
    found: dict[int, float] = {}
    while len(found) < len(replay.paths) - 1:
        seen = await log.until(lambda log: new_in(log, found), "a segment's observations", 4 * PATIENCE)
        for number in seen:
            found[number] = time.monotonic() - replay.sent[number]
    return found


def new_in(log: FactLog, found: Mapping[int, float]) -> list[int] | None:
    return [one for one in analysed(log, 1) if one not in found] or None


def print_stages(log: FactLog, replay: Replay) -> None:
    """Print how long each stage took in the middle, from one fact about a segment to the next."""
    started = datetime.now(UTC) - timedelta(seconds=time.monotonic())
    before = {number: started + timedelta(seconds=at) for number, at in replay.sent.items()}
    steps = []
    for kind in (SegmentIngested, ChunkPlanned, ChunkTranscoded, ChunkAnalysed):
        name = "sequence" if kind is SegmentIngested else "index"
        times = {
            getattr(fact, name): received.time for fact, received in reversed([*log.of(kind, RECORDING)])
        }
        waited = [(times[one] - at).total_seconds() for one, at in before.items() if one in times]
        steps.append(f"{kind.DESCRIPTOR.name} {median(waited):.2f} s")
        before = times
    print("in the middle: " + ", ".join(steps), flush=True)


def print_latencies(waited: Mapping[int, float], frames: Sequence[int]) -> None:
    """Print how long observations took, in seconds and in lengths of the segment."""
    ratios = {number: seconds / (frames[number] / 25) for number, seconds in waited.items()}
    for number in sorted(waited):
        print(f"segment {number}: {waited[number]:.1f} s, {ratios[number]:.2f} of its length")
    in_time = sum(ratio <= 2 for ratio in ratios.values())
    print(
        f"{len(waited)} segments: {median(waited.values()):.1f} s in the middle, "
        f"{max(waited.values()):.1f} s at most; "
        f"{in_time} within twice their length",
        flush=True,
    )
