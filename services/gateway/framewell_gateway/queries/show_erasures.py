"""GET /v1/erasures: what was asked to be forgotten, and which services have."""

from dataclasses import dataclass

from framewell.gateway.v1.erasures_pb2 import (
    Erasure,
    GetErasureRequest,
    ListErasuresRequest,
    ListErasuresResponse,
)
from framewell_contracts.sentences import say
from framewell_gateway.ports import ErasureRepository
from framewell_kit.outcomes import NotFound
from framewell_kit.paging import page_request


@dataclass(frozen=True, slots=True)
class GetErasure:
    """Return one erasure. Raises NotFound for an id that no request has."""

    erasures: ErasureRepository

    async def __call__(self, request: GetErasureRequest) -> Erasure:
        found = await self.erasures.get(request.erasure_id)
        if found is None:
            raise NotFound(
                say("erasure_unknown", "there is no erasure {erasure_id}", erasure_id=request.erasure_id)
            )
        return found


@dataclass(frozen=True, slots=True)
class ListErasures:
    """Return a page of erasures, newest first. Raises Rejected for a token of another making."""

    erasures: ErasureRepository

    async def __call__(self, request: ListErasuresRequest) -> ListErasuresResponse:
        page = await self.erasures.page(page_request(request))
        return ListErasuresResponse(
            erasures=page.items, next_page_token=page.next_token, total_size=page.total
        )
