"""GET /v1/assets/{id}/people: who is seen in an asset or a part of it, appearance by appearance."""

from collections.abc import Mapping
from dataclasses import dataclass

from framewell.gateway.v1.programme_pb2 import AssetPerson, ListAssetPeopleRequest, ListAssetPeopleResponse
from framewell.inference.v1.inference_service_pb2 import ListPeopleRequest, ListPeopleResponse
from framewell_contracts.sentences import say, wordings_of
from framewell_gateway.domain.missing_parts import part_missing
from framewell_gateway.ports import Away, EventRepository, Services
from framewell_gateway.ports.methods import LIST_PEOPLE
from framewell_gateway.queries.asset_progress import AssetProgress
from framewell_gateway.queries.list_asset_observations import part_of
from framewell_gateway.steps.class_names import class_names
from framewell_kit.outcomes import NotFound, Outcome


@dataclass(frozen=True, slots=True)
class ListAssetPeople:
    """A page of people with their names; while these cannot be asked for the page says so and has the rest.

    Raises what inference raises, NotFound for an asset that nobody knows, Away when only ingest could know it
    and is away.
    """

    services: Services
    events: EventRepository
    progress: AssetProgress

    async def __call__(self, request: ListAssetPeopleRequest) -> ListAssetPeopleResponse:
        wanted = ListPeopleRequest(
            asset_id=request.asset_id,
            page_size=request.page_size,
            page_token=request.page_token,
            span=part_of(request),
        )
        try:
            page = await self.services.call(LIST_PEOPLE, wanted)
        except NotFound:  # nothing of it reached inference yet
            page = ListPeopleResponse()
        if not page.people and not request.page_token and not await self.events.first(request.asset_id):
            await self.progress(request.asset_id)
        missing: list[str] = []
        names: Mapping[str, str] = {}
        try:
            names = await class_names(self.services, {one.class_id for one in page.people} - {""})
        except (Away, Outcome) as refused:
            missing.append(part_missing(say("part.names", "the names"), refused))
        return ListAssetPeopleResponse(
            people=[AssetPerson(name=names.get(one.class_id, ""), person=one) for one in page.people],
            next_page_token=page.next_page_token,
            total_size=page.total_size,
            missing=missing,
            missing_wordings=wordings_of(missing),
        )
