"""A request → a registered asset and a job that fetches it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from framewell.asset.v1.asset_pb2 import AssetRejected
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.mesh.v1.mesh_pb2 import Actor
from framewell_contracts.identity import requested_asset_id
from framewell_contracts.sentences import say
from framewell_ingest.domain.assets import Asset, State
from framewell_ingest.domain.ends import end_fact
from framewell_ingest.domain.requests import CheckedRequest
from framewell_ingest.ports import AssetRepository, FetchQueue
from framewell_ingest.steps.refuse_gone import RefuseGone
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause, Fact
from framewell_kit.outcomes import Conflict, Gone


@dataclass(frozen=True, slots=True)
class RegisterAsset:
    """Registers assets. The same request twice is one asset and one fetch, also with a fresh signature."""

    assets: AssetRepository
    queue: FetchQueue
    clock: Clock
    refuse_gone: RefuseGone

    async def __call__(
        self,
        checked: CheckedRequest,
        cause: Cause,
        announcement: Fact | None = None,
        actor: Actor | None = None,
    ) -> tuple[Asset, bool]:
        """Register the asset, send the announcement and have it fetched; return it, and whether it is new.

        Raises Conflict when the asset is known from a request that asked for something else, and Gone when it
        was erased, or a holder of its rights was: then nothing of the request is kept.
        """
        wanted = replace(self.asset(checked.request, cause), secrets=checked.secrets, actor=actor)
        await self._refuse_gone(wanted, registered=False)
        new = await self.assets.register(wanted, announcement, cause)
        await self._refuse_gone(
            wanted, registered=new
        )  # whoever erased it meanwhile found it, or it goes here
        asset = wanted if new else await self._known(wanted)
        if asset.state == State.REQUESTED:
            await self.queue.put(asset, cause)
        return asset, new

    async def _refuse_gone(self, wanted: Asset, *, registered: bool) -> None:
        holders = [statement.holder for statement in wanted.request.statements]
        gone = await self.refuse_gone(wanted.asset_id, holders)
        if gone is not None:
            if registered:
                await self.assets.erase(wanted.asset_id)
            raise Gone(gone.sentence)

    async def _known(self, wanted: Asset) -> Asset:
        """Return the asset as it is known; the newest signature is the one it is fetched with."""
        known = await self.assets.get(wanted.asset_id) or wanted
        if known.state == State.REMOVED:  # what was asked for is not kept
            return known
        if known.request != wanted.request:
            raise Conflict(
                say(
                    "asked_before",
                    "asset {asset_id} was asked for before, by the same id and with another request: "
                    "send this "
                    "one under an id of its own",
                    asset_id=known.asset_id,
                )
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
