"""What people ask of an asset that is known: stop it, do it again, remove it."""

from __future__ import annotations

from dataclasses import dataclass

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetRemoved
from framewell.mesh.v1.mesh_pb2 import Actor
from framewell_ingest.domain.assets import Asset, State
from framewell_ingest.domain.verdicts import CANCELLED, rejection
from framewell_ingest.handlers.fetch_original import end_fact
from framewell_ingest.ports import Assets, Work
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Conflict, NotFound


@dataclass(frozen=True, slots=True)
class ControlAsset:
    """State and fact are written together; the fact leaves by outbox."""

    assets: Assets
    work: Work

    async def known(self, asset_id: str) -> Asset:
        """The asset. Raises NotFound."""
        asset = await self.assets.get(asset_id)
        if asset is None:
            raise NotFound(f"asset {asset_id!r} is not known: check its id, or ask for it again")
        return asset

    async def cancel(self, asset_id: str, cause: Cause) -> Asset:
        """Refuse an asset that is still being fetched; one that has ended stays as it is."""
        asset = await self.known(asset_id)
        end = rejection(
            asset_id, asset.request.uri, asset.generation, CANCELLED, "Its ingest was cancelled on request."
        )
        if await self.assets.refuse(end, end_fact(end), cause):
            await self.work.cancel(asset_id, end.detail)
        return await self.known(asset_id)

    async def remove(self, asset_id: str, reason: str, actor: Actor, cause: Cause) -> None:
        """Tell every service, ingest among them, to remove the asset."""
        asset = await self.known(asset_id)
        if asset.state == State.REMOVED:
            return
        removed = AssetRemoved(asset_id=asset_id, reason=reason, actor=actor, revision=asset.revision + 1)
        await self.assets.announce(asset_id, [removed], cause)

    async def reprocess(self, asset_id: str, cause: Cause) -> int:
        """Send asset.ingested again with the next generation; which one that is."""
        asset = await self.known(asset_id)
        if asset.ingested is None:
            raise Conflict(f"asset {asset_id!r} is {asset.state}: only what was taken in can be done again")
        again = AssetIngested()
        again.CopyFrom(asset.ingested)
        again.generation = asset.generation + 1
        again.revision = asset.revision + 1
        again.programme.CopyFrom(asset.programme)
        if not await self.assets.reprocess(asset, again, cause):
            raise Conflict(f"asset {asset_id!r} is being done again already")
        return again.generation
