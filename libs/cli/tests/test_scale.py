"""How many replicas a service has: what a person may write, what is kept, and where replicas are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from framewell_cli.errors import UsageProblem
from framewell_cli.mesh.endpoints import endpoints, hosts, replica_addresses
from framewell_cli.mesh.folder import MeshFolder
from framewell_cli.mesh.ports import Ports
from framewell_cli.mesh.process_table import Entry, ProcessTable
from framewell_cli.mesh.processes import Identity
from framewell_cli.mesh.programs import ALL, replica_program
from framewell_cli.mesh.replicas import Replica, new_replica
from framewell_cli.mesh.scale import SCALABLE, change_scale, parse, read_scale
from framewell_cli.mesh.status import look


@pytest.fixture
def folder(tmp_path: Path) -> MeshFolder:
    return MeshFolder(tmp_path / ".framewell")


def test_a_scale_is_written_in_words_or_between_commas() -> None:
    assert parse(["transcode=2,inference=3", "ingest=1"]) == {"transcode": 2, "inference": 3, "ingest": 1}
    assert parse([]) == {}


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ("transcode", "write SERVICE=REPLICAS"),
        ("transcode=", "write SERVICE=REPLICAS"),
        ("transcode=0", "from 1 to 12; to run a mesh without"),
        ("transcode=-1", "from 1 to 12."),
        ("transcode=two", "from 1 to 12."),
        ("transcode=1000", "nothing to read"),
        ("trnscode=2", f"it is one of {', '.join(SCALABLE)}"),
        ("gateway=2", "load balancer"),
        ("kafka=3", "FRAMEWELL_KAFKA"),
        ("mongo=3", "FRAMEWELL_MONGO"),
    ],
)
def test_a_scale_that_makes_no_sense_is_refused_with_the_reason(wrong: str, expected: str) -> None:
    with pytest.raises(UsageProblem, match="^[^\n]*" + expected):
        parse([wrong])


def test_the_chosen_scale_is_kept_and_changed_service_by_service(folder: MeshFolder) -> None:
    assert read_scale(folder) == {}
    change_scale(folder, {"transcode": 2, "inference": 3})
    change_scale(folder, {"transcode": 1})
    assert read_scale(folder) == {"inference": 3}


@pytest.mark.parametrize("broken", ["", "[]", "{", '{"transcode": 1000, "gateway": 2, "ingest": "x"}'])
def test_a_file_that_nobody_chose_counts_as_no_scale(folder: MeshFolder, broken: str) -> None:
    change_scale(folder, {})
    folder.scale.write_text(broken)
    assert read_scale(folder) == {}


def test_replicas_have_names_ports_and_ordinals_of_their_own(folder: MeshFolder) -> None:
    first = new_replica(folder, "inference", 1, [])
    second = new_replica(folder, "inference", 2, [first.ports.base])
    assert (first.name, second.name) == ("inference-1", "inference-2")
    assert not {*first.ports.of("inference")} & {*second.ports.of("inference")}
    program = replica_program(folder, Ports(7400), first)
    assert program.environment["FRAMEWELL_INSTANCE"] == "1"
    assert program.environment["FRAMEWELL_PORT_BASE"] == str(first.ports.base)
    assert program.environment["FRAMEWELL_INFERENCE_OIP_PORT"] == str(first.ports.oip)
    assert program.environment["FRAMEWELL_KAFKA"] == "127.0.0.1:7400"
    assert program.environment["FRAMEWELL_HOSTS_FILE"] == str(folder.hosts)


def test_the_addresses_of_all_replicas_are_published(folder: MeshFolder) -> None:
    replicas = [Replica("transcode", 1, Ports(20000)), Replica("inference", 1, Ports(20050))]
    addresses = endpoints(folder, Ports(7400), ALL, replicas)
    assert addresses["grpc.transcode"] == "127.0.0.1:7421"
    assert addresses["grpc.transcode-1"] == "127.0.0.1:20021"
    assert addresses["health.inference-1"] == "http://127.0.0.1:20092"
    assert addresses["grpc.oip-1"] == "127.0.0.1:20079"
    assert replica_addresses(addresses, "transcode") == {
        "transcode": "127.0.0.1:7421",
        "transcode-1": "127.0.0.1:20021",
    }
    written = hosts(Ports(7400), ALL, replicas)
    assert written["transcode"] == "127.0.0.1:7421,127.0.0.1:20021"
    assert written["gateway"] == "127.0.0.1:7425"
    assert "kafka" not in written


def test_status_shows_replicas_behind_the_first_of_their_service(folder: MeshFolder) -> None:
    folder.make()
    names = ("kafka", "ingest", "transcode", "ingest-10", "transcode-1", "ingest-2")
    supervisor = Identity.of(os.getpid())
    assert supervisor is not None
    entries = tuple(Entry(name, "stopped", (1,), "log", process=supervisor) for name in names)
    ProcessTable(supervisor, 7400, entries).write(folder)
    shown = look(folder).processes
    assert [one.name for one in shown] == [
        "kafka", "ingest", "ingest-2", "ingest-10", "transcode", "transcode-1",
    ]  # fmt: skip
    assert shown[0].address == "127.0.0.1:1"
    assert shown[0].resident_megabytes
    assert shown[0].cpu_cores is not None
