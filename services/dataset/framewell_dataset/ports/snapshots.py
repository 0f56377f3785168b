"""Snapshots, the faces that go into their background, and the objects they are written to."""

from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from typing import Protocol

from framewell.dataset.v1.snapshot_service_pb2 import ExportFormat, ReadSnapshotResponse
from framewell.media.v1.media_pb2 import ObjectRef
from framewell.mesh.v1.mesh_pb2 import Actor
from framewell.rights.v1.rights_pb2 import Purpose
from framewell.snapshot.v1.snapshot_pb2 import SnapshotWithdrawn
from framewell_dataset.domain.observations import Described
from framewell_dataset.domain.snapshots import (
    BackgroundFace,
    Export,
    Member,
    SnapshotObjects,
    SnapshotRows,
    StoredSnapshot,
)
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.paging import Page, PageRequest

PUBLISH = "publish_snapshot"
"""Kind of the leased job that makes a snapshot."""


class SnapshotRepository(Protocol):
    """Snapshots. A change and the fact about it are one write."""

    async def put_draft(
        self, draft: StoredSnapshot, members: Sequence[Member], background_assets: Sequence[str]
    ) -> bool:
        """Write or rewrite a draft; False when it is published or withdrawn already.

        Its members, and the assets that its unnamed faces come from, are written before it.
        """
        ...

    async def publish(self, draft: StoredSnapshot, fact: Outgoing, cause: Cause) -> bool:
        """Publish the draft with its fact; False when it was withdrawn or rewritten meanwhile."""
        ...

    async def record_uses(self, stored: StoredSnapshot, cause: Cause) -> None:
        """Send what the publication costs, as far as it was not sent yet, a bounded part at a time."""
        ...

    async def withdraw(
        self, stored: StoredSnapshot, withdrawn: SnapshotWithdrawn, fact: Outgoing, cause: Cause
    ) -> bool:
        """Withdraw a published snapshot with its fact; False when it is not published."""
        ...

    async def void(self, stored: StoredSnapshot) -> bool:
        """Make sure that a draft is never published as it is; False when it is no draft any more."""
        ...

    async def get(self, snapshot_id: str) -> StoredSnapshot | None: ...

    async def newest(self, dataset_id: str, space: str = "") -> StoredSnapshot | None:
        """Return the newest that is published and not withdrawn.

        With `space` the newest whose vectors lie there, or that has none.
        """
        ...

    async def is_awaited(self, snapshot_id: str) -> bool:
        """Return whether one that was withdrawn names it as the one in its place."""
        ...

    def containing(self, sample_id: str) -> AsyncIterator[StoredSnapshot]:
        """Yield drafts and published ones that hold the sample."""
        ...

    def ever_containing(self, sample_id: str) -> AsyncIterator[StoredSnapshot]:
        """Yield all that hold the sample, withdrawn ones too."""
        ...

    def with_background(self, asset_id: str) -> AsyncIterator[StoredSnapshot]:
        """Yield all that hold unnamed faces of the asset, withdrawn ones too."""
        ...

    async def background_assets(self, stored: StoredSnapshot) -> Sequence[str]:
        """Return the assets that its unnamed faces come from, by id."""
        ...

    async def page(self, page: PageRequest, dataset_id: str) -> Page[StoredSnapshot]:
        """Return snapshots, newest first, without drafts."""
        ...

    async def note_export(self, export: Export, access: Outgoing, cause: Cause) -> None:
        """Note an export together with the fact that somebody got it."""
        ...

    async def export(self, snapshot_id: str, key: str) -> Export | None:
        """Return the export of a snapshot that is this object; its bytes say for which purpose."""
        ...


class BackgroundFaceRepository(Protocol):
    """Faces that nobody named, of analysed assets."""

    async def keep(
        self, asset_id: str, generation: int, segment: int, faces: Sequence[BackgroundFace]
    ) -> None:
        """Keep the faces of one segment of an asset in place of those before."""
        ...

    async def forget_older(self, asset_id: str, generation: int) -> None:
        """Delete the asset's faces of generations before this one."""
        ...

    async def newest(self, limit: int, space: str) -> list[BackgroundFace]:
        """Return the faces kept last that are described in a space, by their vectors there."""
        ...

    async def near(self, faces: Sequence[Described], distance: float) -> dict[str, set[str]]:
        """Return the faces, by asset, that lie nearer than that to one of these, one vector each."""
        ...

    async def describe(self, asset_id: str, spaces: Sequence[Described]) -> None:
        """Keep the asset's faces in further spaces too, as far as these hold their rows."""
        ...

    async def forget_faces(self, asset_id: str, faces: Collection[str]) -> int:
        """Delete these faces of the asset; how many there were."""
        ...

    async def forget(self, asset_id: str) -> int:
        """Delete all faces of the asset; how many there were."""
        ...


class SnapshotTables(Protocol):
    """A snapshot as objects."""

    async def write(self, rows: SnapshotRows) -> SnapshotObjects:
        """Write the tables and the manifest. Writing the same rows again gives the same objects."""
        ...

    async def hold_export(self, snapshot_id: str, export: ObjectRef) -> None:
        """Note that an export is part of the snapshot, before anything names it."""
        ...

    async def keep_only(self, stored: StoredSnapshot) -> None:
        """Delete what earlier drafts of the snapshot were written to, but for what it names itself."""
        ...

    async def forget(self, snapshot_id: str, keys: Iterable[str] | None = None) -> Counter[str]:
        """Delete everything that was written for the snapshot, exports too, or these; how much, by store."""
        ...

    def read(self, rows_key: str) -> AsyncIterator[ReadSnapshotResponse]:
        """Yield the samples with their splits, as they were when the snapshot was published."""
        ...


class SnapshotExporter(Protocol):
    """A snapshot in formats that others read."""

    def export(
        self,
        stored: StoredSnapshot,
        format_: "ExportFormat.ValueType",
        purpose: "Purpose.ValueType",
        sample_ids: frozenset[str],
    ) -> AsyncIterator[float | ObjectRef]:
        """Yield progress from 0 to 1, then the export of these samples for one purpose.

        Raises Rejected for no format.
        """
        ...


class PublishQueue(Protocol):
    """Where a changed dataset waits for its next snapshot."""

    async def request(self, dataset_id: str, batch: int, actor: Actor, cause: Cause) -> None:
        """See that the batch's snapshot is made, a moment from now. Asking again changes nothing."""
        ...
