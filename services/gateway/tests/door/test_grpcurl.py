"""grpcurl, which knows no .proto of ours, finds and calls every service of the mesh at the gateway's port."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from framewell_gateway.entrypoints.grpc.methods import owners

GRPCURL = Path(__file__).resolve().parents[4] / ".tools" / "clients" / "grpcurl"
pytestmark = pytest.mark.skipif(not GRPCURL.exists(), reason="`make clients` installs grpcurl, where Go is")


async def grpcurl(*words: str, code: int = 0) -> str:
    process = await asyncio.create_subprocess_exec(
        str(GRPCURL), *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    assert process.returncode == code, said.decode()
    return said.decode()


async def test_it_lists_describes_and_calls_what_there_is(door: Any) -> None:
    listed = (await grpcurl("-plaintext", door.address, "list")).split()
    assert set(owners()) <= set(listed)
    described = await grpcurl("-plaintext", door.address, "describe", "framewell.ingest.v1.IngestService")
    assert "rpc Upload ( stream .framewell.ingest.v1.UploadRequest )" in described
    method = "framewell.ingest.v1.IngestService/Submit"
    answer = await grpcurl("-plaintext", "-d", '{"request_id": "a"}', door.address, method)
    assert json.loads(answer) == {"asset_id": "a", "existed": True}


async def test_it_streams_both_ways(door: Any) -> None:
    frames = '{"sequence": "1"} {"sequence": "2"}'
    method = "framewell.inference.v1.InferenceService/AnalyseFrames"
    answers = await grpcurl("-plaintext", "-d", frames, door.address, method)
    assert answers.count('"sequence"') == 2


async def test_it_shows_why_a_call_is_refused(door: Any) -> None:
    method = "framewell.ingest.v1.IngestService/Submit"
    said = await grpcurl("-plaintext", "-d", '{"request_id": "refuse"}', door.address, method, code=69)
    assert "Code: NotFound" in said
    assert "ein Band, das es nicht gibt: 100 % ✂" in said
    assert "no_such_thing" in said


async def test_it_speaks_tls_with_the_authority_that_it_is_given(tls_door: Any, files: Any) -> None:
    ca = files.folder / "ca.pem"
    files.authority.cert_pem.write_to_path(ca)
    health = await grpcurl("-cacert", str(ca), tls_door.address, "grpc.health.v1.Health/Check")
    assert json.loads(health) == {"status": "SERVING"}
    said = await grpcurl("-plaintext", "-max-time", "5", tls_door.address, "list", code=1)
    assert "this port speaks TLS" in said
