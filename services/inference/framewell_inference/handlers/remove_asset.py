"""asset.removed -> everything this service holds of the asset deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.asset.v1.asset_pb2 import AssetRemoved
from framewell_inference.steps.forget_asset import ForgetAsset
from framewell_kit.facts import Cause, Outgoing


@dataclass(frozen=True, slots=True)
class RemoveAsset:
    """Delete observations, vectors, tracks and postings of an asset. Repeating it deletes nothing more."""

    forget: ForgetAsset

    async def __call__(self, fact: AssetRemoved, cause: Cause) -> Sequence[Outgoing]:  # noqa: ARG002
        await self.forget(fact.asset_id)
        return []
