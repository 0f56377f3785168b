"""What ingest holds of people, assets and holders of rights, store by store."""

from collections.abc import Mapping
from dataclasses import dataclass

from framewell_ingest.steps.forget_asset import ForgetAsset
from framewell_kit.holdings import EraseEachAsset, Holding, Holdings

ORIGINALS = "objects/application/octet-stream"


def holdings(forget: ForgetAsset) -> Holdings:
    """Return the table of the service."""
    assets = EraseEachAsset(_Erased(forget))
    return Holdings(
        (
            Holding("assets", "what was ingested, and on what terms; that it was removed stays", assets),
            Holding("references", "which asset holds which object", assets),
            Holding("uploads", "files that were uploaded", assets),
            Holding(ORIGINALS, "originals", assets),
        )
    )


@dataclass(frozen=True, slots=True)
class _Erased:
    forget: ForgetAsset

    async def __call__(self, asset_id: str) -> Mapping[str, int]:
        return {ORIGINALS: await self.forget(asset_id, "")}
