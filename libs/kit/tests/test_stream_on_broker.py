"""What the stream runtime promises, on the real broker."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from aiokafka.client import AIOKafkaClient
from aiokafka.protocol.fetch import FetchRequest

from framewell.asset.v1.asset_pb2 import AssetRejected
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.media.v1.media_pb2 import Work
from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell.model.v1.model_pb2 import ModelPromoted, ModelRetired
from framewell_contracts.fact_types import fact_type
from framewell_contracts.identity import asset_id
from framewell_contracts.sentences import Sentence, say
from framewell_kafka import retry_headers
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Busy, NotYet, Rejected
from framewell_kit.stream import Broadcast, RetryPolicy, Stage
from framewell_kit.stream.consumer.start import LongPollConsumer
from framewell_kit.testing.streams import StreamBench, a_cause
from framewell_kit.testing.waiting import eventually

pytestmark = pytest.mark.integration

GROUP = "ingest.accept_request"
REQUESTED = fact_type(IngestRequested).type
REJECTED = fact_type(AssetRejected).type
DEAD_LETTERS = f"{GROUP}.dead-letter"
QUICK = RetryPolicy(in_place_seconds=(0.01, 0.02), round_seconds=(0.2,))


class Echo:
    """A handler that answers every request with one fact and remembers what it saw."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.causes: dict[str, Cause] = {}
        self.outcomes: dict[str, list[Exception]] = defaultdict(list)

    async def __call__(self, fact: IngestRequested, cause: Cause) -> Sequence[AssetRejected]:
        self.seen.append(fact.asset_id)
        self.causes[fact.asset_id] = cause
        if self.outcomes[fact.asset_id]:
            raise self.outcomes[fact.asset_id].pop(0)
        return [AssetRejected(work=Work(asset_id=fact.asset_id), uri=fact.uri)]


@pytest.fixture
async def bench(broker: str):
    async with StreamBench(broker) as bench:
        await bench.declare(IngestRequested, AssetRejected, ModelPromoted, ModelRetired, groups=[GROUP])
        yield bench


async def test_every_fact_is_answered_once_and_its_offset_committed(bench: StreamBench) -> None:
    echo = Echo()
    await bench.publish(*[IngestRequested(asset_id=f"a{i}", uri="file:///x") for i in range(1000)])
    runtime = await bench.run(Stage(GROUP, echo))
    await eventually(lambda: len(set(echo.seen)) == 1000)
    await bench.stop(runtime)
    answers = await bench.events(REJECTED)
    assert sorted(event.message.work.asset_id for event in answers) == sorted(f"a{i}" for i in range(1000))
    assert await bench.committed(GROUP, REQUESTED) == 1000


async def test_the_same_record_twice_makes_the_same_ids(bench: StreamBench) -> None:
    cause, fact = a_cause(), IngestRequested(asset_id="a", uri="file:///x")
    await bench.publish(fact, cause=cause)
    await bench.publish(fact, cause=cause)
    echo = Echo()
    runtime = await bench.run(Stage(GROUP, echo))
    await eventually(lambda: len(echo.seen) == 2)
    await bench.stop(runtime)
    assert len({event.envelope.id for event in await bench.events(REJECTED)}) == 1


async def test_a_handler_is_told_the_asset_whatever_the_sender_left_out(bench: StreamBench) -> None:
    await bench.publish(IngestRequested(uri="file:///x"), cause=a_cause("c"))
    echo = Echo()
    await bench.run(Stage(GROUP, echo))
    await eventually(lambda: echo.seen == [""])
    cause = echo.causes[""]
    assert cause.subject == asset_id(cause.source, cause.id)


async def test_records_of_one_key_are_handled_in_order(bench: StreamBench) -> None:
    order: dict[str, list[str]] = defaultdict(list)

    async def slow_on_some(fact: IngestRequested, cause: Cause) -> list[AssetRejected]:
        await asyncio.sleep(0.005 if int(fact.uri[-4:]) % 3 == 0 else 0)
        order[fact.asset_id].append(fact.uri)
        return []

    await bench.publish(*[IngestRequested(asset_id=f"a{n % 20}", uri=f"file:///{n:04}") for n in range(600)])
    await bench.run(Stage(GROUP, slow_on_some))
    await eventually(lambda: sum(map(len, order.values())) == 600)
    assert all(uris == sorted(uris) for uris in order.values())


