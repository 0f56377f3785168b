"""A request → a registered asset and a job that fetches it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from framewell.asset.v1.asset_pb2 import AssetRejected
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell_contracts.identity import requested_asset_id
from framewell_ingest.domain.assets import Asset, State
from framewell_ingest.domain.ends import end_fact
from framewell_ingest.domain.requests import CheckedRequest
from framewell_ingest.ports import AssetRepository, FetchQueue
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause, Fact
from framewell_kit.outcomes import Conflict


@dataclass(frozen=True, slots=True)
class RegisterAsset:
    """Registers assets. The same request twice is one asset and one fetch, also with a fresh signature."""

    assets: AssetRepository
    queue: FetchQueue
    clock: Clock

    async def __call__(
        self, checked: CheckedRequest, cause: Cause, announcement: Fact | None = None
    ) -> tuple[Asset, bool]:
        """Register the asset, send the announcement and have it fetched; return it, and whether it is new.

        Raises Conflict when the asset is known from a request that asked for something else.
        """
        wanted = replace(self.asset(checked.request, cause), secrets=checked.secrets)
        new = await self.assets.register(wanted, announcement, cause)
        asset = wanted if new else await self._known(wanted)
        if asset.state == State.REQUESTED:
            await self.queue.put(asset, cause)
        return asset, new

    async def _known(self, wanted: Asset) -> Asset:
        """Return the asset as it is known; the newest signature is the one it is fetched with."""
        known = await self.assets.get(wanted.asset_id) or wanted
        if known.state == State.REMOVED:  # what was asked for is not kept
            return known
        if known.request != wanted.request:
            raise Conflict(
                f"asset {known.asset_id} was asked for before, by the same id and with another request: "
                "send this one under an id of its own"
            )
        if wanted.secrets:
            await self.assets.renew_secrets(known.asset_id, wanted.secrets)
        return known

    async def rejected(self, asset: Asset, end: AssetRejected, cause: Cause) -> None:
        """Register an asset that has ended already, in one write with its end.

        An asset that is known keeps its state: it is another request's, or this one came again.
        """
        await self.assets.register(asset, end_fact(end), cause)

    def asset(self, request: IngestRequested, cause: Cause) -> Asset:
        """Return the asset that a request asks for, as it is before anything happened to it."""
        now = self.clock.now()
        asked = cause.time.replace(microsecond=cause.time.microsecond // 1000 * 1000)  # as it is stored
        return Asset(
            asset_id=requested_asset_id(request, cause.source, cause.id),
            state=State.REQUESTED,
            request=request,
            source=cause.source,
            requested_at=asked,
            registered_at=now,
            changed_at=now,
            generation=1,
            revision=1,
            programme=request.programme,
        )
