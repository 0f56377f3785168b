"""DatasetService: translates calls into handlers and back."""
# ruff: noqa: ARG002, N802 - gRPC gives every method a context and names it

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from framewell.dataset.v1 import dataset_service_pb2 as messages
from framewell.dataset.v1 import dataset_service_pb2_grpc as stubs
from framewell.media.v1.media_pb2 import ObjectRef
from framewell.sample.v1.sample_pb2 import DECISION_UNDO
from framewell_dataset.domain.assets import Asset
from framewell_dataset.domain.classes import Dataset, DatasetClass
from framewell_dataset.domain.ledger import balances
from framewell_dataset.domain.rights import decisions, in_force
from framewell_dataset.domain.sample_messages import sample_message
from framewell_dataset.domain.samples import Sample, State
from framewell_dataset.entrypoints.translate import (
    balance_message,
    class_message,
    dataset_message,
    page_of,
    snapshot_message,
)
from framewell_dataset.handlers.keep_audit import VerifyAudit
from framewell_dataset.handlers.manage_classes import ManageClasses, ManageDatasets
from framewell_dataset.handlers.point_at_sample import PointAtSample, Pointed
from framewell_dataset.handlers.preview_rights import PreviewRights
from framewell_dataset.handlers.publish_snapshot import PublishSnapshot
from framewell_dataset.handlers.read_snapshots import ReadSnapshots
from framewell_dataset.handlers.review_samples import Reviewed, ReviewSamples
from framewell_dataset.handlers.rights_gate import RightsGate
from framewell_dataset.ports import AssetBook, Catalogue, Ledger, SampleStore, SnapshotStore
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Conflict, NotFound, Rejected
from framewell_kit.rpc import Servicer, current_actor
from framewell_kit.telemetry import current_cause

CLAIMED = 10
CLAIM_SECONDS = 600
MOST_CLAIMED = 100