async def test_poison_goes_to_the_dead_letters_with_a_reason_and_its_neighbours_pass(
    bench: StreamBench,
) -> None:
    await bench.write(REQUESTED, b"\xff\xfe", [("ce_id", b"1")])
    await bench.write(REQUESTED, b"{}", [("x", b"\xff\xfe")])
    await bench.publish(IngestRequested(asset_id="good"))
    echo = Echo()
    runtime = await bench.run(Stage(GROUP, echo))
    await eventually(lambda: "good" in echo.seen)
    await bench.stop(runtime)
    dead_letters = [retry_headers.read(record.headers) for record in await bench.records(DEAD_LETTERS)]
    assert {dead_letter.code for dead_letter in dead_letters if dead_letter} == {"no_cloudevent"}
    assert len(dead_letters) == 2
    assert await bench.committed(GROUP, REQUESTED) == 3


async def test_a_rejected_fact_is_given_up_loudly(bench: StreamBench) -> None:
    echo = Echo()
    echo.outcomes["a"] = [Rejected("the uri is nonsense", code="forbidden")]
    stage = Stage(
        GROUP, echo,
        gave_up=lambda fact, reason: [
            AssetRejected(work=Work(asset_id=fact.asset_id), code=reason.code, detail=reason)
        ],
    )  # fmt: skip
    await bench.publish(IngestRequested(asset_id="a"), IngestRequested(asset_id="b"))
    runtime = await bench.run(stage)
    await eventually(lambda: len(echo.seen) == 2)
    await bench.stop(runtime)
    answers = {event.message.work.asset_id: event.message for event in await bench.events(REJECTED)}
    assert answers["a"].code == "forbidden"
    assert answers["a"].detail == "the uri is nonsense"
    assert len(await bench.records(DEAD_LETTERS)) == 1
    assert echo.seen.count("a") == 1


async def test_a_bug_is_tried_in_place_then_later_then_given_up_with_its_traceback(
    bench: StreamBench,
) -> None:
    echo = Echo()
    echo.outcomes["a"] = [KeyError("a bug")] * 20
    await bench.publish(IngestRequested(asset_id="a"))
    await bench.run(Stage(GROUP, echo, retry=QUICK))
    await eventually(lambda: bench.records(DEAD_LETTERS))
    (dead_letter,) = await bench.records(DEAD_LETTERS)
    note = retry_headers.read(dead_letter.headers)
    assert note is not None
    assert (note.code, note.attempt, note.origin_topic) == ("failed", 2, REQUESTED)
    assert "KeyError" in note.reason
    assert "test_stream_on_broker.py" in note.traceback
    assert len(echo.seen) == 6  # 3 in place, and the same after one round


async def test_not_yet_is_overtaken_and_succeeds_later(bench: StreamBench) -> None:
    echo = Echo()
    echo.outcomes["early"] = [NotYet("asset unknown here", retry_after=0.2)] * 2
    await bench.publish(IngestRequested(asset_id="early"), IngestRequested(asset_id="next"))
    runtime = await bench.run(Stage(GROUP, echo))
    await eventually(lambda: echo.seen.count("early") == 3)
    await bench.stop(runtime)
    assert echo.seen.index("next") < len(echo.seen) - 1
    assert echo.causes["early"].attempt == 3
    assert {e.message.work.asset_id for e in await bench.events(REJECTED)} == {"early", "next"}
    assert await bench.records(DEAD_LETTERS) == []


async def test_not_yet_ends_when_it_waited_in_vain(bench: StreamBench) -> None:
    echo = Echo()
    unknown = say("asset_unknown.here", "asset {asset_id} unknown here", asset_id="never")
    echo.outcomes["never"] = [NotYet(unknown, retry_after=0.05)] * 100
    await bench.publish(IngestRequested(asset_id="never"))
    await bench.run(Stage(GROUP, echo, retry=RetryPolicy(not_yet_limit_seconds=0.5)))
    await eventually(lambda: bench.records(DEAD_LETTERS))
    (dead_letter,) = await bench.records(DEAD_LETTERS)
    note = retry_headers.read(dead_letter.headers)
    assert note is not None
    assert note.code == "waited_in_vain"
    assert "in vain: asset never unknown here" in note.reason
    assert isinstance(note.reason, Sentence)
    assert (note.reason.code, note.reason.params["why-template"], note.reason.params["why-asset_id"]) == (
        "waited_in_vain", "asset_unknown.here", "never",
    )  # fmt: skip


