"""Inference, dataset and training as they are wired, with a topic log between them and nothing in order.

What a person, a broadcast system or a clock would do is called from outside. Everything else is a move that
somebody chooses: which record a group takes up next, which job a worker claims, whose call to a store comes
first, when the outbox is emptied, who is killed. Only what Kafka promises holds: records of one key reach one
group in order at their first attempt.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, nullcontext, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Self

from google.protobuf.message import Message

from framewell.asset.v1.asset_pb2 import AssetTranscoded
from framewell.chunk.v1.chunk_pb2 import ChunkTranscoded
from framewell_contracts.cloudevents import Event, decode
from framewell_contracts.fact_types import fact_type
from framewell_contracts.identity import chunk_id
from framewell_dataset.settings import DatasetSettings
from framewell_dataset.testing.footage import DONE, ingested, work
from framewell_dataset.wiring import wire as wire_dataset
from framewell_inference.adapters.model_registry import LoadedModelRegistry
from framewell_inference.adapters.onnx_engine import OnnxLoader
from framewell_inference.settings import InferenceSettings
from framewell_inference.testing import SANDBOX
from framewell_inference.wiring import wire_with
from framewell_kit.documents import Documents, MemoryDocuments
from framewell_kit.facts import Cause, Fact
from framewell_kit.jobs.attempt import Attempt
from framewell_kit.jobs.model import LeaseLost
from framewell_kit.objects import MemoryObjects
from framewell_kit.outcomes import Busy, NotYet, Outcome, Rejected
from framewell_kit.service import Mesh, Service
from framewell_kit.stream import Broadcast
from framewell_kit.stream.producer.outgoing import derive
from framewell_kit.testing.clocks import HeldClock
from framewell_kit.testing.collected_facts import CollectedFacts
from framewell_kit.testing.held_lease import HeldLease
from framewell_kit.testing.service_bench import AnyStage, ServiceBench
from framewell_training.settings import TrainingSettings
from framewell_training.wiring import wire as wire_training
from orders.cast import ANALYSERS, bundle, span
from orders.turns import Turns, Work

SERVICES = ("inference", "dataset", "training")
MOST_TRIES = 5
"""How often a record is tried that refers to what has not arrived, before it is given up."""

RELAY = "relay"
AGES = 40.0
"""Seconds that pass when nothing else moves: longer than a lease, and than every retry."""


@dataclass(frozen=True)
class Delivery:
    """A record that a stage has not committed yet."""

    process: str
    reader: str
    event: Event
    tries: int = 0

    @property
    def order(self) -> tuple[str, str]:
        """Return within what records keep their order: the reader and the record's key."""
        return self.reader, fact_type(self.event.message).key_of(self.event.message)


@dataclass(frozen=True)
class Move:
    """Something that may happen next."""

    name: str
    make: Callable[[], Awaitable[None]]


