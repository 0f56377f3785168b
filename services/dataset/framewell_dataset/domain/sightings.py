"""What models saw, as the rules read it: faces linked to tracks, lines linked to captions.

Attribute names shared with the inference service's analysers (`faces`, `text`; its
`docs/observations.md` explains each):
- `faces`, one observation a face and sampled picture: `track`, `shot` (both count within the chunk),
  `side_pixels`, `sharpness`, `brightness`, `turn`; its vector is raw, 128 numbers, compared by L2.
- `text`, one observation a line and the stretch it stood: `shot`, `region` (`lower_third`, `ticker`,
  `other`), `reads`, `agreeing_reads`, `below_text` (the smaller line right under it).
An attribute that is missing or not a number counts as the worst value, so that it can only raise doubts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

import numpy as np
from numpy.typing import NDArray

from framewell.inference.v1.inference_pb2 import ObservationSet
from framewell.media.v1.media_pb2 import Moment, ObjectRef, Observation, Span
from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell_dataset.domain.geometry import Sighting

Vectors = NDArray[np.float32]
"""[rows, 128] float32."""

LOWER_THIRD = "lower_third"


@dataclass(frozen=True, slots=True)
class FaceSeen:
    """One face in one sampled picture. `ref` is `<chunk id>#<observation id>`."""

    ref: str
    chunk: int
    track: str
    shot: int
    span: Span
    moment: Moment
    sighting: Sighting
    score: float
    side_pixels: float
    sharpness: float
    brightness: float
    turn: float
    vector: Vectors | None

    @property
    def quality(self) -> float:
        """0 to 1: sure, large, sharp and frontal is best."""
        size, sharp = min(1.0, self.side_pixels / 160), min(1.0, self.sharpness / 200)
        return self.score * size * sharp * max(0.0, 1 - self.turn)


@dataclass(frozen=True, slots=True)
class FaceTrack:
    """One face through one shot, in order of time."""

    key: str
    shot: int
    faces: tuple[FaceSeen, ...]

    @property
    def span(self) -> Span:
        return joined(face.span for face in self.faces)

    @property
    def trail(self) -> tuple[Sighting, ...]:
        return tuple(face.sighting for face in self.faces)

    @property
    def median_area(self) -> float:
        return median(face.sighting.area for face in self.faces)

    def vectors(self) -> Vectors:
        """[rows, 128]; no rows when no face was large enough to be described."""
        rows = [face.vector for face in self.faces if face.vector is not None]
        return np.stack(rows) if rows else np.zeros((0, 128), np.float32)

    def during(self, span: Span) -> "FaceTrack | None":
        """The part seen within the span, None when there is none."""
        faces = tuple(f for f in self.faces if span.start_pts <= f.moment.pts < span.end_pts)
        return replace(self, faces=faces) if faces else None


@dataclass(frozen=True, slots=True)
class Caption:
    """A line of a lower third as it stood, with the smaller line under it."""

    ref: str
    shot: int
    span: Span
    sighting: Sighting
    text: str
    role: str
    confidence: float
    agreeing_reads: int


@dataclass(frozen=True, slots=True)
class SeenInChunk:
    """All that the rules need of one analysed chunk."""

    chunk_id: str
    index: int
    frames: ObjectRef
    faces: tuple[FaceSeen, ...] = ()
    captions: tuple[Caption, ...] = ()
    models: tuple[ModelVersion, ...] = ()


def faces_of(observed: ObservationSet, vectors: Vectors | None, chunk: int) -> tuple[FaceSeen, ...]:
    """The faces of a `faces` set, in order of time."""
    return tuple(
        _face(seen, f"{observed.chunk_id}#{seen.id}", chunk, vectors)
        for seen in observed.observations
        if seen.kind == "face"
    )


def captions_of(observed: ObservationSet, chunk: int) -> tuple[Caption, ...]:
    """The lower-third lines of a `text` set; tickers and scene text are no captions."""
    return tuple(
        Caption(
            ref=f"{observed.chunk_id}#{seen.id}",
            shot=_shot(seen.attributes, chunk),
            span=seen.span,
            sighting=Sighting.of(seen.moment.pts, seen.box),
            text=seen.text,
            role=seen.attributes.get("below_text", ""),
            confidence=seen.score,
            agreeing_reads=int(_number(seen.attributes, "agreeing_reads", 1)),
        )
        for seen in observed.observations
        if seen.kind == "text" and seen.attributes.get("region") == LOWER_THIRD
    )


def joined(spans: Iterable[Span]) -> Span:
    """The shortest span that holds all of them; there must be one."""
    each = sorted(spans, key=lambda span: span.start_pts)
    last = max(each, key=lambda span: span.end_pts)
    first_frame = each[0].first_frame
    return Span(
        start_pts=each[0].start_pts,
        end_pts=last.end_pts,
        first_frame=first_frame,
        frames=last.first_frame + last.frames - first_frame,
    )


def _face(seen: Observation, ref: str, chunk: int, vectors: Vectors | None) -> FaceSeen:
    row = seen.vector_row
    known = vectors is not None and 0 <= row < len(vectors)
    return FaceSeen(
        ref=ref,
        chunk=chunk,
        track=f"{chunk}/{seen.attributes.get('track', seen.id)}",
        shot=_shot(seen.attributes, chunk),
        span=seen.span,
        moment=seen.moment,
        sighting=Sighting.of(seen.moment.pts, seen.box),
        score=seen.score,
        side_pixels=_number(seen.attributes, "side_pixels", 0),
        sharpness=_number(seen.attributes, "sharpness", 0),
        brightness=_number(seen.attributes, "brightness", 0),
        turn=_number(seen.attributes, "turn", 1),
        vector=vectors[row] if known and vectors is not None else None,
    )


_SHOTS_PER_CHUNK = 1_000_000


def _shot(attributes: Mapping[str, str], chunk: int) -> int:
    """A number no other shot of the asset has, before the final shots are known."""
    return chunk * _SHOTS_PER_CHUNK + int(_number(attributes, "shot", 0))


def _number(attributes: Mapping[str, str], name: str, missing: float) -> float:
    try:
        return float(attributes[name])
    except (KeyError, ValueError):
        return missing


def tracks_of(faces: Sequence[FaceSeen]) -> list[FaceTrack]:
    """Faces by track and shot, in order of appearance."""
    grouped: dict[tuple[str, int], list[FaceSeen]] = {}
    for face in sorted(faces, key=lambda seen: seen.moment.pts):
        grouped.setdefault((face.track, face.shot), []).append(face)
    return [FaceTrack(f"{track}@{shot}", shot, tuple(seen)) for (track, shot), seen in grouped.items()]
