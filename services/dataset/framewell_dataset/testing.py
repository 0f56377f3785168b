"""A dataset service in memory, wired as it runs, and footage made of vectors: for tests.

Everything between a fact coming in and facts going out is the real thing; the broker is a list, the
database (unless a test brings one) and the object store are the kit's own twins in memory, and time
stands still until told.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
from google.protobuf.message import Message
from PIL import Image

from framewell.asset.v1.asset_pb2 import AssetAnalysed, AssetIngested
from framewell.chunk.v1.chunk_pb2 import AnalyserResult, ChunkAnalysed
from framewell.inference.v1.inference_pb2 import ObservationSet
from framewell.media.v1.media_pb2 import (
    MEDIA_KIND_STILL,
    MEDIA_KIND_VIDEO,
    Box,
    Moment,
    ObjectRef,
    Observation,
    Programme,
    Shot,
    Span,
    Timeline,
)
from framewell.mesh.v1.mesh_pb2 import Actor, Done, ModelVersion, Outcome, Ratio
from framewell.rights.v1 import rights_pb2 as rights
from framewell_contracts.cloudevents import Envelope, Record, decode
from framewell_dataset.entrypoints.rpc import DatasetServicer
from framewell_dataset.settings import DatasetSettings
from framewell_dataset.wiring import wire
from framewell_kit.documents import Documents, MemoryDocuments
from framewell_kit.facts import Cause
from framewell_kit.jobs import Jobs
from framewell_kit.jobs.store import job_of
from framewell_kit.objects import MemoryObjects, Objects
from framewell_kit.outbox import Outbox
from framewell_kit.rpc.actor import caller
from framewell_kit.service import Mesh
from framewell_kit.settings import MeshSettings
from framewell_kit.stream.emit import derive
from framewell_kit.telemetry import Telemetry, handling

M = TypeVar("M", bound=Message)

EMBEDDING = ModelVersion(name="faces/dlib-resnet", version="1.0")
READING = ModelVersion(name="text/recognition", version="1.0")
DONE = Outcome(done=Done())
TICKS = 12800
"""Half a second at 1/25600: how far sampled pictures are apart."""

FRAMES = 12
TIMELINE = Timeline(time_base=Ratio(numerator=1, denominator=25600))
DECIDED_BY = Actor(principal="rights-desk", authority="rights")


def person(seed: int) -> np.ndarray:
    """The middle of somebody's faces."""
    direction = np.random.default_rng(seed).normal(size=128)
    return (1.45 * direction / np.linalg.norm(direction)).astype(np.float32)


@dataclass(frozen=True)
class Seen:
    """One person in one shot of a chunk, with a caption or without."""

    who: int
    pictures: int = 8
    begin: int = 0
    shot: int = 0
    track: int = 0
    name: str = ""
    role: str = "Gast"
    reads: int = 2
    side: float = 0.25
    x: float = 0.4
    take: int = 0
    """Pictures of the same take look the same."""

    def face(self, number: int) -> np.ndarray:
        noise = np.random.default_rng(10_000 * self.who + 100 * self.take + number).normal(size=128)
        return (person(self.who) + 0.2 * noise / np.linalg.norm(noise)).astype(np.float32)


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

    def __init__(
        self,
        settings: DatasetSettings | None = None,
        documents: Documents | None = None,
        objects: Objects | None = None,
    ) -> None:
        self.settings = settings or DatasetSettings()
        self.documents: Documents = documents or MemoryDocuments()
        self.objects: Objects = objects or MemoryObjects()
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

    # --- footage

    async def take_in(
        self,
        asset_id: str,
        *statements: rights.RightsStatement,
        still: bool = False,
        title: str = "",
        source: str = "/playout",
    ) -> AssetIngested:
        fact = AssetIngested(
            asset_id=asset_id,
            kind=MEDIA_KIND_STILL if still else MEDIA_KIND_VIDEO,
            original=ObjectRef(key=f"00/{'0' * 64}.mp4", sha256="0" * 64),
            programme=Programme(
                title=title or f"Programme of {asset_id}", broadcast_time="2026-11-22T20:00:00Z"
            ),
            statements=statements,
            source=source,
            uri=f"file:///{asset_id}.mp4",
            revision=1,
        )
        await self.hear(fact)
        return fact

    async def chunk(self, asset_id: str, *seen: Seen, index: int = 0) -> ChunkAnalysed:
        """A chunk of eight seconds as the inference service tells of it, with real objects behind it."""
        start = index * 16
        faces: list[Observation] = []
        vectors: list[np.ndarray] = []
        lines: list[Observation] = []
        for who in seen:
            for number in range(who.pictures):
                at = start + who.begin + number
                faces.append(_face(who, at, len(faces), len(vectors)))
                vectors.append(who.face(number))
            if who.name:
                lines.append(_line(who, start, len(lines)))
        chunk_id = f"{asset_id}/0/{start * TICKS}"
        return ChunkAnalysed(
            asset_id=asset_id,
            chunk_id=chunk_id,
            index=index,
            span=_span(start, 16),
            outcome=DONE,
            results=[
                await self._result("faces", _set(chunk_id, EMBEDDING, faces), vectors),
                await self._result("text", _set(chunk_id, READING, lines), None),
            ],
            frames=await self._bundle(start),
            timeline=TIMELINE,
        )

    async def analyse(self, asset_id: str, *chunks: ChunkAnalysed) -> None:
        """Everything that is heard of the chunks, and then of the whole asset."""
        for chunk in chunks:
            await self.hear(chunk)
        await self.hear(whole(asset_id, *chunks))

    async def _result(
        self, analyser: str, observed: ObservationSet, vectors: list[np.ndarray] | None
    ) -> AnalyserResult:
        kept = await self.objects.put(observed.SerializeToString(), media_type="application/x-protobuf")
        result = AnalyserResult(
            analyser=analyser,
            model=observed.model,
            outcome=DONE,
            observations=len(observed.observations),
            observation_set=kept,
        )
        if vectors is not None:
            flat = pa.array(np.concatenate(vectors) if vectors else np.zeros(0, np.float32), pa.float32())
            table = pa.table({"vector": pa.FixedSizeListArray.from_arrays(flat, 128)})
            result.vectors.CopyFrom(await self.objects.put(_ipc(table), media_type="arrow"))
        return result

    async def _bundle(self, start: int) -> ObjectRef:
        rows = range(start, start + 16)
        table = pa.table(
            {
                "frame": pa.array([row * FRAMES for row in rows], pa.int64()),
                "pts": pa.array([row * TICKS for row in rows], pa.int64()),
                "seconds": pa.array([row / 2 for row in rows], pa.float64()),
                "timecode": [f"10:00:{row // 2:02}:{row % 2 * FRAMES:02}" for row in rows],
                "shot": pa.array([0 for _ in rows], pa.int32()),
                "why": ["grid" for _ in rows],
                "width": pa.array([160 for _ in rows], pa.int32()),
                "height": pa.array([90 for _ in rows], pa.int32()),
                "jpeg": [_jpeg(row) for row in rows],
            }
        )
        return await self.objects.put(_ipc(table), media_type="application/vnd.apache.arrow.file")


