"""asset.removed and erasure.requested → what ingest holds of it goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.asset.v1.asset_pb2 import AssetRemoved
from framewell.erasure.v1.erasure_pb2 import ErasedCount, ErasureCompleted, ErasureRequested
from framewell.media.v1.media_pb2 import ObjectRef
from framewell_ingest.ports import Assets, Originals, Work
from framewell_kit.facts import Cause, Outgoing

_SERVICE = "ingest"
_ASSET = "asset:"


@dataclass(frozen=True, slots=True)
class RemoveAsset:
    """Stop a fetch under way, delete the originals that no other asset has, remember only the removal.

    Running again finds nothing left to remove.
    """

    assets: Assets
    originals: Originals
    work: Work

    async def __call__(self, fact: AssetRemoved, cause: Cause) -> Sequence[Outgoing]:  # noqa: ARG002
        await self.remove(fact.asset_id, fact.reason)
        return []

    async def remove(self, asset_id: str, reason: str) -> int:
        """How many originals and proxies were deleted."""
        await self.work.cancel(asset_id, f"the asset was removed: {reason or 'no reason given'}")
        asset = await self.assets.remove(asset_id)
        if asset is None or asset.ingested is None:
            return 0
        kept = [asset.ingested.original, asset.ingested.existing_proxy]
        return sum([await self._discard(ref) for ref in kept if ref.key])

    async def _discard(self, ref: ObjectRef) -> bool:
        if await self.assets.holders_of(ref.key):
            return False
        await self.originals.discard(ref)
        return True


@dataclass(frozen=True, slots=True)
class Erase:
    """Answer a demand to forget: an asset goes with its original; of classes nothing is kept here."""

    removal: RemoveAsset

    async def __call__(self, fact: ErasureRequested, cause: Cause) -> Sequence[Outgoing]:  # noqa: ARG002
        counts = []
        if fact.subject.startswith(_ASSET):
            gone = await self.removal.remove(fact.subject.removeprefix(_ASSET), fact.reason)
            counts.append(ErasedCount(kind="originals", count=gone))
        return [
            ErasureCompleted(
                erasure_id=fact.erasure_id, subject=fact.subject, service=_SERVICE, counts=counts
            )
        ]
