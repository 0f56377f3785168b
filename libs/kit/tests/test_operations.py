"""Every process can be asked what it holds and told how much to say, by those who may."""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration

from framewell.asset.v1.asset_pb2 import AssetRejected
from framewell.media.v1.media_pb2 import Work
from framewell.mesh.v1 import operations_service_pb2 as pb
from framewell.mesh.v1.mesh_pb2 import Wording
from framewell.mesh.v1.operations_service_pb2_grpc import OperationsServiceStub
from framewell_contracts.sentences import say
from framewell_kit.clock import SystemClock
from framewell_kit.documents import Documents, MemoryDocuments
from framewell_kit.facts import Cause
from framewell_kit.health import Health
from framewell_kit.jobs import Jobs
from framewell_kit.operations import ProcessState, StoredWork, operations
from framewell_kit.outbox import Outbox
from framewell_kit.rpc import Admission, RpcServer, channel
from framewell_kit.stream.consumer.pauses import PausedPartition
from framewell_kit.stream.policy.attempts import AttemptCounter
from framewell_kit.stream.policy.breaker import BREAKER_OPEN, Breaker
from framewell_kit.telemetry.control import TelemetryControl
from framewell_kit.telemetry.logs import own_levels
from framewell_kit.testing.collected_facts import CollectedFacts
from framewell_kit.testing.waiting import eventually

ASSET = "1c5b2c1e-0000-4000-8000-00000000000c"


@dataclass
class Streams:
    """Streams of a process with one stage, whose breaker a test opens."""

    breakers: dict[str, Breaker] = field(default_factory=dict)
    waiting: list[PausedPartition] = field(default_factory=list)

    async def resume(self, group: str) -> Breaker:
        self.breakers[group].resume()
        return self.breakers[group]

    def paused(self) -> list[PausedPartition]:
        return self.waiting


@dataclass
class Served:
    state: ProcessState
    streams: Streams
    documents: Documents
    jobs: Jobs
    outbox: Outbox
    address: str


async def serve(tokens: dict[str, str]) -> tuple[RpcServer, Served]:
    documents = MemoryDocuments()
    outbox = Outbox(documents, CollectedFacts())
    jobs = Jobs(documents, outbox)
    streams = Streams({"ingest.accept_request": Breaker(SystemClock())})
    state = ProcessState("ingest", Health("ingest", started=True), TelemetryControl("info", 0.25))
    state.streams, state.work = streams, StoredWork(documents, outbox, jobs, prefix="p.")
    server = RpcServer("127.0.0.1:0", [operations(state)], Admission(tokens))
    port = await server.start()
    return server, Served(state, streams, documents, jobs, outbox, f"127.0.0.1:{port}")


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    server, made = await serve({})
    yield made
    made.state.telemetry.revert()
    await server.stop(0)


def cause(**also: Any) -> Cause:
    return Cause("c1", "/test", "framewell.ingest.requested.v1", SystemClock().now(), subject=ASSET, **also)


async def reverted(stub: Any) -> bool:
    now = (await stub.GetTelemetry(pb.GetTelemetryRequest())).telemetry
    return not now.HasField("reverts_at")


async def test_what_a_process_tells_is_changed_while_it_runs_and_goes_back(served: Served) -> None:
    async with channel(served.address) as to:
        stub = OperationsServiceStub(to)
        before = (await stub.GetTelemetry(pb.GetTelemetryRequest())).telemetry
        changed = await stub.SetTelemetry(
            pb.SetTelemetryRequest(
                log_level="debug", loggers={"aiokafka": "info"}, trace_sample=1.0,
                revert_after=_duration(0.2),
            )
        )  # fmt: skip
        assert logging.getLogger().level == logging.DEBUG
        assert logging.getLogger("aiokafka").level == logging.INFO
        assert changed.telemetry.trace_sample == 1.0
        assert changed.telemetry.HasField("reverts_at")
        await eventually(lambda: reverted(stub))
        after = (await stub.GetTelemetry(pb.GetTelemetryRequest())).telemetry
    assert (after.log_level, after.trace_sample) == ("info", 0.25)
    assert not own_levels()
    assert logging.getLogger("aiokafka").level == logging.WARNING
    assert before.exporting is False


async def test_a_change_by_somebody_else_leaves_the_way_back(served: Served) -> None:
    async with channel(served.address) as to:
        stub = OperationsServiceStub(to)
        first = await stub.SetTelemetry(
            pb.SetTelemetryRequest(log_level="debug", revert_after=_duration(0.5))
        )
        second = await stub.SetTelemetry(pb.SetTelemetryRequest(trace_sample=1.0))
        assert second.telemetry.reverts_at == first.telemetry.reverts_at
        await eventually(lambda: reverted(stub))
        now = (await stub.GetTelemetry(pb.GetTelemetryRequest())).telemetry
    assert (now.log_level, now.trace_sample) == ("info", 0.25)
    assert not now.HasField("reverts_at")


@pytest.mark.parametrize(
    "wrong",
    [
        pb.SetTelemetryRequest(log_level="loud"),
        pb.SetTelemetryRequest(log_level="debug", trace_sample=1.5),
        pb.SetTelemetryRequest(log_level="debug", loggers={"aiokafka": "loud"}),
        pb.SetTelemetryRequest(log_level="debug", loggers={"": "debug"}),
    ],
)
async def test_a_wrong_wish_changes_nothing(served: Served, wrong: pb.SetTelemetryRequest) -> None:
    served.state.telemetry.revert()
    async with channel(served.address) as to:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await OperationsServiceStub(to).SetTelemetry(wrong)
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert served.state.telemetry.state().log_level == "info"


