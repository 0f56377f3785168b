"""The `faces` analyser: every face of every sampled frame, with track, vector and quality."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from itertools import groupby
from typing import Final

from framewell.media.v1.media_pb2 import (
    WITHOUT_VECTOR_NO_PERSON,
    WITHOUT_VECTOR_TOO_SMALL,
    WITHOUT_VECTOR_UNSPECIFIED,
    FaceAttributes,
)
from framewell_inference.analysers.faces.alignment import face_chip
from framewell_inference.analysers.faces.detection import DetectedFace, FaceDetector
from framewell_inference.analysers.faces.embedding import FaceEmbedding
from framewell_inference.analysers.faces.landmarks import ShapePredictor
from framewell_inference.analysers.faces.persons import NO_PERSON_FROM, unlikeness
from framewell_inference.analysers.faces.quality import assess
from framewell_inference.analysers.faces.tracking import FaceTracker
from framewell_inference.analysers.faces.turned import TurnedFaces
from framewell_inference.domain.messages import model_version
from framewell_inference.domain.observations import Findings, FractionBox, FrameSpan, Observation, stacked
from framewell_inference.domain.pictures import Float, Frame, Picture
from framewell_inference.ports.models import Model
from framewell_models.manifest import ModelRef

NAME: Final = "faces"
DESCRIPTION: Final = "Faces with landmarks, quality, an embedding each, and tracks inside a shot."

SMALLEST_SIDE: Final = 24.0
"""Smaller faces are reported without a vector: at 18 pixels only one in five is still itself."""


@dataclass(frozen=True, slots=True)
class FaceAnalyser:
    """Observations carry the name and version of the first embedding: their vectors lie in its space."""

    detector: Model
    predictor: ShapePredictor
    predictor_ref: ModelRef
    embeddings: Callable[[], Sequence[FaceEmbedding]]
    """Those that describe faces now: the one in force, then those beside it."""
    scenes: Model
    """The network of the labels: tells filmed people from what only looks like a face."""

    @property
    def name(self) -> str:
        return NAME

    @property
    def description(self) -> str:
        return DESCRIPTION

    @property
    def models(self) -> Sequence[ModelRef]:
        in_force, *beside = [one.ref for one in self.embeddings()]
        return (
            in_force,
            self.detector.manifest.ref,
            self.predictor_ref,
            self.scenes.manifest.ref,
            *beside,
        )

    def begin(self, *, still: bool = False) -> FacePass:  # noqa: ARG002  a still is a chunk of one frame
        return FacePass(self, tuple(self.embeddings()), TurnedFaces(FaceDetector(self.detector)))


@dataclass(slots=True, eq=False)
class SeenFace:
    """A face of a frame, its aligned chip, and a vector by each embedding if it is large enough for one."""

    frame: Frame
    face: DetectedFace
    chip: Picture
    vectors: Sequence[Float] = ()

    @property
    def vector(self) -> Float | None:
        """Return the vector by the embedding in force."""
        return self.vectors[0] if self.vectors else None


@dataclass(slots=True)
class FacePass:
    """One chunk: a `face` for every face of every frame."""

    analyser: FaceAnalyser
    embeddings: Sequence[FaceEmbedding]
    detect: TurnedFaces
    tracker: FaceTracker = field(default_factory=FaceTracker)
    observations: list[Observation] = field(default_factory=list)
    rows: list[Sequence[Float]] = field(default_factory=list)
    """Of each row of vectors: one by each embedding."""
    persons: dict[int, bool] = field(default_factory=dict)
    """Of each track that was judged: whether it is a filmed person's."""

    def look(self, frames: Sequence[Frame]) -> None:
        found = self.detect(frames)
        seen = [
            SeenFace(frame, face, face_chip(frame.picture, face, self.analyser.predictor))
            for frame, faces in zip(frames, found, strict=True)
            for face in faces
        ]
        described = [one for one in seen if one.face.box.shorter_side >= SMALLEST_SIDE]
        chips = [each.chip for each in described]
        by_embedding = [embedding(chips) for embedding in self.embeddings]
        for one, vectors in zip(described, zip(*by_embedding, strict=True), strict=True):
            one.vectors = vectors
        tracks = [
            track
            for _, faces_of_frame in groupby(seen, key=lambda one: one.frame.index)
            for track in self._tracks(list(faces_of_frame))
        ]
        self._judge(seen, tracks)
        for one, track in zip(seen, tracks, strict=True):
            self._note(one, track)

    def _tracks(self, faces: Sequence[SeenFace]) -> list[int]:
        """Return the track of each face of one frame."""
        shot = faces[0].frame.shot
        return self.tracker.assign(shot, [one.face.box for one in faces], [one.vector for one in faces])

    def _judge(self, faces: Sequence[SeenFace], tracks: Sequence[int]) -> None:
        """Decide once for each new track, by its first face with a vector, whether it is a person's."""
        new: dict[int, tuple[Picture, DetectedFace]] = {}
        for one, track in zip(faces, tracks, strict=True):
            if one.vector is not None and track not in self.persons:
                new.setdefault(track, (one.frame.picture, one.face))
        judged = unlikeness(self.analyser.scenes, list(new.values()))
        self.persons |= {
            track: bool(value < NO_PERSON_FROM) for track, value in zip(new, judged, strict=True)
        }

    def _note(self, one: SeenFace, track: int) -> None:
        without = WITHOUT_VECTOR_UNSPECIFIED if one.vector is not None else WITHOUT_VECTOR_TOO_SMALL
        if not self.persons.get(track, True):
            without = WITHOUT_VECTOR_NO_PERSON
        row = None
        if one.vector is not None and without == WITHOUT_VECTOR_UNSPECIFIED:
            row = len(self.rows)
            self.rows.append(one.vectors)
        self.observations.append(
            Observation(
                kind="face",
                span=FrameSpan.of(one.frame),
                score=one.face.score,
                moment=(one.frame.pts, one.frame.index),
                box=FractionBox.of(one.face.box, one.frame),
                shot=one.frame.shot,
                attributes=FaceAttributes(
                    track=track,
                    detector=model_version(self.analyser.detector.manifest.ref),
                    without_vector=without,
                    **asdict(assess(one.face, one.chip)),
                ),
                vector=row,
            )
        )

    def finish(self) -> Findings:
        vectors = {
            embedding.ref: stacked([row[place] for row in self.rows], embedding.dimensions)
            for place, embedding in enumerate(self.embeddings)
        }
        in_force = self.embeddings[0].ref
        return Findings(NAME, in_force, tuple(self.observations), vectors.pop(in_force), beside=vectors)
