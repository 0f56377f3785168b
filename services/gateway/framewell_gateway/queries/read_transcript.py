"""GET /v1/assets/{id}/transcript.vtt: what is said in an asset."""

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.inference.v1.inference_service_pb2 import ListObservationsRequest
from framewell.media.v1.media_pb2 import Observation
from framewell_gateway.domain.seen import last_version
from framewell_gateway.queries.list_observations import ListObservations

ANALYSER = "transcript"


@dataclass(frozen=True, slots=True)
class ReadTranscript:
    """All sentences of an asset in order of time.

    Where several versions of a model have listened, those of the last version by name. Raises what
    ListObservations raises.
    """

    observations: ListObservations

    async def __call__(self, asset_id: str) -> Sequence[Observation]:
        sentences: list[Observation] = []
        request = ListObservationsRequest(asset_id=asset_id, analysers=[ANALYSER])
        while True:
            page = await self.observations(request)
            sentences += page.observations
            if not page.next_page_token:
                break
            request.page_token = page.next_page_token
        return last_version(sentences)