@dataclass
class World:
    """Three services. `stores` returns an empty store for each of them."""

    stores: Callable[[], Documents] = MemoryDocuments
    turns: Turns = field(default_factory=Turns)
    clock: HeldClock = field(default_factory=HeldClock)
    objects: MemoryObjects = field(default_factory=MemoryObjects)
    log: list[Event] = field(default_factory=list)
    benches: dict[str, ServiceBench] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.raw: dict[str, Documents] = {}
        self.waiting: dict[tuple[str, str], deque[Delivery]] = defaultdict(deque)
        self.in_hand: dict[Work, Delivery] = {}
        self.later: list[Delivery] = []
        self.perhaps: set[tuple[str, str]] = set()
        self.written = 0
        self.failures: list[str] = []
        self._opened = AsyncExitStack()
        self._ids: set[str] = set()
        self._calls = 0

    async def __aenter__(self) -> Self:
        for name in SERVICES:
            self.raw[name] = self.stores()
            await self._open(name)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.turns.close()
        await self._opened.aclose()

    # --- from outside

    def send(self, fact: Message, event_id: str) -> None:
        """Publish a fact as a system outside would; the same id again is the same event again."""
        cause = Cause(event_id, "/outside", fact_type(fact).type, self.clock.now())
        self._publish(received(fact, cause))

    async def take_in(self, asset_id: str, who: int, *statements: Any, title: str = "") -> None:
        """Publish what ingest and transcode say about an asset in which one person is seen."""
        self.send(ingested(asset_id, *statements, title=title), f"ingested/{asset_id}")
        frames = await self.objects.put(bundle(who), media_type="application/arrow")
        chunk = chunk_id(asset_id, 0, 0)
        transcoded = ChunkTranscoded(
            work=work(asset_id), chunk_id=chunk, index=0, span=span(), outcome=DONE, frames=frames
        )
        self.send(transcoded, f"chunk/{asset_id}")
        whole = AssetTranscoded(work=work(asset_id), outcome=DONE, chunk_count=1, expects_audio=False)
        self.send(whole, f"transcoded/{asset_id}")

    async def call(self, service: str, method: str, request: Message) -> Work:
        """Begin a call of somebody; it goes on like everything else. What refuses it is no failure."""
        self._calls += 1

        async def calling() -> None:
            with suppress(Outcome):
                await self.benches[service].answer(method, request)

        return await self.turns.start(f"{method} {self._calls}", service, calling())

    def replay(self, number: int) -> None:
        """Have everybody who reads an event of the log read it again."""
        if self.log:
            self._fan_out(self.log[number % len(self.log)])

    async def kill(self, service: str) -> None:
        """Kill a process with all it does, and start it again: what it had not committed comes again."""
        for work_ in self.turns.kill(service):
            delivery = self.in_hand.pop(work_, None)
            if delivery is not None:
                self.waiting[delivery.order].appendleft(delivery)
        await self._open(service)

    # --- moves

    def moves(self) -> list[Move]:
        """Return what may happen next, always in the same order for the same state."""
        going = [Move(work_.name, partial(self._go_on, work_)) for work_ in self.turns.under_way]
        busy = {delivery.order for delivery in self.in_hand.values()}
        relaying = {work_.process for work_ in self.turns.under_way if work_.name.endswith(RELAY)}
        records = [
            Move(f"{order}", partial(self._take_up, order))
            for order, queue in sorted(self.waiting.items())
            if queue and order not in busy
        ]
        jobs = [
            Move(f"{name} job {kind.kind}", partial(self._begin_job, name, kind))
            for name, bench in self.benches.items()
            for kind in bench.service.jobs
            if (name, kind.kind) in self.perhaps
        ]
        relays = [
            Move(f"{name} relay", partial(self._begin_relay, name))
            for name in self.benches
            if (name, RELAY) in self.perhaps and name not in relaying
        ]
        return [*going, *records, *jobs, *relays]

    async def move(self, choice: int) -> bool:
        """Make one of the moves; return False when there is none."""
        moves = self.moves()
        if not moves:
            return False
        await moves[choice % len(moves)].make()
        return True

    async def settle(self, most: int = 20_000) -> None:
        """Make moves, in some order, until nothing is left to do, also not later."""
        number, idle = 0, 0
        while idle < 2:
            before = self.written
            while await self.move(number * 7919):
                number += 1
                assert number < most, f"no rest: {[move.name for move in self.moves()]}"
            idle = 0 if self.later or self.written != before else idle + 1
            await self._let_time_pass()

    async def _let_time_pass(self) -> None:
        self.clock.advance(AGES)
        for delivery in self.later:
            self.waiting[delivery.order].append(delivery)
        self.later.clear()
        for name, bench in self.benches.items():
            for kind in bench.service.jobs:
                await bench.jobs.revive(kind.kind)
            self._look_again(name)

    # ---

    async def _open(self, name: str) -> None:
        bench = ServiceBench(
            name,
            _wires(name),
            _settings(name),
            documents=self.turns.stores(self.raw[name], partial(self._wrote, name)),
            objects=self.objects,
            facts=_Published(f"framewell/{name}", self._publish),
            clock=self.clock,
            parts=False,
        )
        await self._opened.enter_async_context(bench)
        if (
            name == "training"
        ):  # a trained head needs torch and seconds; the first model is in force before it
            kinds = [kind for kind in bench.service.jobs if "challenge" not in kind.kind]
            bench.service = replace(bench.service, jobs=kinds)
        self.benches[name] = bench
        self._look_again(name)
        for stage in bench.service.stages:  # a broadcast is read from the beginning by every new process
            if isinstance(stage, Broadcast):
                for event in self.log:
                    self._queue(name, stage, event)

    def _wrote(self, name: str) -> None:
        self.written += 1
        self._look_again(name)

    def _look_again(self, name: str) -> None:
        """Note that a process may have jobs to do and facts to send."""
        if name in self.benches:
            kinds = [kind.kind for kind in self.benches[name].service.jobs]
            self.perhaps |= {(name, each) for each in (*kinds, RELAY)}

    def _publish(self, event: Event) -> None:
        if event.envelope.id not in self._ids:
            self._ids.add(event.envelope.id)
            self.log.append(event)
        self._fan_out(event)

    def _fan_out(self, event: Event) -> None:
        for name, bench in self.benches.items():
            for stage in bench.service.stages:
                self._queue(name, stage, event)

    def _queue(self, name: str, stage: AnyStage, event: Event) -> None:
        if any(isinstance(event.message, kind.message) for kind in stage.types):
            delivery = Delivery(name, _reader(stage), event)
            self.waiting[delivery.order].append(delivery)

    async def _take_up(self, order: tuple[str, str]) -> None:
        delivery = self.waiting[order].popleft()
        bench = self.benches[delivery.process]
        stage = next(each for each in bench.service.stages if _reader(each) == delivery.reader)
        name = f"{delivery.reader} {delivery.event.envelope.id}"
        started = await self.turns.start(name, delivery.process, bench.take(stage, delivery.event))
        self.in_hand[started] = delivery
        if started.ended:
            await self._go_on(started)

    async def _go_on(self, work_: Work) -> None:
        try:
            ended = await self.turns.go_on(work_)
        except (NotYet, Busy):
            delivery = self.in_hand.pop(work_, None)
            if delivery is not None and delivery.tries < MOST_TRIES:  # others of its key may overtake it
                self.later.append(replace(delivery, tries=delivery.tries + 1))
            return
        except Rejected:
            ended = True  # a dead letter
        except LeaseLost:
            ended = True
        if ended:
            self.in_hand.pop(work_, None)

    async def _begin_job(self, name: str, kind: Any) -> None:
        bench = self.benches[name]
        self.perhaps.discard((name, kind.kind))

        async def attempt() -> None:
            document = await bench.jobs.claim(kind.kind, "bench", kind.lease_seconds)
            if document is None:
                return
            self.perhaps.add((name, kind.kind))
            lease = HeldLease(bench.jobs, document)
            how = await Attempt(bench.jobs, bench.clock, kind, document, lease, nullcontext()).run()
            if how == "failed":
                self.failures.append(f"job {document['_id']}")

        await self.turns.start(f"{name} job {kind.kind}", name, attempt())

    async def _begin_relay(self, name: str) -> None:
        self.perhaps.discard((name, RELAY))
        await self.turns.start(f"{name} relay", name, self.benches[name].outbox.flush())


