"""An identity model at work: from the vectors of faces to a decision per face track."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from framewell_inference.domain.identity import NOBODY, Identity, IdentityThresholds, identify
from framewell_inference.domain.one_name_a_frame import named_once, without_doubles
from framewell_inference.domain.pictures import Float
from framewell_inference.domain.postings import Decide, PostingSet, PostingTable
from framewell_inference.domain.track_decisions import Nearest, Tracks, nearest_classes, tracks_of
from framewell_inference.domain.tracks import FaceTrack
from framewell_inference.domain.vectors import VectorTable
from framewell_inference.ports.models import IdentityModel, Model
from framewell_models.manifest import Manifest, ManifestError, ModelRef

INPUT: Final = "embedding"
OUTPUT: Final = "distance"

PIECE_VALUES: Final = 1 << 22
"""So many distances are in memory at once: 16 MiB."""

SAME_POINT: Final = 1e-4
"""Points of two graphs that lie nearer are one: single precision, and the arithmetic that finds them."""


@dataclass(frozen=True, slots=True, eq=False)
class FaceIdentifier:
    """The IdentityModel port over a loaded graph: `embedding` [N, D] in, `distance` [N, classes] out.

    `points` are the classes' places where the graph is no more than Euclidean distances to one point each, as
    that of a centroid is: then many faces are compared by one matrix product.
    """

    model: Model
    thresholds: IdentityThresholds
    embedding: ModelRef
    points: Float | None

    @staticmethod
    def over(model: Model) -> FaceIdentifier:
        """Check that graph and manifest fit each other. Raises ManifestError when they do not."""
        manifest = model.manifest
        if manifest.task != "identity" or manifest.embedding is None:
            raise ManifestError(f"{manifest.ref}: not an identity model")
        _require(manifest, [spec.name for spec in model.inputs], INPUT, "input")
        _require(manifest, [spec.name for spec in model.outputs], OUTPUT, "output")
        return FaceIdentifier(model, IdentityThresholds.of(manifest), manifest.embedding, _points(model))

    @property
    def ref(self) -> ModelRef:
        return self.model.manifest.ref

    @property
    def classes(self) -> tuple[str, ...]:
        return self.model.manifest.classes

    def identify(self, vectors: Float, tracks: Sequence[FaceTrack]) -> list[Identity]:
        if not len(vectors) or not tracks:
            return [NOBODY for _ in tracks]
        distances = self._distances(vectors)
        decided = [
            identify(distances[list(track.rows)], track.sides, self.classes, self.thresholds)
            if track.rows
            else NOBODY
            for track in tracks
        ]
        return named_once(decided, [track.frames for track in tracks])

    def decide(
        self, table: VectorTable, before: tuple[IdentityModel, PostingSet] | None = None
    ) -> PostingTable:
        tracks = tracks_of(table)
        nearest = self._from_before(table, tracks, before) if before else None
        if nearest is None:
            nearest = self._nearest(table, tracks, range(len(self.classes)))
        return without_doubles(self._decided(table, tracks, nearest), table)

    def _decided(self, table: VectorTable, tracks: Tracks, nearest: Nearest) -> PostingTable:
        chunks = tuple((one.asset_id, one.chunk_id) for one in table.sets)
        return Decide(self.thresholds)(chunks, self.classes, tracks.codes, tracks.numbers, nearest)

    def _from_before(
        self, table: VectorTable, tracks: Tracks, before: tuple[IdentityModel, PostingSet]
    ) -> Nearest | None:
        """Return nearest classes where nothing but classes was added since a version; None where more was."""
        old, kept = before
        if not isinstance(old, FaceIdentifier) or self.points is None or old.points is None:
            return None
        new = {name: column for column, name in enumerate(self.classes)}
        places = [new.get(name, -1) for name in old.classes]
        if -1 in places or not np.allclose(self.points[places], old.points, rtol=0, atol=SAME_POINT):
            return None
        rows = kept.rows_of(self._decided(table, tracks, Nearest.none(len(tracks))))
        columns, seconds = kept.together("columns"), kept.together("seconds")
        # What was erased since has no class, and what was kept by chunk has no second one.
        if (rows < 0).any() or (columns[rows] < 0).any() or np.isnan(seconds[rows]).any():
            return None
        by_table = [np.array([new.get(name, -1) for name in one.classes], np.int32) for one in kept.tables]
        renamed = np.concatenate(
            [names[one.columns] for names, one in zip(by_table, kept.tables, strict=True)]
        )
        same = Nearest(renamed[rows], kept.together("distances")[rows], seconds[rows])
        added = sorted(set(range(len(self.classes))) - set(places))
        return same.or_nearer(self._nearest(table, tracks, added)) if added else same

    def _nearest(self, table: VectorTable, tracks: Tracks, columns: Sequence[int]) -> Nearest:
        """Return the nearest of these classes to each track, a piece at a time."""
        if not len(columns) or not len(tracks):
            return Nearest.none(len(tracks))
        chosen = np.array(columns, np.int32)
        found = []
        for begin, end in tracks.pieces(max(1, PIECE_VALUES // len(chosen))):
            first = tracks.starts[begin]
            rows = tracks.rows[first : tracks.starts[end] if end < len(tracks) else len(tracks.rows)]
            squares = self._squares(table.vectors[rows].astype(np.float32), chosen)
            found.append(nearest_classes(squares, tracks.starts[begin:end] - first))
        return Nearest(
            chosen[np.concatenate([one.columns for one in found])],
            np.concatenate([one.distances for one in found]),
            np.concatenate([one.seconds for one in found]),
        )

    def _squares(self, vectors: Float, columns: NDArray[np.int32]) -> Float:
        """Return squared distances [faces, columns]."""
        if self.points is None:
            return np.square(self._distances(vectors)[:, columns])
        points = self.points[columns]
        # One product gives |x|^2 + |p|^2 - 2 x.p: both squares are columns of their own.
        left = np.concatenate([vectors, _squared(vectors), np.ones((len(vectors), 1), np.float32)], axis=1)
        right = np.concatenate([-2 * points, np.ones((len(points), 1), np.float32), _squared(points)], axis=1)
        squares: Float = left @ right.T
        return np.maximum(squares, 0, out=squares)

    def _distances(self, vectors: Float) -> Float:
        distances: Float = self.model.run({INPUT: np.ascontiguousarray(vectors, np.float32)})[OUTPUT]
        return distances


def _squared(vectors: Float) -> Float:
    squares: Float = np.einsum("ij,ij->i", vectors, vectors)[:, None]
    return squares


def _points(model: Model) -> Float | None:
    """Return the points whose Euclidean distances a graph computes, None for a graph that does anything else.

    |x - p|^2 at 0 and at the unit vectors gives p; that it is all the graph does is asked of random vectors.
    """
    dimensions = next(spec for spec in model.inputs if spec.name == INPUT).shape[-1]
    if dimensions <= 0:
        return None

    def distances(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(model.run({INPUT: vectors.astype(np.float32)})[OUTPUT], np.float64)

    origin = np.square(distances(np.zeros((1, dimensions))))
    units = np.square(distances(np.eye(dimensions)))
    points = ((origin - units + 1) / 2).T
    asked = np.random.default_rng(0).standard_normal((64, dimensions))
    asked = np.concatenate([asked * 0.1, asked * 0.3, points[:64]])
    lengths = (asked**2).sum(axis=1)[:, None] + (points**2).sum(axis=1)
    expected = np.sqrt(np.maximum(lengths - 2 * asked @ points.T, 0))
    if not np.isfinite(points).all() or np.abs(distances(asked) - expected).max(initial=0) > 1e-3:
        return None
    return np.ascontiguousarray(points, np.float32)


def _require(manifest: Manifest, names: list[str], wanted: str, kind: str) -> None:
    if wanted not in names:
        raise ManifestError(f"{manifest.ref}: the graph has no {kind} called {wanted!r}, only {names}")
