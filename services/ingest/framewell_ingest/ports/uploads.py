"""Files that somebody sends, and downloads that go on after a break."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from framewell.media.v1.media_pb2 import ObjectRef
from framewell.mesh.v1.mesh_pb2 import Actor


class UploadRepository(Protocol):
    """Files that were sent and wait for their request."""

    async def receive(
        self, pieces: AsyncIterator[bytes], name: str, size: int, digest: str, by: Actor
    ) -> tuple[str, ObjectRef]:
        """Store the bytes, whose owner is who sends them; return the `upload:` URI and the object.

        Raises Rejected when there are more or fewer than announced, or others than their SHA-256 says.
        """
        ...

    async def require_usable(self, uri: str, by: Actor) -> None:
        """Raise NotFound for the URI of an upload that is somebody else's.

        Any other URI passes, that of an upload which is gone too: whoever fetches it says so.
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
    """Files that are sent in pieces, and go on after a break.

    `by` calls. Raises NotFound for an unknown upload, and for one that is somebody else's.
    """

    async def create(self, name: str, size: int, digest: str, by: Actor) -> Upload:
        """Begin an upload of the caller.

        Raises Rejected for one that is too large, Busy when too many are under way.
        """
        ...

    async def append(
        self, uri: str, offset: int, pieces: AsyncIterator[bytes], by: Actor, checksum: Checksum | None = None
    ) -> Upload:
        """Take bytes from `offset` on, and complete the upload with the last ones.

        What arrived is kept when `pieces` raises; with a checksum all of it is, or nothing. Raises Conflict
        where another number of bytes has arrived; Rejected for too many bytes, a wrong checksum, and a whole
        whose SHA-256 is not what was announced, which is let go of.
        """
        ...

    async def get(self, uri: str, by: Actor) -> Upload:
        """Return how far it is, and complete it when all of it has arrived."""
        ...

    async def delete(self, uri: str, by: Actor) -> None:
        """Let go of it; administrators may let go of anybody's."""
        ...
