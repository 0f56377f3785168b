"""Live, ready and started are three answers; each says why, and waiting for others never kills a process."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from framewell.asset.v1.asset_pb2 import AssetIngested
from framewell.media.v1.media_pb2 import Work
from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell.model.v1.model_pb2 import ModelPromoted, ModelRetired
from framewell_contracts.cloudevents import Record
from framewell_embedded.ports import free_ports
from framewell_kit.clock import SystemClock
from framewell_kit.documents import MemoryDocuments, MongoDocuments
from framewell_kit.facts import Cause
from framewell_kit.health import Health, HealthServer
from framewell_kit.jobs import JobRunner, Jobs
from framewell_kit.operations import ProcessMonitor
from framewell_kit.outbox import Outbox
from framewell_kit.outcomes import Busy
from framewell_kit.stream import Broadcast, RetryPolicy, Stage
from framewell_kit.testing.streams import StreamBench
from framewell_kit.testing.waiting import eventually

GROUP = "transcode.plan_chunks"


class Process:
    """A process's health, asked over HTTP."""

    def __init__(self) -> None:
        self.port = free_ports(1)[0]
        self.health = Health("ingest")
        self._server = HealthServer(self.health, "127.0.0.1", self.port)

    async def __aenter__(self) -> "Process":
        await self._server.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.stop()

    async def ask(self, path: str) -> tuple[int, dict[str, Any]]:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{self.port}{path}") as answer,
        ):
            return answer.status, await answer.json()


@pytest.fixture
async def process() -> AsyncIterator[Process]:
    async with Process() as made:
        yield made


async def test_a_process_that_waits_for_its_broker_is_live_and_not_started(process: Process) -> None:
    process.health.starting = "waiting for the broker: nobody answers"
    assert (await process.ask("/live"))[0] == 200
    for path in ("/started", "/ready"):
        status, answer = await process.ask(path)
        assert status == 503
        assert answer["waiting"] == {"process": "waiting for the broker: nobody answers"}


async def test_a_process_that_stops_is_live_and_not_ready(process: Process) -> None:
    process.health.started = True
    assert (await process.ask("/ready"))[0] == 200
    process.health.stopping = True
    assert (await process.ask("/live"))[0] == 200
    assert (await process.ask("/started"))[0] == 200
    status, answer = await process.ask("/ready")
    assert (status, answer["waiting"]) == (503, {"process": "stopping"})


async def test_every_part_is_told_and_paused_partitions_count_for_nothing(process: Process) -> None:
    process.health.started = True
    process.health.parts |= {"jobs": lambda: "", "outbox": lambda: "the broker is away"}
    process.health.notes["paused"] = lambda: ["g: disk full"]
    status, answer = await process.ask("/ready")
    assert status == 503
    assert answer["parts"] == {"process": True, "jobs": True, "outbox": False}
    assert answer["waiting"] == {"outbox": "the broker is away"}
    process.health.parts.pop("outbox")
    status, answer = await process.ask("/ready")
    assert (status, answer["paused"]) == (200, ["g: disk full"])


class Broker:
    """A publisher of which only the broker's answer matters."""

    source = "/test"
    away = ""

    async def ping(self) -> None:
        if self.away == "silent":
            await asyncio.sleep(3600)
        if self.away:
            raise Busy(self.away)

    async def deliver(self, records: list[Record]) -> None:
        raise AssertionError("nothing is sent")


def monitor(health: Health, broker: Any, documents: Any) -> ProcessMonitor:
    outbox = Outbox(documents, broker)
    runner = JobRunner(Jobs(documents, outbox), [])
    return ProcessMonitor(
        health, documents=documents, publisher=broker, outbox=outbox, runner=runner, clock=SystemClock()
    )


@pytest.mark.slow
async def test_a_broker_that_is_away_or_silent_is_said_and_forgotten_when_it_is_back(
    process: Process,
) -> None:
    process.health.started = True
    broker = Broker()
    monitoring = monitor(process.health, broker, MemoryDocuments())
    for away, reason in (
        ("connection refused", "connection refused"),
        ("silent", "does not answer within 3 s"),
    ):
        broker.away = away
        await monitoring.check()
        status, answer = await process.ask("/ready")
        assert status == 503
        assert reason in answer["waiting"]["broker"]
        assert (await process.ask("/live"))[0] == 200
    broker.away = ""
    await monitoring.check()
    assert (await process.ask("/ready"))[0] == 200


async def test_a_database_that_is_away_is_said(process: Process) -> None:
    process.health.started = True
    nobody = MongoDocuments(f"mongodb://127.0.0.1:{free_ports(1)[0]}", "none", answer_within=0.5)
    await monitor(process.health, Broker(), nobody).check()
    status, answer = await process.ask("/ready")
    assert status == 503
    assert "document database does not answer" in answer["waiting"]["database"]
    assert answer["parts"]["broker"] is True
    nobody.close()


@pytest.mark.integration
async def test_streams_say_which_part_of_them_is_not_ready(broker: str) -> None:
    holds = asyncio.Event()
    fails = True

    async def handle(fact: AssetIngested, cause: Cause) -> list[Any]:
        if fails:
            raise RuntimeError("the disk is gone")
        return []

    async def follow(fact: ModelPromoted, cause: Cause) -> list[Any]:
        if not holds.is_set():
            raise Busy("the model is loading", retry_after=0.1)
        return []

    async with StreamBench(broker) as bench:
        await bench.declare(AssetIngested, ModelPromoted, ModelRetired, groups=[GROUP])
        await bench.publish(ModelPromoted(model=ModelVersion(name="faces", version="1")))
        retry = RetryPolicy(in_place_seconds=(), round_seconds=(60.0,))
        runtime = await bench.begin(
            Stage(GROUP, handle, retry=retry), Broadcast("inference.follow_models", follow)
        )
        parts = runtime.unready_parts()
        await eventually(lambda: parts["broadcasts"]() == ["the model is loading"])
        await eventually(lambda: not parts["partitions"]())
        assert runtime.unready() == ["the model is loading"]
        holds.set()
        await eventually(lambda: not runtime.unready())
        await bench.publish(*[AssetIngested(work=Work(asset_id=f"a{number}")) for number in range(80)])
        await eventually(lambda: parts["breakers"]() == [f"{GROUP}: breaker open"])
        assert not parts["partitions"]()
