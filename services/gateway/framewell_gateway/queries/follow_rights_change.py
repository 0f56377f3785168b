"""GET /v1/rights/changes/{change_id}: a change followed from its statements to the model in service."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from framewell.dataset.v1.rights_service_pb2 import GetRightsChangeRequest, ReplacedSnapshot
from framewell.gateway.v1.rights_view_pb2 import RightsChangeFate
from framewell.training.v1.training_service_pb2 import (
    ListDependentsRequest,
    ListDependentsResponse,
    ListRunsRequest,
    Run,
)
from framewell_gateway.domain.fates import steps_of, successors
from framewell_gateway.ports import Services
from framewell_gateway.ports.methods import GET_RIGHTS_CHANGE, LIST_DEPENDENTS, LIST_RUNS
from framewell_gateway.queries.parts_of_answer import part_of

RUNS: Final = 200
"""Of the newest runs so many are looked through for those on the new snapshots."""


@dataclass(frozen=True, slots=True)
class FollowRightsChange:
    """Asks dataset what the change did, and training what came of the snapshots.

    Raises NotFound for a change that dataset has not taken up, Away without dataset; without training it
    tells what is known until there.
    """

    services: Services

    async def __call__(self, request: GetRightsChangeRequest) -> RightsChangeFate:
        found = await self.services.call(GET_RIGHTS_CHANGE, request)
        fate = RightsChangeFate(change=found.change, samples=found.samples, snapshots=found.snapshots)
        if found.snapshots:
            asked = self._trained(found.snapshots)
            trained = await part_of(fate, ("runs", "models", "models_withdrawn"), asked)
            if trained is not None:
                before, after, runs = trained
                fate.models_withdrawn.extend(before.models)
                fate.models.extend(after.models)
                fate.runs.extend(runs)
        fate.steps.extend(steps_of(fate))
        return fate

    async def _trained(
        self, snapshots: Sequence[ReplacedSnapshot]
    ) -> tuple[ListDependentsResponse, ListDependentsResponse, list[Run]]:
        new = successors(snapshots)
        old = [one.snapshot_id for one in snapshots if one.snapshot_id not in new]
        before, after, listed = await asyncio.gather(
            self.services.call(LIST_DEPENDENTS, ListDependentsRequest(snapshot_ids=old)),
            self.services.call(LIST_DEPENDENTS, ListDependentsRequest(snapshot_ids=new)),
            self.services.call(LIST_RUNS, ListRunsRequest(page_size=RUNS)),
        )
        return before, after, [run for run in listed.runs if run.snapshot_id in new]
