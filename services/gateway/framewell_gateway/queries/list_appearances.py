"""GET /v1/classes/{class_id}/appearances, GET /v1/clusters/{cluster_id}: where a person is seen."""

from dataclasses import dataclass

from framewell.inference.v1.cluster_service_pb2 import (
    GetClusterRequest,
    GetClusterResponse,
    ListClassAppearancesRequest,
    ListClassAppearancesResponse,
)
from framewell_gateway.ports import Services, methods
from framewell_gateway.steps.described_appearances import AppearanceDetails


@dataclass(frozen=True, slots=True)
class ListClassAppearances:
    """Ask inference where a person is seen, and say in which programmes, and for how long."""

    services: Services
    details: AppearanceDetails

    async def __call__(self, request: ListClassAppearancesRequest) -> ListClassAppearancesResponse:
        """Return a page of appearances. Raises what inference raises."""
        answer = await self.services.call(methods.LIST_CLASS_APPEARANCES, request)
        await self.details.fill_in(answer.appearances)
        return answer


@dataclass(frozen=True, slots=True)
class ShowCluster:
    """Ask inference for an unknown person, and say in which programmes they are seen."""

    services: Services
    details: AppearanceDetails

    async def __call__(self, request: GetClusterRequest) -> GetClusterResponse:
        """Return a cluster with a page of its appearances. Raises what inference raises."""
        answer = await self.services.call(methods.GET_CLUSTER, request)
        await self.details.fill_in([*answer.appearances, *answer.best])
        return answer
