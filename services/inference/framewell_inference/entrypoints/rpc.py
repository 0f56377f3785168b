"""framewell.inference.v1.InferenceService: translate and delegate."""

# ruff: noqa: N802, ARG002  the names and signatures are gRPC's

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from framewell.inference.v1 import inference_service_pb2 as api
from framewell.inference.v1.inference_service_pb2_grpc import InferenceServiceServicer
from framewell.media.v1.media_pb2 import Observation
from framewell_inference.domain.messages import model_ref, observation
from framewell_inference.domain.observations import Findings
from framewell_inference.handlers.analyse_picture import FACES, AnalysePicture
from framewell_inference.handlers.find_similar import FindSimilar
from framewell_inference.handlers.list_observations import ListObservations
from framewell_inference.handlers.list_people import ListPeople
from framewell_inference.handlers.manage_models import ManageModels
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Rejected
from framewell_kit.telemetry import current_cause


@dataclass(frozen=True, slots=True)
class InferenceRpc(InferenceServiceServicer):
    """Every method is one handler."""

    analyse_picture: AnalysePicture
    list_observations: ListObservations
    list_people: ListPeople
    find_similar: FindSimilar
    models: ManageModels

    async def AnalyseImage(self, request: api.AnalyseImageRequest, context: Any) -> api.AnalyseImageResponse:
        found = await self.analyse_picture.look(request.image, request.analysers)
        response = api.AnalyseImageResponse(observations=_observations(found))
        for findings in found:
            if findings.analyser == FACES:
                response.identities.extend(await self.analyse_picture.identify(findings))
        return response

    async def AnalyseFrames(
        self,
        request_iterator: AsyncIterator[api.AnalyseFramesRequest],
        context: Any,
    ) -> AsyncIterator[api.AnalyseFramesResponse]:
        async for request in request_iterator:
            found = await self.analyse_picture.look(request.image, request.analysers)
            yield api.AnalyseFramesResponse(sequence=request.sequence, observations=_observations(found))

    async def ListObservations(
        self,
        request: api.ListObservationsRequest,
        context: Any,
    ) -> api.ListObservationsResponse:
        page, token = await self.list_observations(
            _required(request.asset_id, "asset_id"),
            request.analysers,
            request.span if request.HasField("span") else None,
            request.page_size,
            request.page_token,
        )
        return api.ListObservationsResponse(observations=page, next_page_token=token)

    async def ListPeople(self, request: api.ListPeopleRequest, context: Any) -> api.ListPeopleResponse:
        return api.ListPeopleResponse(people=await self.list_people(_required(request.asset_id, "asset_id")))

    async def FindSimilar(self, request: api.FindSimilarRequest, context: Any) -> api.FindSimilarResponse:
        analyser = request.analyser or FACES
        if request.WhichOneof("to") == "image":
            self.find_similar.space(analyser)
            query = self.find_similar.largest(await self.analyse_picture.look(request.image, [analyser]))
        else:
            query = await self.find_similar.of_observation(
                analyser, _required(request.observation, "observation")
            )
        neighbours = await self.find_similar(analyser, query, request.limit)
        return api.FindSimilarResponse(neighbours=neighbours)

    async def ListAnalysers(
        self, request: api.ListAnalysersRequest, context: Any
    ) -> api.ListAnalysersResponse:
        return api.ListAnalysersResponse(analysers=self.models.analysers())

    async def ListModels(self, request: api.ListModelsRequest, context: Any) -> api.ListModelsResponse:
        return api.ListModelsResponse(models=await self.models.models())

    async def ImportModel(self, request: api.ImportModelRequest, context: Any) -> api.ImportModelResponse:
        return api.ImportModelResponse(model=await self.models.take_in(request.manifest, request.files))

    async def SetAlias(self, request: api.SetAliasRequest, context: Any) -> api.SetAliasResponse:
        _required(request.model.version, "model.version")
        chosen = await self.models.choose(model_ref(request.model), _cause())
        return api.SetAliasResponse(model=chosen)


def _observations(found: list[Findings]) -> list[Observation]:
    return [observation(findings, ordinal) for findings in found for ordinal in range(len(findings.seen))]


def _required(value: str, field: str) -> str:
    if not value:
        raise Rejected(f"{field} is missing", code="missing_field")
    return value


def _cause() -> Cause:
    cause = current_cause()
    assert cause is not None, "every call is bound to a cause"
    return cause
