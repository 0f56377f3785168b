"""Long listings and long runs of pictures, taken a batch at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Final, TypeVar

from framewell_inference.domain.pictures import Frame

T = TypeVar("T")

BATCH: Final = 100

FRAMES: Final = 16
"""Most pictures in a batch: four chunks of them fill what a GPU takes at once."""

PIXELS: Final = 16_000_000
"""Most pixels in a batch, 48 MB as bytes: 17 pictures of 1280x720, 1 of 24 megapixels."""


async def batched(items: AsyncIterator[T], size: int = BATCH) -> AsyncIterator[list[T]]:
    """Yield the items in lists of `size`, the last one shorter."""
    batch: list[T] = []
    async for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def in_batches(frames: Iterable[Frame]) -> Iterator[list[Frame]]:
    """Yield the frames in lists of at most FRAMES frames and PIXELS pixels, one frame at the least."""
    batch: list[Frame] = []
    pixels = 0
    for frame in frames:
        size = frame.width * frame.height
        if batch and (len(batch) == FRAMES or pixels + size > PIXELS):
            yield batch
            batch, pixels = [], 0
        batch.append(frame)
        pixels += size
    if batch:
        yield batch
