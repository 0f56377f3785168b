"""What the mesh keeps on disk, and how it knows its processes from others."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from framewell_cli.errors import MeshUnreachable, UsageProblem
from framewell_cli.mesh.endpoints import endpoints, read_endpoints, write_endpoints
from framewell_cli.mesh.folder import MeshFolder
from framewell_cli.mesh.locking import LockHeld, exclusive, is_held
from framewell_cli.mesh.logs import last_lines, open_log, rotate
from framewell_cli.mesh.orphans import end_orphans, orphans
from framewell_cli.mesh.ports import Ports
from framewell_cli.mesh.process_table import Entry, ProcessTable
from framewell_cli.mesh.processes import MESH_VARIABLE, Identity, end
from framewell_cli.mesh.programs import ALL, chosen
from framewell_cli.mesh.supervised_process import waits_for
from framewell_contracts.services import SERVICES
from framewell_kit.testing.waiting import PATIENCE

SLEEP = [sys.executable, "-c", "import time; print('on', flush=True); time.sleep(600)"]
_IGNORES_SIGTERM = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("on", flush=True)
time.sleep(60)
"""
STUBBORN = [sys.executable, "-c", _IGNORES_SIGTERM]


@pytest.fixture
def folder(tmp_path: Path) -> MeshFolder:
    found = MeshFolder(tmp_path / ".framewell")
    found.make()
    return found


def _start(command: list[str], **environment: str) -> tuple[subprocess.Popen[bytes], Identity]:
    """A process that prints one line, and its identity; its environment can be read once it has."""
    process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    identity = Identity.of(process.pid)
    assert identity is not None
    return process, identity


def test_a_process_is_told_from_a_later_one_with_its_number() -> None:
    process, identity = _start(SLEEP)
    impostor = Identity(identity.pid, "1")
    try:
        assert identity.alive()
        assert not impostor.alive()
        assert end([impostor], grace_seconds=0.1) == []
        assert process.poll() is None, "a process was ended that only shares a number"
    finally:
        process.kill()
        process.wait()
    assert not identity.alive()


def test_what_ignores_the_request_to_end_is_killed_after_the_grace_period() -> None:
    process, identity = _start(STUBBORN)
    assert end([identity], grace_seconds=0.3) == [identity]
    assert process.wait(timeout=PATIENCE) == -9


def test_processes_of_a_dead_supervisor_are_found_by_list_and_by_environment(folder: MeshFolder) -> None:
    listed, listed_identity = _start(SLEEP)
    unlisted, unlisted_identity = _start(SLEEP, **{MESH_VARIABLE: str(folder.state)})
    other_mesh, other_identity = _start(SLEEP, **{MESH_VARIABLE: "/another/.framewell"})
    try:
        entry = Entry("ingest", "ready", (7420,), "log", listed_identity)
        ProcessTable(Identity(1, "0"), 7400, (entry,)).write(folder)
        assert orphans(folder) == [("ingest", listed_identity), ("a child process", unlisted_identity)]
        end_orphans(folder, lambda line: None)
        assert listed.wait(timeout=PATIENCE) == unlisted.wait(timeout=PATIENCE) == -15
        assert other_identity.alive(), "a process of another mesh was ended"
        assert ProcessTable.read(folder) is None
    finally:
        for process in (listed, unlisted, other_mesh):
            process.kill()
            process.wait()


def test_a_process_table_is_read_as_written_and_a_broken_one_counts_as_none(folder: MeshFolder) -> None:
    written = ProcessTable(
        supervisor=Identity(11, "100"),
        port_base=7400,
        entries=(
            Entry("kafka", "ready", (7400, 7402), "kafka.log", Identity(12, "101"), 5.0, 1, ""),
            Entry("ingest", "restarting", (7420, 7440), "ingest.log", None, 0.0, 3, "killed by signal 9"),
        ),
    )
    written.write(folder)
    assert ProcessTable.read(folder) == written
    folder.process_table.write_text('{"supervisor": ')
    assert ProcessTable.read(folder) is None


