"""framewell.inference.v1.InferenceService: translate and delegate."""

# ruff: noqa: N802, ARG002  the names and signatures are gRPC's

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from framewell.inference.v1 import inference_service_pb2 as api
from framewell.inference.v1.inference_service_pb2_grpc import InferenceServiceServicer
from framewell.media.v1.media_pb2 import Observation
from framewell.mesh.v1.mesh_pb2 import LANE_LIVE, Failed
from framewell_contracts.sentences import say
from framewell_inference.commands.identify_faces import IdentifyFaces
from framewell_inference.commands.record_search import RecordSearch, Search
from framewell_inference.domain.messages import IMAGE_CHUNK, observation_messages
from framewell_inference.domain.observations import Findings
from framewell_inference.domain.tracks import FACES
from framewell_inference.domain.vector_views import VectorFilter
from framewell_inference.entrypoints.model_methods import ModelMethods
from framewell_inference.queries import list_observations, list_people
from framewell_inference.queries.analyse_picture import AnalysePicture
from framewell_inference.queries.analyse_stream import PictureStream
from framewell_inference.queries.find_similar import FindSimilar, Wanted
from framewell_inference.queries.list_models import ListAnalysers
from framewell_inference.queries.list_observations import Asked, ListObservations
from framewell_inference.queries.list_people import ListPeople
from framewell_kit.call_cause import call_cause
from framewell_kit.outcome_messages import failed
from framewell_kit.outcomes import Busy, Rejected
from framewell_kit.paging import page_request
from framewell_kit.rpc import current_actor


@dataclass(frozen=True, slots=True)
class InferenceRpc(InferenceServiceServicer):
    """Every method is one query or command."""

    analyse_picture: AnalysePicture
    list_observations: ListObservations
    list_people: ListPeople
    find_similar: FindSimilar
    record_search: RecordSearch
    list_analysers: ListAnalysers
    models: ModelMethods

    async def AnalyseImage(self, request: api.AnalyseImageRequest, context: Any) -> api.AnalyseImageResponse:
        found = await self.analyse_picture.look(
            request.image,
            request.analysers,
            live=request.lane == LANE_LIVE,
            deadline=_deadline(context),
        )
        identities = await self._identify()(found, request.reason)
        return api.AnalyseImageResponse(observations=_observations(found), identities=identities)

    async def AnalyseFrames(
        self,
        request_iterator: AsyncIterator[api.AnalyseFramesRequest],
        context: Any,
    ) -> AsyncIterator[api.AnalyseFramesResponse]:
        stream, identify = PictureStream(self.analyse_picture), self._identify()
        deadline = _deadline(context)
        async for request in request_iterator:
            found = await stream.look(
                request.image, request.analysers, live=request.lane == LANE_LIVE, deadline=deadline
            )
            if isinstance(found, Failed):
                yield api.AnalyseFramesResponse(sequence=request.sequence, failed=found)
                continue
            try:
                identities = await identify(found, request.reason)
            except Busy as busy:
                why = failed("busy", busy.reason).failed
                yield api.AnalyseFramesResponse(sequence=request.sequence, failed=why)
                continue
            yield api.AnalyseFramesResponse(
                sequence=request.sequence, observations=_observations(found), identities=identities
            )

    async def ListObservations(
        self,
        request: api.ListObservationsRequest,
        context: Any,
    ) -> api.ListObservationsResponse:
        page = await self.list_observations(
            request.asset_id,
            Asked(
                analysers=request.analysers,
                chunk_ids=frozenset(request.chunk_ids),
                kinds=frozenset(request.kinds),
                labels=frozenset(request.labels),
                class_ids=frozenset(request.class_ids),
                least_score=request.least_score if request.HasField("least_score") else None,
                span=request.span if request.HasField("span") else None,
                text=request.text,
            ),
            page_request(
                request, default=list_observations.DEFAULT_PAGE, largest=list_observations.LARGEST_PAGE
            ),
        )
        return api.ListObservationsResponse(observations=page.items, next_page_token=page.next_token)

    async def ListPeople(self, request: api.ListPeopleRequest, context: Any) -> api.ListPeopleResponse:
        page = await self.list_people(
            request.asset_id,
            page_request(request, default=list_people.DEFAULT_PAGE, largest=list_people.LARGEST_PAGE),
            (request.span.start_pts, request.span.end_pts)
            if request.HasField("span")
            else list_people.EVERYTHING,
        )
        return api.ListPeopleResponse(
            people=page.items, next_page_token=page.next_token, total_size=page.total
        )

    async def FindSimilar(self, request: api.FindSimilarRequest, context: Any) -> api.FindSimilarResponse:
        analyser = request.analyser or FACES
        shown_in_id = request.moment.asset_id or request.observation.asset_id
        search = Search(analyser, request.reason, shown_in_id)
        self.record_search.require_reason(search)
        if request.WhichOneof("query") == "image":
            await self.find_similar.spaces.of(analyser)
            query = self.find_similar.largest(await self.analyse_picture.look(request.image, [analyser]))
        elif request.WhichOneof("query") == "moment":
            query = await self.find_similar.of_moment(analyser, request.moment)
        else:
            query = await self.find_similar.of_observation(analyser, request.observation)
        wanted = _wanted(request)
        if request.near_duplicates:
            wanted = wanted.near_duplicates(self.find_similar.spaces.same_within(query.space))
        neighbours = await self.find_similar(query, wanted)
        await self.record_search(search, len(neighbours), current_actor(), call_cause())
        return api.FindSimilarResponse(neighbours=neighbours)

    async def ListAnalysers(
        self, request: api.ListAnalysersRequest, context: Any
    ) -> api.ListAnalysersResponse:
        return api.ListAnalysersResponse(analysers=self.list_analysers())

    async def ListModels(self, request: api.ListModelsRequest, context: Any) -> api.ListModelsResponse:
        return await self.models.list(request)

    async def ImportModel(self, request: api.ImportModelRequest, context: Any) -> api.ImportModelResponse:
        return await self.models.take_in(request)

    async def UploadModel(
        self, request_iterator: AsyncIterator[api.UploadModelRequest], context: Any
    ) -> api.UploadModelResponse:
        return await self.models.upload(request_iterator)

    async def TryModel(
        self, request_iterator: AsyncIterator[api.TryModelRequest], context: Any
    ) -> api.TryModelResponse:
        return await self.models.attempt(request_iterator)

    async def ChooseVersion(
        self, request: api.ChooseVersionRequest, context: Any
    ) -> api.ChooseVersionResponse:
        return await self.models.choose(request)

    async def EnableModel(self, request: api.EnableModelRequest, context: Any) -> api.EnableModelResponse:
        return await self.models.enable(request)

    async def DisableModel(self, request: api.DisableModelRequest, context: Any) -> api.DisableModelResponse:
        return await self.models.disable(request)

    async def RemoveModel(self, request: api.RemoveModelRequest, context: Any) -> api.RemoveModelResponse:
        return await self.models.remove(request)

    def _identify(self) -> IdentifyFaces:
        """Return what identifies the faces of the call under way."""
        return IdentifyFaces(self.analyse_picture.identify, self.record_search, current_actor(), call_cause())


