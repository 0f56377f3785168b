"""The samples of a snapshot, as they were when it was published."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from framewell.dataset.v1.snapshot_service_pb2 import ReadSnapshotResponse
from framewell_dataset.ports.snapshots import SnapshotTables
from framewell_dataset.steps.confirm_snapshot import ConfirmSnapshot


@dataclass(frozen=True, slots=True)
class ReadSnapshot:
    """A snapshot is not read once one of its samples must not be used any more."""

    confirm: ConfirmSnapshot
    tables: SnapshotTables

    async def __call__(self, snapshot_id: str) -> AsyncIterator[ReadSnapshotResponse]:
        """Yield each sample with its split. Raises NotFound, and Gone for a snapshot that may not be used."""
        stored = await self.confirm(snapshot_id)
        async for row in self.tables.read(stored.rows_key):
            yield row