def test_one_supervisor_holds_a_folder_and_looking_does_not_hinder_it(folder: MeshFolder) -> None:
    assert not is_held(folder.lock)
    with exclusive(folder.lock):
        assert is_held(folder.lock)
        with pytest.raises(LockHeld), exclusive(folder.lock):
            pass
    assert not is_held(folder.lock)


def test_a_log_is_rotated_while_its_process_goes_on_writing(tmp_path: Path) -> None:
    log = tmp_path / "ingest.log"
    descriptor = open_log(log)
    try:
        for number in range(5):
            os.write(descriptor, f"{number}\n".encode() * 100)
            assert rotate(log, limit_bytes=150)
        os.write(descriptor, b"after\n\nlast\n")
        assert not rotate(log, limit_bytes=150)
    finally:
        os.close(descriptor)
    assert log.read_bytes() == b"after\n\nlast\n"
    assert last_lines(log, 2) == ["after", "last"]
    kept = {path.name: path.read_text()[0] for path in tmp_path.glob("ingest.log.*")}
    assert kept == {"ingest.log.1": "4", "ingest.log.2": "3", "ingest.log.3": "2"}


def test_every_process_has_ports_of_its_own() -> None:
    ports = Ports(7400)
    numbers = [port for _, port in ports]
    assert len(numbers) == len(set(numbers))
    assert (ports.kafka, ports.mongo, ports.rest, ports.oip) == (7400, 7401, 7410, 7429)
    assert [ports.grpc(service) for service in SERVICES] == [7420, 7421, 7422, 7423, 7424, 7425]
    assert [ports.health(service) for service in SERVICES] == [7440, 7441, 7442, 7443, 7444, 7445]


@pytest.mark.parametrize("value", ["abc", "80", "70000", "-1"])
def test_an_impossible_port_base_is_refused_with_its_name(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("FRAMEWELL_PORT_BASE", value)
    with pytest.raises(UsageProblem, match="FRAMEWELL_PORT_BASE"):
        Ports.from_environment()


def test_only_starts_in_the_order_of_the_mesh_and_refuses_what_it_does_not_know() -> None:
    assert chosen(None) == ALL
    assert chosen("gateway, kafka") == ("kafka", "gateway")
    for wrong in ("kafak", ""):
        with pytest.raises(UsageProblem):
            chosen(wrong)


def test_endpoints_have_the_keys_of_the_contract(folder: MeshFolder) -> None:
    addresses = endpoints(folder, Ports(7400), ALL)
    assert addresses.keys() == {
        "kafka",
        "mongo",
        "rest",
        "objects",
        "grpc.oip",
        "ingest.roots",
        *(f"grpc.{service}" for service in SERVICES),
        *(f"health.{service}" for service in SERVICES),
    }
    write_endpoints(folder, addresses)
    assert read_endpoints(folder) == addresses


def test_a_gateway_with_a_certificate_is_asked_over_tls(
    folder: MeshFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert endpoints(folder, Ports(7400), ALL)["rest"] == "http://127.0.0.1:7410"
    monkeypatch.setenv("FRAMEWELL_GATEWAY_CERTIFICATE", "tls.crt")
    assert endpoints(folder, Ports(7400), ALL)["rest"] == "https://127.0.0.1:7410"


def test_without_a_mesh_the_person_is_told_how_to_start_one(folder: MeshFolder) -> None:
    with pytest.raises(MeshUnreachable, match="framewell up --detach"):
        read_endpoints(folder)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (
            '{"ready": false, "waiting": {"broker": "it does not answer", "jobs": "3 are stuck"}}',
            "broker: it does not answer; jobs: 3 are stuck",
        ),
        ("Bad gateway\n", "Bad gateway"),
        ('{"waiting": 7}', '{"waiting": 7}'),
    ],
)
def test_a_service_that_is_not_ready_says_what_it_waits_for(answer: str, expected: str) -> None:
    assert waits_for(answer) == expected
