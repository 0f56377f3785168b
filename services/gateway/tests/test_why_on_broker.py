"""Why an asset is stuck, on the real broker: each thing that holds it up is found and named."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import grpc
import pytest

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetRejected
from framewell.gateway.v1.explanation_pb2 import AssetExplanation, AssetVerdict, Reason
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.ingest.v1.ingest_service_pb2 import GetAssetRequest
from framewell.media.v1.media_pb2 import Work
from framewell_contracts.fact_types import fact_type, topics
from framewell_contracts.identity import asset_id
from framewell_contracts.services import SERVICES
from framewell_contracts.topics import DEAD_LETTER_ACTIONS
from framewell_embedded.ports import free_ports
from framewell_gateway.adapters.broker_search import KafkaSearch
from framewell_gateway.adapters.caller_metadata import CallerMetadata
from framewell_gateway.adapters.event_documents import EventDocuments
from framewell_gateway.adapters.operations import RemoteOperations
from framewell_gateway.adapters.progress_documents import ProgressDocuments
from framewell_gateway.adapters.summary_documents import SummaryDocuments
from framewell_gateway.ports import Away
from framewell_gateway.queries.asset_progress import AssetProgress
from framewell_gateway.queries.explain_asset import ExplainAsset
from framewell_kafka.broker_access import BrokerAccess
from framewell_kafka.dead_letters import ActionCounts, DeadLetterStore, RateLimit, Selection
from framewell_kafka.kept_admin import KeptAdmin
from framewell_kafka.topic_admin import apply
from framewell_kit.clock import SystemClock
from framewell_kit.documents import MemoryDocuments
from framewell_kit.facts import Cause
from framewell_kit.health import Health
from framewell_kit.jobs import Jobs
from framewell_kit.operations import ProcessState, StoredWork, operations
from framewell_kit.outbox import Outbox
from framewell_kit.outcomes import Busy, NotFound, Rejected
from framewell_kit.rpc import Admission, RpcServer, channel
from framewell_kit.stream import RetryPolicy, Stage
from framewell_kit.telemetry.control import TelemetryControl
from framewell_kit.testing.streams import StreamBench
from framewell_kit.testing.waiting import eventually
from framewell_kit.tombstones import Tombstones

pytestmark = pytest.mark.integration

GROUP = "transcode.plan_chunks"


class Unasked:
    """Services that know nothing of these assets."""

    async def call(self, method: Any, request: Any) -> Any:
        raise NotFound("nothing")

    async def upload(self, parts: Any) -> Any:
        raise NotFound("nothing")

    async def append_upload(self, parts: Any) -> Any:
        raise NotFound("nothing")


@dataclass
class Case:
    """A mesh of one real stage of transcode, its operations service, and the gateway's part of `why`."""

    bench: StreamBench
    admin: KeptAdmin
    state: ProcessState
    jobs: Jobs
    query: ExplainAsset
    addresses: dict[str, str]
    fails_with: list[Exception | None] = field(default_factory=list)
    handled: list[str] = field(default_factory=list)

    async def handle(self, fact: AssetIngested, cause: Cause) -> list[AssetRejected]:
        error = self.fails_with[0] if self.fails_with else None
        if error is not None:
            raise error
        self.handled.append(fact.work.asset_id)
        return []

    async def serve(self, state: ProcessState | None = None, **also: Any) -> None:
        """Run the stage."""
        stage = Stage(GROUP, self.handle, **also)
        state = state or self.state
        state.streams = await self.bench.run(stage)
        state.health.started = True

    async def ingested(self, asset: str) -> None:
        await self.bench.publish(AssetIngested(work=Work(asset_id=asset)))

    async def explain(self, asset: str) -> AssetExplanation:
        """Ask why the asset is where it is."""
        return await self.query(GetAssetRequest(asset_id=asset))

    async def until(self, asset: str, kind: str) -> tuple[AssetExplanation, Reason]:
        """Ask until a reason of this kind is given."""
        for _ in range(600):
            try:
                answer = await self.explain(asset)
            except NotFound:
                await asyncio.sleep(0.1)
                continue
            for reason in answer.reasons:
                if reason.kind == kind:
                    return answer, reason
            await asyncio.sleep(0.1)
        raise AssertionError(f"{kind} is no reason: {answer.reasons}")


