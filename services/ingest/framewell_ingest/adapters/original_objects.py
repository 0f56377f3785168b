"""Originals in the object store."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from framewell.media.v1.media_pb2 import ObjectRef
from framewell_contracts.sentences import say
from framewell_ingest.domain.verdicts import TOO_LARGE, UNREADABLE, Refused, StillGrowing
from framewell_kit.object_references import ObjectReferences
from framewell_kit.objects import Objects
from framewell_media.errors import EMPTY, NO_BYTES

UNKNOWN_TYPE: Final = "application/octet-stream"
"""Media type of content that was not read yet."""


@dataclass(frozen=True, slots=True)
class OriginalObjects:
    """OriginalStore on immutable objects of at most `most_bytes`, and on references to them."""

    objects: Objects
    references: ObjectReferences
    most_bytes: int

    async def store(self, path: Path, *, may_be_empty: bool = False) -> ObjectRef:
        before = await asyncio.to_thread(path.stat)
        if before.st_size == 0 and not may_be_empty:
            raise Refused(EMPTY, NO_BYTES)
        if before.st_size > self.most_bytes:
            raise Refused(
                TOO_LARGE,
                say(
                    "original.large",
                    "The file has {size, number} bytes; this mesh takes in at most {most, number}.",
                    size=before.st_size,
                    most=self.most_bytes,
                ),
            )
        try:
            ref = await self.objects.put_file(path, media_type=UNKNOWN_TYPE)
        except PermissionError as error:
            said = say("original.not_read", "The file cannot be read: {why}.", why=error.strerror)
            raise Refused(UNREADABLE, said) from error
        after = await asyncio.to_thread(path.stat)
        if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
            raise StillGrowing(path.name, ref)
        return ref

    def local(self, ref: ObjectRef) -> AbstractAsyncContextManager[Path]:
        return self.objects.local(ref)

    async def hold(self, asset_id: str, ref: ObjectRef) -> None:
        await self.references.hold(asset_id, [ref])

    async def release(self, asset_id: str) -> int:
        return await self.references.release(asset_id)

    async def discard(self, ref: ObjectRef) -> None:
        await self.references.discard(ref)
