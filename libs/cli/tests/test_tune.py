"""`framewell tune` through the command itself, against the gRPC server that every service has."""

import asyncio
import json
import logging
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from framewell_embedded.ports import free_ports
from framewell_kit.health import Health
from framewell_kit.operations import ProcessState, operations
from framewell_kit.rpc import Admission, RpcServer
from framewell_kit.telemetry.control import TelemetryControl

TOKENS = {"boss": "anna/admin", "desk": "ben/curator"}


@pytest.fixture
async def control() -> AsyncIterator[TelemetryControl]:
    made = TelemetryControl("info", 0.01)
    made.revert()
    yield made
    made.revert()


@pytest.fixture
async def state(tmp_path: Path, control: TelemetryControl) -> AsyncIterator[Path]:
    """The state folder of a mesh of which ingest runs and transcode does not."""
    state = ProcessState("ingest", Health("ingest", started=True), control)
    server = RpcServer("127.0.0.1:0", [operations(state)], Admission(TOKENS))
    port = await server.start()
    known = {"grpc.ingest": f"127.0.0.1:{port}", "grpc.transcode": f"127.0.0.1:{free_ports(1)[0]}"}
    (tmp_path / "endpoints.json").write_text(json.dumps(known))
    yield tmp_path
    await server.stop(0)


async def tune(state: Path, *arguments: str, token: str = "boss") -> tuple[int, str]:
    """Exit code and what was printed; the command needs a process of its own beside the server."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "framewell_cli.main", "tune", *arguments,
        stdout=PIPE, stderr=PIPE,
        env={**os.environ, "FRAMEWELL_STATE": str(state), "FRAMEWELL_TOKEN": token},
    )  # fmt: skip
    out, errors = await process.communicate()
    return process.returncode or 0, (out or errors).decode()


async def test_a_running_service_is_told_to_log_and_trace_more_for_a_while(
    state: Path, control: TelemetryControl
) -> None:
    code, output = await tune(
        state, "ingest", "--log-level", "debug", "--logger", "aiokafka=info", "--trace-sample", "0.5",
        "--for", "10m", "--json",
    )  # fmt: skip
    assert code == 0, output
    (telemetry,) = json.loads(output)["services"]
    assert (telemetry["log_level"], telemetry["loggers"], telemetry["trace_sample"]) == (
        "debug",
        {"aiokafka": "info"},
        0.5,
    )
    assert telemetry["reverts_at"]
    assert logging.getLogger().level == logging.DEBUG
    code, table = await tune(state, "ingest", token="desk")
    assert code == 0
    assert "aiokafka=info" in table
    assert "50.0%" in table


async def test_those_who_are_away_are_told_and_the_others_are_changed(
    state: Path, control: TelemetryControl
) -> None:
    code, output = await tune(state, "all", "--log-level", "warning", "--json")
    assert code == 1
    telemetry = {one.pop("service"): one for one in json.loads(output)["services"]}
    assert telemetry["transcode"]["error"].startswith("away: nothing answers at")
    assert telemetry["ingest"]["log_level"] == control.state().log_level == "warning"


async def test_staff_may_look_and_not_turn(state: Path, control: TelemetryControl) -> None:
    code, output = await tune(state, "ingest", "--log-level", "debug", token="desk")
    assert code == 1
    assert "takes the role admin" in output
    assert control.state().log_level == "info"


@pytest.mark.parametrize(
    "wrong",
    [
        ("nobody",),
        ("ingest", "--for", "10m"),
        ("ingest", "--logger", "x"),
        ("ingest", "--log-level", "info", "--for", "x"),
    ],
)
async def test_what_makes_no_sense_is_a_usage_problem(state: Path, wrong: tuple[str, ...]) -> None:
    assert (await tune(state, *wrong))[0] == 2
