"""What ingest's handlers need from outside."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetRejected
from framewell.media.v1.media_pb2 import MediaKind, ObjectRef, Programme, Track
from framewell_ingest.domain.assets import Asset, State
from framewell_ingest.domain.findings import Finding
from framewell_kit.facts import Cause, Fact, Outgoing


class Assets(Protocol):
    """The assets of ingest; its methods are idempotent. Raises `Busy` when the store is away."""

    async def register(self, asset: Asset, announcement: Fact | None, cause: Cause) -> bool:
        """Note a new asset and send the fact about it, if any; False when it is known (nothing changes)."""
        ...

    async def get(self, asset_id: str) -> Asset | None:
        """The asset, None when unknown."""
        ...

    async def page(self, states: Sequence[State], size: int, before: datetime | None) -> list[Asset]:
        """Up to `size` assets asked for before a moment, newest first."""
        ...

    async def changed_since(self, since: datetime, asset_id: str) -> list[Asset]:
        """Assets changed at or after a moment, oldest change first; only one if its id is given."""
        ...

    async def begin(self, asset_id: str) -> Asset | None:
        """Fetching begins, unless the asset has ended; the asset as it is now. None: unknown or removed."""
        ...

    async def finish(self, end: AssetIngested | AssetRejected) -> AssetIngested | AssetRejected | None:
        """The asset is taken in or refused, unless it had ended before; how it ended. None: removed."""
        ...

    async def refuse(self, end: AssetRejected, fact: Outgoing, cause: Cause) -> bool:
        """As `finish`, and the fact leaves with it; False when the asset had ended."""
        ...

    async def note_rejection(self, end: AssetRejected) -> bool:
        """The asset was given up, here or behind ingest; False for an older generation or a removed one."""
        ...

    async def reprocess(self, asset: Asset, again: AssetIngested, cause: Cause) -> bool:
        """Raise the generation and send the fact; False when somebody else changed the asset first."""
        ...

    async def announce(self, asset_id: str, facts: Sequence[Outgoing], cause: Cause) -> bool:
        """Send facts about a known asset, safely; False when it is unknown."""
        ...

    async def change_programme(self, asset_id: str, programme: Programme, revision: int) -> bool:
        """Take newer programme metadata on; False for an older revision or an unknown asset."""
        ...

    async def remove(self, asset_id: str) -> Asset | None:
        """Keep nothing of the asset but that it was removed; the asset as it was, None when unknown."""
        ...

    async def holders_of(self, key: str) -> int:
        """How many assets that are not removed have this object as original or proxy."""
        ...


FETCH = "fetch"
"""The kind of the job that brings an original in."""


class Work(Protocol):
    """Leased jobs that outlive a process; each is put once."""

    async def fetch(self, asset: Asset, cause: Cause) -> None:
        """Have the asset's original fetched."""
        ...

    async def cancel(self, asset_id: str, reason: str) -> None:
        """Stop a fetch under way."""
        ...


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

    def fetch(self, uri: str) -> AbstractAsyncContextManager[Source]:
        """The media, readable inside the context.

        Raises Refused when it cannot be had or may not be; Busy when the place does not answer.
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
        """What the file is. Raises Refused with the verdict, Busy when this machine cannot read safely."""
        ...


class Originals(Protocol):
    """Where originals are kept, unchanged."""

    async def keep(self, path: Path, *, media_type: str, suffix: str) -> ObjectRef:
        """Store a file's content.

        Raises Refused (too large), Busy (store away or full), StillGrowing (the file changed meanwhile).
        """
        ...

    def local(self, ref: ObjectRef) -> AbstractAsyncContextManager[Path]:
        """A path to read it from."""
        ...

    async def discard(self, ref: ObjectRef) -> None:
        """Delete it."""
        ...


class UploadStore(Protocol):
    """Files that were sent and wait for their request."""

    async def receive(
        self, pieces: AsyncIterator[bytes], name: str, size: int, digest: str
    ) -> tuple[str, ObjectRef]:
        """Store the bytes; the `upload:` URI and the object.

        Raises Rejected when there are more or fewer than announced, or others than their SHA-256 says.
        """
        ...
