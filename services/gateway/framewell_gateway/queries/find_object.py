"""Objects by what they are part of: the service that holds them decides, anew at every read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from framewell.objects.v1.object_service_pb2 import FindObjectRequest, FindObjectResponse
from framewell_contracts.sentences import say
from framewell_gateway.ports import Away, Services
from framewell_gateway.ports.methods import FIND_OBJECT
from framewell_kit.outcomes import NotFound

_HOLDERS: Final[Mapping[str, Sequence[str]]] = {
    # A proxy is asked for once a segment, an original hardly ever.
    "asset_id": ("transcode", "ingest"),
    "sample_id": ("dataset",),
    "snapshot_id": ("dataset",),
    "model": ("training",),
}


@dataclass(frozen=True, slots=True)
class FindObject:
    """Ask who may hold the object, one service after the other; nothing is remembered between two reads.

    Raises NotFound when nobody holds it for this owner, Gone when it was withdrawn, removed or erased,
    Conflict when it may not be read for now, and Away when a service that might hold it cannot be asked.
    """

    services: Services

    async def __call__(self, request: FindObjectRequest) -> FindObjectResponse:
        missing: NotFound | Away = NotFound(
            say("object_unknown.owner", "nothing is read without saying what it is part of")
        )
        for service in _HOLDERS.get(request.WhichOneof("owner") or "", ()):
            try:
                return await self.services.call(FIND_OBJECT[service], request)
            except NotFound as unknown:
                missing = missing if isinstance(missing, Away) else unknown
            except Away as away:
                missing = away
        raise missing
