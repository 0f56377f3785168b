"""Vectors as they are kept for search: tables of rows, each in one space.

A *space* is all vectors that one model version made for one analyser: no distance leads out of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from framewell.inference.v1.inference_pb2 import ObservationSet
from framewell.media.v1.media_pb2 import FaceAttributes
from framewell_inference.domain.pictures import Float
from framewell_models.manifest import ModelRef

Half = NDArray[np.float16]
"""Vectors as they are kept for search: [rows, dimensions]; the last bit is 1/2048 of a value."""

Mask = NDArray[np.bool_]

NO_TRACK: Final = -1
"""Stands for the track of what is no face."""

ROW_COLUMNS: Final[Mapping[str, type[np.generic]]] = {
    "row": np.int32,
    "ordinal": np.int32,
    "start_pts": np.int64,
    "end_pts": np.int64,
    "score": np.float32,
    "track": np.int32,
    "side": np.float32,
}
"""What is kept beside each vector: its row among the vectors of its set, the ordinal, span and score of its
observation; of a face its track in the chunk and the shorter side of its box in pixels."""


@dataclass(frozen=True, slots=True)
class VectorSpace:
    """The vectors of one model version by one analyser."""

    analyser: str
    model: ModelRef

    def __str__(self) -> str:
        return f"{self.analyser}/{self.model}"


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A vector in its space: what it is compared with is looked for there and nowhere else."""

    space: VectorSpace
    vector: Float


@dataclass(frozen=True, slots=True)
class VectorSet:
    """The observation set that vectors are of."""

    set_id: str
    asset_id: str
    chunk_id: str
    vectors_key: str
    """The object its vectors were taken from: another one means that the set was changed since."""
    kind: str = ""
    """Kind of its observations that have vectors."""
    series: str = ""
    asked_at: float = 0.0
    """When its asset was asked for, seconds since 1970; 0 where nobody said."""


@dataclass(frozen=True, eq=False)
class VectorTable:
    """Rows of vectors of several sets; all rows of a set follow each other. Not changed once made.

    `sets` are numbered by their place; `codes` holds for each row the number of its set; `columns` are those
    of `ROW_COLUMNS`. All arrays have the same length and may lie in a mapped file.
    """

    vectors: Half
    codes: NDArray[np.int32]
    columns: Mapping[str, NDArray[Any]]
    sets: tuple[VectorSet, ...]

    def __len__(self) -> int:
        return len(self.vectors)

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """Return the number of each set by its id."""
        return {one.set_id: number for number, one in enumerate(self.sets)}

    @cached_property
    def asked_at(self) -> NDArray[np.float64]:
        """Return when the asset of each set was asked for."""
        return np.array([one.asked_at for one in self.sets], np.float64)

    def numbers_by(self, attribute: str) -> Mapping[str, list[int]]:
        """Return the numbers of the sets by what they have in an attribute, made at the first question."""
        if attribute not in self._by_attribute:
            found: dict[str, list[int]] = {}
            for number, one in enumerate(self.sets):
                found.setdefault(getattr(one, attribute), []).append(number)
            self._by_attribute[attribute] = found
        return self._by_attribute[attribute]

    @cached_property
    def _by_attribute(self) -> dict[str, Mapping[str, list[int]]]:
        return {}

    def of_sets(self, numbers: Iterable[int]) -> Mask:
        """Return which rows belong to sets of these numbers."""
        wanted = np.zeros(len(self.sets), np.bool_)
        wanted[list(numbers)] = True
        rows: Mask = wanted[self.codes]
        return rows

    def keep(self, rows: Mask) -> VectorTable:
        """Return the rows that are marked, and only the sets that still have one."""
        codes = self.codes[rows]
        left, renumbered = np.unique(codes, return_inverse=True)
        return VectorTable(
            vectors=self.vectors[rows],
            codes=renumbered.astype(np.int32),
            columns={name: values[rows] for name, values in self.columns.items()},
            sets=tuple(self.sets[number] for number in left.tolist()),
        )


def concatenated(tables: Sequence[VectorTable]) -> VectorTable:
    """Return the rows of several tables with the same dimensions as one; there must be one at least."""
    offsets = np.cumsum([0, *(len(table.sets) for table in tables)])
    return VectorTable(
        vectors=np.concatenate([table.vectors for table in tables]),
        codes=np.concatenate(
            [table.codes + np.int32(offset) for table, offset in zip(tables, offsets, strict=False)]
        ),
        columns={name: np.concatenate([table.columns[name] for table in tables]) for name in ROW_COLUMNS},
        sets=tuple(one for table in tables for one in table.sets),
    )


def table_of(of: VectorSet, found: ObservationSet, vectors: Float) -> VectorTable | None:
    """Return the rows of a set that an observation names; None where none has a vector.

    What is no number was erased and is left out, and so is what is too long for half precision.
    """
    described = [
        (ordinal, one)
        for ordinal, one in enumerate(found.observations)
        if one.HasField("vector_row") and np.isfinite(vectors[one.vector_row].astype(np.float16)).all()
    ]
    if not described:
        return None
    faces = [one.face_attributes if one.HasField("face_attributes") else None for _, one in described]
    values: dict[str, list[float]] = {
        "row": [one.vector_row for _, one in described],
        "ordinal": [ordinal for ordinal, _ in described],
        "start_pts": [one.span.start_pts for _, one in described],
        "end_pts": [one.span.end_pts for _, one in described],
        "score": [one.score for _, one in described],
        "track": [NO_TRACK if face is None else face.track for face in faces],
        "side": [0.0 if face is None else _side(face) for face in faces],
    }
    rows = np.array(values["row"], np.int64)
    return VectorTable(
        vectors=vectors[rows].astype(np.float16),
        codes=np.zeros(len(rows), np.int32),
        columns={name: np.array(values[name], kind) for name, kind in ROW_COLUMNS.items()},
        sets=(replace(of, kind=described[0][1].kind),),
    )


def _side(face: FaceAttributes) -> float:
    return face.side_pixels