@pytest.fixture
async def case(broker: str) -> AsyncIterator[Case]:
    documents = MemoryDocuments()
    async with StreamBench(broker, documents) as bench, KeptAdmin(bench.access) as admin:
        await bench.declare(AssetIngested, AssetRejected, groups=[GROUP])
        outbox = Outbox(documents, bench.publisher)
        jobs = Jobs(documents, outbox)
        state = ProcessState("transcode", Health("transcode"), TelemetryControl())
        state.work = StoredWork(documents, outbox, jobs, bench.prefix)
        server = RpcServer("127.0.0.1:0", [operations(state)], Admission())
        address = f"127.0.0.1:{await server.start()}"
        nobody = f"127.0.0.1:{free_ports(1)[0]}"
        addresses = {name: address if name == "transcode" else nobody for name in SERVICES}
        channels: list[grpc.aio.Channel] = []

        def connect(address: str) -> grpc.aio.Channel:
            channels.append(channel(address))
            return channels[-1]

        explain = ExplainAsset(
            EventDocuments(documents),
            AssetProgress(
                ProgressDocuments(documents),
                SummaryDocuments(documents),
                Unasked(),
                Tombstones(documents, SystemClock()),
            ),
            KafkaSearch(admin, bench.prefix),
            RemoteOperations(addresses.__getitem__, connect, CallerMetadata(None)),
            SystemClock(),
        )
        yield Case(bench, admin, state, jobs, explain, addresses)
        await asyncio.gather(*(one.close() for one in channels))
        await server.stop(0)


def an_asset() -> str:
    return str(uuid4())


async def test_a_record_nobody_reads_is_found_with_its_place_and_the_service_that_is_away(case: Case) -> None:
    asset = an_asset()
    for other in range(3):
        await case.ingested(f"other-{other}")
    await case.ingested(asset)
    answer, reason = await case.until(asset, "record")
    (record,) = [one for one in answer.records if one.group == GROUP]
    assert (record.topic, record.type) == (
        "framewell.asset.ingested.v1",
        "framewell.asset.ingested.v1",
    )
    assert f"{record.topic}/{record.partition}@{record.offset}" in reason.sentence
    backlog = next(one for one in answer.backlogs if one.group == GROUP)
    assert (backlog.committed, backlog.end, backlog.behind) == (0, 4, 4)
    away = {one.service for one in answer.reasons if one.kind == "service_away"}
    assert away == set(SERVICES) - {"transcode"}
    # dataset and the gateway read it too; what the asset needs now and is away makes it stuck.
    assert answer.verdict == AssetVerdict.ASSET_VERDICT_STUCK


async def test_a_failing_record_is_told_with_its_attempt_and_its_next_try(case: Case) -> None:
    case.fails_with = [RuntimeError("the disk of the scratch folder is gone")]
    await case.serve(retry=RetryPolicy(in_place_seconds=(), round_seconds=(60.0,)))
    asset = an_asset()
    await case.ingested(asset)
    answer, reason = await case.until(asset, "retry")
    assert "the disk of the scratch folder is gone" in reason.sentence
    assert "failed once" in reason.sentence
    assert "Attempt 2 comes in" in reason.sentence
    (record,) = [one for one in answer.records if one.HasField("retry")]
    assert record.topic == f"{GROUP}.retry"
    assert record.retry.origin_topic == "framewell.asset.ingested.v1"


