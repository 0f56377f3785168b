"""Pictures as a declared model takes them: `stretch`, `letterbox` and `centre-crop`, as its manifest says.

What the names and their parameters mean stands in `framewell_models.processing`; here is the arithmetic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np

from framewell_inference.domain.pictures import Array, Picture, PixelBox
from framewell_models.manifest import Step

LETTERBOX: Final = "letterbox"
CENTRE_CROP: Final = "centre-crop"


@dataclass(frozen=True, slots=True)
class Fitting:
    """Where the pixels of a picture went: network x = picture x * `scale_x` + `left`, and the same for y."""

    scale_x: float
    scale_y: float
    left: float
    top: float

    def back(self, box: PixelBox) -> PixelBox:
        """Return a box in pixels of the network's input as one in pixels of the picture."""
        return PixelBox(
            (box.x - self.left) / self.scale_x,
            (box.y - self.top) / self.scale_y,
            box.width / self.scale_x,
            box.height / self.scale_y,
        )


@dataclass(frozen=True, slots=True)
class PictureStep:
    """A preprocessing step of pictures with all its parameters.

    A value is (pixel * `scale` - `mean`) / `std`, by channel in the network's own order.
    """

    name: str
    width: int
    height: int
    grey: bool
    rgb: bool
    channels_last: bool
    scale: float
    mean: tuple[float, ...]
    std: tuple[float, ...]
    centred: bool
    fill: int
    resize: int

    @staticmethod
    def of(step: Step) -> PictureStep:
        """Return the step that a manifest declares."""
        given = step.parameters
        return PictureStep(
            name=step.name,
            width=given["width"],
            height=given["height"],
            grey=given["colour"] == "grey",
            rgb=given["colour"] == "rgb",
            channels_last=given["layout"] == "nhwc",
            scale=given["scale"],
            mean=tuple(given["mean"]),
            std=tuple(given["std"]),
            centred=given.get("anchor") == "centre",
            fill=round(given.get("fill", 0)),
            resize=given.get("resize", 0),
        )

    def __call__(self, pictures: Sequence[Picture], dtype: np.dtype[Any]) -> Array:
        """Return the rows of a network's input."""
        pixels = np.stack([self._fitted(picture) for picture in pictures])
        if self.grey:
            pixels = np.stack([cv2.cvtColor(one, cv2.COLOR_BGR2GRAY) for one in pixels])[..., None]
        elif self.rgb:
            pixels = pixels[..., ::-1]
        values = self._scaled(pixels, dtype)
        rows = values if self.channels_last else values.transpose(0, 3, 1, 2)
        return np.ascontiguousarray(rows, dtype=dtype)

    def fitting(self, picture: Picture) -> Fitting:
        """Return where the pixels of a picture go."""
        width, height = self._inner_size(picture)
        left, top = 0, 0
        if self.name == CENTRE_CROP or (self.name == LETTERBOX and self.centred):
            left, top = _half(self.width - width), _half(self.height - height)
        return Fitting(width / picture.shape[1], height / picture.shape[0], left, top)

    def _scaled(self, pixels: Array, dtype: np.dtype[Any]) -> Array:
        mean, std = np.array(self.mean, np.float32), np.array(self.std, np.float32)
        values = (pixels.astype(np.float32) * np.float32(self.scale) - mean) / std
        return np.asarray(values if dtype.kind == "f" else np.rint(values))

    def _inner_size(self, picture: Picture) -> tuple[int, int]:
        """Return width and height that a picture is scaled to, before it is filled up or cut."""
        height, width = picture.shape[:2]
        if self.name == LETTERBOX:
            scale = min(self.width / width, self.height / height)
            return max(1, round(width * scale)), max(1, round(height * scale))
        if self.name == CENTRE_CROP:
            scale = max(self.resize / min(width, height), self.width / width, self.height / height)
            return max(self.width, round(width * scale)), max(self.height, round(height * scale))
        return self.width, self.height

    def _fitted(self, picture: Picture) -> Picture:
        """Return a picture in the size of the network's input: filled up, or its middle."""
        inner, place = _resized(picture, *self._inner_size(picture)), self.fitting(picture)
        left, top = int(place.left), int(place.top)
        if self.name == LETTERBOX:
            frame = np.full((self.height, self.width, 3), self.fill, np.uint8)
            frame[top : top + inner.shape[0], left : left + inner.shape[1]] = inner
            return frame
        return inner[-top : self.height - top, -left : self.width - left]


def _half(rest: int) -> int:
    """Return half of what is left over, towards zero."""
    return rest // 2 if rest >= 0 else -(-rest // 2)


def _resized(picture: Picture, width: int, height: int) -> Picture:
    smaller = width < picture.shape[1] or height < picture.shape[0]
    how = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, (width, height), interpolation=how), np.uint8)
