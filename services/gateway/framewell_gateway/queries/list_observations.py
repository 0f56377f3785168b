"""GET /v1/assets/{id}/observations: inference's answer, and 404 for an asset that nobody knows."""

from dataclasses import dataclass

from framewell.inference.v1.inference_service_pb2 import ListObservationsRequest, ListObservationsResponse
from framewell_gateway.ports import EventRepository, Services
from framewell_gateway.ports.methods import LIST_OBSERVATIONS
from framewell_gateway.queries.asset_progress import AssetProgress
from framewell_kit.outcomes import NotFound


@dataclass(frozen=True, slots=True)
class ListObservations:
    """A page of an asset's observations.

    Raises what inference raises, NotFound for an asset that nobody knows, Away when only ingest could know
    it and is away. Ingest is asked only about an asset without observations and events.
    """

    services: Services
    events: EventRepository
    progress: AssetProgress

    async def __call__(self, request: ListObservationsRequest) -> ListObservationsResponse:
        try:
            page = await self.services.call(LIST_OBSERVATIONS, request)
        except NotFound:  # nothing of it reached inference yet
            page = ListObservationsResponse()
        if not page.observations and not request.page_token and not await self.events.first(request.asset_id):
            await self.progress(request.asset_id)
        return page
