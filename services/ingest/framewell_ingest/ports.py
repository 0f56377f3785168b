"""What ingest needs from outside."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetRejected
from framewell.media.v1.media_pb2 import MediaKind, ObjectRef, Programme, Track
from framewell.segment.v1.segment_pb2 import SegmentIngested
from framewell_contracts.media_addresses import MediaAddress
from framewell_ingest.domain.assets import Asset, State
from framewell_ingest.domain.ends import End
from framewell_ingest.domain.findings import Finding
from framewell_ingest.domain.recordings import Recording, Segment
from framewell_kit.facts import Cause, Fact, Outgoing
from framewell_kit.paging import Page, PageRequest


class AssetRepository(Protocol):
    """The assets of ingest. Every method is idempotent and raises Busy while the store is away."""

    async def register(self, asset: Asset, announcement: Fact | None, cause: Cause) -> bool:
        """Keep a new asset and send the fact about it, if any; return False when it is known already."""
        ...

    async def get(self, asset_id: str) -> Asset | None:
        """Return the asset, None when unknown."""
        ...

    async def renew_secrets(self, asset_id: str, secrets: Mapping[str, MediaAddress]) -> bool:
        """Keep newer complete addresses of an open asset; return False when it has ended."""
        ...

    async def page(self, states: Sequence[State], page: PageRequest) -> Page[Asset]:
        """Return a page of the assets in these states (none: all), newest first. Raises Rejected."""
        ...

    async def changed_since(self, since: datetime, asset_id: str) -> list[Asset]:
        """Return the assets changed at or after a time, oldest change first; only one if its id is given."""
        ...

    async def begin(self, asset_id: str) -> Asset | None:
        """Mark an open asset as being fetched; return it as it is now, None when unknown or removed."""
        ...

    async def mark_content(self, asset_id: str, sha256: str) -> None:
        """Note what the original of an open asset is, before anybody asks who has the same."""
        ...

    async def with_content(self, sha256: str) -> list[Asset]:
        """Return the assets whose original has that SHA-256, but for removed ones, oldest request first."""
        ...

    async def finish(self, end: End) -> End | None:
        """End an open asset; return the end it has now, whoever set it, None when unknown or removed."""
        ...

    async def refuse(self, end: AssetRejected, fact: Outgoing, cause: Cause) -> bool:
        """End an open asset and send the fact in one write; return False when it had ended."""
        ...

    async def note_rejection(self, end: AssetRejected) -> bool:
        """Keep a rejection from anywhere; return False for an older generation or a removed asset."""
        ...

    async def reprocess(self, asset: Asset, again: AssetIngested, cause: Cause) -> bool:
        """Raise the generation and send the fact; return False when somebody else changed the asset first."""
        ...

    async def announce(self, asset_id: str, facts: Sequence[Outgoing], cause: Cause) -> bool:
        """Send facts about a known asset by its outbox; return False when it is unknown."""
        ...

    async def change_programme(self, asset_id: str, programme: Programme, revision: int) -> bool:
        """Keep newer programme metadata; return False for an older revision or an unknown asset."""
        ...

    async def remove(self, asset_id: str) -> bool:
        """Keep nothing of the asset but that it was removed; return False when it is unknown."""
        ...

    async def erase(self, asset_id: str) -> bool:
        """Keep nothing of the asset; return False when it is unknown."""
        ...


FETCH = "fetch"
"""The kind of the job that fetches an original."""


class FetchQueue(Protocol):
    """Leased jobs that outlive a process, one an asset."""

    async def put(self, asset: Asset, cause: Cause) -> None:
        """Have the asset's original fetched; repeating it puts no second job."""
        ...

    async def cancel(self, asset_id: str, reason: str) -> None:
        """Stop a fetch that waits or is under way."""
        ...


