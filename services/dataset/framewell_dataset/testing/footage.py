"""Footage made of vectors: the facts of ingest and inference about it, with real objects behind them."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
from PIL import Image

from framewell.asset.v1.asset_pb2 import AssetAnalysed, AssetIngested
from framewell.chunk.v1.chunk_pb2 import AnalyserResult, ChunkAnalysed
from framewell.inference.v1.inference_pb2 import AnalysisIndex, ChunkAnalysis, ObservationSet
from framewell.media.v1.media_pb2 import (
    MEDIA_KIND_STILL,
    MEDIA_KIND_VIDEO,
    TEXT_REGION_LOWER_THIRD,
    Box,
    FaceAttributes,
    Moment,
    ObjectRef,
    Observation,
    Programme,
    Shot,
    Span,
    TextAttributes,
    Timeline,
    Work,
)
from framewell.mesh.v1.mesh_pb2 import Actor, ModelVersion, Ratio
from framewell.rights.v1 import rights_pb2 as rights
from framewell_contracts.identity import chunk_id, observation_id
from framewell_kit.objects.protocol import Objects
from framewell_kit.outcome_messages import done

EMBEDDING = ModelVersion(name="faces/dlib-resnet", version="1.0")
READING = ModelVersion(name="text/recognition", version="1.0")
DONE = done()
TICKS = 12800
"""Half a second at 1/25600: how far sampled pictures are apart."""

PICTURES = 16
"""Sampled pictures of a chunk, which is eight seconds long."""

FRAMES = 12
TIMELINE = Timeline(time_base=Ratio(numerator=1, denominator=25600))
DECIDED_BY = Actor(principal="rights-desk", authority="rights")


def person(seed: int) -> np.ndarray:
    """Return the middle of somebody's faces: [128]."""
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


@dataclass(frozen=True)
class Footage:
    """Makes facts; what they refer to is written to `objects`."""

    objects: Objects
    width: int = 160
    height: int = 90

    async def chunk(
        self, asset_id: str, *seen: Seen, index: int = 0, frames: ObjectRef | None = None
    ) -> ChunkAnalysed:
        """Return a chunk of eight seconds as inference reports it, with real objects behind it.

        `frames`: a bundle that stands in for its own, where no crop is cut.
        """
        start = index * PICTURES
        name = chunk_id(asset_id, 0, start * TICKS)
        faces: list[Observation] = []
        vectors: list[np.ndarray] = []
        lines: list[Observation] = []
        for who in seen:
            for number in range(who.pictures):
                at = start + who.begin + number
                faces.append(_face(who, name, at, len(faces)))
                vectors.append(who.face(number))
            if who.name:
                lines.append(_line(who, name, start, len(lines)))
        return ChunkAnalysed(
            work=work(asset_id),
            chunk_id=name,
            index=index,
            span=_span(start, PICTURES),
            outcome=DONE,
            results=[
                await self._result("faces", name, EMBEDDING, faces, vectors),
                await self._result("text", name, READING, lines, None),
            ],
            frames=frames or await self._bundle(start),
        )

    async def whole(self, asset_id: str, *chunks: ChunkAnalysed, generation: int = 1) -> AssetAnalysed:
        """Return the fact once every chunk was analysed; one shot, unless the chunks say otherwise."""
        cut = any(chunk.provisional_cuts for chunk in chunks)
        shots = [] if cut else [Shot(span=_span(0, PICTURES * len(chunks)))]
        return await self.analysed(asset_id, chunks, shots, generation=generation)

    async def analysed(
        self, asset_id: str, chunks: Sequence[ChunkAnalysed], shots: Sequence[Shot], *, generation: int = 1
    ) -> AssetAnalysed:
        """Return the fact about chunks and final shots, with its index behind it."""
        index = AnalysisIndex(
            work=work(asset_id, generation=generation),
            chunks=[
                ChunkAnalysis(
                    chunk_id=chunk.chunk_id,
                    index=chunk.index,
                    span=chunk.span,
                    outcome=chunk.outcome,
                    results=chunk.results,
                    frames=chunk.frames,
                )
                for chunk in chunks
            ],
            shots=shots,
        )
        ref = await self.objects.put(index.SerializeToString(), media_type="application/x-protobuf")
        return AssetAnalysed(work=index.work, outcome=DONE, chunk_count=len(chunks), index=ref)

    async def _result(
        self,
        analyser: str,
        chunk: str,
        model: ModelVersion,
        seen: list[Observation],
        vectors: list[np.ndarray] | None,
    ) -> AnalyserResult:
        observed = ObservationSet(
            asset_id=chunk.partition("/")[0],
            chunk_id=chunk,
            analyser=analyser,
            model=model,
            observations=seen,
        )
        kept = await self.objects.put(observed.SerializeToString(), media_type="application/x-protobuf")
        result = AnalyserResult(
            analyser=analyser,
            model=model,
            outcome=DONE,
            observation_count=len(seen),
            observation_set=kept,
        )
        if vectors is not None:
            flat = pa.array(np.concatenate(vectors) if vectors else np.zeros(0, np.float32), pa.float32())
            table = pa.table({"vector": pa.FixedSizeListArray.from_arrays(flat, 128)})
            result.vectors.CopyFrom(await self.objects.put(_ipc(table), media_type="arrow"))
        return result

    async def _bundle(self, start: int) -> ObjectRef:
        rows = range(start, start + PICTURES)
        table = pa.table(
            {
                "frame": pa.array([row * FRAMES for row in rows], pa.int64()),
                "pts": pa.array([row * TICKS for row in rows], pa.int64()),
                "seconds": pa.array([row / 2 for row in rows], pa.float64()),
                "timecode": [f"10:00:{row // 2:02}:{row % 2 * FRAMES:02}" for row in rows],
                "shot": pa.array([0 for _ in rows], pa.int32()),
                "why": ["grid" for _ in rows],
                "width": pa.array([self.width for _ in rows], pa.int32()),
                "height": pa.array([self.height for _ in rows], pa.int32()),
                "jpeg": [_jpeg(row % 64, self.width, self.height) for row in rows],
            }
        )
        return await self.objects.put(_ipc(table), media_type="application/vnd.apache.arrow.file")


