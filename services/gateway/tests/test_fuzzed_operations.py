"""schemathesis asks every operation what it may and may not be asked: no 5xx, no answer outside the schema.

`make fuzz-rest` runs it for longer, with FRAMEWELL_FUZZ_EXAMPLES examples an operation.
"""

from __future__ import annotations

import asyncio
import os
import re
import socket
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from framewell.asset.v1.asset_pb2 import AssetIngested
from framewell.dataset.v1.rights_service_pb2 import PreviewRightsChangeResponse
from framewell.dataset.v1.snapshot_service_pb2 import ExportSnapshotResponse
from framewell.inference.v1.search_service_pb2 import FoundMoment, SearchMomentsResponse
from framewell.media.v1.media_pb2 import MEDIA_KIND_VIDEO, ObjectRef, Work
from framewell.media.v1.media_service_pb2 import GetFrameResponse
from framewell.training.v1.training_service_pb2 import Run, WatchRunResponse
from framewell_contracts.json_mapping import from_json
from framewell_gateway.domain.attempt_limits import Attempts
from framewell_gateway.entrypoints.http.application import application
from framewell_gateway.entrypoints.http.routes import ROUTES
from framewell_gateway.entrypoints.http.server import WebServer
from framewell_gateway.ports import Method, methods

HERE = Path(__file__).resolve().parent
ASSET = "1c5b2c1e-0000-4000-8000-00000000000a"
TOKEN = "a-token-of-32-characters-or-more"
EXAMPLES = int(os.environ.get("FRAMEWELL_FUZZ_EXAMPLES", "3"))

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900 + 60 * EXAMPLES)]


class ForgottenAttempts:
    """Keeps no attempt: whoever asks thousands of times is told that a token is wrong, not to wait."""

    async def get(self, kind: str, who: str) -> Attempts | None:
        return None

    async def change(self, kind: str, who: str, earlier: Attempts | None, attempts: Attempts) -> bool:
        return True

    async def note_success(self, login: str, source: str, at: datetime) -> None:
        return

    async def succeeded(self, login: str, source: str) -> bool:
        return False


@pytest.fixture
async def address(mesh: Any) -> AsyncIterator[str]:
    """Where a gateway listens whose services answer as the routes show, and of which all ask for a token."""
    answers = {route.response: route.answer for route in ROUTES if route.response is not None}
    for method in vars(methods).values():
        if isinstance(method, Method) and method.response in answers:
            answer = from_json(answers[method.response], method.response)
            getattr(mesh, method.service).answers[method.name] = answer
    mesh.transcode.answers["GetFrame"] = GetFrameResponse(jpeg=b"JPEG")
    mesh.inference.answers["SearchMoments"] = SearchMomentsResponse(moments=[FoundMoment(asset_id=ASSET)])
    mesh.dataset.answers["PreviewRightsChange"] = PreviewRightsChangeResponse(asset_count=1)
    exported = ObjectRef(key=f"ab/ab{'0' * 62}.tar", size=4096)
    mesh.dataset.streams["ExportSnapshot"] = [ExportSnapshotResponse(export=exported, sample_count=38)]
    mesh.training.streams["WatchRun"] = [WatchRunResponse(run=Run(run_id="r-1"))]
    await mesh.happened(AssetIngested(work=Work(asset_id=ASSET, generation=1, kind=MEDIA_KIND_VIDEO)))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    tokens = {TOKEN: "desk/admin"}
    access = mesh.access(tokens, attempts=ForgottenAttempts())
    server = WebServer(application(replace(mesh.context(), access=access)), "127.0.0.1", port)
    await server.start()
    for _ in range(200):
        if not server.waiting():
            break
        await asyncio.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    await server.stop(2.0)


async def test_every_operation_answers_as_its_schema_says_whatever_it_is_asked(
    address: str, tmp_path: Path
) -> None:
    (tmp_path / "schemathesis.toml").write_text(
        """\
[checks.positive_data_acceptance]
enabled = false  # a check of our own knows which rules a schema cannot say
[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 409, 412, 413, 414, 415, 422, 431]
"""
    )
    process = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("schemathesis"), "run", f"{address}/openapi.json",
        "--phases", "examples,coverage,fuzzing",
        "--max-examples", str(EXAMPLES), "--generation-deterministic",
        "--suppress-health-check", "filter_too_much",  # keys of objects: most texts are none
        "--header", f"Authorization: Bearer {TOKEN}", "--continue-on-failure", "--no-color",
        cwd=tmp_path, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, "SCHEMATHESIS_HOOKS": "fuzzing_checks", "PYTHONPATH": str(HERE)},
    )  # fmt: skip
    written, _ = await process.communicate()
    report = written.decode()
    assert process.returncode == 0, report
    found = re.search(r"^  (\d+) generated", report, re.MULTILINE)
    assert found is not None
    assert int(found[1]) >= 1900
    assert f"Tested: {len(ROUTES)}" in report
