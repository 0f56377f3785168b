"""Snapshots as people read and export them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from framewell.dataset.v1.dataset_service_pb2 import ReadSnapshotResponse
from framewell.media.v1.media_pb2 import ObjectRef
from framewell_dataset.domain.snapshots import KeptSnapshot, SnapshotState
from framewell_dataset.ports import SnapshotExporter, SnapshotStore, SnapshotTables
from framewell_kit.outcomes import Conflict, NotFound


@dataclass(frozen=True, slots=True)
class ReadSnapshots:
    """A withdrawn snapshot is neither read nor exported: its samples must not be used any more."""

    snapshots: SnapshotStore
    tables: SnapshotTables
    exporter: SnapshotExporter

    async def rows(self, snapshot_id: str) -> AsyncIterator[ReadSnapshotResponse]:
        kept = await self._usable(snapshot_id)
        async for row in self.tables.read(kept.rows_key):
            yield row

    async def export(self, snapshot_id: str, format_: str) -> AsyncIterator[float | ObjectRef]:
        """Progress, then the export; withdrawn meanwhile, there is no export to be had."""
        kept = await self._usable(snapshot_id)
        async for step in self.exporter.export(kept, format_):
            if isinstance(step, ObjectRef):
                await self.snapshots.note_export(snapshot_id, format_, step)
                await self._usable(snapshot_id)
            yield step

    async def _usable(self, snapshot_id: str) -> KeptSnapshot:
        kept = await self.snapshots.get(snapshot_id)
        if kept is None or kept.state is SnapshotState.DRAFT:
            raise NotFound(f"snapshot {snapshot_id} does not exist")
        if kept.state is SnapshotState.WITHDRAWN:
            reason = kept.withdrawn.reason if kept.withdrawn else "its samples must not be used any more"
            raise Conflict(f"snapshot {snapshot_id} was withdrawn: {reason}")
        return kept