def work(asset_id: str, *, still: bool = False, generation: int = 1) -> Work:
    """Return the work on an asset."""
    kind = MEDIA_KIND_STILL if still else MEDIA_KIND_VIDEO
    return Work(asset_id=asset_id, generation=generation, kind=kind, timeline=TIMELINE)


def ingested(
    asset_id: str,
    *statements: rights.RightsStatement,
    still: bool = False,
    title: str = "",
    source: str = "/playout",
) -> AssetIngested:
    """Return the fact that an asset was taken in."""
    programme = Programme(title=title or f"Programme of {asset_id}")
    programme.broadcast_time.FromDatetime(datetime(2026, 11, 22, 20, tzinfo=UTC))
    return AssetIngested(
        work=work(asset_id, still=still),
        original=ObjectRef(key=f"00/{'0' * 64}.mp4", sha256="0" * 64),
        programme=programme,
        statements=statements,
        source=source,
        uri=f"file:///{asset_id}.mp4",
        revision=1,
    )


def stated(use: "rights.Use.ValueType" = rights.USE_ALLOWED, **fields: Any) -> rights.RightsStatement:
    """Return a statement: own production, unless the fields say otherwise."""
    ours: dict[str, Any] = {
        "issuer": "Kanal Eins",
        "statement_id": "own",
        "revision": 1,
        "holder": "Kanal Eins",
    }
    basis = rights.LEGAL_BASIS_OWN_PRODUCTION if use == rights.USE_ALLOWED else rights.LEGAL_BASIS_UNSPECIFIED
    return rights.RightsStatement(use=use, **({"legal_basis": basis} | ours | fields))


def contract_4711(use: "rights.Use.ValueType", revision: int) -> rights.RightsStatement:
    """Return the contract of the astronaut's portrait, before and after it was signed."""
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


def _face(who: Seen, chunk: str, at: int, number: int) -> Observation:
    return Observation(
        id=observation_id(chunk, "faces", number),
        kind="face",
        span=_span(at, 1),
        moment=Moment(pts=at * TICKS, frame=at * FRAMES),
        box=Box(x=who.x, y=0.2, width=who.side, height=who.side),
        score=0.92,
        shot=who.shot,
        face_attributes=FaceAttributes(
            track=who.track, side_pixels=190, sharpness=150, brightness=120, turn=0.05
        ),
        vector_row=number,
        model=EMBEDDING,
    )


def _line(who: Seen, chunk: str, start: int, number: int) -> Observation:
    return Observation(
        id=observation_id(chunk, "text", number),
        kind="text",
        span=_span(start + who.begin, who.pictures),
        moment=Moment(pts=(start + who.begin) * TICKS),
        box=Box(x=0.1, y=0.75, width=0.4, height=0.06),
        score=0.97,
        text=who.name,
        shot=who.shot,
        text_attributes=TextAttributes(
            region=TEXT_REGION_LOWER_THIRD,
            reads=who.reads,
            agreeing_reads=who.reads,
            below_text=who.role,
        ),
        model=READING,
    )


def _span(start: int, length: int) -> Span:
    return Span(
        start_pts=start * TICKS,
        end_pts=(start + length) * TICKS,
        first_frame=start * FRAMES,
        frames=length * FRAMES,
    )


@cache
def _jpeg(seed: int, width: int, height: int) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 255, (height, width, 3), np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG")
    return out.getvalue()


def _ipc(table: pa.Table) -> bytes:
    out = io.BytesIO()
    with pa.ipc.new_file(out, table.schema) as writer:
        writer.write_table(table)
    return out.getvalue()
