"""The SDK needs one address: REST, events and gRPC over TLS, by an authority that it is told."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from framewell.inference.v1.inference_service_pb2 import AnalyseFramesRequest
from framewell.ingest.v1.ingest_service_pb2 import SubmitRequest, UploadRequest
from framewell.media.v1.media_service_pb2 import ReadObjectRequest
from framewell_client import Credentials, Endpoints, Unreachable, connect
from framewell_client.channels import gateway_channel
from framewell_client.transport import AsyncHttpTransport
from framewell_client.trust import tls


@pytest.fixture
def ca(files: Any) -> str:
    path = files.folder / "ca.pem"
    files.authority.cert_pem.write_to_path(path)
    return str(path)


async def test_all_services_are_behind_one_address(tls_door: Any, ca: str) -> None:
    async def parts() -> AsyncIterator[UploadRequest]:
        yield UploadRequest(data=b"x" * 10)

    environment = {
        "FRAMEWELL_REST": f"https://{tls_door.address}",
        "FRAMEWELL_TOKEN": "t",
        "FRAMEWELL_CA": ca,
    }
    endpoints = Endpoints.find(environment)
    async with connect(endpoints, Credentials.from_environment(environment=environment)) as mesh:
        assert (await mesh.ingest.Submit(SubmitRequest(request_id="a"))).asset_id == "a"
        assert (await mesh.ingest.Upload(parts())).size == 10
        assert [len(one.data) async for one in mesh.media.ReadObject(ReadObjectRequest(key="7x2"))] == [7, 7]
        frames = mesh.inference.AnalyseFrames(iter([AnalyseFramesRequest(sequence=3)]))
        assert [one.sequence async for one in frames] == [3]
    said = [one["framewell-caller"].partition(" ")[0] for one in tls_door.service.metadata]
    assert said == ["eva"] * 4  # the token went along, in all four kinds of calls


async def test_rest_believes_the_authority_that_it_is_told(tls_door: Any, ca: str) -> None:
    transport = AsyncHttpTransport(f"https://{tls_door.address}", Credentials(ca=ca))
    assert (await transport.send("GET", "/hello")).json()["scheme"] == "https"
    await transport.close()
    doubting = AsyncHttpTransport(f"https://{tls_door.address}", Credentials())
    with pytest.raises(
        Unreachable, match=r"does not prove who it is .* name the authority .* in FRAMEWELL_CA"
    ):
        await doubting.send("GET", "/hello")
    await doubting.close()


def test_a_file_of_authorities_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_bytes(b"")
    (tmp_path / "no.pem").write_bytes(b"\xff\xfe")
    for name in ("missing.pem", "empty.pem", "no.pem"):
        with pytest.raises(Unreachable, match=f"{name} .FRAMEWELL_CA. cannot be used"):
            tls(str(tmp_path / name))


@pytest.mark.parametrize("url", ["", "mesh.example:7410", "ftp://mesh.example", "https://", "https://a:b"])
def test_what_is_no_address_is_said(url: str) -> None:
    with pytest.raises(Unreachable, match="no address of a gateway"):
        gateway_channel(url, Credentials())


def test_an_environment_that_names_a_gateway_asks_that_alone(tmp_path: Path) -> None:
    (tmp_path / "endpoints.json").write_text('{"rest": "http://127.0.0.1:1", "grpc.dataset": "127.0.0.1:2"}')
    here = {"FRAMEWELL_STATE": str(tmp_path)}
    assert Endpoints.find(here).target("dataset") == "127.0.0.1:2"
    named = Endpoints.find({**here, "FRAMEWELL_REST": "https://mesh.example"})
    assert (named.rest, named.grpc) == ("https://mesh.example", {})
