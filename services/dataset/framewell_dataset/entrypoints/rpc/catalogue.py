"""CatalogueService: datasets and classes."""
# ruff: noqa: ARG002, N802 - gRPC gives every method a context and names it

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from framewell.dataset.v1 import catalogue_service_pb2 as messages
from framewell.dataset.v1 import catalogue_service_pb2_grpc as stubs
from framewell.dataset.v1.dataset_pb2 import DatasetClass as DatasetClassMessage
from framewell_contracts.sentences import say
from framewell_dataset.commands.create_dataset import CreateDataset
from framewell_dataset.commands.manage_classes import ManageClasses
from framewell_dataset.commands.undo_merge import UndoMerge
from framewell_dataset.domain.classes import Dataset, DatasetClass
from framewell_dataset.entrypoints.rpc.messages import class_message, dataset_message
from framewell_dataset.ports.catalogue import ClassRepository, DatasetRepository
from framewell_dataset.ports.stores import Stores
from framewell_dataset.queries.show_class import CountOfClasses
from framewell_dataset.steps.shared_steps import Steps
from framewell_kit.call_cause import call_cause
from framewell_kit.clock import Clock
from framewell_kit.outcomes import NotFound
from framewell_kit.paging import page_request
from framewell_kit.rpc import Servicer, current_actor

CLASSES_A_PAGE = 1000


@dataclass(frozen=True, slots=True)
class CatalogueServicer(stubs.CatalogueServiceServicer):
    """Translates calls about datasets and classes."""

    datasets: DatasetRepository
    classes: ClassRepository
    create_dataset: CreateDataset
    manage: ManageClasses
    undo_merge: UndoMerge
    count: CountOfClasses

    async def CreateDataset(
        self, request: messages.CreateDatasetRequest, context: Any
    ) -> messages.CreateDatasetResponse:
        asked = request.dataset
        purpose = asked.purpose or Dataset(asked.dataset_id, "").purpose
        dataset = Dataset(asked.dataset_id, asked.title, tuple(asked.rules), asked.recipe, purpose)
        made = await self.create_dataset(dataset)
        return messages.CreateDatasetResponse(dataset=dataset_message(made))

    async def ListDatasets(
        self, request: messages.ListDatasetsRequest, context: Any
    ) -> messages.ListDatasetsResponse:
        page = (await self.datasets.page(page_request(request))).map(dataset_message)
        return messages.ListDatasetsResponse(
            datasets=page.items, next_page_token=page.next_token, total_size=page.total
        )

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
        made = await self.manage.create(added, current_actor(), call_cause())
        return messages.CreateClassResponse(dataset_class=class_message(made))

    async def ListClasses(
        self, request: messages.ListClassesRequest, context: Any
    ) -> messages.ListClassesResponse:
        page = await self.classes.page(
            page_request(request, default=CLASSES_A_PAGE),
            dataset_id=request.dataset_id,
            class_ids=request.class_ids,
            name=request.name,
            standing=request.standing,
            last_changed_first=request.order_by == "changed",
        )
        classes = page.map(class_message)
        if request.with_samples:
            await self._counted(classes.items)
        return messages.ListClassesResponse(
            classes=classes.items, next_page_token=classes.next_token, total_size=classes.total
        )

    async def GetClass(self, request: messages.GetClassRequest, context: Any) -> messages.GetClassResponse:
        found = await self.classes.get(request.class_id)
        if found is None:
            raise NotFound(
                say(
                    "class_unknown",
                    "class {class_id} does not exist, or was forgotten",
                    class_id=request.class_id,
                )
            )
        merged = await self.classes.merged_into(found.class_id)
        answer = messages.GetClassResponse(
            dataset_class=class_message(found), merged=[class_message(each) for each in merged]
        )
        await self._counted([answer.dataset_class])
        return answer

    async def _counted(self, classes: Sequence[DatasetClassMessage]) -> None:
        counted = await self.count([each.class_id for each in classes])
        for message, samples in zip(classes, counted, strict=True):
            message.samples.CopyFrom(samples)

    async def RenameClass(
        self, request: messages.RenameClassRequest, context: Any
    ) -> messages.RenameClassResponse:
        named = DatasetClass(
            class_id=request.class_id,
            dataset_id="",
            name=request.name,
            aliases=tuple(request.aliases),
            external_ids=dict(request.external_ids),
        )
        expected = request.expected_revision if request.HasField("expected_revision") else None
        renamed = await self.manage.rename(named, current_actor(), call_cause(), expected=expected)
        return messages.RenameClassResponse(dataset_class=class_message(renamed))

    async def MergeClasses(
        self, request: messages.MergeClassesRequest, context: Any
    ) -> messages.MergeClassesResponse:
        kept, moved = await self.manage.merge(
            request.from_class_id, request.into_class_id, current_actor(), call_cause()
        )
        return messages.MergeClassesResponse(dataset_class=class_message(kept), samples_moved=moved)

    async def UndoMerge(self, request: messages.UndoMergeRequest, context: Any) -> messages.UndoMergeResponse:
        parted, rest, moved = await self.undo_merge(request.class_id, current_actor(), call_cause())
        return messages.UndoMergeResponse(
            dataset_class=class_message(parted), rest=class_message(rest), samples_moved=moved
        )


def servicer(stores: Stores, steps: Steps, clock: Clock) -> Servicer:
    """Return the service as the server takes it."""
    s, upkeep = stores, steps.upkeep
    manage = ManageClasses(s.datasets, s.classes, s.samples, upkeep, steps.forgotten, steps.forget, clock)
    answering = CatalogueServicer(
        datasets=s.datasets,
        classes=s.classes,
        create_dataset=CreateDataset(s.datasets),
        manage=manage,
        undo_merge=UndoMerge(s.classes, s.samples, upkeep, clock),
        count=CountOfClasses(s.samples),
    )
    name = messages.DESCRIPTOR.services_by_name["CatalogueService"].full_name
    return Servicer(name, stubs.add_CatalogueServiceServicer_to_server, answering)
