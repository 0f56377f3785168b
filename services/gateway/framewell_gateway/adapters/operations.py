"""The operations services of the mesh over gRPC."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

import grpc
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from framewell.mesh.v1 import operations_service_pb2 as pb
from framewell.mesh.v1.operations_service_pb2_grpc import OperationsServiceStub
from framewell_gateway.adapters.services import caller_metadata, refusal
from framewell_gateway.domain.whereabouts import (
    HeldJob,
    OpenBreaker,
    Paused,
    Replica,
    ServiceWork,
    Started,
)
from framewell_gateway.ports import Away
from framewell_kit.rpc import replicas

# A person waits; who does not answer in this time is part of the answer.
DEADLINE_SECONDS = 3.0


class RemoteOperations:
    """`Operations` of all services, asked of each of their replicas.

    `addresses` are those of the settings, by service; `connect` makes the channel to one replica. Names are
    looked up every time, so that it knows of replicas that have come and gone.
    """

    def __init__(self, addresses: Mapping[str, str], connect: Callable[[str], grpc.aio.Channel]) -> None:
        self._addresses, self._connect = addresses, connect
        self._channels: dict[str, dict[str, grpc.aio.Channel]] = {service: {} for service in addresses}

    async def describe(self, service: str, asset_id: str) -> ServiceWork:
        address = self._addresses[service]
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                where = await replicas(address)
        except (OSError, TimeoutError) as error:
            unknown = f"its name cannot be looked up: {str(error) or 'no answer in time'}"
            return ServiceWork(service, [Replica(address, away=unknown)])
        channels = await self._to(service, where)
        request = pb.DescribeWorkRequest(asset_id=asset_id)
        return _work(
            service, await asyncio.gather(*(_ask(service, *one, request) for one in channels.items()))
        )

    async def _to(self, service: str, where: Sequence[str]) -> Mapping[str, grpc.aio.Channel]:
        """A channel to each of these; those to replicas that are gone are closed."""
        before = self._channels[service]
        now = self._channels[service] = {one: before.get(one) or self._connect(one) for one in where}
        await asyncio.gather(*(channel.close() for one, channel in before.items() if one not in now))
        return now


_Said = tuple[Replica, pb.DescribeWorkResponse | None]


async def _ask(
    service: str, address: str, channel: grpc.aio.Channel, request: pb.DescribeWorkRequest
) -> _Said:
    """What the replica at this address says; nothing, and why, when it does not answer."""
    try:
        answer = await OperationsServiceStub(channel).DescribeWork(
            request, timeout=DEADLINE_SECONDS, metadata=caller_metadata()
        )
    except grpc.aio.AioRpcError as error:
        refused = refusal(service, error)
        return Replica(address, away=refused.detail if isinstance(refused, Away) else str(refused)), None
    return _replica(address, answer), answer


def _work(service: str, said: Sequence[_Said]) -> ServiceWork:
    """What all said, each process once; what lies in their database is told by the first that answers."""
    seen: dict[str, Replica] = {replica.process or replica.address: replica for replica, _ in said}
    kept = next((answer for _, answer in said if answer is not None), pb.DescribeWorkResponse())
    return ServiceWork(
        service=service,
        replicas=[*seen.values()],
        jobs=[_job(job) for job in kept.jobs],
        started=[
            Started(one.group, one.topic, one.partition, one.offset, one.starts) for one in kept.started
        ],
        unsent_facts=kept.unsent_facts,
    )


def _replica(address: str, answer: pb.DescribeWorkResponse) -> Replica:
    return Replica(
        address=address,
        process=answer.process,
        ready=answer.ready,
        waiting=[(one.part, one.reason) for one in answer.waiting],
        paused=[
            Paused(one.group, one.topic, one.partition, one.until.ToDatetime(UTC), one.reason)
            for one in answer.paused
        ],
        breakers=[
            OpenBreaker(one.group, _moment(one, "opened_at"), _moment(one, "tries_at"))
            for one in answer.breakers
        ],
    )


def _job(job: pb.HeldJob) -> HeldJob:
    return HeldJob(
        kind=job.kind,
        key=job.key,
        state=pb.JobState.Name(job.state).removeprefix("JOB_STATE_").lower(),
        attempt=job.attempt,
        starts=job.starts,
        worker=job.worker,
        put=job.put_at.ToDatetime(UTC),
        leased_until=_moment(job, "leased_until"),
        due=_moment(job, "due_at"),
        reason=job.reason,
        code=job.code,
    )


def _moment(message: Message, field: str) -> datetime | None:
    if not message.HasField(field):
        return None
    moment: Timestamp = getattr(message, field)
    return moment.ToDatetime(UTC)