class _As:
    """The caller of a call."""

    def __init__(self, principal: str) -> None:
        self._actor = Actor(principal=principal, authority="local")

    def __enter__(self) -> None:
        self._token = caller.set(self._actor)

    def __exit__(self, *_: object) -> None:
        caller.reset(self._token)


def whole(asset_id: str, *chunks: ChunkAnalysed) -> AssetAnalysed:
    """What is told once every chunk was analysed; one shot, unless the chunks say otherwise."""
    cut = any(chunk.provisional_cuts for chunk in chunks)
    shots = [] if cut else [Shot(span=_span(0, 16 * len(chunks)))]
    return AssetAnalysed(asset_id=asset_id, outcome=DONE, chunks=chunks, timeline=TIMELINE, shots=shots)


def stated(use: "rights.Use.ValueType" = rights.USE_ALLOWED, **fields: Any) -> rights.RightsStatement:
    """A statement; own production unless said otherwise."""
    ours: dict[str, Any] = {
        "issuer": "Kanal Eins",
        "statement_id": "own",
        "revision": 1,
        "holder": "Kanal Eins",
    }
    basis = rights.LEGAL_BASIS_OWN_PRODUCTION if use == rights.USE_ALLOWED else rights.LEGAL_BASIS_UNSPECIFIED
    return rights.RightsStatement(use=use, **({"legal_basis": basis} | ours | fields))


def contract_4711(use: "rights.Use.ValueType", revision: int) -> rights.RightsStatement:
    """The contract of the astronaut's portrait, before and after it was signed."""
    return rights.RightsStatement(
        issuer="Archiv",
        statement_id="contract-4711",
        revision=revision,
        source=rights.STATEMENT_SOURCE_CONTRACT,
        purposes=[rights.PURPOSE_OWN_TRAINING],
        use=use,
        verbatim="Training prohibited until contract 4711 is signed.",
        found_at="contract 4711",
    )


def _set(chunk_id: str, model: ModelVersion, seen: list[Observation]) -> ObservationSet:
    return ObservationSet(chunk_id=chunk_id, model=model, observations=seen)


def _face(who: Seen, at: int, number: int, row: int) -> Observation:
    return Observation(
        id=f"faces/{number}",
        kind="face",
        span=_span(at, 1),
        moment=Moment(pts=at * TICKS, frame=at * FRAMES),
        box=Box(x=who.x, y=0.2, width=who.side, height=who.side),
        score=0.92,
        attributes={
            "track": str(who.track),
            "shot": str(who.shot),
            "side_pixels": "190",
            "sharpness": "150.0",
            "brightness": "120.0",
            "turn": "0.050",
        },
        vector_row=row,
        model=EMBEDDING,
    )


def _line(who: Seen, start: int, number: int) -> Observation:
    return Observation(
        id=f"text/{number}",
        kind="text",
        span=_span(start + who.begin, who.pictures),
        moment=Moment(pts=(start + who.begin) * TICKS),
        box=Box(x=0.1, y=0.75, width=0.4, height=0.06),
        score=0.97,
        text=who.name,
        attributes={
            "region": "lower_third",
            "shot": str(who.shot),
            "agreeing_reads": str(who.reads),
            "below_text": who.role,
        },
        model=READING,
    )


def _span(start: int, length: int) -> Span:
    return Span(
        start_pts=start * TICKS,
        end_pts=(start + length) * TICKS,
        first_frame=start * FRAMES,
        frames=length * FRAMES,
    )


def _jpeg(seed: int) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 255, (90, 160, 3), np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG")
    return out.getvalue()


def _ipc(table: pa.Table) -> bytes:
    out = io.BytesIO()
    with pa.ipc.new_file(out, table.schema) as writer:
        writer.write_table(table)
    return out.getvalue()
