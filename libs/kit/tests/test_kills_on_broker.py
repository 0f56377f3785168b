"""Nothing is lost, and nothing takes effect twice, when workers are killed in the middle of their work."""

import asyncio
import random
import subprocess
import sys
from pathlib import Path

import pytest

from framewell.asset.v1.asset_pb2 import AssetRejected
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell_contracts.catalogue import fact_type
from framewell_kit.testing.streams import StreamBench

pytestmark = [pytest.mark.integration, pytest.mark.slow]

GROUP = "ingest.accept_request"
REQUESTED, REJECTED = fact_type(IngestRequested).type, fact_type(AssetRejected).type
EVENTS, KILLS = 2000, 3


async def test_no_event_is_lost_over_kills(broker: str) -> None:
    async with StreamBench(broker) as bench:
        await bench.declare(IngestRequested, AssetRejected, groups=[GROUP])
        await bench.publish(*[IngestRequested(asset_id=f"a{n}") for n in range(EVENTS)])
        worker = _start(bench)
        try:
            for kill in range(KILLS):
                await _answers(bench, EVENTS * (kill + 1) // (KILLS + 2))
                await asyncio.sleep(random.uniform(0, 0.05))
                worker.kill()
                worker.wait()
                answered = {event.message.asset_id for event in await bench.events(REJECTED)}
                assert await bench.committed(GROUP, REQUESTED) <= len(
                    answered
                )  # never past an unanswered one
                worker = _start(bench)
            await _answers(bench, EVENTS)
        finally:
            worker.kill()
            worker.wait()
        events = await bench.events(REJECTED)
        assert {event.message.asset_id for event in events} == {f"a{n}" for n in range(EVENTS)}
        assert len({event.envelope.id for event in events}) == EVENTS  # a repeat is the same event


def _start(bench: StreamBench) -> subprocess.Popen[bytes]:
    script = Path(__file__).with_name("worker_for_kills.py")
    return subprocess.Popen([sys.executable, script, bench.kafka, bench.prefix], stderr=subprocess.DEVNULL)


async def _answers(bench: StreamBench, wanted: int) -> None:
    """Wait until so many requests are answered."""
    for _ in range(600):
        answered = {event.message.asset_id for event in await bench.events(REJECTED)}
        if len(answered) >= wanted:
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"only {len(answered)} of {wanted} answered")
