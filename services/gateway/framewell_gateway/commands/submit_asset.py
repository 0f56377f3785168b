"""POST /v1/assets: ask ingest for an asset, and list it at once."""

from dataclasses import dataclass

from framewell.ingest.v1.ingest_service_pb2 import GetAssetRequest, SubmitRequest, SubmitResponse
from framewell_gateway.domain.summaries import change_of_request
from framewell_gateway.ports import Away, Services, SummaryRepository
from framewell_gateway.ports.methods import GET_ASSET, SUBMIT
from framewell_kit.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class SubmitAsset:
    """Pass a request on to ingest and add the asset to the list, where its caller looks next.

    The request's event says the same once it has arrived, so a failure to add it is none. Raises what
    ingest raises, and Away while it cannot be asked.
    """

    services: Services
    summaries: SummaryRepository

    async def __call__(self, request: SubmitRequest) -> SubmitResponse:
        answer = await self.services.call(SUBMIT, request)
        try:
            known = await self.services.call(GET_ASSET, GetAssetRequest(asset_id=answer.asset_id))
            await self.summaries.add(change_of_request(known.asset))
        except (Away, Outcome):
            pass
        return answer
