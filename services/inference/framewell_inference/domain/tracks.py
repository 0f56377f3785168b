"""Face tracks as they are stored: what a chunk's faces come to, ready to be named again and again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from framewell.media.v1.media_pb2 import WITHOUT_VECTOR_NO_PERSON, FaceAttributes
from framewell_inference.domain.observations import Findings, FractionBox, FrameSpan, Observation

FACES: Final = "faces"
"""The analyser whose observations are joined to face tracks."""


@dataclass(frozen=True, slots=True)
class FaceTrack:
    """One face in one provisional shot of a chunk.

    `rows` (of the chunk's vectors), `sides` (shorter sides in pixels) and `frames` are index-aligned and
    leave out faces too small for a vector. `ordinal` (of the observation), `moment` (pts, frame index) and
    `box` are those of the largest face.
    """

    number: int
    span: FrameSpan
    ordinal: int
    moment: tuple[int, int]
    box: FractionBox
    rows: tuple[int, ...]
    sides: tuple[float, ...]
    frames: tuple[int, ...] = ()
    """Start pts of the picture of each of these rows."""


def face_tracks(findings: Findings) -> list[FaceTrack]:
    """Return the tracks of the findings of `faces`, by number; what is no filmed person's face has none."""
    by_number: dict[int, list[tuple[int, Observation]]] = {}
    for ordinal, observation in enumerate(findings.observations):
        face = observation.attributes
        if isinstance(face, FaceAttributes) and face.without_vector != WITHOUT_VECTOR_NO_PERSON:
            by_number.setdefault(face.track, []).append((ordinal, observation))
    return [_track(number, faces) for number, faces in sorted(by_number.items())]


def _track(number: int, faces: list[tuple[int, Observation]]) -> FaceTrack:
    ordinal, largest = max(faces, key=lambda face: _side(face[1]))
    described = [one for _, one in faces if one.vector is not None]
    assert largest.box is not None
    assert largest.moment is not None
    return FaceTrack(
        number=number,
        span=_joined(one.span for _, one in faces),
        ordinal=ordinal,
        moment=largest.moment,
        box=largest.box,
        rows=tuple(one.vector for one in described if one.vector is not None),
        sides=tuple(_side(one) for one in described),
        frames=tuple(one.span.start_pts for one in described),
    )


def _side(observation: Observation) -> float:
    assert isinstance(observation.attributes, FaceAttributes)
    return observation.attributes.side_pixels


def _joined(spans: Iterable[FrameSpan]) -> FrameSpan:
    first, *others = spans
    for span in others:
        first = first.joined(span)
    return first
