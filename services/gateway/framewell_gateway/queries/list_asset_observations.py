"""GET /v1/assets/{id}/observations: what was seen in an asset, or in a part of it."""

from dataclasses import dataclass
from typing import Final

from framewell.gateway.v1.programme_pb2 import ListAssetObservationsRequest, ListAssetPeopleRequest
from framewell.inference.v1.inference_service_pb2 import ListObservationsRequest, ListObservationsResponse
from framewell.media.v1.media_pb2 import Span
from framewell_gateway.queries.list_observations import ListObservations

_END: Final = 1 << 62


@dataclass(frozen=True, slots=True)
class ListAssetObservations:
    """A page of observations, asked for by parameters of an address. Raises what ListObservations raises."""

    listed: ListObservations

    async def __call__(self, request: ListAssetObservationsRequest) -> ListObservationsResponse:
        wanted = ListObservationsRequest(
            asset_id=request.asset_id,
            analysers=request.analysers,
            page_size=request.page_size,
            page_token=request.page_token,
            kinds=request.kinds,
            labels=request.labels,
            chunk_ids=request.chunk_ids,
            class_ids=request.class_ids,
            least_score=request.least_score if request.HasField("least_score") else None,
            text=request.text,
        )
        span = part_of(request)
        if span is not None:
            wanted.span.CopyFrom(span)
        return await self.listed(wanted)


def part_of(request: ListAssetObservationsRequest | ListAssetPeopleRequest) -> Span | None:
    """Return the part of an asset that a request names, None for all of it."""
    if not request.HasField("start_pts") and not request.HasField("end_pts"):
        return None
    start = request.start_pts if request.HasField("start_pts") else -_END
    end = request.end_pts if request.HasField("end_pts") else _END
    return Span(start_pts=start, end_pts=end)
