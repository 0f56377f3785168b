"""The operations services of the mesh over gRPC."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import grpc

from framewell.mesh.v1 import operations_service_pb2 as pb
from framewell_gateway.adapters.services import answered, call
from framewell_gateway.domain.broker_state import Replica, ServiceReplies
from framewell_gateway.ports import Away, Method
from framewell_kit.outcomes import Outcome
from framewell_kit.rpc import replicas

# A person waits; who does not answer in this time is part of the answer.
DEADLINE_SECONDS = 3.0


class RemoteOperations:
    """`Operations` of all services, asked of each of their replicas.

    `address_of` returns the address of a service, as the settings say; `connect` makes the channel to one
    replica. Both are looked up every time, so that it knows of replicas that have come and gone.
    """

    def __init__(self, address_of: Callable[[str], str], connect: Callable[[str], grpc.aio.Channel]) -> None:
        self._address_of, self._connect = address_of, connect
        self._channels: dict[str, Mapping[str, grpc.aio.Channel]] = {}

    async def describe(self, service: str, asset_id: str) -> ServiceReplies:
        """See `Operations`. A process that answers at several addresses is there once."""
        address = self._address_of(service)
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                where = await replicas(address)
        except (OSError, TimeoutError) as error:
            unknown = f"its name cannot be looked up: {str(error) or 'no answer in time'}"
            return ServiceReplies(service, [Replica(address, away=unknown)])
        channels = await self._to(service, where)
        asked = [_ask(service, one, channel, asset_id) for one, channel in channels.items()]
        seen = {replica.reply.process or replica.address: replica for replica in await asyncio.gather(*asked)}
        return ServiceReplies(service, [*seen.values()])

    async def _to(self, service: str, where: Sequence[str]) -> Mapping[str, grpc.aio.Channel]:
        """Return a channel to each of these; those to replicas that are gone are closed."""
        before = self._channels.get(service, {})
        now = self._channels[service] = {one: before.get(one) or self._connect(one) for one in where}
        await asyncio.gather(*(channel.close() for one, channel in before.items() if one not in now))
        return now


_DESCRIBE_WORK: Final = Method("", "DescribeWork", pb.DescribeWorkRequest, pb.DescribeWorkResponse)


async def _ask(service: str, address: str, channel: grpc.aio.Channel, asset_id: str) -> Replica:
    """Return what the replica at this address says, or why it does not answer."""
    request = pb.DescribeWorkRequest(asset_id=asset_id)
    try:
        reply = await answered(service, call(channel, _DESCRIBE_WORK, request, DEADLINE_SECONDS))
    except Away as away:
        return Replica(address, away=away.detail)
    except Outcome as refused:
        return Replica(address, away=str(refused))
    return Replica(address, reply)
