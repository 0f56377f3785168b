"""What the gateway holds of people, assets and holders of rights, store by store."""

from framewell_gateway.handlers.erase_asset import EraseAsset
from framewell_kit.holdings import EraseEachAsset, Holding, Holdings


def holdings(forget: EraseAsset) -> Holdings:
    """Return the table of the service."""
    assets = EraseEachAsset(forget)
    return Holdings(
        (
            Holding("events", "facts about an asset, for its timeline", assets),
            Holding("asset_progress", "how far an asset has come; that it was removed stays", assets),
            Holding("asset_summaries", "title and channel of an asset, for the list", assets),
            Holding("announced", kept="which requests were sent: ids of events"),
        )
    )