def _deadline(context: Any) -> float | None:
    """Return when the caller stops waiting, as a time of `time.monotonic()`; None for never."""
    remaining = None if context is None else context.time_remaining()
    return None if remaining is None else time.monotonic() + remaining


def _observations(found: Sequence[Findings]) -> list[Observation]:
    return [message for findings in found for message in observation_messages(findings, IMAGE_CHUNK)]


def _wanted(request: api.FindSimilarRequest) -> Wanted:
    asked = request.filter
    both = asked.HasField("asked_from") and asked.HasField("asked_until")
    if both and _seconds(asked.asked_until) <= _seconds(asked.asked_from):
        raise Rejected(say("bad_filter", "filter.asked_until must be later than filter.asked_from"))
    return Wanted(
        limit=request.limit,
        offset=request.offset,
        filter=VectorFilter(
            asset_ids=frozenset(asked.asset_ids),
            other_than=frozenset(asked.other_than),
            series=frozenset(asked.series),
            kinds=frozenset(asked.kinds),
            asked_from=_seconds(asked.asked_from) if asked.HasField("asked_from") else None,
            asked_until=_seconds(asked.asked_until) if asked.HasField("asked_until") else None,
            span=(asked.span.start_pts, asked.span.end_pts) if asked.HasField("span") else None,
            least_score=asked.least_score if asked.HasField("least_score") else None,
            most_distance=request.largest_distance if request.HasField("largest_distance") else None,
        ),
        purposes=asked.purposes,
    )


def _seconds(time: Timestamp) -> float:
    return time.seconds + time.nanos / 1e9