async def test_busy_pauses_its_partition_loses_nothing_and_goes_on_by_itself(bench: StreamBench) -> None:
    echo = Echo()
    echo.outcomes["a3"] = [Busy("the database is away", retry_after=0.3)] * 3
    await bench.publish(*[IngestRequested(asset_id=f"a{i}") for i in range(30)])
    runtime = await bench.run(Stage(GROUP, echo))
    await eventually(lambda: runtime.waiting() == [f"{GROUP}: the database is away"])
    await eventually(lambda: echo.seen.count("a3") == 4)
    await eventually(lambda: set(echo.seen) == {f"a{i}" for i in range(30)})
    assert runtime.waiting() == []
    await bench.stop(runtime)
    answers = [event.message.work.asset_id for event in await bench.events(REJECTED)]
    assert sorted(answers) == sorted(f"a{i}" for i in range(30))  # what had finished was not done again
    assert await bench.committed(GROUP, REQUESTED) == 30


async def test_a_drain_finishes_what_is_under_way_and_loses_nothing(bench: StreamBench) -> None:
    handled: list[str] = []

    async def slow(fact: IngestRequested, cause: Cause) -> list[AssetRejected]:
        await asyncio.sleep(0.01)
        handled.append(fact.asset_id)
        return [AssetRejected(work=Work(asset_id=fact.asset_id))]

    await bench.publish(*[IngestRequested(asset_id=f"a{i}") for i in range(400)])
    for _ in range(2):
        runtime = await bench.run(Stage(GROUP, slow, concurrency=4))
        before = len(handled)
        await eventually(lambda before=before: len(handled) > before + 20)
        await bench.stop(runtime)
        assert await bench.committed(GROUP, REQUESTED) <= len(set(handled))
    await bench.run(Stage(GROUP, slow))
    await eventually(lambda: len(set(handled)) == 400)
    assert len(handled) == 400  # no record was begun and thrown away


async def test_a_broadcast_is_ready_only_when_it_has_read_everything(bench: StreamBench) -> None:
    models = [ModelPromoted(model=ModelVersion(name=f"m{i}", version="1"), revision=i) for i in range(20)]
    await bench.publish(*models)
    known: list[str] = []

    async def remember(fact: ModelPromoted, cause: Cause) -> list[AssetRejected]:
        await asyncio.sleep(0.01)
        known.append(fact.model.name)
        return []

    await bench.run(Broadcast("inference.follow_models", remember))
    assert known == [f"m{i}" for i in range(20)]
    await bench.publish(ModelPromoted(model=ModelVersion(name="new", version="2")))
    await eventually(lambda: known[-1] == "new")


async def test_faststream_builds_the_consumers_we_tell_it_to(bench: StreamBench) -> None:
    """It does not promise `broker.config.broker_config.builder`: when this fails, look there first."""
    runtime = await bench.run(Stage(GROUP, Echo()))
    assert isinstance(runtime.consumers[0].subscriber.consumer, LongPollConsumer)


async def test_an_idle_stage_asks_less_often_and_still_gets_a_record_at_once(
    bench: StreamBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broker may keep its fetch for longer than this test lasts; a record ends the waiting."""
    waits: list[int] = []
    send = AIOKafkaClient.send

    async def noted(client: Any, node: Any, request: Any, **options: Any) -> Any:
        if isinstance(request, FetchRequest):
            waits.append(request._max_wait_ms)
        return await send(client, node, request, **options)

    monkeypatch.setattr(AIOKafkaClient, "send", noted)
    bench.timing = replace(bench.timing, idle_after=0.2, idle_poll_ms=100, idle_fetch_wait_ms=600_000)
    echo = Echo()
    await bench.run(Stage(GROUP, echo))
    await eventually(lambda: waits and waits[-1] == 600_000)
    for name in ("first", "second"):
        await bench.publish(IngestRequested(asset_id=name, uri="file:///x"))
        await eventually(lambda name=name: name in echo.seen)
    assert 500 in waits[waits.index(600_000) :], "it is busy again, and the broker answers soon"
    await eventually(lambda: waits[-1] == 600_000)
