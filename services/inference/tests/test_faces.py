"""Faces on real pictures: found, the same person near, others far, tracks kept apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from framewell.media.v1.media_pb2 import (
    WITHOUT_VECTOR_NO_PERSON,
    WITHOUT_VECTOR_TOO_SMALL,
    WITHOUT_VECTOR_UNSPECIFIED,
    FaceAttributes,
)
from framewell_inference.analysers.faces.detection import DetectedFace, without_doubles
from framewell_inference.analysers.faces.landmarks import similarity
from framewell_inference.analysers.faces.tracking import FaceTracker
from framewell_inference.analysers.faces.turned import TurnedFaces
from framewell_inference.domain.observations import Findings, Observation
from framewell_inference.domain.pictures import Frame, Picture, PixelBox
from framewell_inference.domain.tracks import face_tracks
from framewell_inference.ports.analysers import Analysers

Look = Callable[..., Findings]


@pytest.fixture
def look(analysers: Analysers, frames: Callable[..., list[Frame]]) -> Look:
    """The findings of the faces analyser in pictures, of one shot unless said otherwise."""

    def looked(pictures: Sequence[Picture], shots: Sequence[int] = ()) -> Findings:
        one = analysers.pictures[0].begin()
        one.look(frames(pictures, shots=shots))
        return one.finish()

    return looked


def face(observation: Observation) -> FaceAttributes:
    assert isinstance(observation.attributes, FaceAttributes)
    return observation.attributes


def track(observation: Observation) -> int:
    return face(observation).track


def test_the_man_is_found_in_every_picture_and_stays_one_track(look: Look, man_in_car: list[Picture]) -> None:
    found = look(man_in_car)
    assert len(found.observations) == len(man_in_car)
    assert min(one.score for one in found.observations) >= 0.90
    assert {track(one) for one in found.observations} == {0}
    assert max(face(one).turn for one in found.observations) < 0.35
    assert str(found.model) == "faces/dlib-resnet@1.0"


def test_the_same_man_is_near_and_a_other_far(
    look: Look, man_in_car: list[Picture], astronaut: Picture
) -> None:
    """Measured on the prototype: second half 0.20-0.42 from the first half's centroid, others 0.86."""
    vectors = look(man_in_car).vectors
    other = look([astronaut]).vectors
    assert vectors is not None
    assert other is not None
    half = len(vectors) // 2
    centroid = vectors[:half].mean(axis=0)
    assert np.linalg.norm(vectors[half:] - centroid, axis=1).max() < 0.52
    assert np.linalg.norm(other - centroid, axis=1).min() > 0.70


def test_a_mirrored_and_regraded_portrait_is_still_the_same_person(look: Look, astronaut: Picture) -> None:
    mirrored = np.clip(astronaut[:, ::-1] * np.array([0.8, 1.0, 1.15]) + 8, 0, 255).astype(np.uint8)
    vectors = look([astronaut, mirrored]).vectors
    assert vectors is not None
    assert np.linalg.norm(vectors[0] - vectors[1]) < 0.35


def test_a_face_too_small_to_be_itself_gets_no_vector(look: Look, astronaut: Picture) -> None:
    small = cv2.resize(astronaut, None, fx=0.24, fy=0.24, interpolation=cv2.INTER_AREA)
    found = look([small])
    assert [one.vector for one in found.observations] == [None]
    assert found.vectors is not None
    assert found.vectors.shape == (0, 128)


def test_a_cut_ends_a_track(look: Look, man_in_car: list[Picture]) -> None:
    found = look(man_in_car[:4], shots=[0, 0, 1, 1])
    assert [track(one) for one in found.observations] == [0, 0, 1, 1]


def test_a_picture_without_faces_has_none(look: Look) -> None:
    found = look([np.full((720, 1280, 3), 90, np.uint8)])
    assert found.observations == ()


def test_two_faces_of_one_frame_never_share_a_track() -> None:
    tracker, box, vector = FaceTracker(), PixelBox(0, 0, 100, 100), np.zeros(128, np.float32)
    assert tracker.assign(0, [box], [vector]) == [0]
    near = np.full(128, 0.001, np.float32)
    assert tracker.assign(0, [box, box], [near, vector]) == [1, 0]


