"""Jobs on originals that are far away: with the bytes that they need, and no others."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from framewell.media.v1.media_pb2 import ByteRange
from framewell_kit.objects.sparse import SparseCopy
from framewell_media.errors import JobFailed
from framewell_media.sparse_reader import ABSENT, SPARSE

HEAD_BYTES: Final = 128 << 10
TAIL_BYTES: Final = 128 << 10
"""Decoding ends behind the last packet of a chunk: a picture may have a second field."""

Run = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]


async def run_on_part(source: SparseCopy, wanted: ByteRange | None, run: Run) -> dict[str, Any]:
    """Return what a job answers that reads `source`, whose bytes are fetched as it finds them missing.

    The head of the file and the bytes that are `wanted` are there before it begins. `run` takes parameters
    that the job needs besides its own, and starts it anew each time. Raises JobFailed for an answer that
    names bytes which the file does not have.
    """
    await source.fill(0, HEAD_BYTES)
    if wanted is not None:
        await source.fill(wanted.offset, wanted.length + TAIL_BYTES)
    while True:
        answer = await run({SPARSE: not source.whole})
        absent = answer.get(ABSENT)
        if absent is None:
            return answer
        await source.supply(*_checked(absent, source.size))


def _checked(absent: Any, size: int) -> tuple[int, int]:
    """Return offset and length as a child named them, which may have been taken over."""
    if (
        not isinstance(absent, list)
        or len(absent) != 2
        or not all(type(number) is int for number in absent)
        or not (0 <= absent[0] < size and 0 < absent[1] <= size - absent[0])
    ):
        raise JobFailed("the job named bytes that the file does not have")
    return absent[0], absent[1]
