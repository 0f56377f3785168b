"""Pictures that a caller sends one after the other: looked at alone, with tracks from picture to picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from framewell.media.v1.media_pb2 import FaceAttributes
from framewell.mesh.v1.mesh_pb2 import Failed
from framewell_inference.analysers.faces.tracking import FaceTracker
from framewell_inference.domain.observations import Findings, Observation
from framewell_inference.domain.pictures import PixelBox
from framewell_inference.domain.tracks import FACES
from framewell_inference.queries.analyse_picture import AnalysePicture
from framewell_kit.outcome_messages import failed
from framewell_kit.outcomes import Busy, Rejected


@dataclass(slots=True)
class PictureStream:
    """One stream of pictures. A picture that cannot be looked at is answered with the reason."""

    analyse: AnalysePicture
    tracker: FaceTracker = field(default_factory=FaceTracker)

    async def look(
        self, data: bytes, names: Sequence[str], *, live: bool = False, deadline: float | None = None
    ) -> list[Findings] | Failed:
        """Return the findings of the named analysers, or of all, or why there are none."""
        try:
            found = await self.analyse.look(data, names, live=live, deadline=deadline)
        except Rejected as error:
            return failed(error.code, error.reason).failed
        except Busy as error:
            return failed("busy", error.reason).failed
        return [self._tracked(one) if one.analyser == FACES else one for one in found]

    def _tracked(self, faces: Findings) -> Findings:
        """Return faces with the numbers of their tracks in the stream; people who leave are forgotten."""
        boxes = [_place(one) for one in faces.observations]
        vectors = [
            None if one.vector is None or faces.vectors is None else faces.vectors[one.vector]
            for one in faces.observations
        ]
        tracks = self.tracker.assign(0, boxes, vectors)
        observations = tuple(
            _on_track(one, track) for one, track in zip(faces.observations, tracks, strict=True)
        )
        return replace(faces, observations=observations)


def _place(face: Observation) -> PixelBox:
    assert face.box is not None
    return PixelBox(face.box.x, face.box.y, face.box.width, face.box.height)


def _on_track(face: Observation, track: int) -> Observation:
    assert isinstance(face.attributes, FaceAttributes)
    attributes = FaceAttributes()
    attributes.CopyFrom(face.attributes)
    attributes.track = track
    return replace(face, attributes=attributes)