def test_a_face_that_looks_different_at_the_same_place_starts_a_track() -> None:
    tracker, box = FaceTracker(), PixelBox(0, 0, 100, 100)
    tracker.assign(0, [box], [np.zeros(128, np.float32)])
    assert tracker.assign(0, [box], [np.full(128, 0.08, np.float32)]) == [1]


@pytest.mark.parametrize(("degrees", "scale"), [(0, 1.0), (30, 2.5), (-100, 0.2)])
def test_a_similarity_is_recovered_from_points(degrees: float, scale: float) -> None:
    angle = np.deg2rad(degrees)
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    points = np.array([[0.0, 0], [1, 0], [1, 2], [-3, 1]])
    expected = np.hstack([turn, [[5.0], [-7.0]]])
    assert np.allclose(similarity(points, points @ turn.T + [5, -7]), expected)


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_face_in_a_turned_picture_is_found_where_it_is_and_stays_itself(
    look: Look, astronaut: Picture, man_in_car: list[Picture], turns: int
) -> None:
    """As it is, the detector finds a turned face, too, and its vector is a stranger's: 0.6 to 0.9 away."""
    pictures = [man_in_car[0], man_in_car[9], astronaut]
    upright = look(pictures, shots=[0, 0, 1])
    turned = look([np.ascontiguousarray(np.rot90(one, turns)) for one in pictures], shots=[0, 0, 1])
    assert upright.vectors is not None
    assert turned.vectors is not None
    assert np.linalg.norm(turned.vectors - upright.vectors, axis=1).max() < 0.15
    box, before = turned.observations[-1].box, upright.observations[-1].box
    assert box is not None
    assert before is not None
    middle, was = (box.x + box.width / 2, box.y + box.height / 2), (before.x + before.width / 2, before.y)
    x, y = was[0], was[1] + before.height / 2
    expected = {1: (y, 1 - x), 2: (1 - x, 1 - y), 3: (1 - y, x)}[turns]
    assert middle == pytest.approx(expected, abs=0.02)


def test_all_turns_are_looked_at_once_in_eight_doubted_frames(frames: Callable[..., list[Frame]]) -> None:
    shown: list[int] = []

    def detect(pictures: Sequence[Picture]) -> list[list[DetectedFace]]:
        shown.append(len(pictures))
        return [[] for _ in pictures]

    faces = TurnedFaces(detect)  # type: ignore[arg-type]
    pictures = [np.zeros((8, 8, 3), np.uint8)] * 10
    assert faces(frames(pictures, shots=[0] * 9 + [1])) == [[]] * 10
    assert shown == [10, 3, 3, 3]  # as they are; the first and the ninth of shot 0, the first of shot 1


def test_an_animated_rabbit_is_no_person(look: Look, media: Callable[[str], Path]) -> None:
    with av.open(str(media("big-buck-bunny.mp4"))) as container:
        pictures = [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)][18:42:6]
    found = look(pictures)
    assert found.observations, "the detector takes it for a face"
    assert {face(one).without_vector for one in found.observations} == {WITHOUT_VECTOR_NO_PERSON}
    assert [one.vector for one in found.observations] == [None] * len(found.observations)
    assert face_tracks(found) == [], "nor an unknown one"


def test_why_a_face_has_no_vector_is_said(look: Look, astronaut: Picture) -> None:
    small = cv2.resize(astronaut, None, fx=0.24, fy=0.24, interpolation=cv2.INTER_AREA)
    found = look([small, astronaut], shots=[0, 1])
    assert [face(one).without_vector for one in found.observations] == [
        WITHOUT_VECTOR_TOO_SMALL,
        WITHOUT_VECTOR_UNSPECIFIED,
    ]


def test_half_of_a_face_inside_it_is_not_another_one() -> None:
    points = np.zeros((5, 2), np.float32)
    whole, half, other = (
        DetectedFace(PixelBox(*box), points, score)
        for box, score in (((0, 0, 100, 100), 0.9), ((10, 10, 40, 60), 0.8), ((150, 0, 90, 90), 0.7))
    )
    assert without_doubles([whole, half, other]) == [whole, other]
