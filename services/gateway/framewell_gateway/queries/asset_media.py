"""What transcode alone has of an asset: playlists, pictures, events."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from google.protobuf.message import Message

from framewell.gateway.v1.asset_view_pb2 import AssetState
from framewell_contracts.sentences import say
from framewell_gateway.ports import Method, Services
from framewell_gateway.queries.asset_progress import AssetProgress
from framewell_kit.outcomes import Conflict, NotFound

Q = TypeVar("Q", bound=Message)
A = TypeVar("A", bound=Message)

_NOT_PLANNED: Final[Mapping[int, str]] = {
    AssetState.ASSET_STATE_REQUESTED: say(
        "asset_state.fetched", "is still being fetched: ask again once it is planned"
    ),
    AssetState.ASSET_STATE_INGESTED: say("asset_state.unplanned", "is not planned yet: ask again in a while"),
    AssetState.ASSET_STATE_REJECTED: say("asset_state.rejected", "was rejected"),
}
"""States in which transcode knows nothing of an asset, in words."""


@dataclass(frozen=True, slots=True)
class ReadAssetMedia(Generic[Q, A]):
    """Ask transcode by a method whose requests name an asset.

    Raises what the method raises; Conflict, not NotFound, for an asset that is known but not planned yet or
    rejected; Away when only ingest could know it and is away.
    """

    services: Services
    progress: AssetProgress
    method: Method[Q, A]

    async def __call__(self, request: Q) -> A:
        try:
            return await self.services.call(self.method, request)
        except NotFound:
            asset_id: str = getattr(request, "asset_id")  # noqa: B009 - of whichever message
            progress = (await self.progress(asset_id)).progress
            if (state := _NOT_PLANNED.get(progress.state)) is None:
                raise
            why = say("standing.because", ": {why}", why=progress.reason) if progress.reason else ""
            raise Conflict(
                say(
                    "asset_no_media",
                    "asset {asset_id} {state}{why}",
                    asset_id=asset_id,
                    state=state,
                    why=why,
                )
            ) from None
