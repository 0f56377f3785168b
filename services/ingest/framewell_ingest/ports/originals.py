"""Where originals come from, how they are read, and where they stay."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from framewell.media.v1.media_pb2 import MediaKind, ObjectRef, Track
from framewell_contracts.media_addresses import MediaAddress
from framewell_ingest.domain.findings import Finding


@dataclass(frozen=True, slots=True)
class Source:
    """Media within reach: a path to read it from, and what came with it."""

    path: Path
    file_name: str
    findings: tuple[Finding, ...] = field(default=())
    stored: ObjectRef | None = None
    """Set when the content is in the object store already; `path` is then where it lies there."""


class Fetcher(Protocol):
    """Brings media within reach, from one kind of place."""

    def fetch(self, address: MediaAddress) -> AbstractAsyncContextManager[Source]:
        """Make the media readable inside the context.

        Raises Refused when it cannot be had or may not be; Busy when the place does not answer. Sentences
        name the address as it shows itself, never its open form.
        """
        ...


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file is and what it says about its rights."""

    kind: MediaKind.ValueType
    container: str
    media_type: str
    suffix: str
    tracks: tuple[Track, ...]
    findings: tuple[Finding, ...]
    holder: str


class MediaReader(Protocol):
    """Reads foreign files, always in the sandbox."""

    async def read(self, path: Path, file_name: str) -> Reading:
        """Return what the file is. Raises Refused with the verdict, Busy while it cannot be read safely."""
        ...


class OriginalStore(Protocol):
    """Originals as objects, unchanged. An object goes once no asset and no upload holds it any more."""

    async def store(self, path: Path, *, may_be_empty: bool = False) -> ObjectRef:
        """Store a file's content, held by nobody yet.

        Raises Refused (too large, empty unless it may be), Busy (store away or full), StillGrowing (it
        changed meanwhile).
        """
        ...

    def local(self, ref: ObjectRef) -> AbstractAsyncContextManager[Path]:
        """Make the content readable at a path inside the context."""
        ...

    async def hold(self, asset_id: str, ref: ObjectRef) -> None:
        """Keep the object for as long as the asset does not release it."""
        ...

    async def release(self, asset_id: str) -> int:
        """Let go of every object the asset holds; return how many were deleted."""
        ...

    async def discard(self, ref: ObjectRef) -> None:
        """Delete the object unless somebody holds it."""
        ...
