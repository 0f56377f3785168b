"""Which earlier assets have the same content."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from framewell.ingest.v1.ingest_pb2 import DUPLICATE_POLICY_REJECT
from framewell_contracts.sentences import say
from framewell_ingest.domain.assets import OPEN, Asset, State
from framewell_ingest.domain.verdicts import DUPLICATE, Refused
from framewell_ingest.ports import AssetRepository
from framewell_kit.outcomes import Busy

_MOST_NAMED: Final = 20


@dataclass(frozen=True, slots=True)
class FindSameContent:
    """Find the assets that were asked for earlier and have the same original, byte for byte.

    Every asset notes its content before it looks, so of two that are fetched at once the later one finds the
    earlier one, and waits until that has ended.
    """

    assets: AssetRepository

    async def __call__(self, asset: Asset, sha256: str) -> list[str]:
        """Return their ids, oldest first, at most 20.

        Raises Busy while an earlier one is under way, Refused when there is one and the sender wants none.
        """
        await self.assets.mark_content(asset.asset_id, sha256)
        earlier = [
            other
            for other in await self.assets.with_content(sha256)
            if (other.requested_at, other.asset_id) < (asset.requested_at, asset.asset_id)
        ]
        for other in earlier:
            if other.state in OPEN:
                raise Busy(
                    say(
                        "same_content_fetched",
                        "asset {asset_id} has the same content and is still being fetched",
                        asset_id=other.asset_id,
                    )
                )
        found = [other.asset_id for other in earlier if other.state == State.INGESTED]
        if found and asset.request.duplicates == DUPLICATE_POLICY_REJECT:
            said = say(
                "original.duplicate",
                "The same content was taken in before, as asset {asset_id}.",
                asset_id=found[0],
            )
            raise Refused(DUPLICATE, said)
        return found[:_MOST_NAMED]
