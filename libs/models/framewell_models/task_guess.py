"""The task that a graph has by the shapes of its tensors, as far as they say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

CHANNELS: Final = (1, 3)
"""Sizes of an axis that are the channels of a picture."""

SHORTEST_SOUND: Final = 1000
"""Fewest samples of an input that is sound."""

_MOST_LABELS: Final = 2000
_MOST_BOX_OUTPUTS: Final = 4
_LENGTHS: Final = frozenset({128, 256, 512, 768, 1024, 1280, 1536})
"""Usual lengths of vectors."""


@dataclass(frozen=True, slots=True)
class GraphTensor:
    """An input or output of a graph; -1 is a free size."""

    name: str
    dtype: str
    shape: tuple[int, ...]

    @property
    def document(self) -> dict[str, Any]:
        return {"name": self.name, "dtype": self.dtype, "shape": list(self.shape)}


def _is_picture(tensor: GraphTensor) -> bool:
    return len(tensor.shape) == 4 and any(size in CHANNELS for size in (tensor.shape[1], tensor.shape[3]))


def _is_sound(tensor: GraphTensor) -> bool:
    longest = max(tensor.shape, default=0)
    named = any(word in tensor.name.lower() for word in ("wave", "audio", "sound", "samples", "pcm"))
    return len(tensor.shape) in {1, 2} and (longest >= SHORTEST_SOUND or (named and -1 in tensor.shape))


def likely_task(inputs: Sequence[GraphTensor], outputs: Sequence[GraphTensor], labels: Sequence[str]) -> str:
    """Return the task that tensors of these shapes have; empty where none is likely."""
    if not inputs or not outputs or not _is_picture(inputs[0]):
        return "sequence" if inputs and outputs and _is_sound(inputs[0]) else ""
    first = outputs[0].shape
    if labels and of_labels(outputs, labels) is not None:
        return "classification"
    if boxes_of(outputs) is not None or box_form(outputs[0]):
        return "detection"
    if len(first) == 4:
        return "segmentation" if min(first[2], first[3]) != 1 else "embedding"
    few = len(first) == 2 and 0 < first[1] <= _MOST_LABELS and first[1] not in _LENGTHS
    return "" if len(first) != 2 else "classification" if labels or few else "embedding"


def of_labels(outputs: Sequence[GraphTensor], labels: Sequence[str]) -> GraphTensor | None:
    """Return the output that has a value for each label."""
    return next((one for one in outputs if len(one.shape) == 2 and one.shape[1] == len(labels)), None)


def boxes_of(outputs: Sequence[GraphTensor]) -> GraphTensor | None:
    """Return the output with the boxes, where boxes and scores are outputs of their own."""
    found = [one for one in outputs if one.shape[-1:] == (4,) and len(one.shape) in {2, 3}]
    return found[0] if len(found) == 1 and 1 < len(outputs) <= _MOST_BOX_OUTPUTS else None


def box_form(output: GraphTensor) -> str:
    """Return the form of boxes that one output of this shape has; empty for none."""
    if len(output.shape) != 3:
        return ""
    rows, columns = output.shape[1:]
    if 4 < rows < _MOST_LABELS and (columns == -1 or columns > rows):
        return "yolo-v8"
    return "yolo-v5" if 5 < columns < _MOST_LABELS and (rows == -1 or rows > columns) else ""
