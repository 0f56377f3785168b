"""TrainingService: translates calls into handlers and back."""
# ruff: noqa: ARG002, N802 - gRPC gives every method a context and names it

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final

from framewell.mesh.v1.mesh_pb2 import Actor
from framewell.training.v1 import training_service_pb2 as messages
from framewell.training.v1 import training_service_pb2_grpc as stubs
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause
from framewell_kit.outcomes import NotFound
from framewell_kit.rpc import Servicer, current_actor
from framewell_kit.telemetry import current_cause
from framewell_training.domain.models import InService, Model
from framewell_training.domain.runs import Run, RunState, RunStopped
from framewell_training.handlers.promote_model import PromoteModel
from framewell_training.handlers.start_requested_run import StartRequestedRun
from framewell_training.ports import Models, Runs, ServiceRegister

PAGE: Final = 100
MOST_PAGE: Final = 1000
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
    """The gRPC face of training."""

    start: StartRequestedRun
    runs: Runs
    models: Models
    register: ServiceRegister
    promoter: PromoteModel
    clock: Clock

    async def StartTraining(
        self, request: messages.StartTrainingRequest, context: Any
    ) -> messages.StartTrainingResponse:
        return messages.StartTrainingResponse(run=_run(await self.start.start(request.request, _cause())))

    async def ListRuns(self, request: messages.ListRunsRequest, context: Any) -> messages.ListRunsResponse:
        size = min(request.page_size or PAGE, MOST_PAGE)
        runs, token = await self.runs.page(request.dataset_id, request.page_token, size)
        return messages.ListRunsResponse(runs=[_run(run) for run in runs], next_page_token=token)

    async def WatchRun(
        self, request: messages.WatchRunRequest, context: Any
    ) -> AsyncIterator[messages.WatchRunResponse]:
        told = None
        while True:
            run = await self._known(request.run_id)
            now = _run(run)
            if now != told:
                yield messages.WatchRunResponse(run=now)
                told = now
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
        in_service = {one.name: one for one in await self.register.names()}
        models = await self.models.versions(request.name)
        return messages.ListCandidatesResponse(
            candidates=[_candidate(model, in_service.get(model.name)) for model in models]
        )

    async def Promote(self, request: messages.PromoteRequest, context: Any) -> messages.PromoteResponse:
        wanted = request.model
        model = await self.promoter.promote(wanted.name, wanted.version, current_actor(), _cause())
        return messages.PromoteResponse(candidate=await self._as_it_stands(model))

    async def Rollback(self, request: messages.RollbackRequest, context: Any) -> messages.RollbackResponse:
        model = await self.promoter.rollback(request.name, current_actor(), _cause())
        return messages.RollbackResponse(candidate=await self._as_it_stands(model))

    async def GetLineage(
        self, request: messages.GetLineageRequest, context: Any
    ) -> messages.GetLineageResponse:
        wanted = request.model
        model = await self.models.get(wanted.name, wanted.version)
        if model is None:
            raise NotFound(f"there is no model {wanted.name}@{wanted.version}")
        return messages.GetLineageResponse(lineage=model.completed.lineage)

    async def _known(self, run_id: str) -> Run:
        run = await self.runs.get(run_id)
        if run is None:
            raise NotFound(f"there is no run {run_id}")
        return run

    async def _as_it_stands(self, model: Model) -> messages.Candidate:
        return _candidate(model, await self.register.get(model.name))


def servicer(training: TrainingServicer) -> Servicer:
    """How the server is to serve it."""
    return Servicer(
        "framewell.training.v1.TrainingService", stubs.add_TrainingServiceServicer_to_server, training
    )


def _cause() -> Cause:
    cause = current_cause()
    assert cause is not None, "the server binds a cause to every call"
    return cause


def _run(run: Run) -> messages.Run:
    told = messages.Run(
        run_id=run.run_id,
        dataset_id=run.dataset_id,
        snapshot_id=run.key.snapshot_id,
        recipe=run.key.recipe,
        state=STATES[run.state],
        stage=run.stage,
        progress=run.progress,
        completed=run.completed,
    )
    told.requested_at.FromDatetime(run.requested_at)
    return told


def _candidate(model: Model, in_service: InService | None) -> messages.Candidate:
    serving = in_service is not None and in_service.version == model.version
    return messages.Candidate(
        model=model.completed.model,
        completed=model.completed,
        in_service=serving,
        promoted_by=Actor.FromString(in_service.actor) if in_service is not None and serving else None,
    )
