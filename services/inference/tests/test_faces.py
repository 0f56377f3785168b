"""Faces on real pictures: found, the same person near, others far, tracks kept apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np
import pytest

from framewell.media.v1.media_pb2 import FaceAttributes
from framewell_inference.analysers.faces.landmarks import similarity
from framewell_inference.analysers.faces.tracking import FaceTracker
from framewell_inference.domain.observations import Findings, Observation
from framewell_inference.domain.pictures import Frame, Picture, PixelBox
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
