"""POST /v1/rights/preview: what a change of rights would reach, down to models and money."""

from dataclasses import dataclass

from framewell.dataset.v1.rights_service_pb2 import PreviewRightsChangeRequest
from framewell.gateway.v1.rights_view_pb2 import RightsPreview
from framewell.training.v1.training_service_pb2 import ListDependentsRequest
from framewell_gateway.ports import Services
from framewell_gateway.ports.methods import LIST_DEPENDENTS, PREVIEW_RIGHTS_CHANGE
from framewell_gateway.queries.parts_of_answer import part_of
from framewell_gateway.steps.who_calls import by_caller
from framewell_kit.clock import Clock


@dataclass(frozen=True, slots=True)
class PreviewRightsChange:
    """Say what the change would do if the caller made it. Changes nothing.

    Without training it says what happens to samples, snapshots and money alone.
    """

    services: Services
    clock: Clock

    async def __call__(self, request: PreviewRightsChangeRequest) -> RightsPreview:
        asked = PreviewRightsChangeRequest(change=by_caller(request.change, self.clock))
        found = await self.services.call(PREVIEW_RIGHTS_CHANGE, asked)
        answer = RightsPreview(
            samples_withdrawn=found.samples_withdrawn,
            samples_proposed=found.samples_proposed,
            snapshot_count=found.snapshot_count,
            asset_count=found.asset_count,
            snapshot_ids=found.snapshot_ids,
            asset_ids=found.asset_ids,
            statements=found.statements,
            money=found.money,
        )
        if not found.snapshot_ids:
            return answer
        wanted = ListDependentsRequest(snapshot_ids=found.snapshot_ids)
        rests = await part_of(answer, ("models", "runs"), self.services.call(LIST_DEPENDENTS, wanted))
        if rests is not None:
            answer.models.extend(one for one in rests.models if not one.withdrawn)
            answer.runs.extend(rests.runs)
        return answer
