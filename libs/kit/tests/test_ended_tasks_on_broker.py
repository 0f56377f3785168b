"""Tasks inside the client library that met what they do not expect: whoever needs them gets new ones."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiokafka.errors import KafkaTimeoutError, NodeNotReadyError

from framewell.asset.v1.asset_pb2 import AssetRejected
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.media.v1.media_pb2 import Work
from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell.model.v1.model_pb2 import ModelPromoted, ModelRetired
from framewell_contracts.cloudevents import Record
from framewell_contracts.fact_types import fact_type
from framewell_kit.clock import SystemClock
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Busy
from framewell_kit.stream import Broadcast, Publisher, Stage
from framewell_kit.stream.timing import StreamTiming
from framewell_kit.testing.streams import StreamBench
from framewell_kit.testing.waiting import eventually

pytestmark = pytest.mark.integration

GROUP = "ingest.accept_request"
REJECTED = fact_type(AssetRejected).type


@pytest.fixture
async def bench(broker: str) -> AsyncIterator[StreamBench]:
    async with StreamBench(broker) as bench:
        await bench.declare(IngestRequested, AssetRejected, ModelPromoted, ModelRetired, groups=[GROUP])
        yield bench


def broken(part: Any, method: str) -> None:
    """From now on the method raises what nobody expects."""

    def fail(*_: Any, **__: Any) -> Any:
        raise RuntimeError("nobody expects this")

    setattr(part, method, fail)


def end_fetching(consumer: Any) -> None:
    broken(consumer._fetcher, "_get_actions_per_node")


def end_coordination(consumer: Any) -> None:
    broken(consumer._coordinator, "ensure_coordinator_known")
    consumer._coordinator.request_rejoin()


def end_heartbeats(consumer: Any) -> None:
    broken(consumer._coordinator, "_do_heartbeat")


def end_looking_up_commits(consumer: Any) -> None:
    broken(consumer._coordinator, "_maybe_refresh_commit_offsets")
    consumer._subscription.subscription.assignment.commit_refresh_needed.set()


def end_metadata(client: Any) -> None:
    broken(client, "_metadata_update")
    client.force_metadata_update()


def end_metadata_while_the_coordinator_is_sought(consumer: Any) -> None:
    """Whoever seeks it waits for metadata that never come, also when the consumer is to stop."""

    async def look_up(*_: Any) -> Any:
        raise NodeNotReadyError

    end_metadata(consumer._client)
    consumer._client.coordinator_lookup = look_up
    consumer._coordinator.coordinator_dead()


@pytest.mark.parametrize(
    "end",
    [
        end_fetching,
        end_coordination,
        end_heartbeats,
        end_looking_up_commits,
        pytest.param(lambda consumer: end_metadata(consumer._client), id="end_metadata"),
        end_metadata_while_the_coordinator_is_sought,
    ],
)
async def test_a_consumer_that_will_not_read_any_more_is_replaced(
    bench: StreamBench, end: Callable[[Any], None]
) -> None:
    bench.timing = StreamTiming(consumer_stop=1)
    seen: list[str] = []

    async def handler(fact: IngestRequested, cause: Cause) -> list[AssetRejected]:
        seen.append(fact.asset_id)
        return [AssetRejected(work=Work(asset_id=fact.asset_id))]

    runtime = await bench.run(Stage(GROUP, handler), member="0")
    await bench.publish(IngestRequested(asset_id="before"))
    await eventually(lambda: seen == ["before"])
    consumer = runtime.consumers[0].subscriber.consumer
    end(consumer)
    await eventually(lambda: runtime.consumers[0].subscriber.consumer not in (consumer, None))
    await bench.publish(IngestRequested(asset_id="after"))
    await eventually(lambda: "after" in seen)
    await eventually(lambda: not runtime.unready())


def promoted(name: str) -> ModelPromoted:
    return ModelPromoted(model=ModelVersion(name=name, version="1"))


async def test_a_consumer_without_a_group_that_ended_reads_again_from_the_beginning(
    bench: StreamBench,
) -> None:
    seen: list[str] = []

    async def handler(fact: ModelPromoted, cause: Cause) -> list[Any]:
        seen.append(fact.model.name)
        return []

    runtime = await bench.run(Broadcast("inference.follow_models", handler))
    await bench.publish(promoted("a"))
    await eventually(lambda: seen == ["a"])
    end_fetching(runtime.broadcasts[0].subscriber.consumer)
    await bench.publish(promoted("b"))
    await eventually(lambda: "b" in seen)
    assert set(seen) == {"a", "b"}
    await eventually(lambda: not runtime.unready())


async def test_a_broadcast_is_read_on_after_a_cancellation_that_its_handler_met(bench: StreamBench) -> None:
    seen: list[str] = []

    async def handler(fact: ModelPromoted, cause: Cause) -> list[Any]:
        seen.append(fact.model.name)
        if seen == ["a"]:
            gone = asyncio.get_running_loop().create_future()
            gone.cancel()
            await gone
        return []

    await bench.run(Broadcast("inference.follow_models", handler))
    await bench.publish(promoted("a"))
    await eventually(lambda: seen == ["a", "a"])
    await bench.publish(promoted("b"))
    await eventually(lambda: seen == ["a", "a", "b"])


async def test_a_producer_that_fails_whatever_it_is_given_is_replaced(bench: StreamBench) -> None:
    producer = bench.publisher._producer
    broken(producer._sender, "_send_produce_req")
    with pytest.raises(Busy):
        await bench.publish(AssetRejected(work=Work(asset_id="a"), detail="lost with it"))
    await bench.publish(AssetRejected(work=Work(asset_id="a"), detail="after"))
    assert bench.publisher._producer is not producer
    assert [event.message.detail for event in await bench.events(REJECTED)] == ["after"]


async def test_a_producer_that_would_let_its_callers_wait_for_ever_is_replaced(bench: StreamBench) -> None:
    producer = bench.publisher._producer
    end_metadata(producer.client)
    await eventually(lambda: bench.publisher._producer is not producer)
    await bench.publish(AssetRejected(work=Work(asset_id="a")))
    assert len(await bench.events(REJECTED)) == 1


async def test_whoever_waits_for_the_metadata_of_such_a_producer_is_told(
    bench: StreamBench,
) -> None:
    publisher = Publisher(
        bench.access, source="/test", clock=SystemClock(), prefix=bench.prefix, timing=StreamTiming(answer=1)
    )
    await publisher.start()
    end_metadata(publisher._producer.client)
    with pytest.raises(KafkaTimeoutError, match="how many partitions"):
        await publisher.send(Record(REJECTED, b"a", b"", []))
    await publisher.stop()
