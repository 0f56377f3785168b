"""`framewell dlq resume` through the command itself, against the gRPC server that every service has."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Mapping
from typing import Any, NamedTuple

import pytest

from framewell_embedded.ports import free_ports
from framewell_kit.clock import SystemClock
from framewell_kit.documents import MemoryDocuments
from framewell_kit.health import Health
from framewell_kit.operations import ProcessState, operations
from framewell_kit.outcomes import Busy
from framewell_kit.rpc import Admission, RpcServer
from framewell_kit.stream.consumer.pauses import PausedPartition
from framewell_kit.stream.policy.breaker import MIN_FAILURES, Breaker
from framewell_kit.stream.policy.breaker_store import Breakers
from framewell_kit.telemetry.control import TelemetryControl

GROUP = "ingest.accept_request"


class Streams:
    """What a process reads, with nothing but its breakers in it."""

    def __init__(self) -> None:
        self.kept = Breakers(MemoryDocuments(), SystemClock(), lambda _: None)
        self.breaker = self.kept.add(GROUP)

    @property
    def breakers(self) -> Mapping[str, Breaker]:
        return self.kept

    async def resume(self, group: str) -> Breaker:
        return await self.kept.resume(group)

    def paused(self) -> list[PausedPartition]:
        return []


class Service(NamedTuple):
    address: str
    streams: Streams


TOKENS = {"boss": "anna/admin", "desk": "ben/curator"}


@pytest.fixture(params=["loopback", "tokens"])
async def service(request: pytest.FixtureRequest) -> AsyncIterator[Service]:
    state = ProcessState("ingest", Health("ingest", started=True), TelemetryControl("info", 0.0))
    state.streams = streams = Streams()
    admission = Admission(TOKENS if request.param == "tokens" else {})
    server = RpcServer("127.0.0.1:0", [operations(state)], admission)
    port = await server.start()
    yield Service(f"127.0.0.1:{port}", streams)
    await server.stop(0)


async def resume(address: str, group: str = GROUP, token: str = "boss") -> tuple[int, Any, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "framewell_cli.main", "dlq", "resume", group, "--address", address, "--json",
        stdout=PIPE, stderr=PIPE, env={**os.environ, "FRAMEWELL_TOKEN": token},
    )  # fmt: skip
    printed, stderr = await process.communicate()
    return process.returncode or 0, json.loads(printed) if printed else None, stderr.decode()


async def test_an_open_breaker_is_half_opened(service: Service) -> None:
    for _ in range(MIN_FAILURES):
        service.streams.breaker.failed()
    assert service.streams.breaker.is_open
    code, printed, _ = await resume(service.address)
    assert (code, printed) == (0, {"group": GROUP, "open": False, "half_open": True})
    assert service.streams.breaker.half_open


async def test_who_is_no_operator_is_told_what_it_takes(service: Service) -> None:
    for _ in range(MIN_FAILURES):
        service.streams.breaker.failed()
    code, _, stderr = await resume(service.address, token="desk")
    if code:  # without tokens everybody on loopback may
        assert "admin" in stderr
        assert service.streams.breaker.is_open
    else:
        assert service.streams.breaker.half_open


async def test_a_service_whose_database_is_away_is_not_told_to_be_started(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(self: Streams, group: str) -> Breaker:
        raise Busy("the document database does not answer")

    monkeypatch.setattr(Streams, "resume", away)
    code, _, stderr = await resume(service.address)
    assert code == 1
    assert "was not resumed: the document database does not answer; try again once" in stderr
    assert "start ingest" not in stderr


async def test_a_service_that_is_away_and_a_group_nobody_has_are_told_apart() -> None:
    (port,) = free_ports(1)
    code, _, stderr = await resume(f"127.0.0.1:{port}")
    assert code == 3
    assert "start ingest" in stderr
    assert "a minute after it opened" in stderr
    code, _, stderr = await resume(f"127.0.0.1:{port}", "ingest.nobody")
    assert (code, "ingest.accept_request" in stderr) == (2, True)
