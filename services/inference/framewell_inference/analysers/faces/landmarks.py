"""dlib's 5-point shape predictor in numpy: regression trees over pixel differences.

Kazemi & Sullivan, "One millisecond face alignment with an ensemble of regression trees", CVPR 2014.
Agrees with dlib 20.0.1 within rounding (half a pixel on nearly all faces). dlib itself is not used:
its wheels are built from source on most machines.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from framewell_inference.domain.pictures import Array, Float, Picture, PixelBox


@dataclass(frozen=True, slots=True)
class ShapePredictor:
    """C cascades of T trees with S splits each, over P sampled pixels; arrays as the converter names them."""

    mean_shape: Float
    first_pixel: Array
    second_pixel: Array
    threshold: Float
    leaf: Float
    anchor: Array
    offset: Float

    @staticmethod
    def load(path: Path) -> ShapePredictor:
        with np.load(path, allow_pickle=False) as arrays:
            return ShapePredictor.of({name: arrays[name] for name in arrays.files})

    @staticmethod
    def of(arrays: Mapping[str, Array]) -> ShapePredictor:
        return ShapePredictor(**{name: arrays[name] for name in ShapePredictor.__dataclass_fields__})

    def __call__(self, picture: Picture, box: PixelBox) -> Array:
        """Return five points [5, 2] in pixels.

        Outer and inner corner of the image-right eye, the same of the image-left eye, base of the nose.
        """
        blue, green, red = np.moveaxis(picture, 2, 0)
        grey = ((blue.astype(np.uint16) + green + red) // 3).astype(np.float32)
        scale = np.array([box.width - 1, box.height - 1])
        origin = np.array([box.x, box.y])
        mean = self.mean_shape.astype(np.float64)
        shape = mean.copy()
        for cascade in range(len(self.leaf)):
            turn = similarity(mean, shape)[:, :2]
            anchors = shape[self.anchor[cascade]] + self.offset[cascade] @ turn.T
            values = _sample(grey, anchors * scale + origin)
            shape = shape + self._leaves(cascade, values).sum(axis=0).reshape(-1, 2)
        points: Array = shape * scale + origin
        return points

    def _leaves(self, cascade: int, values: Float) -> Float:
        """Return the leaf every tree ends in, [T, 10]. A brighter first pixel goes to the left child."""
        first, second, threshold = (
            table[cascade].ravel() for table in (self.first_pixel, self.second_pixel, self.threshold)
        )
        splits = self.first_pixel.shape[2]
        trees = np.arange(self.first_pixel.shape[1])
        node = np.zeros(len(trees), np.int64)
        while node[0] < splits:  # the trees are complete: all reach their leaves at the same depth
            at = trees * splits + node
            difference = values.take(first.take(at)) - values.take(second.take(at))
            node = 2 * node + 1 + (difference <= threshold.take(at))
        leaves: Float = self.leaf[cascade][trees, node - splits]
        return leaves


def similarity(source: Array, target: Array) -> Array:
    """Return the least-squares rotation, uniform scale and shift of `source` to `target` points, 2x3.

    In the plane a rotation with a scale is one complex number, and least squares need no more than a quotient
    (the solution of Umeyama, IEEE PAMI 1991, which mirrors nothing).
    """
    source_mean, target_mean = source.mean(axis=0), target.mean(axis=0)
    (x, y), (u, v) = (source - source_mean).T, (target - target_mean).T
    length = x @ x + y @ y
    cosine, sine = (x @ u + y @ v) / length, (x @ v - y @ u) / length
    turn = np.array([(cosine, -sine), (sine, cosine)])
    return np.hstack([turn, (target_mean - turn @ source_mean)[:, None]])


def _sample(grey: Float, points: Array) -> Float:
    """Return the values at the nearest pixels, 0 outside."""
    column, row = np.rint(points).astype(np.int64).T
    inside = (column >= 0) & (column < grey.shape[1]) & (row >= 0) & (row < grey.shape[0])
    values = np.zeros(len(points), np.float32)
    values[inside] = grey[row[inside], column[inside]]
    return values
