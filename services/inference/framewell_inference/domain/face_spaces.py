"""Which embeddings describe faces: one is in force, others beside it; vectors of two are never compared.

An embedding is in force together with the identity models that read it: it changes when they do, in the one
write that puts another version of them in force.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from framewell_inference.domain.observations import Findings, FractionBox, Observation
from framewell_inference.domain.pictures import Float
from framewell_inference.domain.tracks import FACES
from framewell_models.manifest import Manifest, ModelRef

TASK: Final = "face-embedding"
"""Task of a model that describes aligned faces."""

SAME_BOX: Final = 0.5
"""Least overlap of the boxes of one face that was found twice in the same picture."""


def describes_faces(manifest: Manifest) -> bool:
    """Return whether a model is an embedding of the analyser `faces`."""
    return manifest.task == TASK and manifest.analyser == FACES


def in_force(read: Sequence[ModelRef], shipped: ModelRef) -> ModelRef:
    """Return the embedding that most identity models in force read, the shipped one while none is.

    `read` has one entry an identity model; of several that as many read it is the first by name.
    """
    counts = Counter(read)
    return min(counts, key=lambda ref: (-counts[ref], str(ref)), default=shipped)


@dataclass(frozen=True, slots=True)
class SpacesNow:
    """The embedding in force, and the others that describe every face beside it, in order of name."""

    in_force: ModelRef
    beside: tuple[ModelRef, ...] = ()

    @staticmethod
    def of(current: ModelRef, wanted: Iterable[ModelRef]) -> SpacesNow:
        """Return the spaces where these others are wanted, each once."""
        return SpacesNow(current, tuple(sorted(set(wanted) - {current}, key=str)))


def described_rows(vectors: Float) -> NDArray[np.bool_]:
    """Return which rows hold a vector: what was taken away, or never described, is no number."""
    return np.asarray(np.isfinite(vectors).all(axis=1), np.bool_)


def laid_beside(kept: Findings, model: ModelRef, vectors: Float) -> Findings:
    """Return the kept findings of faces with the vectors of another embedding, row by row.

    Observations, ordinals and track numbers stay. A face whose vector was taken away, and one that the
    embedding could not describe (no numbers), has none in either space.
    """
    there = described_rows(vectors)
    if kept.vectors is not None:
        there = there & described_rows(kept.vectors)
    used = {one.vector for one in kept.observations if one.vector is not None}
    blank = [row for row in range(len(vectors)) if not there[row] or row not in used]
    described = vectors.astype(np.float32, copy=True)
    described[blank] = np.nan
    gone = set(blank)
    observations = tuple(
        replace(one, vector=None) if one.vector in gone else one for one in kept.observations
    )
    return Findings(kept.analyser, model, observations, described)


def rows_of(kept: Findings, looked: Findings) -> Float:
    """Return the vectors of a second look at the same pictures, laid out by the rows of the first.

    Faces are the same where their boxes overlap most in the same picture. A row without such a face holds
    no numbers.
    """
    assert kept.vectors is not None
    assert looked.vectors is not None
    rows = np.full((len(kept.vectors), looked.vectors.shape[1]), np.nan, np.float32)
    seen: dict[tuple[int, int] | None, list[Observation]] = {}
    for one in looked.observations:
        if one.vector is not None:
            seen.setdefault(one.moment, []).append(one)
    for one in kept.observations:
        others = seen.get(one.moment, [])
        if one.vector is None or not others:
            continue
        best = max(others, key=lambda other: _overlap(one.box, other.box))
        if _overlap(one.box, best.box) >= SAME_BOX and best.vector is not None:
            rows[one.vector] = looked.vectors[best.vector]
            others.remove(best)
    return rows


def _overlap(one: FractionBox | None, other: FractionBox | None) -> float:
    """Return the intersection of two boxes as a share of their union."""
    if one is None or other is None:
        return 0.0
    width = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    height = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    shared = max(0.0, width) * max(0.0, height)
    union = one.width * one.height + other.width * other.height - shared
    return shared / union if union > 0 else 0.0
