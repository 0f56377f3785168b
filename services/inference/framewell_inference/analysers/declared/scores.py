"""Scores of a declared model: raw outputs to probabilities, and the labels that are sure enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from framewell_inference.domain.pictures import Array, Float
from framewell_inference.ports.calls import RunFailedError
from framewell_models.manifest import Manifest

ROUNDED: Final = 1e-3
"""By how much half precision may leave 0 to 1."""

MOST_SCORES: Final = 1_000_000
"""Scores of one picture that are looked through."""


def output_of(outputs: Mapping[str, Array], parameters: Mapping[str, Any], key: str = "output") -> Array:
    """Return the output that the manifest names, or the first one."""
    name = parameters[key]
    return outputs[name] if name else next(iter(outputs.values()))


def numbers_of(outputs: Mapping[str, Array], parameters: Mapping[str, Any]) -> Array:
    """Return the output that the manifest names. Raises RunFailedError where a value is no number.

    A score or a vector with NaN compares with nothing, and would be reported or found everywhere.
    """
    values = output_of(outputs, parameters)
    if values.dtype.kind == "f" and (np.isnan(values).any() or np.isposinf(values).any()):
        name = parameters["output"] or next(iter(outputs))
        raise RunFailedError(f"its output {name} holds values that are no numbers (NaN or infinite)")
    return values


def scores_of(outputs: Mapping[str, Array], parameters: Mapping[str, Any]) -> Float:
    """Return the scores of one picture, [labels]. Raises RunFailedError for an output of another shape."""
    values = numbers_of(outputs, parameters)
    if np.squeeze(values).ndim > 1 or values.size > MOST_SCORES:
        raise RunFailedError(
            f"its output is {list(values.shape)} for a picture: scores are one number a label"
        )
    return activated(values.ravel(), parameters["activation"])


def activated(values: Array, activation: str, *, axis: int = -1) -> Float:
    """Return values after an activation: `none`, `sigmoid` (each for itself), `softmax` (along an axis).

    Raises RunFailedError where what has no activation is no score.
    """
    values = values.astype(np.float32)
    if activation == "softmax":
        powers = np.exp(values - values.max(axis=axis, keepdims=True))
        return np.asarray(powers / powers.sum(axis=axis, keepdims=True), np.float32)
    if activation == "sigmoid":
        return np.asarray(1 / (1 + np.exp(-np.clip(values, -80, 80))), np.float32)
    if ((values < -ROUNDED) | (values > 1 + ROUNDED)).any():
        raise RunFailedError("its scores are no numbers between 0 and 1: name an activation")
    return np.clip(values, 0, 1)


def label_of(labels: Sequence[str], place: int) -> str:
    """Return the label of a place of the output; its number where the model names none."""
    return labels[place] if 0 <= place < len(labels) else str(place)


def sure_labels(scores: Float, labels: Sequence[str], manifest: Manifest, *, top: int) -> dict[str, float]:
    """Return the best `top` labels that reach their own threshold, with their scores, the best one first."""
    order = np.argsort(-scores, kind="stable")[:top]
    named: dict[str, float] = {}
    for place in order:
        named.setdefault(label_of(labels, int(place)), float(scores[place]))
    return {label: score for label, score in named.items() if score >= manifest.threshold(label)}
