"""An address of the settings stands for one replica of a service or for several."""

from pathlib import Path

import grpc
import pytest
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import HealthStub

from framewell_embedded.ports import free_ports
from framewell_kit.rpc import Admission, RpcServer, channel, replicas
from framewell_kit.rpc.channel import KeptChannels
from framewell_kit.rpc.replicas import target
from framewell_kit.settings import MeshSettings


@pytest.mark.parametrize(
    ("address", "connected_to"),
    [
        ("transcode:7421", "transcode:7421"),
        ("10.0.0.1:7421, 10.0.0.2:7421", "ipv4:10.0.0.1:7421,10.0.0.2:7421"),
        ("[::1]:7421,[::2]:7421", "ipv6:[::1]:7421,[::2]:7421"),
    ],
)
def test_an_address_stands_for_one_replica_or_for_several(address: str, connected_to: str) -> None:
    assert target(address) == connected_to


@pytest.mark.parametrize("address", ["a:1,b:1", "10.0.0.1:1,[::1]:1", "a:1,10.0.0.1:1", "a", ":1", "a:0", ""])
def test_what_is_no_address_is_refused_by_name(address: str) -> None:
    with pytest.raises(ValueError, match="FRAMEWELL_HOSTS"):
        target(address)


async def test_a_channel_goes_on_with_another_replica_when_one_is_away() -> None:
    nobody, port = free_ports(2)
    server = RpcServer(f"127.0.0.1:{port}", [], Admission())
    await server.start()
    async with channel(f"127.0.0.1:{nobody},127.0.0.1:{port}") as both:
        answer = await HealthStub(both).Check(HealthCheckRequest())
    assert answer.status == HealthCheckResponse.SERVING
    await server.stop(0)


async def test_replicas_of_numbers_are_those_numbers() -> None:
    assert await replicas("10.0.0.2:1,10.0.0.1:1,10.0.0.2:1") == ["10.0.0.1:1", "10.0.0.2:1"]


def test_a_file_with_addresses_is_looked_at_anew_when_it_changes(tmp_path: Path) -> None:
    hosts = tmp_path / "hosts.json"
    settings = MeshSettings(hosts={"ingest": "ingest:1"}, hosts_file=str(hosts))
    assert settings.rpc_address("transcode") == "127.0.0.1:7421", "nobody has written it yet"
    for address in ("127.0.0.1:1", "127.0.0.1:1,127.0.0.1:2", "127.0.0.1:3"):
        new = tmp_path / "new"
        new.write_text(f'{{"transcode": "{address}", "ingest": "ignored:1"}}')
        new.replace(hosts)
        assert settings.rpc_address("transcode") == address
    assert settings.rpc_address("ingest") == "ingest:1", "FRAMEWELL_HOSTS goes first"
    assert settings.rpc_address("dataset") == "127.0.0.1:7423"


@pytest.mark.parametrize("wrong", ["{", "[]", '{"ingest": 1}'])
def test_a_file_that_holds_no_addresses_is_refused_by_name(tmp_path: Path, wrong: str) -> None:
    (tmp_path / "hosts.json").write_text(wrong)
    settings = MeshSettings(hosts_file=str(tmp_path / "hosts.json"))
    with pytest.raises(ValueError, match="FRAMEWELL_HOSTS_FILE"):
        settings.rpc_address("ingest")


async def test_a_channel_is_kept_while_its_address_stays_and_replaced_when_it_changes() -> None:
    kept = KeptChannels()
    first, second = RpcServer("127.0.0.1:0", [], Admission()), RpcServer("127.0.0.1:0", [], Admission())
    addresses = [f"127.0.0.1:{await server.start()}" for server in (first, second)]
    old = kept.to("ingest", addresses[0], channel)
    assert kept.to("ingest", addresses[0], channel) is old
    watch = HealthStub(old).Watch(HealthCheckRequest())
    await watch.read()
    new = kept.to("ingest", addresses[1], channel)
    await HealthStub(new).Check(HealthCheckRequest())
    assert not watch.done(), "a call under way was cut off"
    with pytest.raises(grpc.aio.UsageError):
        await HealthStub(old).Check(HealthCheckRequest())
    watch.cancel()
    await new.close()
    for server in (first, second):
        await server.stop(0)
