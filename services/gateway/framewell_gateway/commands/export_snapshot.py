"""POST /v1/snapshots/{snapshot_id}/exports: a snapshot in a format that others read."""

from dataclasses import dataclass

from framewell.dataset.v1 import snapshot_service_pb2 as snapshots
from framewell.gateway.v1.model_view_pb2 import ExportSnapshotRequest, SnapshotExport
from framewell_contracts.sentences import say
from framewell_gateway.ports import Away, Services
from framewell_gateway.ports.methods import EXPORT_SNAPSHOT


@dataclass(frozen=True, slots=True)
class ExportSnapshot:
    """Have dataset write the file and answer once it stands; the same export again is the same file."""

    services: Services

    async def __call__(self, request: ExportSnapshotRequest) -> SnapshotExport:
        asked = snapshots.ExportSnapshotRequest(
            snapshot_id=request.snapshot_id, format=request.export.format, purpose=request.export.purpose
        )
        async for step in self.services.stream(EXPORT_SNAPSHOT, asked):
            if step.HasField("export"):
                return SnapshotExport(
                    export=step.export,
                    sample_count=step.sample_count,
                    left_out_count=step.left_out_count,
                    left_out_reason=step.left_out_reason,
                    left_out_wording=step.left_out_wording if step.HasField("left_out_wording") else None,
                )
        raise Away("dataset", say("no_export", "it ended without an export: ask once more"))
