"""One service as it is wired, on stores in memory: facts and calls in, facts out.

    async with ServiceBench("dataset", wire, DatasetSettings()) as bench:
        await bench.deliver(asset_ingested)
        await bench.settle()
        answer = await bench.call("ListSamples", ListSamplesRequest(), by="anna")
        proposed = bench.facts.of(SampleProposed)

Everything between a fact coming in and facts going out is the service's own; the broker is a list, documents
and objects are the kit's twins in memory (or what a test brings), and time passes only when a test, or
whoever sleeps, moves it. Nothing runs by itself: a job is done when a test says so. At its end a bench fails
when the service wrote a store that its table of holdings does not declare.
"""

import inspect
from collections import Counter, deque
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, Self, TypeAlias, cast

from google.protobuf.message import Message
from pydantic import SecretStr

from framewell.mesh.v1.mesh_pb2 import LANE_UNSPECIFIED, Lane
from framewell_contracts.access import AuthenticationKind, Role
from framewell_contracts.cloudevents import Event, Record
from framewell_contracts.fact_types import fact_type
from framewell_contracts.topics import RESULTS
from framewell_kit.clock import Clock
from framewell_kit.documents import Documents, MemoryDocuments
from framewell_kit.facts import Cause, Origin, Outgoing, origin
from framewell_kit.jobs import Jobs
from framewell_kit.jobs.attempt import Attempt
from framewell_kit.name_hashes import NameHashes
from framewell_kit.objects import MemoryObjects, Objects
from framewell_kit.outbox import Outbox
from framewell_kit.outcomes import NotYet, Rejected
from framewell_kit.records import event_id
from framewell_kit.rpc import Admission, RpcServer, Servicer
from framewell_kit.rpc.actor import Caller
from framewell_kit.rpc.interceptor import called_by, in_bounds
from framewell_kit.rpc.object_service import object_service
from framewell_kit.service import Mesh, Service, Wire
from framewell_kit.settings import MeshSettings
from framewell_kit.stream import Broadcast, HeavyStage, Reason, Stage
from framewell_kit.stream.producer.outgoing import derive
from framewell_kit.telemetry import Telemetry, handling
from framewell_kit.testing.clocks import HeldClock
from framewell_kit.testing.collected_facts import CollectedFacts
from framewell_kit.testing.held_lease import HeldLease
from framewell_kit.testing.written_stores import WrittenObjects, require_declared
from framewell_kit.tombstones import Tombstones

AnyStage: TypeAlias = Stage | HeavyStage | Broadcast

PART_SECONDS = 5.0
WORKER = "bench"
NAME_KEY = "0123456789abcdef" * 4


class GivenUp(NamedTuple):
    """A fact that a stage of the service refused for good, and why."""

    group: str
    fact: Message
    reason: Reason


