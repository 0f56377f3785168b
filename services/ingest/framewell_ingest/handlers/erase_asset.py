"""erasure.requested of an asset → what ingest holds of it goes. Of classes and holders it holds nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from framewell.erasure.v1.erasure_pb2 import ErasureRequested
from framewell_ingest.steps.forget_asset import ForgetAsset
from framewell_kit.facts import Cause


@dataclass(frozen=True, slots=True)
class EraseAsset:
    """Forgets the asset and counts what went."""

    forget: ForgetAsset

    async def __call__(
        self,
        asset_id: str,
        request: ErasureRequested,
        cause: Cause,  # noqa: ARG002
    ) -> Mapping[str, int]:
        return {"originals": await self.forget(asset_id, request.reason)}