def received(fact: Message, cause: Cause) -> Event:
    """Return a fact as it is read from its topic."""
    (record,) = derive([Fact(fact, id=cause.id)], cause, source="/outside", now=cause.time)
    return decode(record.topic, record.headers, record.value)


class _Published(CollectedFacts):
    """What a process publishes goes to the log at once."""

    def __init__(self, source: str, publish: Callable[[Event], None]) -> None:
        super().__init__(source)
        self._out = publish

    async def deliver(self, records: Sequence[Any]) -> None:
        known = self.ids
        await super().deliver(records)
        for event in self.events:
            if event.envelope.id not in known:
                self._out(event)


def _reader(stage: AnyStage) -> str:
    return stage.name if isinstance(stage, Broadcast) else stage.group


def _wires(name: str) -> Any:
    if name == "dataset":
        return wire_dataset
    if name == "training":
        return wire_training

    async def wire(settings: InferenceSettings, mesh: Mesh) -> Service:
        registry, loader = LoadedModelRegistry(), OnnxLoader(1)
        return await wire_with(ANALYSERS, registry, loader, settings, mesh, sandbox=SANDBOX)

    return wire


def _settings(name: str) -> object:
    kinds = {"dataset": DatasetSettings, "inference": InferenceSettings}
    return TrainingSettings(device="cpu") if name == "training" else kinds[name]()
