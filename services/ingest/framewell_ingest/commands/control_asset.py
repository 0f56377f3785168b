"""What people ask of an asset that is known: stop it, do it again, remove it."""

from __future__ import annotations

from dataclasses import dataclass

from framewell.asset.v1.asset_pb2 import AssetRemoved
from framewell.mesh.v1.mesh_pb2 import Actor
from framewell_contracts.bounds import problems_of
from framewell_contracts.sentences import say
from framewell_ingest.domain.assets import Asset, State
from framewell_ingest.domain.ends import end_fact, rejection
from framewell_ingest.domain.verdicts import CANCELLED
from framewell_ingest.ports import AssetRepository, FetchQueue
from framewell_ingest.steps.raise_generation import RaiseGeneration
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Conflict, NotFound, Rejected


@dataclass(frozen=True, slots=True)
class ControlAsset:
    """State and fact are written together; the fact leaves by outbox. Everything here raises NotFound."""

    assets: AssetRepository
    queue: FetchQueue
    raise_generation: RaiseGeneration

    async def known(self, asset_id: str) -> Asset:
        """Return the asset."""
        asset = await self.assets.get(asset_id)
        if asset is None:
            raise NotFound(
                say(
                    "asset_unknown.request",
                    "asset {asset_id} is not known: check its id, or ask for it again",
                    asset_id=asset_id,
                )
            )
        return asset

    async def cancel(self, asset_id: str, actor: Actor, cause: Cause) -> Asset:
        """Refuse an asset that is still being fetched and return it; one that has ended stays as it is."""
        asset = await self.known(asset_id)
        why = say("cancelled", "Its ingest was cancelled on request.")
        end = rejection(asset.work(), asset.request.uri, CANCELLED, why, actor)
        if await self.assets.refuse(end, end_fact(end), cause):
            await self.queue.cancel(asset_id, why)
        return await self.known(asset_id)

    async def remove(self, asset_id: str, reason: str, actor: Actor, cause: Cause) -> None:
        """Send asset.removed, by which every service, ingest among them, removes the asset.

        Raises Rejected for a reason that is longer than the fact may carry.
        """
        asset = await self.known(asset_id)
        if asset.state == State.REMOVED:
            return
        removed = AssetRemoved(asset_id=asset_id, reason=reason, actor=actor, revision=asset.revision + 1)
        for problem in problems_of(removed):
            raise Rejected(problem.sentence, code="out_of_bounds")
        await self.assets.announce(asset_id, [removed], cause)

    async def reprocess(self, asset_id: str, actor: Actor, cause: Cause) -> int:
        """Send asset.ingested again with the next generation, and return that. Raises Conflict.

        Segments of a recording that could not be had or read are fetched again.
        """
        known = await self.known(asset_id)
        generation = await self.raise_generation(known, cause, actor=actor, refetch=True)
        if generation is None:
            raise Conflict(
                say("done_again_already", "asset {asset_id} is being done again already", asset_id=asset_id)
            )
        return generation