@dataclass(frozen=True, slots=True)
class DatasetServicer(stubs.DatasetServiceServicer):
    """The gRPC face of dataset. Outcomes that handlers raise become statuses on the way out."""

    catalogue: Catalogue
    assets: AssetBook
    samples: SampleStore
    snapshots: SnapshotStore
    ledger: Ledger
    gate: RightsGate
    datasets: ManageDatasets
    classes: ManageClasses
    point: PointAtSample
    review: ReviewSamples
    publish: PublishSnapshot
    read: ReadSnapshots
    preview: PreviewRights
    verify: VerifyAudit
    clock: Clock

    async def CreateDataset(
        self, request: messages.CreateDatasetRequest, context: Any
    ) -> messages.CreateDatasetResponse:
        asked = request.dataset
        made = await self.datasets.create(
            Dataset(
                asked.dataset_id,
                asked.title,
                tuple(asked.rules),
                asked.recipe,
                asked.purpose or Dataset(asked.dataset_id, "").purpose,
            )
        )
        return messages.CreateDatasetResponse(dataset=dataset_message(made))

    async def ListDatasets(
        self, request: messages.ListDatasetsRequest, context: Any
    ) -> messages.ListDatasetsResponse:
        found = await self.catalogue.datasets()
        return messages.ListDatasetsResponse(datasets=[dataset_message(each) for each in found])

    async def CreateClass(
        self, request: messages.CreateClassRequest, context: Any
    ) -> messages.CreateClassResponse:
        asked = request.dataset_class
        added = DatasetClass(
            class_id=asked.class_id,
            dataset_id=asked.dataset_id,
            name=asked.name,
            aliases=tuple(asked.aliases),
            external_ids=dict(asked.external_ids),
            fictional=asked.fictional,
        )
        made = await self.classes.create(added, _cause())
        return messages.CreateClassResponse(dataset_class=class_message(made))

    async def ListClasses(
        self, request: messages.ListClassesRequest, context: Any
    ) -> messages.ListClassesResponse:
        found = await self.catalogue.classes(request.dataset_id, request.class_ids)
        return messages.ListClassesResponse(classes=[class_message(each) for each in found])

    async def RenameClass(
        self, request: messages.RenameClassRequest, context: Any
    ) -> messages.RenameClassResponse:
        named = await self.classes.rename(
            request.class_id, request.name, request.aliases, request.external_ids
        )
        return messages.RenameClassResponse(dataset_class=class_message(named))

    async def MergeClasses(
        self, request: messages.MergeClassesRequest, context: Any
    ) -> messages.MergeClassesResponse:
        kept, moved = await self.classes.merge(
            request.from_class_id, request.into_class_id, current_actor(), _cause()
        )
        return messages.MergeClassesResponse(dataset_class=class_message(kept), samples_moved=moved)

    async def ProposeSample(
        self, request: messages.ProposeSampleRequest, context: Any
    ) -> messages.ProposeSampleResponse:
        sample = await self.point(
            request.dataset_id,
            request.class_id,
            request.asset_id,
            Pointed(request.moment, request.box, request.note),
            (current_actor(), _cause()),
        )
        return messages.ProposeSampleResponse(sample=(await self._named([sample]))[0])

    async def ListSamples(
        self, request: messages.ListSamplesRequest, context: Any
    ) -> messages.ListSamplesResponse:
        found, token = await self.samples.page(
            page_of(request),
            dataset_id=request.dataset_id,
            states=[State.of(state) for state in request.states],
            class_id=request.class_id,
            asset_id=request.asset_id,
        )
        return messages.ListSamplesResponse(samples=await self._named(found), next_page_token=token)

    async def ClaimSamples(
        self, request: messages.ClaimSamplesRequest, context: Any
    ) -> messages.ClaimSamplesResponse:
        now = self.clock.now()
        claimed = await self.samples.claim(
            request.dataset_id,
            current_actor().principal,
            min(request.limit or CLAIMED, MOST_CLAIMED),
            now,
            now + timedelta(seconds=request.seconds or CLAIM_SECONDS),
        )
        return messages.ClaimSamplesResponse(samples=await self._named(claimed))

    async def ReviewSamples(
        self, request: messages.ReviewSamplesRequest, context: Any
    ) -> messages.ReviewSamplesResponse:
        results = await self._review(request.reviews)
        return messages.ReviewSamplesResponse(results=results)

    async def UndoReview(
        self, request: messages.UndoReviewRequest, context: Any
    ) -> messages.UndoReviewResponse:
        undone = [
            messages.Review(sample_id=sample_id, decision=DECISION_UNDO) for sample_id in request.sample_ids
        ]
        return messages.UndoReviewResponse(results=await self._review(undone))

    async def GetPassport(
        self, request: messages.GetPassportRequest, context: Any
    ) -> messages.GetPassportResponse:
        sample = await self.samples.get(request.sample_id)
        if sample is None:
            raise NotFound(f"sample {request.sample_id} does not exist")
        return messages.GetPassportResponse(passport=sample.passport)

    async def PublishSnapshot(
        self, request: messages.PublishSnapshotRequest, context: Any
    ) -> messages.PublishSnapshotResponse:
        turn = await self.snapshots.turn(request.dataset_id)
        made = await self.publish(request.dataset_id, turn, current_actor(), _cause())
        if made is None:
            newest = await self.snapshots.newest(request.dataset_id)
            if newest is None:
                raise Conflict(
                    f"dataset {request.dataset_id!r} has no accepted sample to publish: accept one first"
                )
            made = newest.published
        return messages.PublishSnapshotResponse(snapshot=made)

    async def ListSnapshots(
        self, request: messages.ListSnapshotsRequest, context: Any
    ) -> messages.ListSnapshotsResponse:
        found, token = await self.snapshots.page(page_of(request), request.dataset_id)
        listed = [snapshot_message(kept) for kept in found]
        return messages.ListSnapshotsResponse(snapshots=listed, next_page_token=token)

    async def ExportSnapshot(
        self, request: messages.ExportSnapshotRequest, context: Any
    ) -> AsyncIterator[messages.ExportSnapshotResponse]:
        async for step in self.read.export(request.snapshot_id, request.format):
            if isinstance(step, ObjectRef):
                yield messages.ExportSnapshotResponse(progress=1, export=step)
            else:
                yield messages.ExportSnapshotResponse(progress=step)

    async def ReadSnapshot(
        self, request: messages.ReadSnapshotRequest, context: Any
    ) -> AsyncIterator[messages.ReadSnapshotResponse]:
        async for row in self.read.rows(request.snapshot_id):
            yield row

    async def GetRights(self, request: messages.GetRightsRequest, context: Any) -> messages.GetRightsResponse:
        rights = await self.gate.stated(await self._asset(request.asset_id))
        now = self.clock.now()
        return messages.GetRightsResponse(
            decisions=decisions(rights.stated, now, self.gate.house, revision=rights.revision),
            statements=in_force(rights.stated, now),
            revision=rights.revision,
        )

    async def PreviewRightsChange(
        self, request: messages.PreviewRightsChangeRequest, context: Any
    ) -> messages.PreviewRightsChangeResponse:
        found = await self.preview(request.change)
        return messages.PreviewRightsChangeResponse(
            samples_withdrawn=found.samples_withdrawn,
            samples_proposed=found.samples_proposed,
            snapshot_ids=sorted(found.snapshot_ids),
            asset_ids=found.asset_ids,
        )

    async def ListLedger(
        self, request: messages.ListLedgerRequest, context: Any
    ) -> messages.ListLedgerResponse:
        entries, token = await self.ledger.page(page_of(request), request.holder)
        owed = balances(await self.ledger.all(request.holder))
        return messages.ListLedgerResponse(
            entries=[entry.usage for entry in entries],
            balances=[balance_message(each) for each in owed],
            next_page_token=token,
        )

    async def VerifyAudit(
        self, request: messages.VerifyAuditRequest, context: Any
    ) -> messages.VerifyAuditResponse:
        entries, problem = await self.verify()
        return messages.VerifyAuditResponse(intact=not problem, entries=entries, problem=problem)

    async def _review(self, reviews: Sequence[messages.Review]) -> list[messages.ReviewResult]:
        results = await self.review(reviews, current_actor(), _cause())
        names = await self._names([each.sample for each in results if each.sample])
        return [_result(each, names) for each in results]

    async def _named(self, samples: Sequence[Sample]) -> list[messages.Sample]:
        names = await self._names(samples)
        return [sample_message(sample, names.get(sample.class_id, "")) for sample in samples]

    async def _names(self, samples: Sequence[Sample]) -> dict[str, str]:
        wanted = sorted({sample.class_id for sample in samples if sample.class_id})
        found = await self.catalogue.classes(class_ids=wanted) if wanted else []
        return {each.class_id: each.name for each in found}

    async def _asset(self, asset_id: str) -> Asset:
        asset = await self.assets.get(asset_id)
        if asset is None or asset.removed:
            raise NotFound(f"asset {asset_id} is not known here")
        return asset


def _result(reviewed: Reviewed, names: dict[str, str]) -> messages.ReviewResult:
    if reviewed.sample is None:
        return messages.ReviewResult(error=reviewed.error)
    sample = sample_message(reviewed.sample, names.get(reviewed.sample.class_id, ""))
    return messages.ReviewResult(sample=sample, error=reviewed.error)


def _cause() -> Cause:
    cause = current_cause()
    if cause is None:
        raise Rejected("this is only done for a call")
    return cause


def servicer(answering: DatasetServicer) -> Servicer:
    """As the server takes it."""
    name = messages.DESCRIPTOR.services_by_name["DatasetService"].full_name
    return Servicer(name, stubs.add_DatasetServiceServicer_to_server, answering)
