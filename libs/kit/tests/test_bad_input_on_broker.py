"""Whatever lies in a topic: every record has an outcome, no stage stops, no neighbour is lost.

Each case is written between two good records of the same partition by another client library than ours, as
an outsider would; afterwards both neighbours are handled, the bad one is where it belongs, and everything
is committed.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any
from unittest import mock

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy
from confluent_kafka import Producer

from framewell.asset.v1.asset_pb2 import AssetRejected
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.media.v1.media_pb2 import Work
from framewell_contracts.cloudevents import Envelope, encode
from framewell_contracts.fact_types import fact_type, facts_read
from framewell_contracts.identity import asset_id
from framewell_contracts.topics import MAX_EVENT_BYTES, dead_letter_topic
from framewell_contracts.unreadable import Unreadable
from framewell_kafka import retry_headers
from framewell_kafka.aiokafka_compat.batch_decoding import REASON_HEADER
from framewell_kafka.dead_letters import ActionCounts, DeadLetterStore, RateLimit, Selection
from framewell_kit.clock import SystemClock
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Busy, Rejected
from framewell_kit.stream import Publisher, Stage
from framewell_kit.stream.consumer import processor
from framewell_kit.stream.timing import StreamTiming
from framewell_kit.testing.streams import StreamBench, a_cause
from framewell_kit.testing.waiting import eventually

pytestmark = pytest.mark.integration

GROUP = "ingest.accept_request"
TOPIC = fact_type(IngestRequested).type
DEAD_LETTERS = dead_letter_topic(GROUP)
OTHER_GROUP = "gateway.record_event"
Headers = list[tuple[str, bytes | None]]


class Seen:
    """A handler that remembers which assets it was asked for."""

    def __init__(self) -> None:
        self.assets: list[str] = []

    async def __call__(self, fact: IngestRequested, cause: Cause) -> Sequence[AssetRejected]:
        if isinstance(fact, IngestRequested):
            self.assets.append(fact.asset_id)
        return []


class NotTaken(Exception):
    """The broker did not take a record."""


class Outsider:
    """Writes to one partition with librdkafka."""

    def __init__(self, bench: StreamBench, **options: Any) -> None:
        self._topic = bench.prefix + TOPIC
        self.producer = Producer(
            {"bootstrap.servers": bench.kafka, "message.max.bytes": 200 << 20, **options}
        )

    def write(self, value: bytes | None, headers: Headers, key: bytes | None = b"k", **more: Any) -> None:
        """Write one record and wait for it; NotTaken when the broker refuses it."""
        taken: list[bool] = []
        more["on_delivery"] = lambda error, _: taken.append(error is None)
        self.producer.produce(self._topic, value, key, headers=headers, **{"partition": 0, **more})
        self.producer.flush(30)
        if taken != [True]:
            raise NotTaken

    def good(self, asset: str, **more: Any) -> None:
        """Write a request as it should be."""
        value, headers = good(asset)
        self.write(value, headers, **more)


def good(asset: str, **changed: bytes | None) -> tuple[bytes, Headers]:
    """Value and headers of a request, with some headers changed or (None) left out."""
    cause = a_cause(f"event-{asset}")
    envelope = Envelope(cause.id, cause.source, TOPIC, cause.time, asset)
    record = encode(envelope, IngestRequested(asset_id=asset, uri="file:///x"))
    kept = dict(record.headers) | changed
    return record.value, [(name, content) for name, content in kept.items() if content is not None]


@pytest.fixture
async def bench(broker: str):
    async with StreamBench(broker) as bench:
        await bench.declare(IngestRequested, AssetRejected, groups=[GROUP])
        yield bench


async def outcome(
    bench: StreamBench, write: Callable[[Outsider], object], *, markers: int = 0
) -> tuple[Seen, list[str]]:
    """What the handler saw and the codes of the dead letters, with a good record on either side."""
    outsider, seen = Outsider(bench), Seen()
    await asyncio.to_thread(outsider.good, "before")
    await asyncio.to_thread(write, outsider)
    await asyncio.to_thread(outsider.good, "after")
    runtime = await bench.run(Stage(GROUP, seen))
    await eventually(lambda: "after" in seen.assets)
    await bench.stop(runtime)
    assert "before" in seen.assets
    # The marker of a transaction that ended last may stand behind the last record.
    assert await end(bench) - await bench.committed(GROUP, TOPIC) <= markers, "everything is committed"
    dead_letters = [retry_headers.read(record.headers) for record in await bench.records(DEAD_LETTERS)]
    return seen, [dead_letter.code for dead_letter in dead_letters if dead_letter is not None]


async def end(bench: StreamBench) -> int:
    async with AIOKafkaConsumer(bootstrap_servers=bench.kafka) as consumer:
        partition = TopicPartition(bench.prefix + TOPIC, 0)
        return int((await consumer.end_offsets([partition]))[partition])


JSON = {"content-type": b"application/json"}
GIVEN_UP: dict[str, tuple[bytes | None, Headers, str]] = {
    "bytes that are no protobuf": (b"\xff\xff\xff", good("x")[1], "not_protobuf"),
    "bytes that are no JSON": (b"{", good("x", **JSON)[1], "bad_json"),
    "JSON of wrong types": (json.dumps({"asset_id": [1]}).encode(), good("x", **JSON)[1], "bad_json"),
    "JSON that is no object": (b"[1]", good("x", **JSON)[1], "bad_json"),
    "a fact of another topic": (b"", good("x", ce_type=b"framewell.asset.rejected.v1")[1], "wrong_topic"),
    "no headers": (b"anything", [], "no_cloudevent"),
    "an id that is missing": (good("x")[0], good("x", ce_id=None)[1], "no_cloudevent"),
    "an id that is null": (good("x")[0], [*good("x", ce_id=None)[1], ("ce_id", None)], "no_cloudevent"),
    "a header that is not UTF-8": (good("x")[0], good("x", ce_subject=b"\xff\xfe")[1], "bad_header"),
    "a time that is none": (good("x")[0], good("x", ce_time=b"yesterday")[1], "bad_time"),
    "no value": (None, good("x")[1], "empty"),
    "a content type nobody knows": (b"<x/>", good("x", **{"content-type": b"text/xml"})[1], "content_type"),
    "a version of tomorrow": (b"", good("x", ce_type=b"framewell.ingest.requested.v2")[1], "unknown_type"),
    "CloudEvents of tomorrow": (good("x")[0], good("x", ce_specversion=b"2.0")[1], "bad_version"),
    "nonsense with 20,000 headers": (b"\xff", [(f"h{n}", b"x") for n in range(20_000)], "no_cloudevent"),
    "nonsense with a header of 900 KB": (b"\xff", [("h", b"x" * 900_000)], "no_cloudevent"),
}


@pytest.mark.parametrize("case", GIVEN_UP)
async def test_what_cannot_be_read_is_a_dead_letter(bench: StreamBench, case: str) -> None:
    value, headers, code = GIVEN_UP[case]
    seen, codes = await outcome(bench, lambda outsider: outsider.write(value, headers))
    assert seen.assets == ["before", "after"]
    assert codes == [code]


async def test_one_wrong_record_is_one_dead_letter_however_many_groups_read_it(broker: str) -> None:
    """Both groups read the request; the first in the table keeps it, and a replay is for both."""
    async with StreamBench(broker) as bench:
        await bench.declare(*(fact.message for fact in facts_read(OTHER_GROUP)), groups=[GROUP, OTHER_GROUP])
        outsider, seen, seen_by_other, answered = Outsider(bench), Seen(), Seen(), []

        async def refuse(fact: IngestRequested, cause: Cause, refusal: Rejected) -> Sequence[AssetRejected]:
            answered.append((cause.id, cause.source, refusal.code))
            return [AssetRejected(work=Work(asset_id=cause.subject), code=refusal.code)]

        request = {"specversion": "1.0", "id": "e7", "source": "/p", "type": TOPIC, "data": {"colour": 1}}
        await asyncio.to_thread(outsider.write, json.dumps(request).encode(), [])
        await asyncio.to_thread(outsider.write, b"no event at all", [])
        await asyncio.to_thread(outsider.good, "after")
        runtime = await bench.run(
            Stage(GROUP, seen, refuse=refuse), Stage(OTHER_GROUP, seen_by_other, refuse=refuse)
        )
        await eventually(lambda: "after" in seen.assets and "after" in seen_by_other.assets)
        await bench.stop(runtime)
        assert seen.assets == seen_by_other.assets == ["after"]
        kept = [retry_headers.read(record.headers) for record in await bench.records(DEAD_LETTERS)]
        assert [one.code for one in kept if one] == ["bad_json", "no_cloudevent"]
        assert await bench.records(dead_letter_topic(OTHER_GROUP)) == []
        assert await bench.committed(OTHER_GROUP, TOPIC) == 3, "what it skipped is over"
        assert answered == [("e7", "/p", "bad_json")]
        (rejected,) = await bench.events(fact_type(AssetRejected).type)
        assert rejected.message.work.asset_id == asset_id("/p", "e7")


async def test_a_replay_is_for_every_group_once_the_record_can_be_read_and_twice_is_once(broker: str) -> None:
    """An update has taught the mesh to read what it could not: here the code that reads fails until then."""
    async with StreamBench(broker) as bench:
        await bench.declare(*(fact.message for fact in facts_read(OTHER_GROUP)), groups=[GROUP, OTHER_GROUP])
        outsider, seen, seen_by_other = Outsider(bench), Seen(), Seen()
        stages = [Stage(GROUP, seen), Stage(OTHER_GROUP, seen_by_other)]
        with mock.patch.object(processor, "decode", side_effect=Unreadable("a field of tomorrow")):
            await asyncio.to_thread(outsider.good, "tomorrow")
            runtime = await bench.run(*stages)
            await eventually(lambda: is_behind_us(bench, OTHER_GROUP))
            await eventually(lambda: is_behind_us(bench, GROUP))
            await bench.stop(runtime)
        assert (seen.assets, seen_by_other.assets) == ([], [])
        await bench.run(*stages)
        sent = []
        for _ in range(2):
            counts, chosen = ActionCounts(), Selection((GROUP, OTHER_GROUP))
            async with DeadLetterStore(bench.access, (GROUP, OTHER_GROUP), prefix=bench.prefix) as store:
                await store.replay(chosen, by="anna", rate_limit=RateLimit(), counts=counts)
            sent.append(counts.done)
        await eventually(lambda: seen.assets and seen_by_other.assets)
        await eventually(lambda: is_behind_us(bench, GROUP, 2))
        assert sent == [1, 0]
        assert seen.assets == seen_by_other.assets == ["tomorrow"]


async def is_behind_us(bench: StreamBench, group: str, records: int = 1) -> bool:
    return await bench.committed(group, TOPIC) == records


HANDLED: dict[str, Callable[[Outsider], object]] = {
    "no key": lambda o: o.write(*good("odd"), key=None),
    "20,000 more headers": lambda o: o.write(good("odd")[0], good("odd")[1] + [("h", b"x")] * 20_000),
    "a header of 900 KB": lambda o: o.write(good("odd")[0], [*good("odd")[1], ("h", b"x" * 900_000)]),
    "a foreign header that is null": lambda o: o.write(good("odd")[0], [*good("odd")[1], ("h", None)]),
    "a foreign header that is not UTF-8": lambda o: o.write(
        good("odd")[0], [*good("odd")[1], ("h", b"\xff")]
    ),
    "fields of tomorrow": lambda o: o.write(good("odd")[0] + b"\xfa\x3e\x03new", good("odd")[1]),
    "a timestamp of 1970": lambda o: o.write(*good("odd"), timestamp=1),
    "no time of its own, written in 1970": lambda o: o.write(
        good("odd")[0], good("odd", ce_time=None)[1], timestamp=1
    ),
}


@pytest.mark.parametrize("case", HANDLED)
async def test_what_is_odd_but_readable_is_handled(bench: StreamBench, case: str) -> None:
    seen, codes = await outcome(bench, HANDLED[case])
    assert sorted(seen.assets) == ["after", "before", "odd"]
    assert codes == []


@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd"])
async def test_compressed_batches_are_read(bench: StreamBench, codec: str) -> None:
    def write(_: Outsider) -> None:
        compressing = Outsider(bench, **{"compression.type": codec, "linger.ms": 50})
        for n in range(50):
            value, headers = good(f"c{n}")
            compressing.producer.produce(bench.prefix + TOPIC, value, b"k", partition=0, headers=headers)
        compressing.producer.flush(30)

    seen, codes = await outcome(bench, write)
    assert len(seen.assets) == 52
    assert codes == []


async def test_a_value_that_was_small_only_compressed_is_given_up_without_its_content(
    bench: StreamBench,
) -> None:
    """A batch of 40 MB of zeros is 40 KB for the broker; no dead dead_letter can hold what it was."""

    def write(_: Outsider) -> None:
        Outsider(bench, **{"compression.type": "zstd"}).write(bytes(40 << 20), good("x")[1])

    seen, codes = await outcome(bench, write)
    assert seen.assets == ["before", "after"]
    assert codes == ["too_large"]
    (dead_letter,) = await bench.records(DEAD_LETTERS)
    assert not dead_letter.value
    parked = retry_headers.read(dead_letter.headers)
    assert parked is not None
    assert parked.left_out_bytes > 40 << 20
    assert f"{TOPIC}/0@1" in parked.reason


async def test_a_batch_that_expands_beyond_measure_is_one_dead_letter(bench: StreamBench) -> None:
    """The broker takes 80 MB of zeros for the 80 KB that they are; a gigabyte would end the process."""

    def write(_: Outsider) -> None:
        Outsider(bench, **{"compression.type": "zstd"}).write(bytes(80 << 20), good("x")[1])

    seen, codes = await outcome(bench, write)
    assert seen.assets == ["before", "after"]
    assert codes == ["no_cloudevent"]
    (dead_letter,) = await bench.records(DEAD_LETTERS)
    headers = dict(retry_headers.original_headers(dead_letter.headers))
    assert f"{TOPIC}/0@1-1: it expands to more than 64 MiB".encode() in headers[REASON_HEADER]


async def test_aborted_transactions_never_happened_and_committed_ones_did(bench: StreamBench) -> None:
    def write(_: Outsider) -> None:
        transactional = Outsider(bench, **{"transactional.id": bench.prefix + "outsider"})
        producer = transactional.producer
        producer.init_transactions(30)
        for asset, ends_well in (("aborted", False), ("committed", True), ("aborted too", False)):
            producer.begin_transaction()
            transactional.good(asset)
            if ends_well:
                producer.commit_transaction(30)
            else:
                producer.abort_transaction(30)

    seen, codes = await outcome(bench, write, markers=1)
    assert seen.assets == ["before", "committed", "after"]
    assert codes == []


async def test_a_message_of_100_mb_is_refused_where_it_is_sent(bench: StreamBench) -> None:
    big = IngestRequested(asset_id="a", uri="x" * (100 << 20))
    with pytest.raises(Rejected, match=r"too large for its topic.*put it into an object"):
        await bench.publish(big)

    def write(_: Outsider) -> None:
        value, headers = good("x")
        for size in (MAX_EVENT_BYTES + 1, 100 << 20):
            with pytest.raises(NotTaken):
                Outsider(bench, **{"message.timeout.ms": 5000}).write(value + bytes(size), headers)

    seen, codes = await outcome(bench, write)
    assert seen.assets == ["before", "after"]
    assert codes == []


class HeaderName(str):
    """A header's name that no text encoding knows, as a client that does not check writes it."""

    __slots__ = ()

    def encode(self, *_: object) -> bytes:
        return b"\xff\xfe"


