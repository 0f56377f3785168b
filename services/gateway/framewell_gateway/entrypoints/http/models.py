"""Models at work, training runs, candidates, promotion."""

from typing import Annotated

from fastapi import APIRouter, Query

from framewell.inference.v1.inference_service_pb2 import ListModelsRequest
from framewell.training.v1 import training_service_pb2 as training
from framewell_gateway.entrypoints.http.assets import PageSize, PageToken, TheDoor
from framewell_gateway.entrypoints.http.training_data import DatasetId
from framewell_gateway.handlers.change_rights import actor_at
from framewell_gateway.views import from_resources as views
from framewell_gateway.views.requests import ModelBody, ModelNameBody, RunBody
from framewell_gateway.views.resources import CandidateList, CandidateView, ModelList, RunList, RunView
from framewell_gateway.views.to_messages import model_version, training_requested

router = APIRouter(prefix="/v1", tags=["models"])


@router.get("/models", summary="Models known, and which are in force")
async def list_models(the: TheDoor) -> ModelList:
    answer = await the.services.inference.list_models(ListModelsRequest())
    return ModelList(models=[views.model_view(model) for model in answer.models])


@router.get("/runs", summary="List training runs, newest first")
async def list_runs(
    the: TheDoor, dataset_id: DatasetId = "", page_size: PageSize = 100, page_token: PageToken = ""
) -> RunList:
    page = await the.services.training.list_runs(
        training.ListRunsRequest(dataset_id=dataset_id, page_size=page_size, page_token=page_token)
    )
    return RunList(runs=[views.run_view(run) for run in page.runs], next_page_token=page.next_page_token)


@router.post("/runs", status_code=202, summary="Start a training run by hand")
async def start_run(the: TheDoor, body: RunBody) -> RunView:
    request = training_requested(body, actor_at(the.change_rights.clock))
    answer = await the.services.training.start_training(training.StartTrainingRequest(request=request))
    return views.run_view(answer.run)


@router.get("/candidates", summary="Models that wait for a person, and those in service")
async def list_candidates(
    the: TheDoor, name: Annotated[str, Query(max_length=200, description="Only this model.")] = ""
) -> CandidateList:
    answer = await the.services.training.list_candidates(training.ListCandidatesRequest(name=name))
    return CandidateList(candidates=[views.candidate_view(one) for one in answer.candidates])


@router.post("/candidates/promote", summary="Put a candidate into service")
async def promote(the: TheDoor, body: ModelBody) -> CandidateView:
    answer = await the.services.training.promote(training.PromoteRequest(model=model_version(body)))
    return views.candidate_view(answer.candidate)


@router.post("/candidates/rollback", summary="Put the version before back into service")
async def rollback(the: TheDoor, body: ModelNameBody) -> CandidateView:
    answer = await the.services.training.rollback(training.RollbackRequest(name=body.name))
    return views.candidate_view(answer.candidate)
