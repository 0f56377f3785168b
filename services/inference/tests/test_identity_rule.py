"""Who a track is: decided over its faces, and unknown stays unknown."""

from __future__ import annotations

import numpy as np
import pytest

from framewell_inference.domain.identity import NOBODY, IdentityThresholds, identify, score_of
from framewell_models.manifest import ManifestError
from framewell_models.manifest_reader import read

RULE = IdentityThresholds(hit=0.52, review=0.60, margin=0.05)
CLASSES = ("ada", "bob")


def decide(*rows: tuple[float, float], sides: tuple[float, ...] = ()) -> tuple[str, str | None]:
    distances = np.array(rows, np.float32)
    identity = identify(distances, sides or [100.0] * len(rows), CLASSES, RULE)
    return identity.verdict, identity.class_id


def test_a_near_class_is_named() -> None:
    assert decide((0.40, 0.90)) == ("known", "ada")


def test_one_bad_face_does_not_unname_a_track() -> None:
    assert decide((0.30, 0.9), (0.35, 0.9), (0.95, 0.9)) == ("known", "ada")


def test_one_good_face_does_not_name_a_track() -> None:
    assert decide((0.30, 0.9), (0.85, 0.9), (0.95, 0.9)) == ("unknown", None)


def test_between_hit_and_review_a_person_is_asked() -> None:
    identity = identify(np.array([[0.9, 0.55]], np.float32), [100.0], CLASSES, RULE)
    assert (identity.verdict, identity.class_id, identity.nearest) == ("review", None, "bob")


def test_two_classes_nearly_as_near_are_a_question() -> None:
    assert decide((0.40, 0.43)) == ("review", None)


def test_small_faces_count_only_when_there_are_no_larger_ones() -> None:
    assert decide((0.30, 0.9), (0.90, 0.9), (0.90, 0.9), sides=(80.0, 20.0, 20.0)) == ("known", "ada")
    assert decide((0.30, 0.9), (0.90, 0.9), (0.90, 0.9), sides=(30.0, 20.0, 20.0)) == ("unknown", None)


def test_no_faces_and_no_classes_are_nobody() -> None:
    assert identify(np.zeros((0, 2), np.float32), [], CLASSES, RULE) == NOBODY
    assert identify(np.zeros((1, 0), np.float32), [50.0], (), RULE) == NOBODY


def test_the_score_is_one_at_no_distance_and_a_half_at_the_threshold() -> None:
    assert [score_of(distance, 0.5) for distance in (0.0, 0.5, 1.0, 2.0)] == [1.0, 0.5, 0.0, 0.0]


@pytest.mark.parametrize("thresholds", ["{hit: 0.5}", "{hit: 0.6, review: 0.5}", "{hit: 0, review: 0.5}"])
def test_thresholds_that_contradict_each_other_are_refused(thresholds: str) -> None:
    manifest = read(
        f"""
name: identity/news
version: "1.0"
task: identity
intended_use: Tests.
licence: {{code: MIT, weights: MIT}}
files: [{{name: model.onnx, sha256: "{"0" * 64}"}}]
embedding: faces/dlib-resnet@1.0
classes: [a]
thresholds: {thresholds}
"""
    )
    with pytest.raises(ManifestError):
        IdentityThresholds.of(manifest)
