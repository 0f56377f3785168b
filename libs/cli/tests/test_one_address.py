"""A command that a gateway is named to asks that one alone, over REST and over gRPC, and proves who calls."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pytest
import trustme

from framewell.dataset.v1.audit_service_pb2 import GetAuditKeyResponse
from framewell.dataset.v1.audit_service_pb2_grpc import (
    AuditServiceServicer,
    add_AuditServiceServicer_to_server,
)
from framewell.mesh.v1.operations_service_pb2 import GetTelemetryResponse
from framewell.mesh.v1.operations_service_pb2_grpc import (
    OperationsServiceServicer,
    add_OperationsServiceServicer_to_server,
)
from framewell_cli import main
from framewell_cli.errors import MeshUnreachable
from framewell_cli.service_calls import address_of, addresses


class Mesh(AuditServiceServicer, OperationsServiceServicer):
    """What answers at the gateway's address, and with which metadata it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def _note(self, context: Any) -> None:
        self.asked.append(dict(context.invocation_metadata()))

    def GetAuditKey(self, request: Any, context: Any) -> GetAuditKeyResponse:  # noqa: N802
        self._note(context)
        return GetAuditKeyResponse(key_id="k", public_keys="PEM\n")

    def GetTelemetry(self, request: Any, context: Any) -> GetTelemetryResponse:  # noqa: N802
        self._note(context)
        return GetTelemetryResponse()


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr("sys.argv", ["framewell", *words])
    with pytest.raises(SystemExit) as ended:
        main.main()
    return int(ended.value.code or 0)


@pytest.fixture
def gateway(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A mesh behind one address with TLS, and the authority that vouches for it."""
    for variable in ("FRAMEWELL_REST", "FRAMEWELL_CA", "FRAMEWELL_TOKEN"):
        monkeypatch.setenv(variable, "")  # what a command sets goes with the test
    monkeypatch.chdir(tmp_path)
    authority = trustme.CA()
    pair = authority.issue_cert("localhost")
    chain = b"".join(one.bytes() for one in pair.cert_chain_pems)
    credentials = grpc.ssl_server_credentials([(pair.private_key_pem.bytes(), chain)])
    mesh: Any = Mesh()
    server = grpc.server(ThreadPoolExecutor(1))
    add_AuditServiceServicer_to_server(mesh, server)
    add_OperationsServiceServicer_to_server(mesh, server)
    mesh.url = f"https://localhost:{server.add_secure_port('127.0.0.1:0', credentials)}"
    mesh.ca = str(tmp_path / "ca.pem")
    authority.cert_pem.write_to_path(mesh.ca)
    server.start()
    yield mesh
    server.stop(None).wait()


def test_options_before_the_command_name_the_gateway(
    gateway: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FRAMEWELL_TOKEN", "secret")
    assert run(monkeypatch, "--gateway", gateway.url, f"--ca={gateway.ca}", "audit", "key") == 0
    assert capsys.readouterr().out == "PEM\n"
    (asked,) = gateway.asked
    assert (asked["authorization"], asked["framewell-service"]) == ("Bearer secret", "dataset")


def test_a_method_of_every_service_is_asked_of_each_by_its_name(
    gateway: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(monkeypatch, "--gateway", gateway.url, "--ca", gateway.ca, "tune", "transcode") == 0
    assert [one["framewell-service"] for one in gateway.asked] == ["transcode"]


def test_a_gateway_that_nobody_vouches_for_is_not_asked(
    gateway: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "--gateway", gateway.url, "audit", "key") == 3
    assert gateway.url in capsys.readouterr().err
    assert not gateway.asked


def test_a_file_of_authorities_that_is_missing_is_named(
    gateway: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "--gateway", gateway.url, "--ca", "missing.pem", "audit", "key") == 3
    assert "missing.pem (FRAMEWELL_CA) cannot be used" in capsys.readouterr().err


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mesh that runs in this folder."""
    for variable in ("FRAMEWELL_REST", "FRAMEWELL_TOKEN", "FRAMEWELL_STATE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".framewell").mkdir()
    written = (
        '{"rest": "http://127.0.0.1:1", "grpc.transcode": "127.0.0.1:2", "grpc.transcode-1": "127.0.0.1:3"}'
    )
    (tmp_path / ".framewell" / "endpoints.json").write_text(written)


@pytest.mark.usefixtures("here")
def test_without_a_token_services_are_asked_at_their_own_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    assert {name: str(one) for name, one in addresses("transcode").items()} == {
        "transcode": "127.0.0.1:2",
        "transcode-1": "127.0.0.1:3",
    }
    with pytest.raises(MeshUnreachable, match="address of dataset is not known"):
        address_of("dataset")


@pytest.mark.usefixtures("here")
def test_with_a_token_the_gateway_is_asked_which_knows_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRAMEWELL_TOKEN", "fwt_secret")
    assert str(address_of("dataset")) == "http://127.0.0.1:1 (dataset)"
    monkeypatch.setenv("FRAMEWELL_REST", "https://mesh.example")
    assert str(address_of("dataset")) == "https://mesh.example (dataset)"
