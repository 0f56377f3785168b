"""TrainingService: translates calls into handlers and back."""
# ruff: noqa: ARG002, N802 - gRPC gives every method a context and names it

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final

from framewell.training.v1 import training_service_pb2 as messages
from framewell.training.v1 import training_service_pb2_grpc as stubs
from framewell.training.v1.training_pb2 import Lineage, LineageSources
from framewell_contracts.sentences import say
from framewell_kit.call_cause import call_cause
from framewell_kit.clock import Clock
from framewell_kit.outcomes import NotFound
from framewell_kit.paging import Page, PageRequest, page_of, page_request
from framewell_kit.rpc import Servicer, current_actor
from framewell_training.commands.hold_model import HoldModel
from framewell_training.domain.models import Model
from framewell_training.domain.runs import Run, RunStopped
from framewell_training.entrypoints.messages import (
    STATES,
    candidate_message,
    preview_message,
    run_message,
)
from framewell_training.handlers.start_requested_run import StartRequestedRun
from framewell_training.ports import DeploymentRepository, ModelFolders, ModelRepository, RunRepository
from framewell_training.queries.preview_training import PreviewTraining
from framewell_training.steps.promote_model import PromoteModel

SOURCES_PAGE: Final = 1000
ASSET, SAMPLE = 0, 1
"""Order of the ids that GetLineage lists."""
WATCH_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True)
class TrainingServicer(stubs.TrainingServiceServicer):
    """framewell.training.v1.TrainingService: translate and delegate."""

    start: StartRequestedRun
    runs: RunRepository
    models: ModelRepository
    deployments: DeploymentRepository
    folders: ModelFolders
    promoter: PromoteModel
    holds: HoldModel
    preview: PreviewTraining
    clock: Clock

    async def StartTraining(
        self, request: messages.StartTrainingRequest, context: Any
    ) -> messages.StartTrainingResponse:
        asked = request.request
        asked.actor.CopyFrom(current_actor())
        run = await self.start.start(asked, call_cause())
        return messages.StartTrainingResponse(run=run_message(run))

    async def PreviewTraining(
        self, request: messages.PreviewTrainingRequest, context: Any
    ) -> messages.PreviewTrainingResponse:
        return preview_message(await self.preview(request.request))

    async def GetRun(self, request: messages.GetRunRequest, context: Any) -> messages.GetRunResponse:
        return messages.GetRunResponse(run=run_message(await self._known(request.run_id)))

    async def ListRuns(self, request: messages.ListRunsRequest, context: Any) -> messages.ListRunsResponse:
        states = [state for state, number in STATES.items() if number in request.state]
        found = await self.runs.page(request.dataset_id, states, page_request(request))
        return messages.ListRunsResponse(
            runs=[run_message(run) for run in found.items],
            next_page_token=found.next_token,
            total_size=found.total,
        )

    async def WatchRun(
        self, request: messages.WatchRunRequest, context: Any
    ) -> AsyncIterator[messages.WatchRunResponse]:
        last = None
        while True:
            run = await self._known(request.run_id)
            now = run_message(run)
            if now != last:
                yield messages.WatchRunResponse(run=now)
                last = now
            if run.state.ended:
                return
            await self.clock.sleep(WATCH_SECONDS)

    async def CancelRun(self, request: messages.CancelRunRequest, context: Any) -> messages.CancelRunResponse:
        await self._known(request.run_id)
        by = current_actor().principal
        why = say("run_stopped.cancelled", "{who} cancelled the run", who=by)
        await self.runs.stop(request.run_id, RunStopped("cancelled", why))
        return messages.CancelRunResponse(run=run_message(await self._known(request.run_id)))

    async def ListCandidates(
        self, request: messages.ListCandidatesRequest, context: Any
    ) -> messages.ListCandidatesResponse:
        deployments = {one.name: one for one in await self.deployments.names()}
        serving = {f"{one.name}@{one.version}" for one in deployments.values() if one.version}
        in_service = request.in_service if request.HasField("in_service") else None
        found = await self.models.page(request.name, page_request(request), serving, in_service=in_service)
        return messages.ListCandidatesResponse(
            candidates=[candidate_message(model, deployments.get(model.name)) for model in found.items],
            next_page_token=found.next_token,
            total_size=found.total,
        )

    async def Promote(self, request: messages.PromoteRequest, context: Any) -> messages.PromoteResponse:
        wanted = request.model
        model = await self.promoter.promote(
            wanted.name, wanted.version, current_actor(), call_cause(), request.reason.strip()
        )
        return messages.PromoteResponse(candidate=await self._as_it_stands(model))

    async def Rollback(self, request: messages.RollbackRequest, context: Any) -> messages.RollbackResponse:
        model = await self.promoter.rollback(
            request.name, current_actor(), call_cause(), request.reason.strip()
        )
        return messages.RollbackResponse(candidate=await self._as_it_stands(model))

    async def HoldModel(self, request: messages.HoldModelRequest, context: Any) -> messages.HoldModelResponse:
        wanted = request.model
        model = await self.holds.hold(
            wanted.name, wanted.version, request.reason, current_actor(), call_cause()
        )
        return messages.HoldModelResponse(candidate=await self._as_it_stands(model))

    async def ReleaseModel(
        self, request: messages.ReleaseModelRequest, context: Any
    ) -> messages.ReleaseModelResponse:
        wanted = request.model
        model = await self.holds.release(
            wanted.name, wanted.version, request.reason, current_actor(), call_cause()
        )
        return messages.ReleaseModelResponse(candidate=await self._as_it_stands(model))

    async def ListDependents(
        self, request: messages.ListDependentsRequest, context: Any
    ) -> messages.ListDependentsResponse:
        snapshots = list(dict.fromkeys(request.snapshot_ids))
        models = [model for one in snapshots for model in await self.models.made_from(one) if not model.draft]
        deployments = {one.name: one for one in await self.deployments.names()}
        candidates = [candidate_message(model, deployments.get(model.name)) for model in models]
        candidates.sort(key=lambda one: (not one.in_service, -one.snapshot_number, one.model.version))
        runs = [run for one in snapshots for run in await self.runs.on_snapshot(one)]
        return messages.ListDependentsResponse(
            models=candidates, runs=[run_message(run) for run in runs if not run.state.ended]
        )

    async def GetLineage(
        self, request: messages.GetLineageRequest, context: Any
    ) -> messages.GetLineageResponse:
        wanted = request.model
        model = await self.models.get(wanted.name, wanted.version)
        if model is None:
            raise NotFound(
                say(
                    "model_unknown.training",
                    "there is no model {name}@{version}",
                    name=wanted.name,
                    version=wanted.version,
                )
            )
        lineage = model.completed.lineage
        found = await self._sources(
            lineage, page_request(request, default=SOURCES_PAGE, largest=SOURCES_PAGE)
        )
        return messages.GetLineageResponse(
            lineage=lineage,
            asset_ids=[one for kind, one in found.items if kind == ASSET],
            sample_ids=[one for kind, one in found.items if kind == SAMPLE],
            next_page_token=found.next_token,
        )

    async def _sources(self, lineage: Lineage, page: PageRequest) -> Page[tuple[int, str]]:
        """Return one page of the ids a model was made from: all assets before the first sample.

        There are none of a model whose sources were erased.
        """
        try:
            sources = await self.folders.read_sources(lineage.sources)
        except NotFound:
            sources = LineageSources()
        ids = [(ASSET, one) for one in sources.asset_ids] + [(SAMPLE, one) for one in sources.sample_ids]
        return page_of(sorted(ids), page, lambda one: one, (int, str))

    async def _known(self, run_id: str) -> Run:
        run = await self.runs.get(run_id)
        if run is None:
            raise NotFound(say("run_unknown", "there is no run {run_id}", run_id=run_id))
        return run

    async def _as_it_stands(self, model: Model) -> messages.Candidate:
        return candidate_message(model, await self.deployments.get(model.name))


def servicer(training: TrainingServicer) -> Servicer:
    """Return the service as the server registers it."""
    return Servicer(
        "framewell.training.v1.TrainingService", stubs.add_TrainingServiceServicer_to_server, training
    )
