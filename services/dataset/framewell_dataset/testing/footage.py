"""Footage made of vectors: what ingest and inference tell of it, with real objects behind the facts."""

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
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
from framewell_kit.objects.protocol import Objects

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


@dataclass(frozen=True)
class Footage:
    """Makes facts; what they refer to is written to `objects`."""

    objects: Objects

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


def ingested(
    asset_id: str,
    *statements: rights.RightsStatement,
    still: bool = False,
    title: str = "",
    source: str = "/playout",
) -> AssetIngested:
    """What ingest tells of an asset."""
    return AssetIngested(
        asset_id=asset_id,
        kind=MEDIA_KIND_STILL if still else MEDIA_KIND_VIDEO,
        original=ObjectRef(key=f"00/{'0' * 64}.mp4", sha256="0" * 64),
        programme=Programme(title=title or f"Programme of {asset_id}", broadcast_time="2026-11-22T20:00:00Z"),
        statements=statements,
        source=source,
        uri=f"file:///{asset_id}.mp4",
        revision=1,
    )


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
