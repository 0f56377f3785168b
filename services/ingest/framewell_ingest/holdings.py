"""What ingest holds of people, assets and holders of rights, store by store."""

from framewell_ingest.steps.forget_asset import ORIGINALS, ForgetAsset
from framewell_kit.holdings import EraseEachAsset, Holding, Holdings


def holdings(forget: ForgetAsset) -> Holdings:
    """Return the table of the service."""
    assets = EraseEachAsset(forget)
    return Holdings(
        (
            Holding("assets", "what was asked for and ingested, on what terms, and how it ended", assets),
            Holding("recordings", "recordings under way, and how they were closed", assets),
            Holding("segments", "segments of recordings, and where each came from", assets),
            Holding("references", "which asset holds which object", assets),
            Holding("uploads", "files that were uploaded", assets),
            Holding(ORIGINALS, "originals", assets),
        )
    )