async def test_only_operators_turn_knobs_and_everybody_known_may_look() -> None:
    server, made = await serve({"ops": "kim/admin", "staff": "lee/curator"})
    made.streams.breakers["ingest.accept_request"].restore(SystemClock().now().timestamp())
    resume = pb.ResumeBreakerRequest(group="ingest.accept_request")
    try:
        async with channel(made.address, token="staff") as to:
            stub = OperationsServiceStub(to)
            for call in (stub.ResumeBreaker(resume), stub.SetTelemetry(pb.SetTelemetryRequest())):
                with pytest.raises(grpc.aio.AioRpcError) as caught:
                    await call
                assert caught.value.code() == grpc.StatusCode.PERMISSION_DENIED
                assert "takes the role admin" in (caught.value.details() or "")
            assert (await stub.ListBreakers(pb.ListBreakersRequest())).breakers[0].open
        async with channel(made.address, token="ops") as to:
            resumed = (await OperationsServiceStub(to).ResumeBreaker(resume)).breaker
            assert (resumed.open, resumed.half_open) == (False, True)
        async with channel(made.address) as to:
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await OperationsServiceStub(to).DescribeWork(pb.DescribeWorkRequest())
            assert caught.value.code() == grpc.StatusCode.UNAUTHENTICATED
    finally:
        await server.stop(0)


async def test_an_unknown_stage_is_said_with_those_there_are(served: Served) -> None:
    async with channel(served.address) as to:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await OperationsServiceStub(to).ResumeBreaker(pb.ResumeBreakerRequest(group="ingest.nobody"))
    assert caught.value.code() == grpc.StatusCode.NOT_FOUND
    assert "ingest.accept_request" in (caught.value.details() or "")


async def test_work_of_an_asset_is_described_with_what_it_waits_for(served: Served) -> None:
    await served.jobs.put("fetch", ASSET, {}, cause=cause())
    await served.jobs.put("fetch", "other", {}, cause=Cause("c2", "/t", "t", SystemClock().now(), "other"))
    claimed = await served.jobs.claim("fetch", "worker-1", 30)
    assert claimed is not None
    await served.jobs.give_back(
        claimed, seconds=120, reason=say("host_refuses", "the host {host} refuses", host="a"), failed=True
    )
    await served.outbox.insert("assets", {"_id": "a"}, [AssetRejected(work=Work(asset_id=ASSET))], cause())
    await AttemptCounter(served.documents, "transcode.make_chunk").start(
        "p.framewell.chunk.planned.v1.live", 3, 17
    )
    served.streams.waiting = [
        PausedPartition("t", 2, 9.0, say("disk_full", "the disk is full"), "ingest.accept_request")
    ]
    served.state.health.parts["streams"] = lambda: BREAKER_OPEN
    served.state.health.notes["looks"] = lambda: ["somebody's own words"]
    served.streams.breakers["ingest.accept_request"].restore(SystemClock().now().timestamp())
    async with channel(served.address) as to:
        work = await OperationsServiceStub(to).DescribeWork(pb.DescribeWorkRequest(asset_id=ASSET))
    (job,) = work.jobs
    assert (job.kind, job.state, job.attempt, job.reason) == (
        "fetch", pb.JOB_STATE_LATER, 2, "the host a refuses",
    )  # fmt: skip
    wait = job.due_at.ToDatetime(SystemClock().now().tzinfo) - SystemClock().now()
    assert timedelta(seconds=100) < wait <= timedelta(seconds=120)
    (started,) = work.started
    assert (started.topic, started.partition, started.offset, started.starts) == (
        "framewell.chunk.planned.v1.live", 3, 17, 1,
    )  # fmt: skip
    assert work.unsent_facts == 1
    assert (work.paused[0].group, work.paused[0].reason) == ("ingest.accept_request", "the disk is full")
    assert [one.group for one in work.breakers] == ["ingest.accept_request"]
    assert not work.ready
    assert [(one.part, one.reason) for one in work.waiting] == [("streams", "breaker open")]
    assert job.wording == Wording(template="host_refuses", params={"host": "a"})
    assert work.paused[0].wording.template == "disk_full"
    assert work.waiting[0].wording.template == "breaker_open"
    assert [(one.reason, one.HasField("wording")) for one in work.notes] == [("somebody's own words", False)]


async def test_a_reason_of_an_earlier_attempt_leaves_no_wording_to_a_later_one(served: Served) -> None:
    await served.jobs.put("fetch", ASSET, {}, cause=cause())
    for reason in (say("host_refuses", "the host {host} refuses", host="a"), "KeyError: 7"):
        claimed = await served.jobs.claim("fetch", "worker-1", 30)
        assert claimed is not None
        await served.jobs.give_back(claimed, seconds=0, reason=reason, failed=True)
    async with channel(served.address) as to:
        work = await OperationsServiceStub(to).DescribeWork(pb.DescribeWorkRequest(asset_id=ASSET))
    assert [(one.reason, one.HasField("wording")) for one in work.jobs] == [("KeyError: 7", False)]


async def test_a_done_job_is_not_told(served: Served) -> None:
    await served.jobs.put("fetch", ASSET, {}, cause=cause())
    claimed = await served.jobs.claim("fetch", "worker-1", 30)
    assert claimed is not None
    await served.jobs.end(claimed, "done", ())
    assert not await served.jobs.of_asset(ASSET, limit=10)


def _duration(seconds: float) -> Duration:
    duration = Duration()
    duration.FromMilliseconds(int(seconds * 1000))
    return duration
