"""Originals in the object store."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

from framewell.media.v1.media_pb2 import ObjectRef
from framewell_ingest.domain.verdicts import TOO_LARGE, UNREADABLE, Refused, StillGrowing
from framewell_kit.objects import Objects


@dataclass(frozen=True, slots=True)
class ObjectOriginals:
    """Originals as immutable objects of at most `most_bytes`."""

    objects: Objects
    most_bytes: int

    async def keep(self, path: Path, *, media_type: str, suffix: str) -> ObjectRef:
        before = await asyncio.to_thread(path.stat)
        if before.st_size == 0:
            raise Refused("empty", "The file is empty (0 bytes).")
        if before.st_size > self.most_bytes:
            raise Refused(
                TOO_LARGE,
                f"The file has {before.st_size:,} bytes; this mesh takes in at most {self.most_bytes:,}.",
            )
        try:
            ref = await self.objects.put_file(path, media_type=media_type, suffix=suffix)
        except PermissionError as error:
            raise Refused(UNREADABLE, f"The file cannot be read: {error.strerror}.") from error
        after = await asyncio.to_thread(path.stat)
        if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
            raise StillGrowing(path.name, ref)
        return ref

    def local(self, ref: ObjectRef) -> AbstractAsyncContextManager[Path]:
        return self.objects.local(ref)

    async def discard(self, ref: ObjectRef) -> None:
        await self.objects.delete(ref)