async def write_batch(
    bench: StreamBench, records: Sequence[tuple[bytes, Headers]], *, partition: int = 0
) -> None:
    """Write records together, with headers that no client library would write."""
    async with AIOKafkaProducer(bootstrap_servers=bench.kafka) as producer:
        batch = producer.create_batch()
        batch._builder = _DefaultRecordBatchBuilderPy(2, 0, 0, -1, -1, -1, 1 << 20)
        for value, headers in records:
            assert batch.append(timestamp=1, key=b"k", value=value, headers=headers)
        await (await producer.send_batch(batch, bench.prefix + TOPIC, partition=partition))


async def test_a_header_whose_name_is_not_utf8_hides_nothing(bench: StreamBench) -> None:
    """One poll reads all partitions: what fails in one must not take with it what the others gave."""
    wanted = {f"{place}-{number}" for place in range(3) for number in range(20)}
    for place in range(3):
        records = [good(f"{place}-{number}") for number in range(20)]
        for number in (3, 11):
            records[number][1].append((HeaderName("?"), b"x"))
        await write_batch(bench, records, partition=place)
    seen = Seen()
    runtime = await bench.run(Stage(GROUP, seen))
    await eventually(lambda: len(seen.assets) >= len(wanted))
    await bench.stop(runtime)
    assert sorted(seen.assets) == sorted(wanted)
    assert await bench.records(DEAD_LETTERS) == []


