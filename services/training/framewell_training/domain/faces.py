"""Photos and background faces: what a snapshot's vectors mean to a recipe.

The crops of one shot resemble each other so much that they teach and prove no more than one picture
does; so the 3-10 crops of a sample count as one photo, their mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""Rows of raw embeddings, float32 [rows, dimensions]; compared by plain Euclidean distance."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Crop:
    """One vector of a sample, as a snapshot lists it. `learned` is false for rows that only judge."""

    sample_id: str
    class_id: str
    asset_id: str
    programme: str
    learned: bool
    vector: Sequence[float] | Vectors


@dataclass(frozen=True, slots=True, eq=False)
class Photos:
    """Labelled photos, one a sample, ordered by sample id. All columns have the same length."""

    sample_ids: tuple[str, ...]
    class_ids: tuple[str, ...]
    asset_ids: tuple[str, ...]
    programmes: tuple[str, ...]
    learned: Mask
    vectors: Vectors

    @classmethod
    def of_crops(cls, crops: Iterable[Crop]) -> Self:
        """Return one photo a sample: the mean of its crops."""
        by_sample: dict[str, list[Crop]] = {}
        for crop in crops:
            by_sample.setdefault(crop.sample_id, []).append(crop)
        first = [by_sample[sample_id][0] for sample_id in sorted(by_sample)]
        means = [_mean([crop.vector for crop in by_sample[one.sample_id]]) for one in first]
        return cls(
            sample_ids=tuple(one.sample_id for one in first),
            class_ids=tuple(one.class_id for one in first),
            asset_ids=tuple(one.asset_id for one in first),
            programmes=tuple(one.programme for one in first),
            learned=np.array([one.learned for one in first], dtype=np.bool_),
            vectors=np.stack(means) if means else np.zeros((0, 0), dtype=np.float32),
        )

    def __len__(self) -> int:
        return len(self.sample_ids)

    @property
    def classes(self) -> tuple[str, ...]:
        """Return the classes that can be learned, sorted: the columns of every head made of these photos."""
        return tuple(sorted({name for name, use in zip(self.class_ids, self.learned, strict=True) if use}))

    def columns(self, classes: Sequence[str]) -> NDArray[np.int64]:
        """Return for each photo the column of its class in `classes`, -1 where it has none."""
        column = {name: index for index, name in enumerate(classes)}
        return np.array([column.get(name, -1) for name in self.class_ids], dtype=np.int64)

    def keep(self, which: Mask) -> Photos:
        """Return those of them that `which` marks."""
        rows = np.flatnonzero(which)
        return Photos(
            sample_ids=tuple(self.sample_ids[row] for row in rows),
            class_ids=tuple(self.class_ids[row] for row in rows),
            asset_ids=tuple(self.asset_ids[row] for row in rows),
            programmes=tuple(self.programmes[row] for row in rows),
            learned=self.learned[rows],
            vectors=self.vectors[rows],
        )

    def among(self, sample_ids: Iterable[str]) -> Mask:
        """Return which photos are of these samples."""
        wanted = set(sample_ids)
        return np.array([sample_id in wanted for sample_id in self.sample_ids], dtype=np.bool_)


@dataclass(frozen=True, slots=True, eq=False)
class BackgroundFaces:
    """Faces nobody has named, one row a face track, ordered by face id."""

    faces: tuple[str, ...]
    asset_ids: tuple[str, ...]
    vectors: Vectors

    @classmethod
    def of_rows(cls, rows: Iterable[tuple[str, str, Sequence[float] | Vectors]]) -> Self:
        """Return one background face per face track, the mean of its (face, asset, vector) rows."""
        by_face: dict[str, list[tuple[str, Sequence[float] | Vectors]]] = {}
        for face, asset_id, vector in rows:
            by_face.setdefault(face, []).append((asset_id, vector))
        faces = tuple(sorted(by_face))
        means = [_mean([vector for _, vector in by_face[face]]) for face in faces]
        return cls(
            faces=faces,
            asset_ids=tuple(by_face[face][0][0] for face in faces),
            vectors=np.stack(means) if means else np.zeros((0, 0), dtype=np.float32),
        )

    def __len__(self) -> int:
        return len(self.faces)

    def keep(self, which: Mask) -> BackgroundFaces:
        """Return those of them that `which` marks."""
        rows = np.flatnonzero(which)
        return BackgroundFaces(
            faces=tuple(self.faces[row] for row in rows),
            asset_ids=tuple(self.asset_ids[row] for row in rows),
            vectors=self.vectors[rows],
        )


def _mean(vectors: Sequence[Sequence[float] | Vectors]) -> Vectors:
    stacked: Vectors = np.asarray(vectors, dtype=np.float64).mean(axis=0).astype(np.float32)
    return stacked
