"""What models saw, as the rules read it: faces linked to tracks, lines linked to captions.

`docs/observations.md` explains what the inference service's analysers `faces` and `text` measure. A vector
is raw, compared by L2, and only with vectors of its own space. What was not measured counts as the worst
value, so that it can only raise doubts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from statistics import median

import numpy as np
from numpy.typing import NDArray

from framewell.inference.v1.inference_pb2 import ObservationSet
from framewell.media.v1.media_pb2 import (
    TEXT_REGION_LOWER_THIRD,
    FaceAttributes,
    Moment,
    ObjectRef,
    Observation,
    Span,
)
from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell_dataset.domain.geometry import Sighting

Vectors = NDArray[np.float32]
"""[rows, dimensions] float32, all of one space."""

NO_VECTORS: Vectors = np.zeros((0, 128), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Described:
    """Vectors, and the space they lie in: the embedding that made them, `name@version`."""

    space: str
    rows: Vectors


NOT_DESCRIBED = Described("", NO_VECTORS)


def space_of(model: ModelVersion) -> str:
    """Return the space of an embedding's vectors."""
    return f"{model.name}@{model.version}"


def embedding_of(space: str) -> ModelVersion:
    """Return the embedding of a space; an unset one of no space."""
    name, _, version = space.rpartition("@")
    return ModelVersion(name=name, version=version) if name else ModelVersion()


UNMEASURED = FaceAttributes(turn=1)


@dataclass(frozen=True, slots=True)
class FaceSeen:
    """One face in one sampled picture, by the id of its observation; `chunk` is the chunk's index.

    `turn` is how far the head is turned away: 0 is frontal, from .35 on it is a profile.
    """

    observation_id: str
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
    space: str = ""
    """That its vector lies in."""

    @property
    def quality(self) -> float:
        """Return 0 to 1: sure, large, sharp and frontal is best."""
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
    def trajectory(self) -> tuple[Sighting, ...]:
        return tuple(face.sighting for face in self.faces)

    @property
    def median_area(self) -> float:
        return median(face.sighting.area for face in self.faces)

    @property
    def described(self) -> Described:
        """Return the vectors in the space of the first; none when no face was large enough for one."""
        return described(self.faces)

    def vectors(self) -> Vectors:
        """Return the rows of `described`."""
        return self.described.rows

    def during(self, span: Span) -> "FaceTrack | None":
        """Return the part seen within the span, None when there is none."""
        faces = tuple(f for f in self.faces if span.start_pts <= f.moment.pts < span.end_pts)
        return replace(self, faces=faces) if faces else None


@dataclass(frozen=True, slots=True)
class Caption:
    """A line of a lower third as it stood, with the smaller line under it; `chunk` is the chunk's index."""

    observation_id: str
    chunk: int
    shot: int
    span: Span
    sighting: Sighting
    text: str
    role: str
    confidence: float
    agreeing_reads: int
    moment: Moment = field(default_factory=Moment)
    """The picture that it was read in best."""


@dataclass(frozen=True, slots=True)
class SeenInChunk:
    """All that the rules need of one analysed chunk."""

    index: int
    frames: ObjectRef
    faces: tuple[FaceSeen, ...] = ()
    captions: tuple[Caption, ...] = ()
    models: tuple[ModelVersion, ...] = ()
    spaces: tuple[Described, ...] = ()
    """The rows of its faces in every space there is; none where they are described in one alone."""

    def between(self, start_pts: int | None, end_pts: int | None) -> "SeenInChunk":
        """Return what was seen from `start_pts` on and before `end_pts`; None sets no limit.

        A caption belongs to where it begins.
        """

        def inside(pts: int) -> bool:
            return (start_pts is None or pts >= start_pts) and (end_pts is None or pts < end_pts)

        return replace(
            self,
            faces=tuple(face for face in self.faces if inside(face.moment.pts)),
            captions=tuple(caption for caption in self.captions if inside(caption.span.start_pts)),
        )


def described(faces: Iterable[FaceSeen]) -> Described:
    """Return the vectors of faces in the space of the first that has one."""
    with_vector = [(face.space, face.vector) for face in faces if face.vector is not None]
    if not with_vector:
        return NOT_DESCRIBED
    space = with_vector[0][0]
    return Described(space, np.stack([vector for each, vector in with_vector if each == space]))


def faces_of(observed: ObservationSet, vectors: Vectors | None, chunk: int) -> tuple[FaceSeen, ...]:
    """Return the faces of a `faces` set, in order of time."""
    space = space_of(observed.model)
    return tuple(_face(seen, chunk, vectors, space) for seen in observed.observations if seen.kind == "face")


def captions_of(observed: ObservationSet, chunk: int) -> tuple[Caption, ...]:
    """Return the lower-third lines of a `text` set; tickers and scene text are no captions."""
    return tuple(
        Caption(
            observation_id=seen.id,
            chunk=chunk,
            shot=_shot(seen, chunk),
            span=seen.span,
            sighting=Sighting.of(seen.moment.pts, seen.box),
            text=seen.text,
            role=seen.text_attributes.below_text,
            confidence=seen.score,
            agreeing_reads=max(1, seen.text_attributes.agreeing_reads),
            moment=seen.moment,
        )
        for seen in observed.observations
        if seen.kind == "text" and seen.text_attributes.region == TEXT_REGION_LOWER_THIRD
    )


def joined(spans: Iterable[Span]) -> Span:
    """Return the shortest span that holds all of them; there must be one."""
    each = sorted(spans, key=lambda span: span.start_pts)
    last = max(each, key=lambda span: span.end_pts)
    first_frame = each[0].first_frame
    return Span(
        start_pts=each[0].start_pts,
        end_pts=last.end_pts,
        first_frame=first_frame,
        frames=last.first_frame + last.frames - first_frame,
    )


def _face(seen: Observation, chunk: int, vectors: Vectors | None, space: str) -> FaceSeen:
    measured = seen.face_attributes if seen.HasField("face_attributes") else UNMEASURED
    row = seen.vector_row if seen.HasField("vector_row") else -1
    has_vector = vectors is not None and 0 <= row < len(vectors)
    return FaceSeen(
        observation_id=seen.id,
        chunk=chunk,
        track=f"{chunk}/{measured.track}",
        shot=_shot(seen, chunk),
        span=seen.span,
        moment=seen.moment,
        sighting=Sighting.of(seen.moment.pts, seen.box),
        score=seen.score,
        side_pixels=measured.side_pixels,
        sharpness=measured.sharpness,
        brightness=measured.brightness,
        turn=measured.turn,
        vector=vectors[row] if has_vector and vectors is not None else None,
        space=space,
    )


_SHOTS_PER_CHUNK = 1_000_000


def _shot(seen: Observation, chunk: int) -> int:
    """Return a number that no other shot of the asset has, before the final shots are known."""
    return chunk * _SHOTS_PER_CHUNK + seen.shot


def tracks_of(faces: Sequence[FaceSeen]) -> list[FaceTrack]:
    """Group faces by track and shot, in order of appearance."""
    grouped: dict[tuple[str, int], list[FaceSeen]] = {}
    for face in sorted(faces, key=lambda seen: seen.moment.pts):
        grouped.setdefault((face.track, face.shot), []).append(face)
    return [FaceTrack(f"{track}@{shot}", shot, tuple(seen)) for (track, shot), seen in grouped.items()]
