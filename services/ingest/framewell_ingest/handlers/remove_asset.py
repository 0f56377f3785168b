"""asset.removed → what ingest holds of the asset goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.asset.v1.asset_pb2 import AssetRemoved
from framewell_ingest.steps.forget_asset import ForgetAsset
from framewell_kit.facts import Cause, Outgoing


@dataclass(frozen=True, slots=True)
class RemoveAsset:
    """Forgets the asset. Repeating it finds nothing left to delete."""

    forget: ForgetAsset

    async def __call__(self, fact: AssetRemoved, cause: Cause) -> Sequence[Outgoing]:  # noqa: ARG002
        await self.forget(fact.asset_id, fact.reason)
        return []