class ServiceBench:
    """A process of one service without its broker; a second bench over the same stores is a second process.

    `neighbours` are the gRPC services of other services that this one calls: real servers on free ports.
    `parts=False` leaves out what the service runs beside its streams and jobs (sandboxes, web servers).
    """

    def __init__(
        self,
        name: str,
        wire: Wire,
        settings: object,
        *,
        documents: Documents | None = None,
        objects: Objects | None = None,
        facts: CollectedFacts | None = None,
        clock: Clock | None = None,
        mesh_settings: MeshSettings | None = None,
        neighbours: Mapping[str, Sequence[Servicer]] | None = None,
        parts: bool = True,
    ) -> None:
        self.name = name
        self.documents: Documents = documents or MemoryDocuments()
        self.objects: Objects = objects or MemoryObjects()
        self.facts = facts or CollectedFacts(f"framewell/{name}")
        self.clock: Clock = clock or HeldClock()
        self.outbox = Outbox(self.documents, self.facts, self.clock)
        self.jobs = Jobs(self.documents, self.outbox, self.clock)
        self.given_up: list[GivenUp] = []
        self.service = Service()
        self.scratch = Path()
        self._wire, self._settings = wire, settings
        self._shared = mesh_settings or MeshSettings(name_key=SecretStr(NAME_KEY))
        self._written = WrittenObjects(self.objects)
        self._neighbours, self._parts = neighbours or {}, parts
        self._opened = AsyncExitStack()
        self._causes = 0
        self._handled: set[str] = set()
        self.origins: dict[tuple[str, str], tuple[Cause, Origin]] = {}
        """What was handed to stages that ask for origins, by topic and event id."""
        self._ends: Counter[str] = Counter()

    async def __aenter__(self) -> Self:
        hosts = {name: await self._serve(servicers) for name, servicers in self._neighbours.items()}
        self.scratch = Path(self._opened.enter_context(TemporaryDirectory(prefix="framewell-bench-")))
        mesh = Mesh(
            service=self.name,
            settings=self._shared.model_copy(update={"hosts": {**self._shared.hosts, **hosts}}),
            documents=self.documents,
            objects=cast(Objects, self._written),
            outbox=self.outbox,
            jobs=self.jobs,
            clock=self.clock,
            telemetry=Telemetry(self.name),
            scratch=self.scratch,
        )
        wired = self._wire(self._settings, mesh)
        self.service = await wired if inspect.isawaitable(wired) else wired
        for part in self.service.parts if self._parts else ():
            await part.start()
            self._opened.push_async_callback(part.stop, PART_SECONDS)
        return self

    async def __aexit__(self, failure: type[BaseException] | None, *_: object) -> None:
        await self._opened.aclose()
        if failure is None:
            await require_declared(self.service, self.documents, self._written)

    @property
    def tombstones(self) -> Tombstones:
        """Return what the service knows to be gone."""
        return Tombstones(self.documents, self.clock)

    @property
    def name_hashes(self) -> NameHashes:
        """Return what hashes names with the bench's key."""
        return self._shared.name_hashes()

    # --- facts

    def cause(
        self,
        event_id: str = "",
        *,
        subject: str = "",
        lane: "Lane.ValueType" = LANE_UNSPECIFIED,
        source: str = "/test",
        type: str = "framewell.test",  # noqa: A002
    ) -> Cause:
        """Return a cause of the given id, or of one that no event had before."""
        self._causes += 1
        name = event_id or f"cause-{self._causes}"
        return Cause(name, source, type, self.clock.now(), subject=subject, lane=lane)

    async def deliver(self, fact: Message, cause: Cause | None = None, *, group: str = "") -> list[Message]:
        """Hand a fact to every stage that reads it (or to one group's), as the stream runtime does.

        Returns the facts that the stages answered with; they and what left the outbox stand in `facts`.
        Raises what a handler raises; no facts of that handler have left then but those of a `Rejected`. The
        same cause again is a redelivery.
        """
        cause = cause or self.cause(subject=fact_type(fact).asset_of(fact))
        stages = self._reading(fact, group)
        assert stages, f"{self.name} has no stage that reads {type(fact).__name__} {group}"
        answers = [answer for stage in stages for answer in await self._handle(stage, fact, cause)]
        await self.outbox.flush()
        return answers

    async def give_up(self, fact: Message, reason: Reason, cause: Cause | None = None) -> list[Message]:
        """Give the fact up in every group that reads it; return the facts that leave beside dead letters."""
        cause = cause or self.cause()
        answers = [
            answer
            for stage in self._reading(fact, "")
            if not isinstance(stage, Broadcast)
            for answer in await self._give_up(stage, fact, reason, cause)
        ]
        await self.outbox.flush()
        return answers

    async def take(self, stage: AnyStage, event: Event) -> list[Message]:
        """Hand a record to one stage and publish what it answers; what it refuses for good is given up.

        Unlike `deliver` nothing else happens: the outbox waits. Raises NotYet and Busy.
        """
        envelope, fact = event
        cause = Cause(
            envelope.id,
            envelope.source,
            envelope.type,
            envelope.time,
            subject=envelope.subject,
            traceparent=envelope.traceparent,
        )
        try:
            return await self._handle(stage, fact, cause)
        except Rejected as refusal:
            if isinstance(stage, Broadcast):
                return []
            return await self._give_up(stage, fact, Reason(refusal.reason, refusal.code), cause)

    async def deliver_own(self, *kinds: type[Message]) -> int:
        """Hand the service's own facts (of these types, or all) to its stages; return how many.

        Each is delivered once, under its event id. One that a handler refuses is given up (`given_up`).
        """
        waiting = deque(
            event
            for event in self.facts.events
            if event.envelope.id not in self._handled
            and self._reading(event.message, "")
            and (not kinds or isinstance(event.message, kinds))
        )
        delivered, stuck = 0, 0
        while waiting:
            event = waiting.popleft()
            try:
                await self._deliver_event(event)
            except NotYet:
                waiting.append(event)
                stuck += 1
                if stuck > len(waiting):
                    raise
                continue
            self._handled.add(event.envelope.id)
            delivered, stuck = delivered + 1, 0
        await self.outbox.flush()
        return delivered

    async def settle(self) -> None:
        """Send what waits in the outbox, do every job and deliver every own fact, until nothing is left."""
        await self.outbox.flush()
        while await self.run_jobs() or await self.deliver_own():
            pass

    # --- jobs

    async def run_jobs(self) -> int:
        """Do every job that waits now, one after the other, live before archive; return how many attempts.

        A job that waits for a later time is done after the clock was moved there.
        """
        attempts = 0
        for kind in self.service.jobs:
            await self.jobs.revive(kind.kind)
            while document := await self.jobs.claim(kind.kind, WORKER, kind.lease_seconds):
                lease = HeldLease(self.jobs, document)
                await Attempt(self.jobs, self.clock, kind, document, lease, nullcontext()).run()
                attempts += 1
        await self.outbox.flush()
        return attempts

    # --- calls

    async def call(self, method: str, request: Any, *, by: str = "anna", authority: str = "local") -> Any:
        """Call a method of the service's gRPC services as somebody; return the answer or raise the outcome.

        The call passes what every call passes at the server: the table of access for the role `authority`,
        and the bounds of the request.
        `method` is its name, or `Service/Method` where several services have one of that name. `request` is a
        message, or an iterator of messages for a method that takes a stream.
        """
        answer = await self.answer(method, request, by=by, authority=authority)
        await self.outbox.flush()
        return answer

    async def answer(self, method: str, request: Any, *, by: str = "anna", authority: str = "local") -> Any:
        """Do as `call`; the outbox waits."""
        with self._admitted(method, by, authority) as answering:
            return await answering(in_bounds(request), None)

    async def stream(
        self, method: str, request: Any, *, by: str = "anna", authority: str = "local"
    ) -> AsyncIterator[Any]:
        """Yield what a method that answers with a stream sends, called as somebody."""
        with self._admitted(method, by, authority) as answering:
            async for answer in answering(in_bounds(request), None):
                yield answer
        await self.outbox.flush()

    # ---

    async def _serve(self, servicers: Sequence[Servicer]) -> str:
        server = RpcServer("127.0.0.1:0", servicers, Admission(), self.clock)
        port = await server.start()
        self._opened.push_async_callback(server.stop, 0)
        return f"127.0.0.1:{port}"

    def _reading(self, fact: Message, group: str) -> list[AnyStage]:
        return [
            stage
            for stage in self.service.stages
            if any(isinstance(fact, kind.message) for kind in stage.types)
            and (not group or getattr(stage, "group", "") == group)
        ]

    async def _deliver_event(self, event: Event) -> None:
        for stage in self._reading(event.message, ""):
            await self.take(stage, event)

    async def _handle(self, stage: AnyStage, fact: Message, cause: Cause) -> list[Message]:
        if isinstance(stage, Stage) and stage.origin:
            origin.set(self._origin(fact, cause))
        with handling(cause, "bench"):
            if isinstance(stage, Broadcast):
                await stage.handler(fact, cause)
                return []
            decisions = stage.decide_once
            records = None if decisions is None else await decisions.recall(stage.group, cause.id)
            if records is None:
                records = self._derive(await self._answer(stage, fact, cause), cause)
                if decisions is not None:
                    records = await decisions.keep(stage.group, cause.id, records)
        return await self._publish(records)

    def _origin(self, fact: Message, cause: Cause) -> Origin:
        """Return where the fact lies: one partition a topic, in the order of first deliveries."""
        topic = fact_type(fact).topic()
        if (topic, cause.id) not in self.origins:
            lies = Origin(topic, 0, self._ends[topic], fact.SerializeToString(deterministic=True))
            self.origins[topic, cause.id] = cause, lies
            self._ends[topic] += 1
        return self.origins[topic, cause.id][1]

    async def _answer(
        self, stage: Stage | HeavyStage, fact: Message, cause: Cause
    ) -> Sequence[Outgoing | Record]:
        """Return what the handler does; what it refuses with facts leaves these all the same."""
        try:
            return await stage.handler(fact, cause)
        except Rejected as refusal:
            await self._publish(self._derive(refusal.facts, cause))
            raise

    async def _give_up(
        self, stage: Stage | HeavyStage, fact: Message, reason: Reason, cause: Cause
    ) -> list[Message]:
        self.given_up.append(GivenUp(stage.group, fact, reason))
        facts = stage.gave_up(fact, reason) if stage.gave_up is not None else ()
        return await self._publish(self._derive(facts, cause))

    def _derive(self, facts: Sequence[Outgoing | Record], cause: Cause) -> list[Record]:
        return derive(facts, cause, source=self.facts.source, now=self.clock.now())

    async def _publish(self, records: Sequence[Record]) -> list[Message]:
        await self.facts.deliver(records)
        published = {event.envelope.id: event.message for event in self.facts.events}
        return [published[event_id(record)] for record in records if record.topic != RESULTS]

    @contextmanager
    def _admitted(self, method: str, principal: str, authority: str) -> Iterator[Any]:
        """Yield what answers a method, for somebody whom the server's own door lets in."""
        calling = Caller(principal, Role(authority), AuthenticationKind.LOCAL)
        path, answering = self._method(method)
        with handling(self.cause(source=f"rpc:{method}", type=method), method):
            Admission().authorise(calling, path)
            with called_by(calling):
                yield answering

    def _method(self, path: str) -> tuple[str, Any]:
        service, _, method = path.rpartition("/")
        found = [
            (f"/{one.name}/{method}", getattr(one.servicer, method))
            for one in (*self.service.rpc, object_service(self.service.readable))
            if one.name.endswith(service) and method in _offered(one)
        ]
        assert len(found) == 1, f"{len(found)} gRPC services of {self.name} offer {path}, one is expected"
        return found[0]


def _offered(servicer: Servicer) -> set[str]:
    """Return the names of the methods that the service's proto declares."""
    base = next(kind for kind in type(servicer.servicer).__mro__ if kind.__name__.endswith("Servicer"))
    declared = next((kind for kind in base.__mro__ if kind.__module__.endswith("_pb2_grpc")), base)
    return {name for name in vars(declared) if not name.startswith("_")}
