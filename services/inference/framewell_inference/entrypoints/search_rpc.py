"""framewell.inference.v1.SearchService: translate and delegate."""

# ruff: noqa: N802, ARG002  the names and signatures are gRPC's

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from framewell.inference.v1 import search_service_pb2 as api
from framewell.inference.v1.search_service_pb2_grpc import (
    SearchServiceServicer,
    add_SearchServiceServicer_to_server,
)
from framewell_inference.queries.search_moments import DEFAULT_PAGE, LARGEST_PAGE, SearchMoments
from framewell_kit.paging import page_request
from framewell_kit.rpc import Servicer


@dataclass(frozen=True, slots=True)
class SearchRpc(SearchServiceServicer):
    """Its one method is a query."""

    search: SearchMoments

    async def SearchMoments(
        self, request: api.SearchMomentsRequest, context: Any
    ) -> api.SearchMomentsResponse:
        wanted = page_request(request, default=DEFAULT_PAGE, largest=LARGEST_PAGE)
        page = await self.search(request.text, request.kinds, request.asset_ids, wanted)
        return api.SearchMomentsResponse(moments=page.items, next_page_token=page.next_token)


def search_servicer(search: SearchMoments) -> Servicer:
    """Return the service as the server takes it."""
    name = api.DESCRIPTOR.services_by_name["SearchService"].full_name
    return Servicer(name, add_SearchServiceServicer_to_server, SearchRpc(search))
