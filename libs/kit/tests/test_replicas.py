"""An address of the settings stands for one replica of a service or for several."""

import pytest
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import HealthStub

from framewell_embedded.ports import free_ports
from framewell_kit.rpc import RpcServer, Tokens, channel, replicas
from framewell_kit.rpc.replicas import target


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
    server = RpcServer(f"127.0.0.1:{port}", [], Tokens({}))
    await server.start()
    async with channel(f"127.0.0.1:{nobody},127.0.0.1:{port}") as both:
        answer = await HealthStub(both).Check(HealthCheckRequest())
    assert answer.status == HealthCheckResponse.SERVING
    await server.stop(0)


async def test_replicas_of_numbers_are_those_numbers() -> None:
    assert await replicas("10.0.0.2:1,10.0.0.1:1,10.0.0.2:1") == ["10.0.0.1:1", "10.0.0.2:1"]
