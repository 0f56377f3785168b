"""framewell.inference.v1.ClusterService: translate and delegate."""

# ruff: noqa: N802, ARG002  the names and signatures are gRPC's

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, cast, get_args

from google.protobuf.timestamp_pb2 import Timestamp

from framewell.inference.v1 import cluster_service_pb2 as api
from framewell.inference.v1.cluster_service_pb2_grpc import ClusterServiceServicer
from framewell_contracts.sentences import say
from framewell_inference.commands.decide_clusters import AppearanceOf, DecideClusters
from framewell_inference.ports.clusters import Ordering, Seen
from framewell_inference.queries import list_clusters
from framewell_inference.queries.list_appearances import ListAppearances
from framewell_inference.queries.list_clusters import Asked, ListClusters
from framewell_inference.queries.list_recognition_changes import ListRecognitionChanges
from framewell_inference.queries.show_cluster import DescribeClusters, ShowCluster, decision_message
from framewell_kit.call_cause import call_cause
from framewell_kit.outcomes import Rejected
from framewell_kit.paging import page_request
from framewell_kit.rpc import current_actor

_FARTHEST_MS: Final = 1 << 53


@dataclass(frozen=True, slots=True)
class ClusterRpc(ClusterServiceServicer):
    """Every method is one query or command."""

    list_clusters: ListClusters
    show: ShowCluster
    decide: DecideClusters
    describe: DescribeClusters
    appearances: ListAppearances
    changes: ListRecognitionChanges

    async def ListClusters(self, request: api.ListClustersRequest, context: Any) -> api.ListClustersResponse:
        page = await self.list_clusters(
            _asked(request),
            page_request(request, default=list_clusters.DEFAULT_PAGE, largest=list_clusters.LARGEST_PAGE),
        )
        return api.ListClustersResponse(clusters=page.items, next_page_token=page.next_token)

    async def GetCluster(self, request: api.GetClusterRequest, context: Any) -> api.GetClusterResponse:
        return await self.show(request.cluster_id, page_request(request))

    async def MergeClusters(
        self, request: api.MergeClustersRequest, context: Any
    ) -> api.MergeClustersResponse:
        cluster, decision_id = await self.decide.merge(
            request.cluster_id, request.into_cluster_id, current_actor(), call_cause()
        )
        return api.MergeClustersResponse(cluster=await self.describe(cluster), decision_id=decision_id)

    async def SplitCluster(self, request: api.SplitClusterRequest, context: Any) -> api.SplitClusterResponse:
        chosen = [AppearanceOf(one.asset_id, one.observation_id) for one in request.appearances]
        made, rest, decision_id = await self.decide.split(
            request.cluster_id, chosen, current_actor(), call_cause()
        )
        return api.SplitClusterResponse(
            cluster=await self.describe(made),
            rest=await self.describe(rest),
            decision_id=decision_id,
        )

    async def DistinguishClusters(
        self, request: api.DistinguishClustersRequest, context: Any
    ) -> api.DistinguishClustersResponse:
        decision_id = await self.decide.distinguish(
            request.cluster_id, request.other_cluster_id, current_actor(), call_cause()
        )
        return api.DistinguishClustersResponse(decision_id=decision_id)

    async def NameCluster(self, request: api.NameClusterRequest, context: Any) -> api.NameClusterResponse:
        cluster, decision_id = await self.decide.name(
            request.cluster_id, request.class_id, current_actor(), call_cause()
        )
        return api.NameClusterResponse(cluster=await self.describe(cluster), decision_id=decision_id)

    async def UndoClusterDecision(
        self, request: api.UndoClusterDecisionRequest, context: Any
    ) -> api.UndoClusterDecisionResponse:
        decision = await self.decide.undo(request.decision_id, current_actor(), call_cause())
        return api.UndoClusterDecisionResponse(decision=decision_message(decision))

    async def ListClusterDecisions(
        self, request: api.ListClusterDecisionsRequest, context: Any
    ) -> api.ListClusterDecisionsResponse:
        page = await self.show.decisions_about(request.cluster_id, page_request(request))
        return api.ListClusterDecisionsResponse(
            decisions=page.items, next_page_token=page.next_token, total_size=page.total
        )

    async def ListClassAppearances(
        self, request: api.ListClassAppearancesRequest, context: Any
    ) -> api.ListClassAppearancesResponse:
        return await self.appearances(request.class_id, page_request(request))

    async def ListRecognitionChanges(
        self, request: api.ListRecognitionChangesRequest, context: Any
    ) -> api.ListRecognitionChangesResponse:
        return await self.changes(request.class_id, page_request(request))


def _asked(request: api.ListClustersRequest) -> Asked:
    where = Seen(
        series=request.series,
        channels=request.channels,
        from_ms=_milliseconds(request.asked_from) if request.HasField("asked_from") else None,
        until_ms=_milliseconds(request.asked_until) if request.HasField("asked_until") else None,
    )
    return Asked(
        order=_order(request.order_by),
        where=where,
        least=max(1, request.least_appearances),
        include_known=request.include_known,
    )


def _order(asked: str) -> Ordering:
    if asked and asked not in get_args(Ordering):
        raise Rejected(
            say(
                "bad_order.clusters", "{order} is no order: appearances or last_seen", order=f"{asked[:80]!r}"
            )
        )
    return cast("Ordering", asked or "appearances")


def _milliseconds(moment: Timestamp) -> int:
    """Return a moment since 1970, the farthest that the database compares for one beyond."""
    return max(-_FARTHEST_MS, min(moment.seconds * 1000 + moment.nanos // 1_000_000, _FARTHEST_MS))
