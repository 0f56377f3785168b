"""Tensors by name, and the check that stands before every run.

A wrong shape that reaches the runtime comes back as an unknown error, and inside a batch it would fail
its neighbours: so names, types and shapes are checked first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from framewell_inference.domain.pictures import Array


class InvalidInputError(ValueError):
    """The caller's tensors do not fit the model; the message names which and how."""


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """Name, type and shape of an input or output; -1 is a free size."""

    name: str
    dtype: np.dtype[Any]
    shape: tuple[int, ...]

    def accepts(self, shape: Sequence[int]) -> bool:
        return len(shape) == len(self.shape) and all(
            expected in {-1, actual} and actual > 0
            for expected, actual in zip(self.shape, shape, strict=True)
        )


def check_inputs(specs: Sequence[TensorSpec], inputs: Mapping[str, Array]) -> None:
    """Raise InvalidInputError unless every input is there, known, of its type and of a shape that fits."""
    expected = {spec.name for spec in specs}
    if set(inputs) != expected:
        raise InvalidInputError(f"inputs are {sorted(inputs)}, the model takes {sorted(expected)}")
    for spec in specs:
        value = inputs[spec.name]
        if value.dtype != spec.dtype:
            raise InvalidInputError(f"input {spec.name} is {value.dtype}, the model takes {spec.dtype}")
        if not spec.accepts(value.shape):
            raise InvalidInputError(
                f"input {spec.name} has shape {list(value.shape)}, the model takes {list(spec.shape)}"
            )