class RecordingRepository(Protocol):
    """Recordings under way. Every method is idempotent and raises Busy while the store is away."""

    async def get(self, asset_id: str) -> Recording | None:
        """Return the recording, None when the asset is none or unknown."""
        ...

    async def begin(self, asset_id: str) -> None:
        """Keep that the asset is a recording."""
        ...

    async def announce(self, segment: Segment, cause: Cause) -> bool:
        """Keep a segment that is to be fetched; return False when its number was announced before.

        One that could not be used is replaced by one that another event sends.
        """
        ...

    async def reopen(self, asset_id: str) -> Sequence[int]:
        """End no longer the segments that could not be used; return all that have no end, in order."""
        ...

    async def hear(self, asset_id: str, *, last_sequence: int | None = None) -> Recording | None:
        """Note that something was heard of the recording just now, its last segment perhaps; return it."""
        ...

    async def segment(self, asset_id: str, sequence: int) -> Segment | None:
        """Return one segment, None when it was not announced."""
        ...

    async def finish(self, ingested: SegmentIngested) -> SegmentIngested | None:
        """End a segment; return the end it has now, None when it is unknown or removed."""
        ...

    async def count(self, asset_id: str, *, ended: bool) -> int:
        """Return how many announced segments were taken in or given up, or have no end yet."""
        ...

    async def ended(self, asset_id: str) -> Sequence[Segment]:
        """Return the segments that were taken in or given up, in order."""
        ...

    async def close(
        self, recording: Recording, generation: int, count: int, facts: Sequence[Outgoing], cause: Cause
    ) -> bool:
        """Fix the set of segments, which are `count`, and send the facts, in one write.

        Returns False when something was heard of the recording since it was read.
        """
        ...

    async def remove(self, asset_id: str) -> tuple[int, int]:
        """Forget the recording; return how many recordings and how many segments went."""
        ...


SEGMENT = "segment"
"""The kind of the job that fetches a segment of a recording."""
CLOSE = "close_recording"
"""The kind of the job that waits for the end of a recording."""


class SegmentQueue(Protocol):
    """Leased jobs about recordings; repeating a call puts no second job."""

    async def fetch(self, asset_id: str, sequence: int, cause: Cause, *, is_new: bool) -> None:
        """Have a segment fetched; one that is new also where it was fetched from elsewhere before."""
        ...

    async def close(self, asset_id: str, closing: int, cause: Cause) -> None:
        """Have the recording closed for the `closing`-th time, once its end has come."""
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


class UploadRepository(Protocol):
    """Files that were sent and wait for their request."""

    async def receive(
        self, pieces: AsyncIterator[bytes], name: str, size: int, digest: str
    ) -> tuple[str, ObjectRef]:
        """Store the bytes; return the `upload:` URI and the object.

        Raises Rejected when there are more or fewer than announced, or others than their SHA-256 says.
        """
        ...

    async def forget(self, uri: str) -> bool:
        """Let go of the upload with that URI; return False for any other."""
        ...

    async def forget_old(self) -> int:
        """Let go of uploads whose time is over; return how many."""
        ...


class DownloadRepository(Protocol):
    """What is kept of downloads that broke off, on this host."""

    def forget(self, uri: str) -> bool:
        """Let go of what there is of an address; return whether there was anything."""
        ...

    def forget_old(self) -> int:
        """Let go of what nobody went on with in time; return how many there were."""
        ...


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload that goes on after a break: `offset` of `size` bytes have arrived.

    `sha256` is empty until all have. It is let go of at `expires_at`, unless more of it arrives.
    """

    uri: str
    size: int
    offset: int
    sha256: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Checksum:
    """A digest by `sha1` or `sha256`."""

    algorithm: str
    digest: bytes


class ResumableUploadRepository(Protocol):
    """Files that are sent in pieces, and go on after a break. Raises NotFound for an unknown upload."""

    async def create(self, name: str, size: int, digest: str) -> Upload:
        """Begin an upload. Raises Rejected for one that is too large, Busy when too many are under way."""
        ...

    async def append(
        self, uri: str, offset: int, pieces: AsyncIterator[bytes], checksum: Checksum | None = None
    ) -> Upload:
        """Take bytes from `offset` on, and complete the upload with the last ones.

        What arrived is kept when `pieces` raises; with a checksum all of it is, or nothing. Raises Conflict
        where another number of bytes has arrived; Rejected for too many bytes, a wrong checksum, and a whole
        whose SHA-256 is not what was announced, which is let go of.
        """
        ...

    async def get(self, uri: str) -> Upload:
        """Return how far it is, and complete it when all of it has arrived."""
        ...

    async def delete(self, uri: str) -> None:
        """Let go of it."""
        ...
