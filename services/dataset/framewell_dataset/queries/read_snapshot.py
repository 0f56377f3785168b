"""The samples of a snapshot, as they were when it was published."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from framewell.dataset.v1.snapshot_service_pb2 import ReadSnapshotResponse
from framewell_dataset.ports.snapshots import SnapshotRepository, SnapshotTables
from framewell_dataset.steps.usable_snapshot import usable_snapshot


@dataclass(frozen=True, slots=True)
class ReadSnapshot:
    """A withdrawn snapshot is not read: its samples must not be used any more."""

    snapshots: SnapshotRepository
    tables: SnapshotTables

    async def __call__(self, snapshot_id: str) -> AsyncIterator[ReadSnapshotResponse]:
        """Yield each sample with its split. Raises NotFound, and Gone for a withdrawn snapshot."""
        stored = await usable_snapshot(self.snapshots, snapshot_id)
        async for row in self.tables.read(stored.rows_key):
            yield row
