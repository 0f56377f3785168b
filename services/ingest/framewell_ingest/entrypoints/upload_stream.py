"""Streams of uploads: a header, then bytes, within a pace."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Final, TypeVar

from framewell.ingest.v1 import ingest_service_pb2 as pb
from framewell_contracts.sentences import say
from framewell_ingest.ports import Checksum, Upload
from framewell_kit.outcomes import Rejected
from framewell_kit.pace import Pace, Stalled

M = TypeVar("M", pb.UploadRequest, pb.AppendUploadRequest)

ALGORITHMS: Final = {"sha1": 20, "sha256": 32}
"""Checksums that are taken, with the bytes of their digests."""


def upload_pace() -> Pace:
    """Return how slowly an upload may arrive: slower than at REST, which answers its own caller first."""
    return Pace(stall_seconds=60.0, grace_seconds=120.0)


async def opened(messages: AsyncIterator[M], pace: Pace) -> tuple[Any, AsyncIterator[bytes]]:
    """Return the header of a stream, and the bytes behind it as they arrive.

    Raises Rejected for a stream of another order, also while its bytes are read, and for one that stalls.
    """
    parts = aiter(messages)
    first = await _arrived(parts, pace)
    if first is None or first.WhichOneof("part") != "header":
        raise Rejected(say("no_header.upload", "the first message of an upload is its header"))
    return first.header, _pieces(parts, pace)


async def _pieces(parts: AsyncIterator[M], pace: Pace) -> AsyncIterator[bytes]:
    while (message := await _arrived(parts, pace)) is not None:
        if message.WhichOneof("part") != "data":
            raise Rejected(say("second_header.upload", "behind the header of an upload there is only data"))
        yield message.data


async def _arrived(parts: AsyncIterator[M], pace: Pace) -> M | None:
    """Return the next part, None behind the last. Raises Rejected when it does not come in time."""
    try:
        return await pace.arrives(anext(parts, None), lambda part: b"" if part is None else part.data)
    except Stalled as stalled:
        raise Rejected(
            say("stalled.upload", "the upload is not complete: {why}", why=stalled.reason)
        ) from None


def checksum_of(header: pb.AppendHeader) -> Checksum | None:
    """Return the checksum that a header announces, None for none. Raises Rejected for another kind."""
    if not header.checksum_algorithm:
        return None
    if ALGORITHMS.get(header.checksum_algorithm) != len(header.checksum):
        taken = ", ".join(f"{name} ({size} bytes)" for name, size in ALGORITHMS.items())
        raise Rejected(say("bad_checksum", "this is no checksum that is taken: {taken}", taken=taken))
    return Checksum(header.checksum_algorithm, header.checksum)


def upload_message(upload: Upload) -> pb.ResumableUpload:
    """Return an upload as it is answered."""
    message = pb.ResumableUpload(uri=upload.uri, size=upload.size, offset=upload.offset, sha256=upload.sha256)
    message.expires_at.FromDatetime(upload.expires_at)
    return message
