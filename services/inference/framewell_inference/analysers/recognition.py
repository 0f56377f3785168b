"""An identity model at work: from the vectors of a chunk to a decision per face track."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from framewell_inference.domain.identity import NOBODY, Identity, IdentityThresholds, identify
from framewell_inference.domain.pictures import Float
from framewell_inference.domain.tracks import FaceTrack
from framewell_inference.ports.models import Model
from framewell_models.manifest import Manifest, ManifestError, ModelRef

INPUT: Final = "embedding"
OUTPUT: Final = "distance"


@dataclass(frozen=True, slots=True)
class FaceIdentifier:
    """The IdentityModel port over a loaded graph: `embedding` [N, D] in, `distance` [N, classes] out."""

    model: Model
    thresholds: IdentityThresholds
    embedding: ModelRef

    @staticmethod
    def over(model: Model) -> FaceIdentifier:
        """Check that graph and manifest fit each other. Raises ManifestError when they do not."""
        manifest = model.manifest
        if manifest.task != "identity" or manifest.embedding is None:
            raise ManifestError(f"{manifest.ref}: not an identity model")
        _require(manifest, [spec.name for spec in model.inputs], INPUT, "input")
        _require(manifest, [spec.name for spec in model.outputs], OUTPUT, "output")
        return FaceIdentifier(model, IdentityThresholds.of(manifest), manifest.embedding)

    @property
    def ref(self) -> ModelRef:
        return self.model.manifest.ref

    def identify(self, vectors: Float, tracks: Sequence[FaceTrack]) -> list[Identity]:
        if not len(vectors) or not tracks:
            return [NOBODY for _ in tracks]
        distances = self.model.run({INPUT: np.ascontiguousarray(vectors, np.float32)})[OUTPUT]
        classes = self.model.manifest.classes
        return [
            identify(distances[list(track.rows)], track.sides, classes, self.thresholds)
            if track.rows
            else NOBODY
            for track in tracks
        ]


def _require(manifest: Manifest, names: list[str], wanted: str, kind: str) -> None:
    if wanted not in names:
        raise ManifestError(f"{manifest.ref}: the graph has no {kind} called {wanted!r}, only {names}")
