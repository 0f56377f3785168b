"""POST /v1/clusters/decisions/merge: a person says that two clusters are one person."""

from dataclasses import dataclass

from framewell.inference.v1.cluster_service_pb2 import (
    GetClusterRequest,
    MergeClustersRequest,
    MergeClustersResponse,
)
from framewell_gateway.ports import Services, methods
from framewell_gateway.steps.class_names import with_class_names
from framewell_kit.outcomes import Conflict


@dataclass(frozen=True, slots=True)
class MergeClusters:
    """Merge two clusters; who is named as two people is said by name."""

    services: Services

    async def __call__(self, request: MergeClustersRequest) -> MergeClustersResponse:
        """Return the cluster that stays. Raises NotFound, Rejected, Conflict as the service does."""
        try:
            return await self.services.call(methods.MERGE_CLUSTERS, request)
        except Conflict as refused:
            named = [await self._named(one) for one in (request.cluster_id, request.into_cluster_id)]
            sentence = await with_class_names(self.services, refused.reason, named)
            raise Conflict(sentence, code=refused.code) from refused

    async def _named(self, cluster_id: str) -> str:
        asked = GetClusterRequest(cluster_id=cluster_id, page_size=1)
        return (await self.services.call(methods.GET_CLUSTER, asked)).cluster.named_class_id
