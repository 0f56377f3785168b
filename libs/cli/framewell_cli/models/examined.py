"""What the mesh found in a model folder, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from framewell.inference.v1.inference_service_pb2 import ModelExamination, ModelTensor
from framewell.media.v1.media_pb2 import Observation


def examination_document(found: ModelExamination) -> dict[str, Any]:
    """Return an examination as JSON has it."""
    return {
        "inputs": [_tensor(one) for one in found.inputs],
        "outputs": [_tensor(one) for one in found.outputs],
        "opset": found.opset,
        "operators": list(found.operators),
        "parameters": found.parameters,
        "run_seconds": found.run_seconds,
    }


def examination_rows(found: ModelExamination) -> list[tuple[str, str]]:
    """Return an examination as names and values."""
    run = f"{found.run_seconds * 1000:.1f} ms" if found.run_seconds else "not tried: its shapes leave it open"
    return [
        ("takes", _tensors(found.inputs)),
        ("gives", _tensors(found.outputs)),
        ("opset", str(found.opset)),
        ("operators", ", ".join(found.operators)),
        ("weights", f"{found.parameters:,} numbers"),
        ("one run", run),
    ]


def observation_document(seen: Observation) -> dict[str, Any]:
    """Return an observation in a picture as JSON has it; the box in percent of the picture, empty for all."""
    box = seen.box
    place = f"{box.x:.0%} {box.y:.0%} {box.width:.0%} {box.height:.0%}" if seen.HasField("box") else ""
    return {"kind": seen.kind, "score": seen.score, "label": seen.label, "text": seen.text, "box": place}


def _tensor(one: ModelTensor) -> dict[str, Any]:
    return {"name": one.name, "dtype": one.dtype, "shape": list(one.shape)}


def _tensors(tensors: Iterable[ModelTensor]) -> str:
    shapes = (
        f"{one.name} {one.dtype}[{', '.join('any' if size == -1 else str(size) for size in one.shape)}]"
        for one in tensors
    )
    return "; ".join(shapes)
