"""A `Stage` of the real runtime on a scripted broker, and an observer of what its promises say."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Any, cast

from aiokafka import TopicPartition
from faststream.kafka import KafkaBroker

from framewell.asset.v1.asset_pb2 import AssetRejected
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.media.v1.media_pb2 import Work
from framewell_contracts.cloudevents import Envelope, Record, encode
from framewell_contracts.fact_types import fact_type
from framewell_contracts.topics import retry_topic
from framewell_kafka import retry_headers
from framewell_kit.facts import Cause
from framewell_kit.outcomes import NotYet, Rejected
from framewell_kit.stream.consumer.context import StreamContext
from framewell_kit.stream.consumer.group_consumer import GroupConsumer
from framewell_kit.stream.consumer.key_queues import KeyQueues
from framewell_kit.stream.consumer.processor import RecordProcessor
from framewell_kit.stream.policy.breaker import Breaker
from framewell_kit.stream.policy.retry import RetryPolicy
from framewell_kit.stream.producer.publisher import Publisher
from framewell_kit.stream.stages import Stage
from framewell_kit.stream.timing import StreamLimits
from framewell_kit.testing.scripted import ScriptedBroker, ScriptedPublisher
from framewell_kit.testing.virtual_time import BEGINNING, VirtualClock

GROUP = "ingest.accept_request"
REQUESTED = fact_type(IngestRequested).type
RETRY = TopicPartition(retry_topic(GROUP), 0)
Answer = Callable[[IngestRequested, Cause], Any]


class KeyQueueBench:
    """Requests `key/number` go in; what the handler and the broker see is checked the moment it happens.

    What is checked while it runs, into `violations`: no record is worked on twice at once; a record begins
    only after every earlier one of its key (read from the same partition) has been handled; nothing is
    committed past a record that has neither its fact nor its dead letter nor its place in the retry topic
    acknowledged.
    """

    def __init__(
        self,
        answer: Answer,
        *,
        concurrency: int = 4,
        retry: RetryPolicy = RetryPolicy(in_place_seconds=(0.01,), round_seconds=(0.2,)),  # noqa: B008
        strategy: type[KeyQueues] = KeyQueues,
        limits: StreamLimits = StreamLimits(),  # noqa: B008 - frozen
    ) -> None:
        self.answer = answer
        self.publisher = ScriptedPublisher()
        self.publisher.delivered = self._delivered
        self.violations: list[str] = []
        self.attempts: Counter[str] = Counter()
        self.handled: set[str] = set()  # with any end but Busy
        self.ended: set[str] = set()  # answered or given up, and that acknowledged
        self._retried: Counter[str] = Counter()  # the last attempt that led to the retry topic
        self._failures: Counter[str] = Counter()
        self._tries = 1 + len(retry.in_place_seconds)
        self.dead: list[Record] = []
        self.fatal: list[bool] = []
        self._working: set[tuple[str, int]] = set()
        self._places: dict[str, TopicPartition] = {}
        self._order: dict[tuple[TopicPartition, str], list[str]] = defaultdict(list)
        clock = VirtualClock()
        broker = ScriptedBroker()
        stage = Stage(GROUP, self._handle, concurrency=concurrency, retry=retry)
        self.breaker = Breaker(clock)
        context = StreamContext(
            cast(KafkaBroker, broker),
            cast(Publisher, self.publisher),
            clock,
            fatal=lambda: self.fatal.append(True),
            limits=limits,
        )
        processor = RecordProcessor(stage, "/stage", clock, self.breaker)
        self.member = GroupConsumer(
            context, GROUP, [REQUESTED, retry_topic(GROUP)],
            lambda control: strategy(context, control, processor, concurrency), max_records=limits.poll,
        )  # fmt: skip
        (self.subscriber,) = broker.subscribers
        self.consumer = self.subscriber.consumer
        self.consumer.on_commit = self._committing

    def request(self, partition: int, key: str, number: int) -> str:
        """Write one request; its name."""
        at, name = TopicPartition(REQUESTED, partition), f"{key}/{number}"
        envelope = Envelope(name, "/outside", REQUESTED, BEGINNING)
        record = encode(envelope, IngestRequested(asset_id=key, uri=name))
        self.consumer.append(at, record)
        self._places[name] = at
        self._order[at, key].append(name)
        return name

    @property
    def partitions(self) -> list[TopicPartition]:
        """Return where requests were written, and the retry topic."""
        return [*sorted(set(self._places.values())), RETRY]

    def all_done(self) -> bool:
        """Return whether every request has ended and everything that was read is committed."""
        return self.ended >= self._places.keys() and all(
            self.consumer.committed.get(at, 0) == len(self.consumer.logs[at]) for at in self.partitions
        )

    async def _handle(self, fact: IngestRequested, cause: Cause) -> Sequence[AssetRejected]:
        name, attempt = (
            fact.uri,
            (fact.uri, cause.attempt),
        )  # one attempt, one record: in its topic or in retry
        if attempt in self._working:
            self.violations.append(f"{name} is worked on twice at once")
        line = self._order[self._places[name], fact.asset_id]
        behind = [earlier for earlier in line[: line.index(name)] if earlier not in self.handled]
        if behind:
            self.violations.append(f"{name} began before {behind}")
        self._working.add(attempt)
        self.attempts[name] += 1
        try:
            await self.answer(fact, cause)
        except (NotYet, Rejected):
            self.handled.add(name)
            raise
        except RuntimeError:
            self._failures[name] += 1
            if not self._failures[name] % self._tries:
                self.handled.add(name)
            raise
        finally:
            self._working.discard(attempt)
        self.handled.add(name)
        return [AssetRejected(work=Work(asset_id=fact.asset_id), uri=name)]

    def _delivered(self, record: Record) -> None:
        note = retry_headers.read(record.headers)
        if note is None:
            self.ended.add(AssetRejected.FromString(record.value).uri)
        elif record.topic == retry_topic(GROUP):
            self.consumer.append(RETRY, record)
            name = _name(record)
            self._retried[name] = max(self._retried[name], note.attempt)
        else:
            self.dead.append(record)
            self.ended.add(_name(record))

    def _committing(self, offsets: dict[TopicPartition, int]) -> None:
        for partition, offset in offsets.items():
            for record in self.consumer.logs[partition][:offset]:
                note = retry_headers.read(record.headers)
                name, attempt = _name(record), 1 if note is None else note.attempt + 1
                if name not in self.ended and self._retried[name] < attempt:
                    self.violations.append(f"{partition} was committed past {name}")


def _name(record: Any) -> str:
    return str(dict(record.headers)["ce_id"].decode())