async def test_a_dead_letter_is_told_with_the_command_that_replays_it_until_it_is_replayed(
    case: Case,
) -> None:
    handled = [topic for topic in topics() if topic.name == DEAD_LETTER_ACTIONS]
    await apply(case.bench.access, prefix=case.bench.prefix, declared=handled)
    case.fails_with = [Rejected("its pictures cannot be decoded", code="unreadable")]
    await case.serve()
    asset = an_asset()
    await case.ingested(asset)
    answer, reason = await case.until(asset, "dead_letter")
    assert "its pictures cannot be decoded (unreadable)" in reason.sentence
    (dead_letter,) = answer.dead_letters
    assert (
        reason.advice == f"framewell dlq replay {GROUP} --id {dead_letter.dead_letter_id.rpartition('/')[2]}"
    )

    case.fails_with = []
    async with DeadLetterStore(case.bench.access, [GROUP], prefix=case.bench.prefix) as store:
        chosen = Selection((GROUP,), ids=frozenset({dead_letter.dead_letter_id.rpartition("/")[2]}))
        await store.replay(chosen, by="test", rate_limit=RateLimit(), counts=ActionCounts())
    await eventually(lambda: asset in case.handled)
    assert not (await case.explain(asset)).dead_letters  # others have not read it yet


async def test_a_request_that_cannot_be_read_is_found_by_the_asset_that_waits_for_it(broker: str) -> None:
    """First as a record that waits, then as a dead letter, though it has no `ce_subject`."""
    requested, group = fact_type(IngestRequested).type, "ingest.accept_request"
    event = {"specversion": "1.0", "id": "e1", "source": "/playout", "type": requested, "data": {"url": "x"}}
    asset = asset_id("/playout", "e1")

    async def handle(fact: IngestRequested, cause: Cause) -> list[AssetRejected]:
        return []

    async with StreamBench(broker) as bench, KeptAdmin(bench.access) as admin:
        await bench.declare(IngestRequested, groups=[group])
        search = KafkaSearch(admin, bench.prefix, groups=(group,))
        await bench.write(requested, json.dumps(event).encode())
        (waiting,) = (await search.search(asset, None)).waiting
        assert (waiting.group, waiting.topic) == (group, requested)
        await bench.run(Stage(group, handle))
        found: list[Any] = []
        while not found:
            await asyncio.sleep(0.1)
            found = (await search.search(asset, None)).dead_letters
        (dead_letter,) = found
        assert (dead_letter.code, dead_letter.id, dead_letter.type) == ("bad_json", "e1", requested)


async def test_an_open_breaker_is_told_with_the_command_that_resumes_it(case: Case) -> None:
    case.fails_with = [RuntimeError("the model is broken")]
    await case.serve(retry=RetryPolicy(in_place_seconds=(), round_seconds=(60.0,)))
    asset = an_asset()
    await case.bench.publish(*[AssetIngested(work=Work(asset_id=f"bad-{number}")) for number in range(60)])
    assert case.state.streams is not None
    breaker = case.state.streams.breakers[GROUP]
    await eventually(lambda: breaker.is_open)
    await case.ingested(asset)
    answer, reason = await case.until(asset, "breaker_open")
    assert reason.advice == f"framewell dlq resume {GROUP}"
    assert answer.verdict == AssetVerdict.ASSET_VERDICT_STUCK
    paused = [one for one in answer.reasons if one.kind == "paused"]
    assert paused
    assert "breaker open" in paused[0].sentence


async def test_a_busy_stage_is_told_as_a_paused_partition(case: Case) -> None:
    case.fails_with = [Busy("the object store is full", retry_after=30)]
    await case.serve()
    asset = an_asset()
    await case.ingested(asset)
    _, reason = await case.until(asset, "paused")
    assert "the object store is full" in reason.sentence
    assert "It goes on in" in reason.sentence


@asynccontextmanager
async def second_replica(case: Case, address: str) -> AsyncIterator[tuple[str, ProcessState]]:
    """Another process of transcode, as far as the gateway can tell, listening there; and where that is."""
    state = ProcessState("transcode", Health("transcode"), TelemetryControl(), process="second:2")
    state.work = case.state.work
    server = RpcServer(address, [operations(state)], Admission())
    port = await server.start()
    try:
        yield f"{address.rpartition(':')[0]}:{port}", state
    finally:
        await server.stop(0)


