"""The service in memory, wired as it runs.

Everything between a fact coming in and facts going out is the real thing; the broker is a list, the
database (unless a test brings one) and the object store are the kit's own twins in memory, and time
stands still until told.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from google.protobuf.message import Message

from framewell.asset.v1.asset_pb2 import AssetIngested
from framewell.chunk.v1.chunk_pb2 import ChunkAnalysed
from framewell.mesh.v1.mesh_pb2 import Actor
from framewell.rights.v1 import rights_pb2 as rights
from framewell_contracts.cloudevents import Envelope, Record, decode
from framewell_dataset.entrypoints.rpc import DatasetServicer
from framewell_dataset.settings import DatasetSettings
from framewell_dataset.testing.footage import Footage, Seen, ingested, whole
from framewell_dataset.wiring import wire
from framewell_kit.documents import Documents, MemoryDocuments
from framewell_kit.facts import Cause
from framewell_kit.jobs import Jobs
from framewell_kit.jobs.store import job_of
from framewell_kit.objects import MemoryObjects
from framewell_kit.outbox import Outbox
from framewell_kit.rpc.actor import caller
from framewell_kit.service import Mesh
from framewell_kit.settings import MeshSettings
from framewell_kit.stream.emit import derive
from framewell_kit.telemetry import Telemetry, handling

M = TypeVar("M", bound=Message)


@dataclass
class Said:
    """A publisher that remembers, in order and once an event id, what left the service."""

    source: str = "framewell/dataset"
    events: dict[str, tuple[Envelope, Any]] = field(default_factory=dict)

    async def deliver(self, records: Sequence[Record]) -> None:
        for record in records:
            event = decode(record.topic, record.headers, record.value)
            self.events.setdefault(event.envelope.id, (event.envelope, event.message))

    def of(self, kind: type[M]) -> list[M]:
        return [message for _, message in self.events.values() if isinstance(message, kind)]


@dataclass
class StoodClock:
    """Time that passes only when told, or while somebody sleeps."""

    at: datetime = datetime(2026, 11, 22, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    async def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class HeldLease:
    """A lease that nobody takes away."""

    epoch = 1

    def check(self) -> None:
        return None

    async def save(self, progress: dict[str, Any]) -> None:
        del progress


class DatasetBench:
    """The service without broker and database: facts and calls in, facts out."""

    def __init__(self, settings: DatasetSettings | None = None, documents: Documents | None = None) -> None:
        self.settings = settings or DatasetSettings()
        self.documents: Documents = documents or MemoryDocuments()
        self.objects = MemoryObjects()
        self.said, self.clock = Said(), StoodClock()
        self.outbox = Outbox(self.documents, self.said, self.clock)
        self.jobs = Jobs(self.documents, self.outbox, self.clock)
        self.causes = 0

    async def start(self) -> "DatasetBench":
        mesh = Mesh(
            service="dataset",
            settings=MeshSettings(),
            documents=self.documents,
            objects=self.objects,
            publisher=None,  # type: ignore[arg-type]
            outbox=self.outbox,
            jobs=self.jobs,
            clock=self.clock,
            telemetry=Telemetry("dataset"),
        )
        service = await wire(self.settings, mesh)
        self.handlers: dict[Any, list[Any]] = {}
        for stage in service.stages:
            self.handlers.setdefault(stage.reads, []).append(stage.handler)
        self.kinds = service.jobs
        self.parts = service.parts
        rpc: Any = service.rpc[0].servicer
        self.rpc: DatasetServicer = rpc
        return self

    def cause(self, id_: str = "") -> Cause:
        self.causes += 1
        return Cause(id_ or f"cause-{self.causes}", "/test", "test", self.clock.now())

    async def hear(self, fact: Message, cause: Cause | None = None) -> None:
        """What a stream stage does with a fact; then whatever left the outbox is delivered."""
        cause = cause or self.cause()
        for handler in self.handlers[type(fact)]:
            facts = await handler(fact, cause)
            await self.said.deliver(derive(facts, cause, source=self.said.source, now=self.clock.now()))
        await self.outbox.flush()

    async def hear_own(self, kind: type[Message]) -> None:
        """Facts of the service's own that it hears itself, each under its event id."""
        for envelope, message in list(self.said.events.values()):
            if isinstance(message, kind):
                await self.hear(message, self.cause(envelope.id))

    async def settle(self) -> None:
        """Do every job that waits, and deliver what left the outbox."""
        await self.outbox.flush()
        for kind in self.kinds:
            while (document := await self.jobs.claim(kind.kind, "bench", 30)) is not None:
                facts = await kind.work(job_of(document), HeldLease())
                await self.jobs.end(document, "done", facts)
        await self.outbox.flush()

    async def call(self, method: str, request: Message, *, by: str = "anna") -> Any:
        """A unary call as somebody."""
        with self._calling(by), handling(self.cause(), method):
            answer = await getattr(self.rpc, method)(request, None)
        await self.outbox.flush()
        return answer

    async def stream(self, method: str, request: Message, *, by: str = "anna") -> list[Any]:
        """A streaming call as somebody."""
        with self._calling(by), handling(self.cause(), method):
            return [answer async for answer in getattr(self.rpc, method)(request, None)]

    def _calling(self, principal: str) -> Any:
        return _As(principal)

    async def take_in(self, asset_id: str, *statements: rights.RightsStatement, **more: Any) -> AssetIngested:
        fact = ingested(asset_id, *statements, **more)
        await self.hear(fact)
        return fact

    async def chunk(self, asset_id: str, *seen: Seen, index: int = 0) -> ChunkAnalysed:
        return await Footage(self.objects).chunk(asset_id, *seen, index=index)

    async def analyse(self, asset_id: str, *chunks: ChunkAnalysed) -> None:
        """Everything that is heard of the chunks, and then of the whole asset."""
        for chunk in chunks:
            await self.hear(chunk)
        await self.hear(whole(asset_id, *chunks))


class _As:
    """The caller of a call."""

    def __init__(self, principal: str) -> None:
        self._actor = Actor(principal=principal, authority="local")

    def __enter__(self) -> None:
        self._token = caller.set(self._actor)

    def __exit__(self, *_: object) -> None:
        caller.reset(self._token)
