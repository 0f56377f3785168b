"""SnapshotService: immutable sets of accepted samples."""
# ruff: noqa: ARG002, N802 - gRPC gives every method a context and names it

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from framewell.dataset.v1 import snapshot_service_pb2 as messages
from framewell.dataset.v1 import snapshot_service_pb2_grpc as stubs
from framewell_contracts.sentences import wording_of
from framewell_dataset.commands.export_snapshot import Exported, ExportSnapshot
from framewell_dataset.commands.publish_now import PublishNow
from framewell_dataset.commands.publish_snapshot import PublishSnapshot
from framewell_dataset.entrypoints.rpc.messages import snapshot_message
from framewell_dataset.ports.snapshots import SnapshotRepository
from framewell_dataset.ports.stores import Stores
from framewell_dataset.queries.read_snapshot import ReadSnapshot
from framewell_dataset.steps.confirm_snapshot import ConfirmSnapshot
from framewell_kit.call_cause import call_cause
from framewell_kit.paging import page_request
from framewell_kit.rpc import Servicer, current_actor


@dataclass(frozen=True, slots=True)
class SnapshotServicer(stubs.SnapshotServiceServicer):
    """Translates calls about snapshots."""

    snapshots: SnapshotRepository
    publish: PublishNow
    export: ExportSnapshot
    read: ReadSnapshot

    async def PublishSnapshot(
        self, request: messages.PublishSnapshotRequest, context: Any
    ) -> messages.PublishSnapshotResponse:
        published = await self.publish(request.dataset_id, current_actor(), call_cause())
        return messages.PublishSnapshotResponse(snapshot=published)

    async def ListSnapshots(
        self, request: messages.ListSnapshotsRequest, context: Any
    ) -> messages.ListSnapshotsResponse:
        page = (await self.snapshots.page(page_request(request), request.dataset_id)).map(snapshot_message)
        return messages.ListSnapshotsResponse(
            snapshots=page.items, next_page_token=page.next_token, total_size=page.total
        )

    async def ExportSnapshot(
        self, request: messages.ExportSnapshotRequest, context: Any
    ) -> AsyncIterator[messages.ExportSnapshotResponse]:
        actor, cause = current_actor(), call_cause()
        asked = request.snapshot_id, request.format, request.purpose
        async for step in self.export(*asked, actor, cause):
            if isinstance(step, Exported):
                yield messages.ExportSnapshotResponse(
                    progress=1,
                    export=step.export.ref,
                    sample_count=len(step.export.sample_ids),
                    left_out_count=step.left_out,
                    left_out_reason=step.reason,
                    left_out_wording=wording_of(step.reason),
                )
            else:
                yield messages.ExportSnapshotResponse(progress=step)

    async def ReadSnapshot(
        self, request: messages.ReadSnapshotRequest, context: Any
    ) -> AsyncIterator[messages.ReadSnapshotResponse]:
        async for row in self.read(request.snapshot_id):
            yield row


def servicer(
    stores: Stores, publish: PublishSnapshot, export: ExportSnapshot, confirm: ConfirmSnapshot
) -> Servicer:
    """Return the service as the server takes it."""
    s = stores
    answering = SnapshotServicer(
        snapshots=s.snapshots,
        publish=PublishNow(s.datasets, s.snapshots, s.publications, publish),
        export=export,
        read=ReadSnapshot(confirm, s.tables),
    )
    name = messages.DESCRIPTOR.services_by_name["SnapshotService"].full_name
    return Servicer(name, stubs.add_SnapshotServiceServicer_to_server, answering)
