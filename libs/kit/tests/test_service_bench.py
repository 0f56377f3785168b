"""The bench runs a service as a process does: facts, jobs, calls, redeliveries and second processes."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetRejected, AssetRemoved
from framewell.ingest.v1 import ingest_service_pb2 as pb
from framewell.ingest.v1 import ingest_service_pb2_grpc as stubs
from framewell.media.v1.media_pb2 import Work
from framewell_kit.call_cause import call_cause
from framewell_kit.decisions import DecisionLog
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.jobs import Job, JobKind, Jobs, Lease
from framewell_kit.outbox import Outbox
from framewell_kit.outcomes import Busy, NotYet, Rejected
from framewell_kit.rpc import Servicer, current_actor
from framewell_kit.rpc.refusals import NotAllowed
from framewell_kit.service import Mesh, Service
from framewell_kit.stream import Reason, Stage
from framewell_kit.testing.clocks import HeldClock
from framewell_kit.testing.ids import asset_called
from framewell_kit.testing.service_bench import ServiceBench


@dataclass
class Plan:
    """Puts a job for an asset; answers to a removal with nothing."""

    jobs: Jobs

    async def __call__(self, fact: AssetIngested, cause: Cause) -> Sequence[Outgoing]:
        if fact.work.asset_id == "damaged":
            raise Rejected("it cannot be read", code="damaged")
        await self.jobs.put("plan", fact.work.asset_id, {}, cause=cause)
        return []


def given_up(fact: AssetIngested, reason: Reason) -> Sequence[Outgoing]:
    return [AssetRejected(work=fact.work, code=reason.code, detail=str(reason))]


@dataclass
class Count:
    """Answers a rejection with how often it was asked: without a decision log no two answers are the same."""

    times: int = 0

    async def __call__(self, fact: AssetRejected, cause: Cause) -> Sequence[Outgoing]:
        self.times += 1
        return [AssetRemoved(asset_id=fact.work.asset_id, reason=str(self.times))]


class Ingest(stubs.IngestServiceServicer):
    """Submits by the outbox, and says who asked."""

    def __init__(self, outbox: Outbox) -> None:
        self.outbox = outbox

    async def RemoveAsset(self, request: Any, context: Any) -> Any:  # noqa: N802
        fact = AssetRemoved(asset_id=request.asset_id, reason=current_actor().principal)
        await self.outbox.insert("removals", {"_id": request.asset_id}, [fact], call_cause())
        return pb.RemoveAssetResponse()

    async def Watch(self, request: Any, context: Any) -> AsyncIterator[Any]:  # noqa: N802
        for number in range(2):
            yield pb.WatchResponse(resume_token=f"{current_actor().principal}-{number}")


class Planning:
    """Plans; waits once for something that is away."""

    def __init__(self) -> None:
        self.away = True

    async def __call__(self, job: Job, lease: Lease) -> Sequence[Outgoing]:
        lease.check()
        if self.away:
            self.away = False
            raise Busy("the disk is full", retry_after=60)
        return [AssetRemoved(asset_id=job.key, reason="planned")]


@dataclass
class Removal:
    """What the service does about its own removals."""

    seen: list[str]

    async def __call__(self, fact: AssetRemoved, cause: Cause) -> Sequence[Outgoing]:
        if not self.seen and fact.asset_id == SECOND:
            raise NotYet("the first has not come")
        self.seen.append(fact.asset_id)
        return []


def wire(settings: Count, mesh: Mesh) -> Service:
    decisions = DecisionLog(mesh.documents, mesh.clock)
    return Service(
        stages=[
            Stage("transcode.plan_chunks", Plan(mesh.jobs), gave_up=given_up),
            Stage("transcode.remove_asset", Removal(SEEN)),
            Stage("ingest.note_rejection", settings, decide_once=decisions),
        ],
        jobs=[JobKind("plan", Planning())],
        rpc=[
            Servicer(
                "framewell.ingest.v1.IngestService",
                stubs.add_IngestServiceServicer_to_server,
                Ingest(mesh.outbox),
            )
        ],
    )


SEEN: list[str] = []
FIRST, SECOND = asset_called("first"), asset_called("second")


@pytest.fixture
async def bench() -> AsyncIterator[ServiceBench]:
    SEEN.clear()
    async with ServiceBench("transcode", wire, Count()) as bench:
        yield bench


def ingested(asset_id: str) -> AssetIngested:
    return AssetIngested(work=Work(asset_id=asset_id, generation=1))


def rejected(asset_id: str) -> AssetRejected:
    return AssetRejected(work=Work(asset_id=asset_id, generation=1))


async def test_a_fact_becomes_a_job_and_the_job_a_fact_that_the_service_reads_itself(
    bench: ServiceBench,
) -> None:
    assert await bench.deliver(ingested("first")) == []
    await bench.settle()
    assert bench.facts.messages == []
    assert isinstance(bench.clock, HeldClock)
    bench.clock.advance(60)
    await bench.settle()
    assert bench.facts.one(AssetRemoved).reason == "planned"
    assert SEEN == ["first"]


async def test_a_redelivery_of_a_decision_is_answered_in_the_same_words(bench: ServiceBench) -> None:
    cause = bench.cause()
    first = await bench.deliver(rejected("a"), cause)
    assert await bench.deliver(rejected("a"), cause) == first
    assert bench.facts.one(AssetRemoved).reason == "1"
    assert await bench.deliver(rejected("a")) != first


async def test_a_refusal_is_raised_and_giving_up_says_what_leaves_with_the_dead_letter(
    bench: ServiceBench,
) -> None:
    with pytest.raises(Rejected, match="cannot be read"):
        await bench.deliver(ingested("damaged"))
    assert bench.facts.messages == []
    await bench.give_up(ingested("damaged"), Reason("it cannot be read", "damaged"))
    assert bench.facts.one(AssetRejected).code == "damaged"
    assert [one.group for one in bench.given_up] == ["transcode.plan_chunks"]


async def test_a_call_has_a_caller_and_a_cause_and_its_facts_leave(bench: ServiceBench) -> None:
    await bench.call("RemoveAsset", pb.RemoveAssetRequest(asset_id=asset_called("a")), by="bert")
    assert bench.facts.one(AssetRemoved).reason == "bert"
    assert await bench.deliver_own() == 1
    assert await bench.deliver_own() == 0
    answers = [one.resume_token async for one in bench.stream("IngestService/Watch", None, by="carla")]
    assert answers == ["carla-0", "carla-1"]


async def test_an_own_fact_that_must_wait_for_another_is_delivered_after_it(bench: ServiceBench) -> None:
    for name in (SECOND, FIRST):
        await bench.call("RemoveAsset", pb.RemoveAssetRequest(asset_id=name))
    await bench.settle()
    assert SEEN == [FIRST, SECOND]


async def test_a_wait_that_nothing_ends_is_an_error(bench: ServiceBench) -> None:
    await bench.call("RemoveAsset", pb.RemoveAssetRequest(asset_id=SECOND))
    with pytest.raises(NotYet):
        await bench.settle()


async def test_a_second_process_goes_on_where_the_first_one_ended(bench: ServiceBench) -> None:
    await bench.deliver(ingested("first"))
    async with ServiceBench(
        "transcode", wire, Count(), documents=bench.documents, facts=bench.facts, clock=bench.clock
    ) as second:
        await second.run_jobs()
        assert isinstance(second.clock, HeldClock)
        second.clock.advance(60)
        assert await second.run_jobs() == 1
    assert bench.facts.one(AssetRemoved).asset_id == "first"


async def test_another_service_is_called_over_a_real_connection(bench: ServiceBench) -> None:
    channels: list[Any] = []

    def calling(settings: Count, mesh: Mesh) -> Service:
        channels.append(mesh.channel("ingest"))
        return Service()

    neighbours = {"ingest": bench.service.rpc}
    async with ServiceBench("gateway", calling, Count(), neighbours=neighbours):
        stub, asset = stubs.IngestServiceStub(channels[0]), "1c5b2c1e-0000-4000-8000-00000000000a"
        await stub.RemoveAsset(pb.RemoveAssetRequest(asset_id=asset), metadata=(("framewell-actor", "dora"),))
        await channels[0].close()
    await bench.outbox.flush()
    assert bench.facts.one(AssetRemoved).reason == "dora"


async def test_a_call_passes_the_door_that_every_call_passes(bench: ServiceBench) -> None:
    request = pb.RemoveAssetRequest(asset_id=FIRST)
    with pytest.raises(NotAllowed, match="eve has the role 'curator'; RemoveAsset takes the role rights"):
        await bench.call("RemoveAsset", request, by="eve", authority="curator")
    with pytest.raises(Rejected, match="is no id of an asset"):
        await bench.call("RemoveAsset", pb.RemoveAssetRequest(asset_id="first"))
    assert not bench.facts.of(AssetRemoved)
