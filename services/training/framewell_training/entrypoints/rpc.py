"""TrainingService: translates calls into handlers and back."""
# ruff: noqa: ARG002, N802 - gRPC gives every method a context and names it

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final

from framewell.mesh.v1.mesh_pb2 import Actor
from framewell.training.v1 import training_service_pb2 as messages
from framewell.training.v1 import training_service_pb2_grpc as stubs
from framewell.training.v1.training_pb2 import Lineage, LineageSources
from framewell_kit.call_cause import call_cause
from framewell_kit.clock import Clock
from framewell_kit.outcomes import NotFound
from framewell_kit.paging import Page, PageRequest, page_of, page_request
from framewell_kit.rpc import Servicer, current_actor
from framewell_training.domain.models import Deployment, Model
from framewell_training.domain.runs import Run, RunState, RunStopped
from framewell_training.handlers.start_requested_run import StartRequestedRun
from framewell_training.ports import DeploymentRepository, ModelFolders, ModelRepository, RunRepository
from framewell_training.steps.promote_model import PromoteModel

SOURCES_PAGE: Final = 1000
ASSET, SAMPLE = 0, 1
"""Order of the ids that GetLineage lists."""
WATCH_SECONDS: Final = 0.5

STATES: Final = {
    RunState.QUEUED: messages.RUN_STATE_QUEUED,
    RunState.RUNNING: messages.RUN_STATE_RUNNING,
    RunState.DONE: messages.RUN_STATE_DONE,
    RunState.FAILED: messages.RUN_STATE_FAILED,
    RunState.CANCELLED: messages.RUN_STATE_CANCELLED,
}


@dataclass(frozen=True, slots=True)
class TrainingServicer(stubs.TrainingServiceServicer):
    """framewell.training.v1.TrainingService: translate and delegate."""

    start: StartRequestedRun
    runs: RunRepository
    models: ModelRepository
    deployments: DeploymentRepository
    folders: ModelFolders
    promoter: PromoteModel
    clock: Clock

    async def StartTraining(
        self, request: messages.StartTrainingRequest, context: Any
    ) -> messages.StartTrainingResponse:
        return messages.StartTrainingResponse(run=_run(await self.start.start(request.request, call_cause())))

    async def ListRuns(self, request: messages.ListRunsRequest, context: Any) -> messages.ListRunsResponse:
        states = [state for state, number in STATES.items() if number in request.state]
        found = await self.runs.page(request.dataset_id, states, page_request(request))
        return messages.ListRunsResponse(
            runs=[_run(run) for run in found.items],
            next_page_token=found.next_token,
            total_size=found.total,
        )

    async def WatchRun(
        self, request: messages.WatchRunRequest, context: Any
    ) -> AsyncIterator[messages.WatchRunResponse]:
        last = None
        while True:
            run = await self._known(request.run_id)
            now = _run(run)
            if now != last:
                yield messages.WatchRunResponse(run=now)
                last = now
            if run.state.ended:
                return
            await self.clock.sleep(WATCH_SECONDS)

    async def CancelRun(self, request: messages.CancelRunRequest, context: Any) -> messages.CancelRunResponse:
        await self._known(request.run_id)
        by = current_actor().principal
        await self.runs.stop(request.run_id, RunStopped("cancelled", f"{by} cancelled the run"))
        return messages.CancelRunResponse(run=_run(await self._known(request.run_id)))

    async def ListCandidates(
        self, request: messages.ListCandidatesRequest, context: Any
    ) -> messages.ListCandidatesResponse:
        deployments = {one.name: one for one in await self.deployments.names()}
        serving = {f"{one.name}@{one.version}" for one in deployments.values() if one.version}
        in_service = request.in_service if request.HasField("in_service") else None
        found = await self.models.page(request.name, page_request(request), serving, in_service=in_service)
        return messages.ListCandidatesResponse(
            candidates=[_candidate(model, deployments.get(model.name)) for model in found.items],
            next_page_token=found.next_token,
            total_size=found.total,
        )

    async def Promote(self, request: messages.PromoteRequest, context: Any) -> messages.PromoteResponse:
        wanted = request.model
        model = await self.promoter.promote(wanted.name, wanted.version, current_actor(), call_cause())
        return messages.PromoteResponse(candidate=await self._as_it_stands(model))

    async def Rollback(self, request: messages.RollbackRequest, context: Any) -> messages.RollbackResponse:
        model = await self.promoter.rollback(request.name, current_actor(), call_cause())
        return messages.RollbackResponse(candidate=await self._as_it_stands(model))

    async def GetLineage(
        self, request: messages.GetLineageRequest, context: Any
    ) -> messages.GetLineageResponse:
        wanted = request.model
        model = await self.models.get(wanted.name, wanted.version)
        if model is None:
            raise NotFound(f"there is no model {wanted.name}@{wanted.version}")
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
            raise NotFound(f"there is no run {run_id}")
        return run

    async def _as_it_stands(self, model: Model) -> messages.Candidate:
        return _candidate(model, await self.deployments.get(model.name))


def servicer(training: TrainingServicer) -> Servicer:
    """Return the service as the server registers it."""
    return Servicer(
        "framewell.training.v1.TrainingService", stubs.add_TrainingServiceServicer_to_server, training
    )


def _run(run: Run) -> messages.Run:
    message = messages.Run(
        run_id=run.run_id,
        dataset_id=run.dataset_id,
        snapshot_id=run.key.snapshot_id,
        recipe=run.key.recipe,
        state=STATES[run.state],
        stage=run.stage,
        progress=run.progress,
        completed=run.completed,
    )
    message.requested_at.FromDatetime(run.requested_at)
    return message


def _candidate(model: Model, in_service: Deployment | None) -> messages.Candidate:
    serving = in_service is not None and in_service.version == model.version
    return messages.Candidate(
        model=model.completed.model,
        completed=model.completed,
        in_service=serving,
        promoted_by=Actor.FromString(in_service.actor) if in_service is not None and serving else None,
    )
