"""The operations services of the mesh over gRPC."""

from collections.abc import Mapping
from datetime import UTC, datetime

import grpc
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from framewell.mesh.v1 import operations_service_pb2 as pb
from framewell.mesh.v1.operations_service_pb2_grpc import OperationsServiceStub
from framewell_gateway.adapters.services import caller_metadata, refusal
from framewell_gateway.domain.whereabouts import HeldJob, OpenBreaker, Paused, ServiceWork, Started

# A person waits; who does not answer in this time is part of the answer.
DEADLINE_SECONDS = 3.0


class RemoteOperations:
    """`Operations` of all services."""

    def __init__(self, channels: Mapping[str, grpc.aio.Channel]) -> None:
        self._stubs = {service: OperationsServiceStub(channel) for service, channel in channels.items()}

    async def describe(self, service: str, asset_id: str) -> ServiceWork:
        request = pb.DescribeWorkRequest(asset_id=asset_id)
        try:
            answer = await self._stubs[service].DescribeWork(
                request, timeout=DEADLINE_SECONDS, metadata=caller_metadata()
            )
        except grpc.aio.AioRpcError as error:
            return ServiceWork(service, away=str(refusal(service, error)))
        return _work(answer)


def _work(answer: pb.DescribeWorkResponse) -> ServiceWork:
    return ServiceWork(
        service=answer.service,
        process=answer.process,
        ready=answer.ready,
        waiting=[(one.part, one.reason) for one in answer.waiting],
        jobs=[_job(job) for job in answer.jobs],
        paused=[
            Paused(one.group, one.topic, one.partition, one.until.ToDatetime(UTC), one.reason)
            for one in answer.paused
        ],
        breakers=[
            OpenBreaker(one.group, _moment(one, "opened_at"), _moment(one, "tries_at"))
            for one in answer.breakers
        ],
        started=[
            Started(one.group, one.topic, one.partition, one.offset, one.starts) for one in answer.started
        ],
        unsent_facts=answer.unsent_facts,
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
