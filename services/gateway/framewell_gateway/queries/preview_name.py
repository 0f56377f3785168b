"""POST /v1/clusters/decisions/name/preview: what naming an unknown person would touch."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from framewell.dataset.v1.catalogue_service_pb2 import GetClassRequest
from framewell.dataset.v1.dataset_pb2 import DatasetClass
from framewell.dataset.v1.rights_service_pb2 import GetRightsRequest
from framewell.gateway.v1.naming_pb2 import NamePersonRequest, PreviewNameResponse, TouchedProgramme
from framewell.inference.v1.cluster_service_pb2 import (
    ClusterAppearance,
    GetClusterRequest,
    GetClusterResponse,
)
from framewell.rights.v1.rights_pb2 import PURPOSE_OWN_TRAINING
from framewell_contracts.sentences import worded, wordings_of
from framewell_gateway.ports import Services, methods
from framewell_gateway.steps.class_of_name import ClassOfName
from framewell_gateway.steps.described_appearances import AppearanceDetails, seconds_of

MOST_APPEARANCES: Final = 5000
MOST_PROGRAMMES: Final = 20
_PAGE: Final = 1000


@dataclass(frozen=True, slots=True)
class PreviewName:
    """Reads what `NamePerson` would, and changes nothing.

    Rights are asked for each programme of the appearances that would be learned from. Seconds are those of
    the programmes that are listed where there are more.
    """

    services: Services
    details: AppearanceDetails

    async def __call__(self, request: NamePersonRequest) -> PreviewNameResponse:
        """Return what the name would touch. Raises NotFound, Rejected as naming does."""
        first = await self._page(request.cluster_id)
        named, existed = await ClassOfName(self.services)(request, first.cluster.cluster_id)
        appearances, complete = await self._all(first)
        counts = Counter(one.asset_id for one in appearances)
        listed = [asset_id for asset_id, _ in counts.most_common(MOST_PROGRAMMES)]
        titles, timelines, withheld, accepted = await asyncio.gather(
            self.details.titles(listed),
            self.details.timelines(listed),
            self._withheld(first.best),
            self._accepted(named) if existed else _none(),
        )
        reasons = sorted(set(withheld.values()))
        answer = PreviewNameResponse(
            cluster_id=first.cluster.cluster_id,
            class_id=named.class_id if existed else "",
            class_name=named.name,
            accepted_count=accepted,
            appearance_count=first.cluster.appearance_count,
            asset_count=len(counts),
            sample_count=sum(one.asset_id not in withheld for one in first.best),
            withheld_count=sum(one.asset_id in withheld for one in first.best),
            withheld_reasons=reasons,
            withheld_wordings=wordings_of(reasons),
            complete=complete,
        )
        for asset_id in listed:
            mine = [one for one in appearances if one.asset_id == asset_id]
            timeline = timelines.get(asset_id)
            ticks = sum(one.appearance.span.end_pts - one.appearance.span.start_pts for one in mine)
            answer.programmes.append(
                TouchedProgramme(
                    asset_id=asset_id,
                    title=titles.get(asset_id, ""),
                    series=mine[0].series,
                    appearance_count=len(mine),
                    seconds=seconds_of(ticks, timeline) if timeline else 0.0,
                )
            )
        answer.seconds = sum(one.seconds for one in answer.programmes)
        return answer

    async def _page(self, cluster_id: str, token: str = "") -> GetClusterResponse:
        asked = GetClusterRequest(cluster_id=cluster_id, page_size=_PAGE, page_token=token)
        return await self.services.call(methods.GET_CLUSTER, asked)

    async def _all(self, first: GetClusterResponse) -> tuple[list[ClusterAppearance], bool]:
        """Return the appearances of a cluster, and whether these are all of them."""
        found, token = list(first.appearances), first.next_page_token
        while token and len(found) < MOST_APPEARANCES:
            page = await self._page(first.cluster.cluster_id, token)
            found += page.appearances
            token = page.next_page_token
        return found, not token

    async def _withheld(self, best: Sequence[ClusterAppearance]) -> Mapping[str, str]:
        """Return why nothing may be learned from the programmes of which that is so."""
        asset_ids = sorted({one.asset_id for one in best})
        answers = await asyncio.gather(
            *(self.services.call(methods.GET_RIGHTS, GetRightsRequest(asset_id=each)) for each in asset_ids)
        )
        return {
            asset_id: worded(decision.sentence, decision.wording)
            for asset_id, answer in zip(asset_ids, answers, strict=True)
            for decision in answer.decisions
            if decision.purpose == PURPOSE_OWN_TRAINING and not decision.allowed
        }

    async def _accepted(self, named: DatasetClass) -> int:
        asked = GetClassRequest(class_id=named.class_id)
        return (await self.services.call(methods.GET_CLASS, asked)).dataset_class.samples.accepted


async def _none() -> int:
    return 0