async def test_of_two_replicas_each_is_asked_and_the_one_that_paused_the_partition_is_named(
    case: Case,
) -> None:
    """The partitions of the group are shared between them, so one of them alone could not tell."""
    case.fails_with = [Busy("the object store is full", retry_after=60)]
    case.state.process = "first:1"
    async with second_replica(case, "127.0.0.1:0") as (there, second):
        case.addresses["transcode"] += f",{there}"
        await case.serve()
        await case.serve(second)
        assets = [an_asset() for _ in range(12)]  # of three partitions, so each has some
        for asset in assets:
            await case.ingested(asset)
        named: set[str] = set()
        for asset in assets:
            _, reason = await case.until(asset, "paused")
            assert "the object store is full" in reason.sentence
            named.update(name for name in ("first:1", "second:2") if f"in {name} (" in reason.sentence)
        assert named == {"first:1", "second:2"}
    answer = await case.explain(assets[0])
    assert f"what transcode at {there} has paused is not known: it does not answer" in answer.incomplete
    (silent,) = [one for one in answer.reasons if one.kind == "replica_away"]
    assert silent.sentence.startswith("One of 2 replicas of transcode is away: ")


async def test_every_host_that_a_name_stands_for_is_asked(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    case.state.process = "first:1"
    port = int(case.addresses["transcode"].rpartition(":")[2])
    hosts = ["127.0.0.1", "127.0.0.2"]

    async def looked_up(name: str, port: int, **_: Any) -> list[Any]:
        if name != "transcode.mesh":
            raise socket.gaierror(f"{name} is not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port)) for host in hosts]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", looked_up)
    async with second_replica(case, f"127.0.0.2:{port}"):
        case.addresses["transcode"] = f"transcode.mesh:{port}"
        case.addresses["training"] = "training.mesh:1"
        asset = an_asset()
        await case.ingested(asset)
        answer, _ = await case.until(asset, "record")
        works = {work.service: work for work in answer.services}
        assert [one.process for one in works["transcode"].replicas] == ["first:1", "second:2"]
        assert "training.mesh is not known" in works["training"].away
        hosts.remove("127.0.0.2")  # scaled in: a replica that is gone is not missed
        answer = await case.explain(asset)
        works = {work.service: work for work in answer.services}
        assert [one.process for one in works["transcode"].replicas] == ["first:1"]


async def test_a_job_that_waits_is_told_with_its_attempt_and_next_try(case: Case) -> None:
    asset = an_asset()
    cause = Cause("c", "/test", "t", SystemClock().now(), subject=asset)
    await case.jobs.put("plan", asset, {}, cause=cause)
    claimed = await case.jobs.claim("plan", "w", 30)
    assert claimed is not None
    await case.jobs.give_back(claimed, seconds=90, reason="the demuxer timed out", failed=True)
    await case.serve()
    case.fails_with = [Busy("later", retry_after=30)]
    await case.ingested(asset)
    _, reason = await case.until(asset, "job")
    assert reason.sentence.startswith("The job plan of transcode is tried again in")
    assert "attempt 2" in reason.sentence
    assert "the demuxer timed out" in reason.sentence


async def test_a_search_that_is_cut_says_so(case: Case) -> None:
    asset = an_asset()
    await case.bench.publish(*[AssetIngested(work=Work(asset_id=f"other-{number}")) for number in range(40)])
    search = KafkaSearch(case.admin, case.bench.prefix, most_records=10)
    where = await search.search(asset, None)
    assert where.cut == ["looked at 10 of the 40 records that groups have not handled"]


async def test_an_asset_nobody_knows_is_not_found(case: Case) -> None:
    with pytest.raises(NotFound, match="framewell assets"):
        await case.explain(an_asset())


async def test_the_broker_being_away_is_part_of_the_answer(case: Case) -> None:
    asset = an_asset()
    nobody = KeptAdmin(BrokerAccess(f"127.0.0.1:{free_ports(1)[0]}"))
    search = KafkaSearch(nobody, case.bench.prefix)
    with pytest.raises(Away) as away:
        await search.search(asset, None)
    assert away.value.service == "the broker"
    assert away.value.detail == f"{search.access.servers} does not answer: nothing listens there"
