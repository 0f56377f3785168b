"""Long asynchronous listings, taken a batch at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final, TypeVar

T = TypeVar("T")

BATCH: Final = 100


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
