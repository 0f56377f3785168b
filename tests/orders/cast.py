"""Footage whose pictures say who is in them, and analysers that read it: no weights, real facts.

A picture is one shade of grey, the number of the person times `SHADE`. The person's face stands in it, and a
lower third with the name where the asset has captions.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import pyarrow as pa

from framewell.media.v1.media_pb2 import (
    TEXT_REGION_LOWER_THIRD,
    FaceAttributes,
    Span,
    TextAttributes,
)
from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell_dataset.testing.footage import FRAMES, PICTURES, TICKS, Seen
from framewell_inference.domain.observations import Findings, FractionBox, FrameSpan, Observation, stacked
from framewell_inference.domain.pictures import Float, Frame
from framewell_inference.ports.analysers import Analysers
from framewell_models.manifest import ModelRef

SHADE = 16
NAMES = {1: "Jörg Müßigbrodt", 2: "Eileen Collins", 3: "Ada Lovelace", 4: "", 5: ""}
"""Captions by person; who has none is a stranger."""

EMBEDDING = ModelRef("faces/dlib-resnet", "1.0")
READING = ModelRef("text/recognition", "1.0")
FACE_DETECTOR = ModelVersion(name="faces/yunet", version="1.0")
SIDE = 0.25


@dataclass
class _Pass:
    """Collects frames; what is seen in them is said at the end."""

    frames: list[Frame] = field(default_factory=list)

    def look(self, frames: Sequence[Frame]) -> None:
        self.frames += frames

    def _who(self) -> list[tuple[int, Frame]]:
        return [(round(float(frame.picture.mean()) / SHADE), frame) for frame in self.frames]


class _FacePass(_Pass):
    def finish(self) -> Findings:
        seen: list[Observation] = []
        vectors: list[Float] = []
        for who, frame in self._who():
            if not who:
                continue
            vectors.append(Seen(who).face(frame.index // FRAMES))
            seen.append(
                Observation(
                    kind="face",
                    span=FrameSpan.of(frame),
                    score=0.92,
                    moment=(frame.pts, frame.index),
                    box=FractionBox(0.4, 0.2, SIDE, SIDE),
                    shot=0,
                    attributes=FaceAttributes(
                        track=0,
                        detector=FACE_DETECTOR,
                        side_pixels=190,
                        sharpness=150,
                        brightness=120,
                        turn=0.05,
                    ),
                    vector=len(vectors) - 1,
                )
            )
        return Findings("faces", EMBEDDING, tuple(seen), stacked(vectors, 128))


class _TextPass(_Pass):
    def finish(self) -> Findings:
        named = [(NAMES[who], frame) for who, frame in self._who() if who and NAMES[who]]
        if not named:
            return Findings("text", READING, ())
        name, first = named[0]
        line = Observation(
            kind="text",
            span=FrameSpan.of(first).joined(FrameSpan.of(named[-1][1])),
            score=0.97,
            moment=(first.pts, first.index),
            box=FractionBox(0.1, 0.75, 0.4, 0.06),
            text=name,
            shot=0,
            attributes=TextAttributes(
                region=TEXT_REGION_LOWER_THIRD, reads=2, agreeing_reads=2, below_text="Gast"
            ),
        )
        return Findings("text", READING, (line,))


@dataclass(frozen=True)
class _Analyser:
    name: str
    kind: type[_FacePass] | type[_TextPass]
    models: Sequence[ModelRef]
    description: str = "Reads who is in a picture from its shade."

    def begin(self, *, still: bool = False) -> _FacePass | _TextPass:
        return self.kind()


ANALYSERS = Analysers(
    pictures=(
        _Analyser("faces", _FacePass, (EMBEDDING,)),
        _Analyser("text", _TextPass, (READING,)),
    ),
    sounds=(),
    embedding=EMBEDDING,
    features=ModelRef("labels/efficientnet-lite0", "1.0"),
)


def bundle(who: int) -> bytes:
    """Return the frame bundle of a chunk of eight seconds in which one person is seen."""
    shade = np.full((90, 160, 3), who * SHADE, np.uint8)
    jpeg = cv2.imencode(".jpg", shade)[1].tobytes()
    rows = range(PICTURES)
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
            "jpeg": pa.array([jpeg for _ in rows], pa.binary()),
        }
    )
    out = io.BytesIO()
    with pa.ipc.new_file(out, table.schema) as writer:
        writer.write_table(table)
    return out.getvalue()


def span() -> Span:
    """Return the span of that chunk, which is all of its asset."""
    return Span(start_pts=0, end_pts=PICTURES * TICKS, first_frame=0, frames=PICTURES * FRAMES)
