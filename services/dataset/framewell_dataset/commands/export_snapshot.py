"""A snapshot is written in a format that others read."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from framewell.dataset.v1.snapshot_service_pb2 import ExportFormat
from framewell.media.v1.media_pb2 import ObjectRef
from framewell_dataset.ports.snapshots import SnapshotExporter, SnapshotRepository
from framewell_dataset.steps.usable_snapshot import usable_snapshot


@dataclass(frozen=True, slots=True)
class ExportSnapshot:
    """A withdrawn snapshot is not exported; one that is withdrawn meanwhile has no export to be had."""

    snapshots: SnapshotRepository
    exporter: SnapshotExporter

    async def __call__(
        self, snapshot_id: str, format_: "ExportFormat.ValueType"
    ) -> AsyncIterator[float | ObjectRef]:
        """Yield progress from 0 to 1, then the export. Raises NotFound, Conflict, Rejected for no format."""
        stored = await usable_snapshot(self.snapshots, snapshot_id)
        async for step in self.exporter.export(stored, format_):
            if isinstance(step, ObjectRef):
                await self.snapshots.note_export(snapshot_id, step)
                await usable_snapshot(self.snapshots, snapshot_id)
            yield step