async def test_a_stage_says_which_topics_are_missing_and_begins_once_they_are_there(broker: str) -> None:
    async with StreamBench(broker) as bench:
        with pytest.raises(Busy, match=r"topics are missing on the broker.*framewell topics apply"):
            await bench.run(Stage(GROUP, Seen()))
        impatient = Publisher(
            bench.access, source="/test", clock=SystemClock(), timing=StreamTiming(answer=2)
        )
        await impatient.start()
        with pytest.raises(Busy):
            await impatient.publish([IngestRequested(asset_id="a")], a_cause())
        await impatient.stop()
        await bench.declare(IngestRequested, AssetRejected, groups=[GROUP])
        seen, codes = await outcome(bench, lambda _: None)
        assert seen.assets == ["before", "after"]
        assert codes == []


@pytest.mark.parametrize("partitions", [1, 20])
async def test_another_number_of_partitions_than_declared_is_read_all_the_same(
    broker: str, partitions: int
) -> None:
    async with StreamBench(broker) as bench:
        await create(bench, partitions)
        await bench.declare(AssetRejected, groups=[GROUP])
        seen = Seen()
        await bench.run(Stage(GROUP, seen))
        await bench.publish(*[IngestRequested(asset_id=f"a{n}", uri="file:///x") for n in range(100)])
        await eventually(lambda: len(set(seen.assets)) == 100)


async def test_partitions_added_at_run_time_are_read(broker: str) -> None:
    async with StreamBench(broker) as bench:
        bench.timing = StreamTiming(metadata_ms=1000)
        await create(bench, 1)
        await bench.declare(AssetRejected, groups=[GROUP])
        seen = Seen()
        await bench.run(Stage(GROUP, seen))
        async with administration(bench) as admin:
            await admin.create_partitions({bench.prefix + TOPIC: NewPartitions(3)})
        await asyncio.sleep(0.5)
        await asyncio.to_thread(Outsider(bench).good, "new", partition=2)
        await asyncio.to_thread(Outsider(bench).good, "old", partition=0)
        await eventually(lambda: sorted(seen.assets) == ["new", "old"])


@asynccontextmanager
async def administration(bench: StreamBench) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bench.kafka)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


async def create(bench: StreamBench, partitions: int) -> None:
    """Create the stage's topic as somebody by hand would."""
    async with administration(bench) as admin:
        await admin.create_topics([NewTopic(bench.prefix + TOPIC, partitions, 1)])
