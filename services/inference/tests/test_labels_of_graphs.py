"""The labels of a declared model are held against what its graph gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import yaml

from framewell_inference.adapters.examination import check_tensors
from framewell_inference.domain.tensors import TensorSpec
from framewell_models.manifest import Manifest, ManifestError
from framewell_models.manifest_reader import read

INPUTS = [TensorSpec("x", np.dtype(np.float32), (-1, 3, 224, 224))]


def manifest(task: str, after: dict[str, Any], **more: Any) -> Manifest:
    return read(
        yaml.safe_dump(
            {
                "name": "house/dogs",
                "version": "1.0",
                "task": task,
                "intended_use": "Tells breeds of dogs.",
                "licence": {"code": "MIT", "weights": "MIT"},
                "files": [{"name": name, "sha256": "0" * 64} for name in ("model.onnx", "labels.txt")],
                "labels": "labels.txt",
                "preprocessing": {"name": "stretch", "parameters": {"side": 224}},
                "postprocessing": after,
                **more,
            }
        )
    )


def outputs(*shapes: tuple[int, ...]) -> list[TensorSpec]:
    return [TensorSpec(f"y{n}", np.dtype(np.float32), shape) for n, shape in enumerate(shapes)]


SCORES = manifest("classification", {"name": "scores"})
YOLO = manifest("detection", {"name": "yolo-v8"})
BY_NUMBER = manifest(
    "detection", {"name": "boxes", "parameters": {"boxes": "y0", "scores": "y1", "classes": "y2"}}
)


@pytest.mark.parametrize("batch", [-1, 1])
@pytest.mark.parametrize(
    ("model", "shapes", "count"),
    [
        (SCORES, [(2,)], 2),
        (SCORES, [(1280,), (2,)], 2),
        (YOLO, [(84, 8400)], 80),
        (BY_NUMBER, [(100, 4), (100,), (100,)], 80),
        (YOLO, [(-1, 8400)], 80),
    ],
)
def test_labels_that_fit_are_taken(model: Manifest, shapes: Any, count: int, batch: int) -> None:
    labels = [f"breed {n}" for n in range(count)]
    check_tensors(model, INPUTS, outputs(*((batch, *shape) for shape in shapes)), labels)


@pytest.mark.parametrize("batch", [-1, 1])
@pytest.mark.parametrize("count", [1, 3])
def test_more_or_fewer_labels_than_values_are_refused(count: int, batch: int) -> None:
    labels = [f"breed {n}" for n in range(count)]
    with pytest.raises(ManifestError, match=f"labels.txt has {count} lines, no output has as many values"):
        check_tensors(SCORES, INPUTS, outputs((batch, 2)), labels)


def test_a_threshold_of_no_label_is_refused() -> None:
    model = manifest("classification", {"name": "scores"}, thresholds={"label:zebra": 0.5})
    with pytest.raises(ManifestError, match=r"labels\.txt has no such label: threshold label:zebra"):
        check_tensors(model, INPUTS, outputs((-1, 2)), ["poodle", "beagle"])
