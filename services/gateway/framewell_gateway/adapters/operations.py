"""The operations services of the mesh over gRPC."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar

import grpc
from google.protobuf.message import Message

from framewell.gateway.v1.mesh_view_pb2 import ProcessTelemetry
from framewell.mesh.v1 import operations_service_pb2 as pb
from framewell.mesh.v1.mesh_pb2 import Wording
from framewell_contracts.sentences import say, wording_of
from framewell_contracts.services import SERVICES
from framewell_gateway.adapters.caller_metadata import CallerMetadata
from framewell_gateway.adapters.services import answered, call, path_of
from framewell_gateway.domain.broker_state import Replica, ServiceReplies
from framewell_gateway.ports import Away, Method
from framewell_kit.outcomes import NotFound, Outcome
from framewell_kit.rpc import replicas

Q = TypeVar("Q", bound=Message)
A = TypeVar("A", bound=Message)

# A person waits; who does not answer in this time is part of the answer.
DEADLINE_SECONDS = 3.0
CHANGE_SECONDS = 10.0


class RemoteOperations:
    """`Operations` of all services, asked of each of their replicas.

    `address_of` returns the address of a service, as the settings say; `connect` makes the channel to one
    replica. Both are looked up every time, so that it knows of replicas that have come and gone.
    """

    def __init__(
        self,
        address_of: Callable[[str], str],
        connect: Callable[[str], grpc.aio.Channel],
        callers: CallerMetadata,
    ) -> None:
        self._address_of, self._connect, self._callers = address_of, connect, callers
        self._channels: dict[str, Mapping[str, grpc.aio.Channel]] = {}

    async def describe(self, service: str, asset_id: str) -> ServiceReplies:
        """See `Operations`. A process that answers at several addresses is there once."""
        try:
            channels = await self._replicas(service)
        except Away as unknown:
            return ServiceReplies(service, [Replica(self._address_of(service), away=unknown.detail)])
        asked = [self._ask(service, one, channel, asset_id) for one, channel in channels.items()]
        seen = {replica.reply.process or replica.address: replica for replica in await asyncio.gather(*asked)}
        return ServiceReplies(service, [*seen.values()])

    async def resume(self, group: str) -> pb.Breaker:
        """See `Operations`. Any replica tells the others."""
        service = group.partition(".")[0]
        if service not in SERVICES:
            raise NotFound(
                say("group_unknown", "no service of the mesh has a group {group}", group=f"{group!r}")
            )
        request = pb.ResumeBreakerRequest(group=group)
        unreached = Away(service, say("none_known", "none of it is known"))
        for channel in (await self._replicas(service)).values():
            try:
                answer = await self._call(service, channel, _RESUME, request, CHANGE_SECONDS)
            except Away as away:
                unreached = away
            else:
                return answer.breaker
        raise unreached

    async def telemetry(
        self, service: str, change: pb.SetTelemetryRequest | None = None
    ) -> Sequence[ProcessTelemetry]:
        """See `Operations`."""
        try:
            channels = await self._replicas(service)
        except Away as unknown:
            return [_silent(ProcessTelemetry(service=service, address=self._address_of(service)), unknown)]
        asked = [self._tune(service, one, channel, change) for one, channel in channels.items()]
        return await asyncio.gather(*asked)

    async def _replicas(self, service: str) -> Mapping[str, grpc.aio.Channel]:
        """Return a channel to each replica of a service. Raises Away when its name cannot be looked up."""
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                where = await replicas(self._address_of(service))
        except (OSError, TimeoutError) as error:
            in_vain = say("lookup_in_vain", "no answer in time")
            unknown = say("name_unknown", "its name cannot be looked up: {why}", why=str(error) or in_vain)
            raise Away(service, unknown) from error
        return await self._to(service, where)

    async def _to(self, service: str, where: Sequence[str]) -> Mapping[str, grpc.aio.Channel]:
        """Return a channel to each of these; those to replicas that are gone are closed."""
        before = self._channels.get(service, {})
        now = self._channels[service] = {one: before.get(one) or self._connect(one) for one in where}
        await asyncio.gather(*(channel.close() for one, channel in before.items() if one not in now))
        return now

    async def _ask(self, service: str, address: str, channel: grpc.aio.Channel, asset_id: str) -> Replica:
        """Return what the replica at this address says, or why it does not answer."""
        request = pb.DescribeWorkRequest(asset_id=asset_id)
        try:
            reply = await self._call(service, channel, _DESCRIBE_WORK, request, DEADLINE_SECONDS)
        except Away as away:
            return Replica(address, away=away.detail)
        except Outcome as refused:
            return Replica(address, away=refused.reason)
        return Replica(address, reply)

    async def _tune(
        self, service: str, address: str, channel: grpc.aio.Channel, change: pb.SetTelemetryRequest | None
    ) -> ProcessTelemetry:
        """Return how much the replica at this address logs and traces, or why it does not answer."""
        found = ProcessTelemetry(service=service, address=address)
        try:
            if change is None:
                asked = self._call(
                    service, channel, _GET_TELEMETRY, pb.GetTelemetryRequest(), DEADLINE_SECONDS
                )
                telemetry = (await asked).telemetry
            else:
                told = self._call(service, channel, _SET_TELEMETRY, change, CHANGE_SECONDS)
                telemetry = (await told).telemetry
        except Away as away:
            return _silent(found, away)
        found.telemetry.CopyFrom(telemetry)
        return found

    async def _call(
        self, service: str, channel: grpc.aio.Channel, method: Method[Q, A], request: Q, seconds: float
    ) -> A:
        """Return what one replica answers to whoever calls the gateway. Raises what `answered` raises."""
        metadata = self._callers.of(service, path_of(method))
        return await answered(service, call(channel, method, request, seconds, metadata))


def _silent(process: ProcessTelemetry, away: Away) -> ProcessTelemetry:
    """Return what is known of a process that does not answer: why."""
    process.away = away.detail
    process.away_wording.MergeFrom(wording_of(away.detail) or Wording())
    return process


_RESUME: Final = Method("", "ResumeBreaker", pb.ResumeBreakerRequest, pb.ResumeBreakerResponse)
_GET_TELEMETRY: Final = Method("", "GetTelemetry", pb.GetTelemetryRequest, pb.GetTelemetryResponse)
_SET_TELEMETRY: Final = Method("", "SetTelemetry", pb.SetTelemetryRequest, pb.SetTelemetryResponse)
_DESCRIBE_WORK: Final = Method("", "DescribeWork", pb.DescribeWorkRequest, pb.DescribeWorkResponse)
