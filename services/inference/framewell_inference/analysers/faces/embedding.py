"""A face embedding: aligned faces to vectors whose distances mean the same whichever embedding made them.

Two spaces have no distances between them, and their units differ. A manifest says at which distance two
faces are one person's (`thresholds: same_person`); vectors are scaled so that this is .52, as it is for the
embedding that ships. So every rule that names a distance holds in every space.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from framewell_inference.analysers.batching import run_pictures
from framewell_inference.analysers.faces.alignment import CHIP_PADDING, CHIP_SIDE, network_input
from framewell_inference.domain.face_likeness import NEAR
from framewell_inference.domain.face_spaces import describes_faces
from framewell_inference.domain.pictures import Float, Picture
from framewell_inference.ports.models import Model
from framewell_models.manifest import ManifestError, ModelRef

ALIGNMENT: Final = "dlib-chip"
"""The alignment there is: dlib's square around the face, by its five points."""

LEAST_SIDE, MOST_SIDE = 32, 512
MOST_DIMENSIONS: Final = 2048


@dataclass(frozen=True, slots=True)
class FaceEmbedding:
    """A loaded graph that takes RGB chips 0..255, [N, 3, side, side], and gives a vector for each."""

    model: Model
    input: str
    output: str
    side: int
    dimensions: int
    unit_length: bool
    scale: float

    @staticmethod
    def over(model: Model) -> FaceEmbedding:
        """Check that graph and manifest fit each other. Raises ManifestError when they do not."""
        manifest = model.manifest
        if not describes_faces(manifest):
            raise ManifestError(f"{manifest.ref}: no face embedding of the analyser faces")
        before, after = manifest.preprocessing, manifest.postprocessing
        if before is None or before.name != ALIGNMENT:
            raise ManifestError(f"{manifest.ref}: preprocessing of a face embedding is {ALIGNMENT!r}")
        side = _side(manifest.ref, before.parameters.get("side", CHIP_SIDE))
        if before.parameters.get("padding", CHIP_PADDING) != CHIP_PADDING:
            raise ManifestError(f"{manifest.ref}: {ALIGNMENT} has a padding of {CHIP_PADDING}")
        taken, given = model.inputs[0], model.outputs[0]
        if len(taken.shape) != 4 or any(
            have not in (want, -1) for have, want in zip(taken.shape[1:], (3, side, side), strict=True)
        ):
            raise ManifestError(
                f"{manifest.ref}: its input is {list(taken.shape)}, a face is [-1, 3, {side}, {side}]"
            )
        dimensions = given.shape[-1] if len(given.shape) == 2 else 0
        if not 2 <= dimensions <= MOST_DIMENSIONS:
            raise ManifestError(
                f"{manifest.ref}: its output is {list(given.shape)}, a vector [-1, dimensions] of 2 to"
                f" {MOST_DIMENSIONS} numbers a face is needed"
            )
        same = manifest.thresholds.get("same_person", NEAR)
        if same <= 0:
            raise ManifestError(f"{manifest.ref}: same_person is a distance above 0, not {same:g}")
        unit_length = bool(after.parameters.get("normalise", False)) if after is not None else False
        return FaceEmbedding(model, taken.name, given.name, side, dimensions, unit_length, NEAR / same)

    @property
    def ref(self) -> ModelRef:
        return self.model.manifest.ref

    def __call__(self, chips: Sequence[Picture]) -> list[Float]:
        """Return one vector [dimensions] a chip. Blocks. Raises what running a model raises."""
        if not chips:
            return []
        sized = chips if self.side == CHIP_SIDE else [_resized(chip, self.side) for chip in chips]
        vectors = run_pictures(self.model, self.input, sized, network_input)[self.output]
        if self.unit_length:
            vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        return list(vectors if self.scale == 1 else (vectors * np.float32(self.scale)).astype(np.float32))


def _side(ref: ModelRef, value: object) -> int:
    if not isinstance(value, int) or not LEAST_SIDE <= value <= MOST_SIDE:
        raise ManifestError(f"{ref}: the side of a chip is {LEAST_SIDE} to {MOST_SIDE} pixels, not {value}")
    return value


def _resized(chip: Picture, side: int) -> Picture:
    how = cv2.INTER_AREA if side < CHIP_SIDE else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(chip, (side, side), interpolation=how), np.uint8)
